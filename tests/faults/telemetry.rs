//! Traces and metrics for a collector of OpenTelemetry: whole while it takes them, and nobody's problem when it does not.

use ramekin_tests::client::Sent;
use ramekin_tests::collector::{Collector, Manner, Span};
use ramekin_tests::owner::App;
use ramekin_tests::server::{Home, Server, Setup};
use ramekin_tests::upstream::Upstream;
use ramekin_tests::{Context as _, Result, ensure, report, runtime};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";
/// Nothing that it is about may be in a span.
const ASKS: &str = "
export default async (request: Request, ctx: any) => {
  await ctx.db.query('SELECT $1::text AS canary', ['canary']);
  const failed = await ctx.db.query(\"SELECT 'canary'::int\").then(() => 'no', (error: any) => error.code);
  await ctx.db.transaction(async (db: any) => { await db.query('SELECT 2'); });
  const headers = { authorization: 'Bearer canary' };
  const upstream = ctx.env.UPSTREAM;
  const echoed = await (await fetch(`http://${upstream}/echo?secret=canary`, { headers })).json();
  const own = { traceparent: '00-11111111111111111111111111111111-2222222222222222-00' };
  const said = await (await fetch(`http://${upstream}/echo`, { headers: own })).json();
  const other = await (await ctx.invoke('other', { secret: 'canary' })).json();
  return Response.json({ failed, echoed: echoed.headers, said: said.headers, other });
};";
const OTHER: &str = "
export default async (request: Request, ctx: any) => {
  await ctx.db.query('SELECT 3');
  return Response.json({ traceparent: request.headers.get('traceparent') });
};";
const HELLO: &str = "export default () => new Response('hello');";
/// For what was said to be sent.
const SOON: Duration = Duration::from_secs(15);

fn setup(collector: &str) -> Setup {
    Setup::default()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", collector)
        .with("OTEL_EXPORTER_OTLP_HEADERS", "x-canary=canary%20key")
        .with("OTEL_SERVICE_NAME", "shop")
        .with("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
        .with("OTEL_BSP_SCHEDULE_DELAY", "50")
        .with("OTEL_METRIC_EXPORT_INTERVAL", "300")
}

/// The only span of this name.
fn named<'a>(spans: &'a [Span], name: &str) -> Result<&'a Span> {
    let found: Vec<&Span> = spans.iter().filter(|span| span.name == name).collect();
    match found.as_slice() {
        [span] => Ok(*span),
        _ => ramekin_tests::bail!("there are {} spans of the name {name}: {spans:#?}", found.len()),
    }
}

fn field(headers: &Value, name: &str) -> Option<String> {
    let pairs = headers.as_array()?;
    let pair = pairs.iter().find(|pair| pair.get(0).and_then(Value::as_str) == Some(name))?;
    Some(pair.get(1)?.as_str()?.to_owned())
}

pub fn a_call_is_one_trace_with_all_that_it_asks_for() -> Result<()> {
    let (collector, upstream) = runtime()?
        .block_on(async { Result::<_>::Ok((Collector::start(Manner::Takes).await?, Upstream::start().await?)) })?;
    let setup = setup(&collector.url()).with("RAMEKIN_EGRESS_ALLOW", upstream.address.to_string());
    let server = Server::new(&setup)?;
    runtime()?.block_on(async {
        let app = App::create(server.client(), "traces").await?;
        app.deploy("asks", ASKS, &json!({ "envVars": { "UPSTREAM": upstream.address.to_string() } })).await?;
        app.deploy("other", OTHER, &json!({})).await?;
        app.deploy("hello", HELLO, &json!({})).await?;
        one_trace(&app, &collector).await?;
        flags(&app, &collector).await?;
        figures(&app, &collector).await?;
        let fields = collector.fields();
        let keyed = fields.iter().all(|fields| fields.get("x-canary").is_some_and(|key| key == "canary key"));
        ensure!(keyed, "not every request had the operator's fields: {fields:?}");
        // What has just ended is sent before the server is gone.
        app.get("hello").await?.expect(200)?;
        Result::<_>::Ok(())
    })?;
    server.stop()?;
    let hellos = collector.spans().iter().filter(|span| span.name == "hello").count();
    ensure!(hellos == 3, "{hellos} of 3 calls were sent before the end");
    ensure!(
        !format!("{:?}", collector.spans()).contains("canary"),
        "a span holds what it must not: {:#?}",
        collector.spans()
    );
    Ok(())
}

