//! A function with one indexed `SELECT`, beside a handler in Rust (axum and sqlx) that does the same, with the same role
//! and settings for the statement: both on the first core with the database, and then with the database on the other.
//!
//! The handler's statement is prepared once, and its sessions are never cleaned: its SQL is its author's own.

use crate::load::Target;
use crate::peers::{LOAD_CORE, Peer, SERVER_CORE, against, rows, turns};
use crate::table::Row;
use anyhow::{Context as _, Result};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::process;
use ramekin_tests::server::{Server, Setup};
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Row as _};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};

const BAR: &str = "≥ 0.5×";
const CONNECTIONS: u32 = 16;
/// Of which one app has three quarters, rounded up: as many as the peer.
const OURS: u32 = 21;
const SELECT: &str = "SELECT id, name, price FROM items WHERE id = $1";
const FUNCTION: &str = "export default async (request, ctx) => {
  const { rows } = await ctx.db.query('SELECT id, name, price FROM items WHERE id = $1', [500]);
  return Response.json(rows[0]);
};";
const FILL: &str = "export default async (request, ctx) => {
  await ctx.db.query(\"INSERT INTO items (name, price) SELECT 'item ' || n, n FROM generate_series(1, 10000) n\");
  return new Response('Filled');
};";

pub(crate) fn measure() -> Result<Vec<Row>> {
    let setup = Setup::default().with("RAMEKIN_DATABASE_CONNECTIONS", OURS.to_string()).on_core(SERVER_CORE);
    let server = Server::new(&setup)?;
    // A thread of its own, for the pin would stay on this one.
    let outcome = std::thread::scope(|scope| scope.spawn(|| compare(&server)).join());
    let rows = outcome.map_err(|_| anyhow::anyhow!("the load generator panicked"))??;
    server.stop()?;
    Ok(rows)
}

fn compare(server: &Server) -> Result<Vec<Row>> {
    process::pin_thread(LOAD_CORE)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = App::create(server.client(), "bench").await?;
        let columns = json!({ "id": { "type": "bigserial", "primaryKey": true }, "name": { "type": "text" }, "price": { "type": "integer" } });
        let schema = json!({ "schema": { "tables": { "items": { "columns": columns } } } });
        let apply = Sent::post(format!("/v1/{}/schema/apply", app.id), &schema).as_owner();
        app.client.send(&apply).await?.expect(200)?;
        app.deploy("fill", FILL, &json!({})).await?;
        app.get("fill").await?.expect(200)?;
        app.deploy("query", FUNCTION, &json!({})).await?;

        let url = server.home().database_url()?.replace("/ramekin?", &format!("/{}?", app.id));
        let other = Other::start(&url)?;
        let target = |address, path| Target { address, path, answer: "item 500" };
        let mut peers = vec![
            Peer::new("Ramekin".into(), server.pid(), target(server.address(), app.path("query"))),
            Peer::new("axum and sqlx".into(), other.child.id(), target(other.address, "/".into())),
        ];
        for peer in &peers {
            peer.warm_up().await?;
        }
        turns(&mut peers).await?;
        let mut rows = rows(&peers, "one SELECT");
        rows.extend(against(&peers, "database on the same core", BAR));
        for process in process::below(server.home().path()).iter().filter(|process| process.pid != server.pid()) {
            process::pin_found(process, LOAD_CORE)?;
        }
        turns(&mut peers).await?;
        rows.extend(against(&peers, "database on the other", BAR));
        Ok(rows)
    })
}

/// The peer's process. Killed when dropped.
struct Other {
    child: Child,
    address: SocketAddr,
}

impl Other {
    fn start(url: &str) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--peer", url]).stdin(Stdio::null()).stdout(Stdio::piped());
        process::tie(&mut command);
        process::pin(&mut command, SERVER_CORE);
        let mut child = command.spawn().context("starting the peer")?;
        let stdout = child.stdout.take().context("a peer without an output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let port: u16 = line.trim().parse().with_context(|| format!("the peer did not come up: {line}"))?;
        Ok(Self { child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) })
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        process::kill_group(&mut self.child);
    }
}

/// Is the peer: serves until it is killed.
pub(crate) fn serve(url: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Without a question before each use whether the connection is alive, which the function's has not either.
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false).connect(url).await?;
        sqlx::raw_sql("GRANT butterbase_service TO CURRENT_USER").execute(&pool).await?;
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?.port())?;
        Ok(axum::serve(listener, Router::new().route("/", get(handler)).with_state(pool)).await?)
    })
}

async fn handler(State(pool): State<PgPool>) -> Result<Json<Value>, StatusCode> {
    selected(&pool).await.map(Json).map_err(|error| {
        let _ = writeln!(std::io::stderr(), "the peer: {error}");
        StatusCode::INTERNAL_SERVER_ERROR
    })
}

/// In a transaction with the role and the settings that a function's statement has.
async fn selected(pool: &PgPool) -> sqlx::Result<Value> {
    let mut transaction = pool.begin().await?;
    let setup = "SET LOCAL ROLE butterbase_service; SET LOCAL app.role = 'butterbase_service';
                 SET LOCAL statement_timeout = 31000";
    sqlx::raw_sql(setup).execute(&mut *transaction).await?;
    let row = sqlx::query(SELECT).bind(500_i64).fetch_one(&mut *transaction).await?;
    let (id, name, price): (i64, String, i32) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    transaction.commit().await?;
    Ok(json!({ "id": id, "name": name, "price": price }))
}
