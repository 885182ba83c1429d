//! The server that packages are tried on.

use super::entry::{Entry, Point};
use super::outcome::{Outcome, Verdict};
use anyhow::Result;
use ramekin_tests::client::Sent;
use ramekin_tests::json::difference;
use ramekin_tests::owner::App;
use ramekin_tests::script::Played;
use ramekin_tests::server::{Home, Server, Setup};
use serde_json::{Map, Value, json};
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long a deploy may take, with fetching packages.
const DEPLOY: Duration = Duration::from_secs(180);

/// A server with one app, whose functions may reach this machine.
pub struct Stage {
    app: App,
    home: Arc<Home>,
    // It ends with its last user.
    _server: Server,
}

/// What was measured of a package so far.
#[derive(Default)]
struct Figures {
    module: Option<u64>,
    image: Option<u64>,
    deploys: Vec<Duration>,
    calls: Vec<Duration>,
}

impl Stage {
    /// Starts it. Packages come from where the npm configuration of the user says.
    pub fn new() -> Result<Self> {
        let home = Home::new()?;
        let server = Server::start(&home, &Setup::default().with("RAMEKIN_EGRESS_ALLOW", "127.0.0.1"))?;
        let app = ramekin_tests::runtime()?.block_on(App::create(server.client(), "npm-bar"))?;
        Ok(Self { app, home, _server: server })
    }

    /// Tries a package.
    pub fn attempt(&self, entry: &Entry) -> Result<Outcome> {
        let mut figures = Figures::default();
        let failure = ramekin_tests::runtime()?.block_on(self.failure(entry, &mut figures))?;
        let ms = |times: &[Duration], place: usize| times.get(place).and_then(|time| time.as_millis().try_into().ok());
        Ok(Outcome {
            package: entry.package.clone(),
            version: entry.version.clone(),
            module: figures.module,
            image: figures.image,
            deploy_ms: ms(&figures.deploys, 0),
            again_ms: ms(&figures.deploys, 1),
            first_ms: ms(&figures.calls, 0),
            second_ms: ms(&figures.calls, 1),
            result: Verdict::of(failure, entry.form.fails.as_ref()),
        })
    }

    /// What fails of a package, and where, if anything does.
    async fn failure(&self, entry: &Entry, figures: &mut Figures) -> Result<Option<(Point, String)>> {
        let upstream = Played::start(entry.form.exchange.clone()).await?;
        let mut variables: Map<String, Value> =
            entry.form.variables.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        variables.insert("UPSTREAM".to_owned(), json!(format!("http://{}", upstream.address)));
        let mut form = json!({
            "name": entry.folder,
            "code": entry.code,
            "envVars": variables,
            "triggers": [{ "type": "http", "config": { "auth": "none" } }],
        });
        if let (Some(form), Some(limit)) = (form.as_object_mut(), entry.form.memory_limit_mb) {
            form.insert("memoryLimitMb".to_owned(), json!(limit));
        }
        // Twice, for the packages are there the second time.
        for _ in 0..2 {
            let deploy = Sent::post(format!("/v1/{}/functions", self.app.id), &form).as_owner().within(DEPLOY);
            let before = images(&self.home.data());
            let answer = self.app.client.send(&deploy).await?;
            if answer.status != 200 {
                return Ok(Some((Point::Deploy, format!("{} {}", answer.status, answer.text()))));
            }
            figures.deploys.push(answer.total);
            figures.image = images(&self.home.data()).difference(&before).next().and_then(|path| size(path));
        }
        figures.module = self.module_size(&entry.folder).await?;
        let mut answers = Vec::new();
        for _ in 0..2 {
            let answer = self.app.client.send(&Sent::get(self.app.path(&entry.folder) + &entry.form.query)).await?;
            figures.calls.push(answer.total);
            let mut wrong = upstream.end();
            match answer.json() {
                Ok(json) if answer.status == 200 => {
                    let expected = entry.expected.as_ref().unwrap_or(&Value::Null);
                    wrong.extend(difference(expected, &json));
                    answers.push(json);
                }
                _ => wrong.push(format!("{} {}", answer.status, answer.text())),
            }
            if !wrong.is_empty() {
                wrong.extend(self.last_error(&entry.folder).await);
                return Ok(Some((Point::Call, wrong.join("\n"))));
            }
        }
        let same = entry.form.differ.iter().find(|pointer| {
            let values: Vec<_> = answers.iter().map(|answer| answer.pointer(pointer)).collect();
            values.iter().any(Option::is_none) || values.windows(2).any(|pair| pair.first() == pair.last())
        });
        Ok(same.map(|pointer| (Point::Call, format!("{pointer} is not something else at each call"))))
    }

    /// The size of the module that was made of a function.
    async fn module_size(&self, function: &str) -> Result<Option<u64>> {
        let mut connection = PgConnection::connect(&self.home.database_url()?).await?;
        let size: Option<Option<i64>> =
            sqlx::query_scalar("SELECT octet_length(bundle)::bigint FROM ramekin.functions WHERE name = $1")
                .bind(function)
                .fetch_optional(&mut connection)
                .await?;
        connection.close().await?;
        Ok(size.flatten().and_then(|size| size.try_into().ok()))
    }

    /// What the log says of the last call, if it failed.
    async fn last_error(&self, function: &str) -> Option<String> {
        let logs = self.app.logs(function, "?limit=1").await.ok()?;
        let record = logs.pointer("/logs/0").or_else(|| logs.pointer("/0"))?;
        let error = record.get("error").filter(|error| !error.is_null())?;
        Some(error.to_string())
    }
}

/// The compiled images of a server's functions.
fn images(data: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![data.join("cache")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "cwasm") {
                found.insert(path);
            }
        }
    }
    found
}

fn size(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|file| file.len())
}