async fn one_trace(app: &App, collector: &Collector) -> Result<()> {
    let call = Sent::get(format!("{}?secret=canary", app.path("asks")))
        .header("traceparent", format!("00-{TRACE}-{CALLER}-01"))
        .header("tracestate", "vendor=1")
        .header("x-secret", "canary");
    let answer = app.client.send(&call).await?.expect(200)?;
    let id = answer.header("x-request-id").join("");
    let answer = answer.json()?;
    let of_trace = |spans: &[Span]| spans.iter().filter(|span| span.trace == TRACE).count();
    // Three statements and a transaction around one of them, two fetches, invoke, the other function and its statement, and the
    // call itself.
    collector.until(SOON, |spans, _| of_trace(spans) == 11).await?;
    let spans: Vec<Span> = collector.spans().into_iter().filter(|span| span.trace == TRACE).collect();
    let (asks, invoke, other) = (named(&spans, "asks")?, named(&spans, "invoke other")?, named(&spans, "other")?);
    ensure!(asks.parent == CALLER && asks.kind == 2 && asks.state == "vendor=1", "the call is {asks:#?}");
    ensure!(invoke.parent == asks.id && invoke.kind == 3, "the invocation is {invoke:#?}");
    ensure!(other.parent == invoke.id && other.kind == 2, "the call of the other function is {other:#?}");
    for (name, value) in [
        ("faas.name", "asks"),
        ("faas.trigger", "http"),
        ("faas.invocation_id", id.as_str()),
        ("http.request.method", "GET"),
        ("http.route", "/v1/{app}/fn/{name}"),
        ("url.path", app.path("asks").as_str()),
        ("http.response.status_code", "200"),
        ("ramekin.app.id", app.id.as_str()),
    ] {
        ensure!(asks.attributes.get(name).map(String::as_str) == Some(value), "{name} is not {value} in {asks:#?}");
    }
    for (name, value) in [("service.name", "shop"), ("deployment.environment.name", "test")] {
        ensure!(asks.resource.get(name).map(String::as_str) == Some(value), "{name} is not {value} in {asks:#?}");
    }
    let select = format!("SELECT {}", app.id);
    let queries: Vec<&Span> = spans.iter().filter(|span| span.name == select).collect();
    let below = |parent: &Span| queries.iter().filter(|span| span.parent == parent.id).count();
    ensure!(below(asks) == 3 && below(other) == 1, "queries are {queries:#?}");
    for operation in ["BEGIN", "COMMIT"] {
        ensure!(
            named(&spans, &format!("{operation} {}", app.id))?.parent == asks.id,
            "{operation} is not below the call"
        );
    }
    let failed: Vec<&&Span> = queries.iter().filter(|span| span.failed).collect();
    ensure!(
        failed.len() == 1
            && failed.iter().all(|span| span.attributes.get("error.type").is_some_and(|code| code == "22P02")),
        "the query that failed is {failed:#?}"
    );
    let fetches: Vec<&Span> = spans.iter().filter(|span| span.name == "GET").collect();
    ensure!(fetches.len() == 2 && fetches.iter().all(|span| span.parent == asks.id && span.kind == 3), "{fetches:#?}");
    for span in &spans {
        ensure!(span.time.0 <= span.time.1 && span.time.0 >= asks.time.0, "{span:#?} is not within {asks:#?}");
    }

    // Who is asked is told which span asks.
    let echoed = answer.get("echoed").context("no echo")?;
    let told = field(echoed, "traceparent").context("the outbound request carries no traceparent")?;
    ensure!(fetches.iter().any(|span| told == format!("00-{TRACE}-{}-01", span.id)), "it was told {told}");
    ensure!(field(echoed, "tracestate").as_deref() == Some("vendor=1"), "the tracestate is not passed on: {echoed}");
    let said = field(answer.get("said").context("no echo")?, "traceparent");
    let own = "00-11111111111111111111111111111111-2222222222222222-00";
    ensure!(said.as_deref() == Some(own), "what the function said itself became {said:?}");
    let other = answer.pointer("/other/traceparent").and_then(Value::as_str);
    let expected = format!("00-{TRACE}-{}-01", invoke.id);
    ensure!(other == Some(expected.as_str()), "the other function was told {other:?}");
    Ok(())
}

/// A caller that does not record its trace has none recorded; one that has none gets one.
async fn flags(app: &App, collector: &Collector) -> Result<()> {
    let unsampled = "00-99999999999999999999999999999999-8888888888888888-00";
    let call = Sent::get(app.path("asks")).header("traceparent", unsampled);
    let answer = app.client.send(&call).await?.expect(200)?.json()?;
    let told = field(answer.get("echoed").context("no echo")?, "traceparent").context("no traceparent")?;
    ensure!(
        told.starts_with("00-99999999999999999999999999999999-") && told.ends_with("-00") && told != unsampled,
        "the upstream of an unsampled trace was told {told}"
    );
    app.get("hello").await?.expect(200)?;
    let own = |spans: &[Span]| spans.iter().filter(|span| span.name == "hello" && span.parent.is_empty()).count();
    collector.until(SOON, |spans, _| own(spans) == 1).await?;
    let recorded = collector.spans().iter().any(|span| span.trace.starts_with("9999"));
    ensure!(!recorded, "an unsampled trace was recorded");
    // The owner's test call is one, too.
    let invoke = Sent::post(format!("/v1/{}/functions/hello/invoke", app.id), &json!({})).as_owner();
    app.client.send(&invoke.header("traceparent", format!("00-{TRACE}-{CALLER}-01"))).await?.expect(200)?;
    let route = |span: &Span| span.attributes.get("http.route").is_some_and(|route| route.ends_with("/invoke"));
    collector.until(SOON, |spans, _| spans.iter().any(|span| route(span) && span.trace == TRACE)).await
}

