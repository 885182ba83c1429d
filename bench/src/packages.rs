//! Deploys of functions with packages, when the packages are there already, and what the others notice of them.

use crate::inside::HELLO;
use crate::load::{self, Paced, Target};
use crate::stats::{Sorted, millis};
use crate::table::Row;
use anyhow::{Result, bail};
use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::runtime;
use ramekin_tests::server::{Server, Setup};
use serde_json::{Value, json};
use std::cell::Cell;
use std::time::Duration;

/// A library for checking what a function is sent.
pub(crate) const ZOD: &str = "npm:zod@4.1.12";
const HONO: &str = "npm:hono@4.10.4";
/// A library of several megabytes.
const TWILIO: &str = "npm:twilio@5.10.4";

/// Requests a second of hello meanwhile.
const RATE: f64 = 200.0;
/// For how long it is asked at a time.
const WINDOW: Duration = Duration::from_millis(500);

struct Deployed {
    what: &'static str,
    code: String,
    times: usize,
    bar: &'static str,
}

fn functions() -> [Deployed; 3] {
    let zod_and_hono = format!(
        "import {{ z }} from '{ZOD}';\nimport {{ Hono }} from '{HONO}';\nconst Body = z.object({{ name: z.string() }});\n\
         const app = new Hono();\napp.post('/', async (c) => c.json(Body.parse(await c.req.json())));\nexport default app;"
    );
    let twilio = format!(
        "import twilio from '{TWILIO}';\nconst client = twilio('AC' + '0'.repeat(32), 'secret');\n\
         export default () => Response.json({{ of: typeof client.messages.create }});"
    );
    [
        Deployed { what: "hello", code: HELLO.into(), times: 30, bar: "≤ 50 ms" },
        Deployed { what: "zod and hono", code: zod_and_hono, times: 10, bar: "≤ 400 ms" },
        Deployed { what: "twilio", code: twilio, times: 3, bar: "≤ 5 s, or why not" },
    ]
}

pub(crate) fn measure() -> Result<Vec<Row>> {
    let server = Server::new(&Setup::default())?;
    let rows = runtime()?.block_on(async {
        let app = App::create(server.client(), "bench").await?;
        app.deploy("hello", HELLO, &json!({})).await?;
        let target = Target { address: server.address(), path: app.path("hello"), answer: "Hello" };
        let asked = async || {
            let answers = load::paced(&target, Paced { connections: 4, rate: RATE, time: WINDOW }).await?;
            anyhow::Ok(answers.into_iter().map(|(_, took)| took))
        };
        let alone = Sorted::new(asked().await?.chain(asked().await?).collect());
        let mut rows = vec![Row::note("hello, asked while nothing is deployed, p50 / p99", shown(&alone))];
        for function in functions() {
            // The first fetches the packages.
            let refused = match deploy(&app, &function, 0).await {
                Ok((_, refused)) => refused,
                Err(error) => {
                    rows.push(Row::new(function.figure(), format!("not measured: {error:#}"), function.bar));
                    continue;
                }
            };
            let done = Cell::new(false);
            let all = async {
                let mut times = Vec::new();
                for n in 1..=function.times {
                    times.push(deploy(&app, &function, n).await?.0);
                }
                done.set(true);
                anyhow::Ok(times)
            };
            let beside = async {
                let mut times = Vec::new();
                while !done.get() {
                    times.extend(asked().await?);
                }
                anyhow::Ok(Sorted::new(times))
            };
            let (times, meanwhile) = tokio::try_join!(all, beside)?;
            let measured = match refused {
                None => millis(Sorted::new(times).median()),
                Some(why) => format!("{}: {why}", millis(Sorted::new(times).median())),
            };
            rows.push(Row::new(function.figure(), measured, function.bar));
            rows.push(Row::note(format!("hello, asked meanwhile, p50 / p99 ({})", function.what), shown(&meanwhile)));
        }
        anyhow::Ok(rows)
    })?;
    server.stop()?;
    Ok(rows)
}

impl Deployed {
    fn figure(&self) -> String {
        format!("deploy of {} over HTTP, packages at hand, p50", self.what)
    }
}

/// How long it took, and why the deploy was refused, if it was.
async fn deploy(app: &App, function: &Deployed, n: usize) -> Result<(Duration, Option<String>)> {
    let name = format!("{}-{n}", function.what.replace(' ', "-"));
    let form = json!({
        "name": name, "code": format!("{}\n// {n}", function.code), "triggers": [{ "type": "http", "config": { "auth": "none" } }],
    });
    let sent = Sent::post(format!("/v1/{}/functions", app.id), &form).as_owner().within(Duration::from_secs(120));
    let answer = app.client.send(&sent).await?;
    match answer.status {
        200 => Ok((answer.total, None)),
        400 => {
            let refused = answer.json()?;
            let message = refused.pointer("/error/message").and_then(Value::as_str).unwrap_or_default();
            Ok((answer.total, Some(message.to_owned())))
        }
        status => bail!("{status}: {}", answer.text()),
    }
}

fn shown(times: &Sorted) -> String {
    format!("{} / {}", millis(times.median()), millis(times.permille(990)))
}
