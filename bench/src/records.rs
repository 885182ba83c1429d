//! Records of calls while the database is slow for a part of the time: what callers feel of it, whether what is lost is counted
//! to the record, and how much memory it takes. Over HTTP at the highest rate that leaves the machine some room, up to
//! 5,000 a second; and, because two cores hardly serve that many, into the recorder itself at 5,000 a second.

use crate::inside::HELLO;
use crate::load::{self, Paced, Target};
use crate::stats::{Sorted, micros, millis};
use crate::table::Row;
use anyhow::{Context as _, Result, ensure};
use ramekin_model::{AppId, InvocationRecord, Secret, TriggerType};
use ramekin_runner::platform::{Database, open_database};
use ramekin_runner::recorder::Recorder;
use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Server, Setup};
use ramekin_tests::{process, runtime};
use serde_json::json;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Calls a second.
const RATE: u32 = 5_000;
/// Share of what the machine can do, in percent, that the load over HTTP takes at most.
const SHARE: u32 = 70;
const CONNECTIONS: usize = 32;
/// Before the database is slow, while it is, and after.
const PHASES: [Duration; 3] = [Duration::from_secs(12), Duration::from_secs(5), Duration::from_secs(13)];
/// To find out what the machine can do.
const TRIAL: Duration = Duration::from_secs(3);
/// How often memory and queue are looked at.
const LOOK: Duration = Duration::from_millis(250);
/// For everything to be written afterwards.
const WRITTEN: Duration = Duration::from_secs(120);
const EXACT: &str = "calls = rows + dropped";

pub(crate) fn measure() -> Result<Vec<Row>> {
    let server = Server::new(&Setup::default())?;
    let rows = runtime()?.block_on(async {
        let app = App::create(server.client(), "bench").await?;
        app.deploy("hello", HELLO, &json!({})).await?;
        app.get("hello").await?.expect(200)?;
        let mut rows = over_http(&server, &app).await?;
        rows.extend(into_the_recorder(&server, &app).await?);
        anyhow::Ok(rows)
    })?;
    server.stop()?;
    Ok(rows)
}

/// A connection that makes the database slow, and looks at what was written.
struct Table(PgConnection);

impl Table {
    async fn open(server: &Server) -> Result<Self> {
        let options: PgConnectOptions = server.home().database_url()?.parse()?;
        Ok(Self(options.connect().await?))
    }

    /// Whoever writes records waits for so long.
    async fn block(&mut self, time: Duration) -> Result<()> {
        self.0.execute("BEGIN; LOCK TABLE ramekin.function_invocations IN ACCESS EXCLUSIVE MODE").await?;
        tokio::time::sleep(time).await;
        self.0.execute("ROLLBACK").await?;
        Ok(())
    }

    async fn rows(&mut self) -> Result<u64> {
        let count = "SELECT count(*) FROM ramekin.function_invocations";
        let rows: i64 = sqlx::query_scalar(count).fetch_one(&mut self.0).await?;
        Ok(rows.unsigned_abs())
    }

    async fn function(&mut self, app: &App) -> Result<Uuid> {
        let ask = "SELECT id FROM ramekin.functions WHERE app_id = $1 AND name = 'hello'";
        Ok(sqlx::query_scalar(ask).bind(&app.id).fetch_one(&mut self.0).await?)
    }
}

/// Figures of the log from `/metrics`: records that wait, and those that were lost.
async fn log(app: &App) -> Result<(u64, u64)> {
    let body = app.client.send(&Sent::get("/metrics").as_owner()).await?.expect(200)?.body;
    let text = String::from_utf8(body)?;
    let of = |name: &str| {
        let line = text.lines().find(|line| line.split_once(' ').is_some_and(|(said, _)| said == name));
        line.and_then(|line| line.rsplit_once(' ')?.1.parse().ok()).with_context(|| format!("no {name}"))
    };
    Ok((of("ramekin_log_queued")?, of("ramekin_log_dropped_total")?))
}