async fn figures(app: &App, collector: &Collector) -> Result<()> {
    collector
        .until(SOON, |_, metrics| {
            let of = |name: &str| metrics.iter().rfind(|metric| metric.name == name).map(|metric| metric.value);
            let hello = metrics.iter().rfind(|metric| {
                metric.name == "faas.invocations"
                    && metric.attributes.get("faas.name").is_some_and(|name| name == "hello")
            });
            // Two calls of `asks` and of the other, two of this one.
            hello.is_some_and(|hello| hello.value == 2.0 && hello.attributes.get("ramekin.app.id") == Some(&app.id))
                && of("faas.invoke_duration") == Some(6.0)
                && of("process.cpu.time").is_some_and(|seconds| seconds > 0.0)
                && of("ramekin.spans.dropped") == Some(0.0)
        })
        .await
        .context("the metrics")
}

/// What `/metrics` says of spans: those that wait, were taken, and were dropped.
async fn counted(app: &App) -> Result<[u64; 3]> {
    let body = app.client.send(&Sent::get("/metrics").as_owner()).await?.expect(200)?.body;
    let text = String::from_utf8(body)?;
    let sum = |name: &str| -> u64 {
        let lines = text.lines().filter(|line| line.starts_with(name));
        lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
    };
    Ok(["ramekin_spans_waiting", "ramekin_spans_sent_total", "ramekin_spans_dropped_total"].map(sum))
}

async fn settle(app: &App, good: impl Fn([u64; 3]) -> bool) -> Result<()> {
    let begun = Instant::now();
    loop {
        let counts = counted(app).await?;
        if good(counts) {
            return Ok(());
        }
        ensure!(begun.elapsed() < SOON, "after {SOON:?} the server counts {counts:?}: waiting, sent, dropped");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Calls made while the collector does not take anything.
const CALLS: u64 = 300;
/// Spans that may wait meanwhile.
const QUEUE: u64 = 50;

pub fn a_collector_that_takes_nothing_is_nobodys_problem() -> Result<()> {
    for manner in [Some(Manner::Silent), Some(Manner::Busy), None] {
        let collector = runtime()?.block_on(Collector::start(manner.unwrap_or(Manner::Takes)))?;
        // Nobody listens at this port.
        let url = if manner.is_some() { collector.url() } else { "http://127.0.0.1:1".to_owned() };
        let setup = setup(&url)
            .with("OTEL_BSP_MAX_QUEUE_SIZE", QUEUE.to_string())
            .with("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "20")
            .with("OTEL_EXPORTER_OTLP_TIMEOUT", "1000");
        let home = Home::new()?;
        let server = Server::start(&home, &setup)?;
        runtime()?.block_on(async {
            let app = App::create(server.client(), "away").await?;
            app.deploy("hello", HELLO, &json!({})).await?;
            let mut slowest = Duration::ZERO;
            for _ in 0..CALLS {
                slowest = slowest.max(app.get("hello").await?.expect(200)?.total);
            }
            report::figure("telemetry", format_args!("{manner:?}: the slowest of {CALLS} calls took {slowest:?}"));
            ensure!(slowest < Duration::from_secs(2), "a call waited {slowest:?} for the collector");
            // The span of a call that has just been answered may still be on its way.
            settle(&app, |[waiting, sent, dropped]| sent == 0 && waiting + dropped == CALLS).await?;
            let [waiting, ..] = counted(&app).await?;
            ensure!(waiting <= QUEUE + 20, "{waiting} spans wait, and there is room for {QUEUE}");
            settle(&app, |counts| counts == [0, 0, CALLS]).await?;
            Result::<_>::Ok(())
        })?;
        if manner.is_some() {
            // It comes back, and takes what is new.
            collector.be(Manner::Takes);
            runtime()?.block_on(async {
                let app = App::create(server.client(), "away").await?;
                app.get("hello").await?.expect(200)?;
                collector.until(SOON, |spans, _| !spans.is_empty()).await?;
                settle(&app, |counts| counts == [0, 1, CALLS]).await
            })?;
        }
        let begun = Instant::now();
        server.stop()?;
        ensure!(begun.elapsed() < Duration::from_secs(20), "the end took {:?}", begun.elapsed());
        let log = home.log();
        ensure!(log.contains("spans of traces were dropped"), "the log says nothing of it: {}", home.log_tail());
        ensure!(!log.contains("canary"), "the log shows the fields for the collector");
    }
    Ok(())
}
