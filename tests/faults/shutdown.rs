//! A server that is asked to end: it takes no more calls, answers those that run, and keeps their records.

use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Home, Server, Setup};
use ramekin_tests::{Context as _, Result, bail, ensure, json, process, report, runtime};
use serde_json::json;
use std::time::{Duration, Instant};

const SLOW: &str = "
export default async () => {
  await new Promise((resolve) => setTimeout(resolve, 1500));
  console.log('slow is done');
  return new Response('slow');
};";

const LATER: &str = "
export default (_: Request, ctx: any) => {
  ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 1500)).then(() => console.log('later is done')));
  return new Response('later');
};";

const FAILS: &str = "
export default (_: Request, ctx: any) => {
  const work = new Promise((resolve) => setTimeout(resolve, 1500)).then(() => { throw new Error('fails as well'); });
  ctx.waitUntil(work);
  return new Response('fails');
};";

const LEFT: &str = "
export default async (_: Request, ctx: any) => {
  const work = new Promise((resolve) => setTimeout(resolve, 1500)).then(() => console.log('left is done'));
  ctx.waitUntil(work);
  await work;
  return new Response('left');
};";

pub fn running_calls_are_answered_before_the_end() -> Result<()> {
    let home = Home::new()?;
    let mut server = Server::start(&home, &Setup::default())?;
    let app = runtime()?.block_on(async {
        let app = App::create(server.client(), "shutdown").await?;
        app.deploy("slow", SLOW, &json!({})).await?;
        app.deploy("later", LATER, &json!({})).await?;
        app.deploy("fails", FAILS, &json!({})).await?;
        app.deploy("left", LEFT, &json!({})).await?;
        let running = tokio::spawn({
            let app = app.clone();
            async move { app.get("slow").await }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        app.get("later").await?.expect(200)?;
        app.get("fails").await?.expect(200)?;
        let left = Sent { leave_after: Some(Duration::from_millis(400)), ..Sent::get(app.path("left")) };
        app.client.send(&left).await?.expect(0)?;
        server.terminate()?;
        refuses_calls(&app).await?;
        let answer = running.await?.context("a call that ran when the server was asked to end")?.expect(200)?;
        ensure!(answer.body == b"slow", "the running call was answered {}", answer.text());
        Result::<_>::Ok(app)
    })?;
    let asked = Instant::now();
    let status = server.wait()?;
    ensure!(status.success(), "the server ended with {status}:\n{}", home.log_tail());
    report::figure("shutdown", format_args!("ended {:?} after its last answer", asked.elapsed()));
    let left = process::none_below(home.path(), Duration::from_secs(10));
    ensure!(left.is_empty(), "processes are left of the server: {left:?}");

    let server = Server::start(&home, &Setup::default())?;
    runtime()?.block_on(async {
        let app = App { client: server.client(), ..app };
        for (name, level, line) in [
            ("slow", "log", "slow is done"),
            ("later", "log", "later is done"),
            ("fails", "error", "<contains:fails as well>"),
            ("left", "log", "left is done"),
        ] {
            let logs = app.logs(name, "").await?;
            let lines = json!([{ "level": level, "message": line }]);
            let expected = json!({ "logs": [{ "statusCode": 200, "consoleLogs": lines }] });
            let difference = json::difference(&expected, &logs);
            ensure!(difference.is_none(), "the record of {name}: {difference:?}");
        }
        Ok(())
    })?;
    server.stop()
}

pub fn streams_of_logs_end_with_the_server() -> Result<()> {
    let home = Home::new()?;
    let mut server = Server::start(&home, &Setup::default())?;
    runtime()?.block_on(async {
        let app = App::create(server.client(), "shutdown").await?;
        app.deploy("later", LATER, &json!({})).await?;
        let stream = Sent::get(format!("/v1/{}/functions/later/logs/stream", app.id)).as_owner();
        let following = tokio::spawn(async move { app.client.send(&stream).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        ensure!(!following.is_finished(), "the stream has ended by itself");
        let asked = Instant::now();
        server.terminate()?;
        let answer = following.await??.expect(200)?;
        ensure!(answer.broken.is_none(), "the stream broke off: {:?}", answer.broken);
        ensure!(asked.elapsed() < Duration::from_secs(5), "the stream ended {:?} later", asked.elapsed());
        Result::<_>::Ok(())
    })?;
    let status = server.wait()?;
    ensure!(status.success(), "the server ended with {status}:\n{}", home.log_tail());
    Ok(())
}

/// Soon nobody can connect any more.
async fn refuses_calls(app: &App) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(1);
    let health = Sent::get("/health").within(Duration::from_secs(1));
    while app.client.send(&health).await.is_ok() {
        if Instant::now() >= until {
            bail!("a second after it was asked to end the server still took requests");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