async fn until_written(app: &App) -> Result<u64> {
    let begun = Instant::now();
    loop {
        let (queued, dropped) = log(app).await?;
        if queued == 0 {
            return Ok(dropped);
        }
        ensure!(begun.elapsed() < WRITTEN, "{queued} records still wait after {WRITTEN:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What belongs to each phase, by when it began.
fn by_phase(samples: Vec<(Duration, Duration)>) -> [Sorted; 3] {
    let [before, during, _] = PHASES;
    let mut phases = [Vec::new(), Vec::new(), Vec::new()];
    for (at, took) in samples {
        let phase = usize::from(at >= before) + usize::from(at >= before + during);
        if let Some(phase) = phases.get_mut(phase) {
            phase.push(took);
        }
    }
    phases.map(Sorted::new)
}

async fn over_http(server: &Server, app: &App) -> Result<Vec<Row>> {
    let target = Target { address: server.address(), path: app.path("hello"), answer: "Hello" };
    let most = load::run(&target, CONNECTIONS, TRIAL).await?.len() as f64 / TRIAL.as_secs_f64();
    let rate = f64::from(RATE).min(most * f64::from(SHARE) / 100.0);
    until_written(app).await?;
    let mut table = Table::open(server).await?;
    let (rows, dropped, pid) = (table.rows().await?, log(app).await?.1, server.pid());
    let resident = process::resident_kib(pid)?;
    let [before, during, after] = PHASES;
    let paced = Paced { connections: CONNECTIONS, rate, time: before + during + after };
    let load = tokio::spawn({
        let target = target.clone();
        async move { load::paced(&target, paced).await }
    });
    let slow = tokio::spawn(async move {
        tokio::time::sleep(before).await;
        table.block(during).await?;
        anyhow::Ok(table)
    });
    let mut peak = resident;
    let mut queued = 0;
    while !load.is_finished() {
        peak = peak.max(process::resident_kib(pid)?);
        queued = queued.max(log(app).await?.0);
        tokio::time::sleep(LOOK).await;
    }
    let samples = load.await??;
    let mut table = slow.await??;
    let calls = samples.len() as u64;
    let lost = until_written(app).await? - dropped;
    let written = table.rows().await? - rows;
    table.0.close().await?;
    ensure!(calls == written + lost, "{calls} calls, {written} rows, {lost} dropped");
    let total = paced.time.as_secs_f64();
    let [before, during, after] = by_phase(samples);
    let p99 = |sorted: &Sorted| millis(sorted.permille(990));
    Ok(vec![
        Row::note("records over HTTP: calls a second (of which the machine could do)", {
            format!("{:.0} ({most:.0})", calls as f64 / total)
        }),
        Row::new(
            "records over HTTP, p99: before, database blocked for 5 s, after",
            format!("{}, {}, {}", p99(&before), p99(&during), p99(&after)),
            "unaffected",
        ),
        Row::note(
            "records over HTTP, p50: before, blocked, after",
            format!("{}, {}, {}", millis(before.median()), millis(during.median()), millis(after.median())),
        ),
        Row::new("records over HTTP: calls, rows, dropped", format!("{calls}, {written}, {lost}"), EXACT),
        Row::new(
            "records over HTTP: most that waited; memory before, at most",
            format!("{queued}; {}, {} MiB", resident / 1024, peak / 1024),
            "≤ 65,536; bounded",
        ),
    ])
}

/// As the server does it at the end of a call, at an even rate.
async fn into_the_recorder(server: &Server, app: &App) -> Result<Vec<Row>> {
    let mut table = Table::open(server).await?;
    let (rows, function, app_id) = (table.rows().await?, table.function(app).await?, app.id.parse::<AppId>()?);
    let database = open_database(Database::Url(Secret::new(server.home().database_url()?))).await?;
    let (recorder, writer) = Recorder::start(database.store().clone());
    let [before, during, after] = PHASES;
    let slow = tokio::spawn(async move {
        tokio::time::sleep(before).await;
        table.block(during).await?;
        anyhow::Ok(table)
    });
    let own = std::process::id();
    let (resident, begun) = (process::resident_kib(own)?, Instant::now());
    let (mut peak, mut queued, mut look, mut samples) = (resident, 0, LOOK, Vec::new());
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let time = before + during + after;
    while begun.elapsed() < time {
        tick.tick().await;
        let due = (begun.elapsed().as_secs_f64() * f64::from(RATE)) as usize;
        for _ in samples.len()..due {
            let record = record(function, &app_id);
            let started = Instant::now();
            recorder.record(record);
            samples.push((started - begun, started.elapsed()));
        }
        if begun.elapsed() >= look {
            look += LOOK;
            queued = queued.max(recorder.state().queued);
            peak = peak.max(process::resident_kib(own)?);
        }
    }
    let mut table = slow.await??;
    let calls = samples.len() as u64;
    writer.close().await;
    let (state, written) = (recorder.state(), table.rows().await? - rows);
    table.0.close().await?;
    database.close().await;
    ensure!(state.queued == 0 && calls == written + state.dropped, "{calls} records, {written} rows, {state:?}");
    let [before, during, after] = by_phase(samples);
    let p99 = |sorted: &Sorted| micros(sorted.permille(990));
    Ok(vec![
        Row::new(
            "recorder at 5,000/s, p99 of taking one: before, blocked, after",
            format!("{}, {}, {}", p99(&before), p99(&during), p99(&after)),
            "unaffected",
        ),
        Row::note("recorder at 5,000/s, longest: before, blocked, after", {
            format!("{}, {}, {}", micros(before.max()), micros(during.max()), micros(after.max()))
        }),
        Row::new(
            "recorder at 5,000/s: records, rows, dropped",
            format!("{calls}, {written}, {}", state.dropped),
            EXACT,
        ),
        Row::new(
            "recorder at 5,000/s: most that waited; memory before, at most",
            format!("{queued}; {}, {} MiB", resident / 1024, peak / 1024),
            "≤ 65,536; bounded",
        ),
    ])
}

fn record(function: Uuid, app: &AppId) -> InvocationRecord {
    InvocationRecord {
        id: Uuid::now_v7(),
        function_id: function,
        app_id: app.clone(),
        user_id: None,
        method: "GET".into(),
        path: format!("/v1/{app}/fn/hello"),
        status_code: Some(200),
        request_bytes: 0,
        response_bytes: 5,
        duration_ms: 1,
        cpu_us: 300,
        memory_bytes: 1 << 20,
        error: None,
        stack: None,
        started_at: chrono::Utc::now(),
        console: Vec::new(),
        trigger: TriggerType::Http,
        acted: None,
    }
}
