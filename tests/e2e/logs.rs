//! Following a log, which takes two clients at once: one who calls, one who follows.

use ramekin_tests::case::World;
use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Takes as many milliseconds as it is told.
const SLEEP: &str = "
export default async (request: Request) => {
  await new Promise((resolve) => setTimeout(resolve, Number(new URL(request.url).searchParams.get('ms'))));
  return new Response('done');
};";
/// Streams that one app may have open.
const STREAMS: usize = 32;
/// For everything to have come.
const PATIENCE: Duration = Duration::from_secs(30);

/// An event of a stream: its id and the call it is of.
pub struct Event {
    /// To be sent as `Last-Event-ID`.
    pub id: String,
    /// The id of the call.
    pub call: String,
}

/// The events in what has come of a stream. One that broke off is none.
pub fn events(body: &[u8]) -> Result<Vec<Event>> {
    let text = String::from_utf8_lossy(body);
    let whole = text.rfind("\n\n").map_or("", |end| text.get(..end).unwrap_or_default());
    let events = whole.split("\n\n").filter(|frame| !frame.is_empty() && !frame.starts_with(':')).map(|frame| {
        let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).context("a field is missing");
        let data: Value = serde_json::from_str(field("data: ")?)?;
        let call = data.get("requestId").and_then(Value::as_str).context("no requestId")?.to_owned();
        ensure!(field("event: ")? == "log", "the event is {frame}");
        Ok(Event { id: field("id: ")?.to_owned(), call })
    });
    events.collect()
}

pub async fn a_stream_goes_on_where_it_broke_off(world: &World, _: SocketAddr) -> Result<()> {
    world.app.deploy("logs-sleep", SLEEP, &json!({})).await?;
    let app = world.app.clone();
    let calls = tokio::spawn(async move {
        let mut running = Vec::new();
        for n in 0..60_u64 {
            let (app, path) = (app.clone(), app.path("logs-sleep"));
            // Long ones begin before many that end before them.
            let ms = if n % 10 == 0 { 1_500 } else { n % 3 * 20 };
            running.push(tokio::spawn(async move { app.client.send(&Sent::get(format!("{path}?ms={ms}"))).await }));
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        let mut ids = Vec::new();
        for call in running {
            let answer = call.await??.expect(200)?;
            ids.extend(answer.header("x-request-id"));
        }
        Result::<_>::Ok(ids)
    });

    let path = format!("/v1/{}/functions/logs-sleep/logs/stream?since=2020-01-01T00:00:00Z", world.app.id);
    let (mut seen, mut last, begun) = (Vec::new(), None::<String>, Instant::now());
    while begun.elapsed() < PATIENCE && !(calls.is_finished() && seen.len() >= 60) {
        let mut follow = Sent::get(path.as_str()).as_owner();
        follow.leave_after = Some(Duration::from_millis(350));
        if let Some(last) = &last {
            follow = follow.header("last-event-id", last);
        }
        let answer = world.app.client.send(&follow).await?;
        ensure!(matches!(answer.status, 0 | 200), "status {}: {}", answer.status, answer.text());
        for Event { id, call } in events(&answer.body)? {
            last = Some(id);
            seen.push(call);
        }
    }
    let mut called = calls.await??;
    called.sort();
    let mut sorted = seen.clone();
    sorted.sort();
    ensure!(sorted == called, "{} calls were made, and {} events came: {seen:?}", called.len(), seen.len());
    Ok(())
}

pub async fn a_stream_shows_a_call_soon_after_its_end(world: &World, _: SocketAddr) -> Result<()> {
    world.app.deploy("logs-soon", SLEEP, &json!({})).await?;
    let path = format!("/v1/{}/functions/logs-soon/logs/stream", world.app.id);
    let mut follow = Sent::get(path).as_owner();
    follow.leave_after = Some(Duration::from_secs(5));
    let client = world.app.client;
    let following = tokio::spawn(async move { client.send(&follow).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let call = Sent::get(format!("{}?ms=0", world.app.path("logs-soon")));
    let answer = client.send(&call).await?.expect(200)?;
    let answered = Instant::now();
    let stream = following.await??;
    let seen: Vec<String> = events(&stream.body)?.into_iter().map(|event| event.call).collect();
    ensure!(seen == answer.header("x-request-id"), "the events are of {seen:?}");
    // From the answer to the event: what is left of the stream's time after its first byte was still to come.
    let waited = answered.elapsed().saturating_sub(stream.total.saturating_sub(stream.first_byte));
    ensure!(waited < Duration::from_secs(2), "the event came {waited:?} after the answer");
    Ok(())
}

pub async fn one_stream_too_many_is_refused(world: &World, _: SocketAddr) -> Result<()> {
    let app = App::create(world.app.client, "logs-streams").await?;
    app.deploy("f", SLEEP, &json!({})).await?;
    let path = format!("/v1/{}/functions/f/logs/stream", app.id);
    let stream = |stays| {
        let (client, mut sent) = (app.client, Sent::get(path.as_str()).as_owner());
        sent.leave_after = Some(stays);
        async move { client.send(&sent).await }
    };
    let open: Vec<_> = (0..STREAMS).map(|_| tokio::spawn(stream(Duration::from_secs(4)))).collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let refused = stream(Duration::from_secs(10)).await?.expect(429)?;
    ensure!(!refused.header("retry-after").is_empty(), "the refusal does not say when to try again");
    let code = refused.json()?.pointer("/error/code").cloned();
    ensure!(code == Some(json!("REQUEST_ERROR")), "the code is {code:?}");
    for stream in open {
        stream.await??.expect(200)?;
    }
    // Their places are free again, as soon as the server has seen that they are gone.
    let begun = Instant::now();
    while stream(Duration::from_millis(300)).await?.status != 200 {
        ensure!(begun.elapsed() < PATIENCE, "streams that were left are still counted");
    }
    Ok(())
}
