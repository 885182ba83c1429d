//! A server of its own with one function, which runs what it is sent: a file of a suite for each call.

use super::folder;
use anyhow::{Context, Result};
use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Server, Setup};
use serde_json::{Value, json};
use std::time::Duration;

/// The function's name.
const NAME: &str = "suite";
/// What a call may take beyond the time after which it counts as failed.
const GRACE: Duration = Duration::from_secs(20);

/// The server and its function.
pub struct Stage {
    /// The app that the function is in.
    pub app: App,
    patience: Duration,
    // It ends with its last user.
    _server: Server,
}

impl Stage {
    /// Deploys a function whose source is these files of `tests/conformance/`, put one after the other behind `before`. A call of
    /// it may take so long.
    pub fn new(setup: &Setup, before: &str, files: &[&str], patience: Duration) -> Result<Self> {
        let server = Server::new(setup)?;
        let mut code = before.to_owned();
        for file in files {
            let path = folder().join(file);
            let text = std::fs::read_to_string(&path).with_context(|| format!("reading `{}`", path.display()))?;
            code.push_str(&text);
            code.push('\n');
        }
        let app = ramekin_tests::runtime()?.block_on(async {
            let app = App::create(server.client(), "conformance").await?;
            let longest = u64::try_from((patience + GRACE).as_millis())?;
            app.deploy(NAME, &code, &json!({ "timeoutMs": longest, "memoryLimitMb": 512 })).await?;
            anyhow::Ok(app)
        })?;
        Ok(Self { app, patience, _server: server })
    }

    /// What the function answers.
    pub async fn call(&self, form: &Value) -> Result<Vec<u8>> {
        let call = Sent::post(self.app.path(NAME), form).within(self.patience + GRACE + GRACE);
        Ok(self.app.client.send(&call).await?.expect(200)?.body)
    }
}
