//! A PostgreSQL that is somebody else's, with a role that may make databases and roles and no more.

use ramekin_tests::case::{self, World};
use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Home, Server, Setup};
use ramekin_tests::upstream::Upstream;
use ramekin_tests::{Context as _, Result, ensure, json, report, runtime};
use serde_json::json;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};

/// What has to hold wherever the databases of apps are.
const CASES: &[&str] = &["database/cancelled", "database/errors", "database/idempotency", "database/roles"];
/// Password of the role.
const PASSWORD: &str = "0123456789abcdef";
const QUERY: &str = "export default async (_, ctx) =>
    Response.json((await ctx.db.query('SELECT session_user::text AS login')).rows[0]);";

/// Two platforms that know nothing of each other share a cluster: one with the role of the embedded PostgreSQL, the other with
/// one of its own. Names of databases and logins are ids of apps, which are random, so they do not meet there; the three
/// groups are of the role that has made them, and others need the right to hand them out.
pub fn cases_of_databases_pass_on_somebody_elses_postgresql() -> Result<()> {
    let first = Server::new(&Setup::default())?;
    let mut admin = runtime()?.block_on(make(first.home()))?;
    let url = first.home().database_url_of("outside", PASSWORD, "outside")?;
    let second = Server::start(&Home::new()?, &Setup::default().with("DATABASE_URL", url))?;
    runtime()?.block_on(async {
        let app = App::create(second.client(), "cases").await?;
        let base = format!("http://{}", second.address());
        let world = World { app: app.clone(), upstream: Upstream::start().await?, base };
        let cases: Vec<_> = case::collect()?.into_iter().filter(|case| CASES.contains(&case.name.as_str())).collect();
        ensure!(cases.len() == CASES.len(), "only {} of {CASES:?} are there", cases.len());
        for case in cases {
            case.run(&world).await.with_context(|| case.name.clone())?;
        }

        let grant = "GRANT butterbase_user, butterbase_service, butterbase_anon TO ramekin WITH ADMIN OPTION";
        admin.execute(grant).await?;
        let beside = App::create(first.client(), "beside").await?;
        for app in [&app, &beside] {
            app.deploy("query", QUERY, &json!({})).await?;
            let answer = app.get("query").await?.expect(200)?.json()?;
            let difference = json::difference(&json!({ "login": format!("{}_service", app.id) }), &answer);
            ensure!(difference.is_none(), "{difference:?}");
        }

        // What the role has made it can take away, while there are sessions; and nothing of another platform.
        let delete = |app: &App| Sent::new("DELETE", format!("/apps/{}", app.id)).as_owner();
        app.client.send(&delete(&beside)).await?.expect(404)?;
        app.client.send(&delete(&app)).await?.expect(200)?;
        let left: Vec<String> = sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE datname LIKE 'app%'")
            .fetch_all(&mut admin)
            .await?;
        ensure!(!left.contains(&app.id) && left.contains(&beside.id), "there are {left:?}");
        beside.get("query").await?.expect(200)?;
        let version: String = sqlx::query_scalar("SHOW server_version").fetch_one(&mut admin).await?;
        report::figure("external", format_args!("{} cases on PostgreSQL {version}", CASES.len()));
        admin.close().await?;
        Result::<_>::Ok(())
    })?;
    second.stop()?;
    first.stop()
}

/// Makes the role and an empty database of it. Returns a connection of the superuser.
async fn make(home: &Home) -> Result<PgConnection> {
    let options: PgConnectOptions = home.superuser_url()?.parse()?;
    let mut admin = options.connect().await?;
    let role = format!("CREATE ROLE outside LOGIN CREATEDB CREATEROLE PASSWORD '{PASSWORD}'");
    admin.execute(sqlx::AssertSqlSafe(role)).await?;
    admin.execute("CREATE DATABASE outside OWNER outside").await?;
    Ok(admin)
}
