//! A server that is started with another encryption key.

use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Home, Server, Setup};
use ramekin_tests::{Result, ensure, runtime};
use serde_json::{Value, json};

const KEY: &str = "RAMEKIN_ENCRYPTION_KEY";
const CODE: &str = "export default (_, ctx) => new Response(ctx.env.WORD ?? 'nothing');";

pub fn functions_whose_variables_cannot_be_read_do_not_run() -> Result<()> {
    let home = Home::new()?;
    let key = |digit: &str| Setup::default().with(KEY, digit.repeat(64));
    let server = Server::start(&home, &key("1"))?;
    let app = runtime()?.block_on(async {
        let app = App::create(server.client(), "key").await?;
        app.deploy("plain", CODE, &json!({})).await?;
        for name in ["secret", "other"] {
            app.deploy(name, CODE, &json!({ "envVars": { "WORD": "sesame" } })).await?;
        }
        Result::<_>::Ok(app)
    })?;
    server.stop()?;

    let before = home.log().len();
    let server = Server::start(&home, &key("2"))?;
    let app = App { client: server.client(), ..app };
    runtime()?.block_on(async {
        ensure!(app.get("plain").await?.expect(200)?.body == b"nothing", "a function without variables runs");
        let public = app.get("secret").await?.expect(500)?;
        ensure!(!public.text().contains("variables"), "the public was told {}", public.text());
        let invoke = Sent::post(format!("/v1/{}/functions/secret/invoke", app.id), &json!({})).as_owner();
        let owner = app.client.send(&invoke).await?.expect(500)?;
        ensure!(
            owner.text().contains("environment variables cannot be decrypted"),
            "the owner was told {}",
            owner.text()
        );
        let detail = Sent::get(format!("/v1/{}/functions/secret", app.id)).as_owner();
        let detail = app.client.send(&detail).await?.expect(200)?.json()?;
        ensure!(detail.get("envKeys") == Some(&json!([])), "the detail is {detail}");

        // Deploying with variables mends it; without, it would lose what it had.
        let refused = app.try_deploy(&json!({ "name": "secret", "code": CODE })).await?.expect(400)?.json()?;
        let message = refused.pointer("/error/message").and_then(Value::as_str).unwrap_or_default();
        ensure!(message.starts_with("envVars: "), "the deploy without variables was told {refused}");
        app.deploy("secret", CODE, &json!({ "envVars": { "WORD": "again" } })).await?;
        ensure!(app.get("secret").await?.expect(200)?.body == b"again", "the function is not mended");
        app.get("other").await?.expect(500)?;
        Result::<_>::Ok(())
    })?;
    let log = home.log();
    let said = log.get(before..).unwrap_or_default();
    let lines = said.lines().filter(|line| line.contains(KEY) && line.contains("cannot be decrypted")).count();
    ensure!(lines == 1 && said.contains("1 more"), "the log does not say it once for all:\n{}", home.log_tail());
    server.stop()
}
