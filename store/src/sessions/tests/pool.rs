//! Who gets a connection, and when.

use super::*;
use crate::testing::{Proxy, temp_dir};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};
use tokio::time::sleep;

fn of(connections: usize) -> SessionsOptions {
    SessionsOptions { connections, ..SessionsOptions::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_queries_over_few_connections_leave_none_behind() {
    let mut rig = Rig::with(1, of(8)).await;
    let before = rig.backends().await;
    let calls = (0..200).map(|call| {
        let (sessions, app) = (rig.sessions.clone(), rig.app().clone());
        tokio::spawn(async move {
            for n in 0..5 {
                let identity = user(&format!("u{call}"));
                let asked = with("SELECT current_user_id() || '/' || $1", &[Some(&n.to_string())]);
                let rows = sessions.query(&app, &identity, &asked, TIME).await.unwrap();
                assert_eq!(one(&rows), format!("u{call}/{n}"));
            }
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    let (open, idle) = rig.sessions.0.counts();
    assert!(open == idle && open <= 6, "one app has three quarters: {open} open, {idle} idle");
    assert_eq!(rig.backends().await, i64::try_from(open).unwrap());
    assert_eq!(rig.directory.asked.load(Ordering::Relaxed), open, "each was opened once");
    rig.sessions.close().await;
    assert_eq!((rig.sessions.0.counts(), rig.backends().await), ((0, 0), before));
    let refused = rig.service("SELECT 1").await.unwrap_err();
    assert!(matches!(refused, SqlError::Unavailable(_)), "{refused}");
}

#[tokio::test]
async fn who_finds_all_connections_in_use_waits_five_seconds() {
    let rig = Rig::with(1, of(1)).await;
    let slow = rig.service("SELECT pg_sleep(1)");
    let next = async {
        sleep(Duration::from_millis(100)).await;
        rig.service("SELECT 2").await
    };
    let (slow, next) = tokio::join!(slow, next);
    assert_eq!((slow.unwrap().count, one(&next.unwrap())), (1, "2".into()));

    let begun = Instant::now();
    let slow = rig.service("SELECT pg_sleep(7)");
    let next = async {
        sleep(Duration::from_millis(100)).await;
        rig.service("SELECT 2").await.unwrap_err()
    };
    let next = tokio::select! { _ = slow => panic!("it should take longer"), next = next => next };
    assert!(next.to_string().starts_with("Database connection timeout (5s)"), "{next}");
    assert!((5..7).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn apps_take_turns() {
    let rig = Rig::with(2, of(2)).await;
    let finished = Arc::new(Mutex::new(Vec::new()));
    let ask = |app: usize, sql: &'static str| {
        let (sessions, id, finished) = (rig.sessions.clone(), rig.apps[app].clone(), Arc::clone(&finished));
        async move {
            sessions.query(&id, &SqlIdentity::Service, &statement(sql), TIME).await.unwrap();
            finished.lock().unwrap().push(app);
        }
    };
    // Two of the first app have both connections, eight more of it wait, then two of the second come.
    let loud = futures::future::join_all((0..10).map(|_| ask(0, "SELECT pg_sleep(0.1)")));
    let quiet = async {
        sleep(Duration::from_millis(50)).await;
        futures::future::join_all((0..2).map(|_| ask(1, "SELECT pg_sleep(0.1)"))).await
    };
    tokio::join!(loud, quiet);
    let finished = finished.lock().unwrap();
    let last = finished.iter().rposition(|&app| app == 1).unwrap();
    assert!(last < 8, "the second app waited for all of the first: {finished:?}");
}

#[tokio::test]
async fn transactions_leave_a_connection_to_queries() {
    let rig = Rig::with(1, of(4)).await;
    let begin = || rig.sessions.begin(rig.app(), &SqlIdentity::Service, TIME);
    let (first, second) = (begin().await.unwrap(), begin().await.unwrap());
    // Three are this app's: a query finds the third, a transaction waits.
    assert_eq!(one(&rig.service("SELECT 1").await.unwrap()), "1");
    let third = tokio::time::timeout(Duration::from_millis(200), begin()).await;
    assert!(third.is_err());
    assert_eq!(one(&rig.service("SELECT 1").await.unwrap()), "1");
    first.commit().await.unwrap();
    let third = begin().await.unwrap();
    third.rollback().await.unwrap();
    second.rollback().await.unwrap();
    assert_eq!(rig.sessions.0.counts().0, 3);
}

#[tokio::test]
async fn an_idle_connection_makes_room_and_closes_after_a_while() {
    let rest = Duration::from_millis(400);
    let mut rig = Rig::with(2, SessionsOptions { connections: 2, idle: rest }).await;
    for identity in [SqlIdentity::Service, SqlIdentity::Anon, user("u")] {
        // One role after the other, and one app after the other, with two connections in all.
        rig.query(&identity, "SELECT 1").await.unwrap();
        rig.sessions.query(&rig.apps[1], &identity, &statement("SELECT 1"), TIME).await.unwrap();
        assert!(rig.sessions.0.counts().0 <= 2);
    }
    let pool = Arc::clone(&rig.sessions.0);
    assert!(soon(|| async { pool.counts() == (0, 0) }).await, "{:?}", pool.counts());
    assert_eq!(rig.backends().await, 0);
    assert_eq!(one(&rig.service("SELECT 1").await.unwrap()), "1");
}

#[tokio::test]
async fn the_idle_connections_of_one_app_close_and_no_others() {
    let rig = Rig::with(2, of(8)).await;
    rig.query(&user("u"), "SELECT 1").await.unwrap();
    rig.sessions.query(&rig.apps[1], &SqlIdentity::Service, &statement("SELECT 1"), TIME).await.unwrap();
    let open = rig.sessions.begin(rig.app(), &SqlIdentity::Service, TIME).await.unwrap();
    assert_eq!(rig.sessions.0.counts(), (3, 2));
    rig.sessions.close_app(rig.app()).await;
    assert_eq!(rig.sessions.0.counts(), (2, 1), "one is in use, and one is another app's");
    open.commit().await.unwrap();
    rig.sessions.close_app(rig.app()).await;
    assert_eq!(rig.sessions.0.counts(), (1, 1));
    assert_eq!(one(&rig.service("SELECT 1").await.unwrap()), "1");
}

#[tokio::test]
async fn a_broken_connection_is_replaced() {
    let mut rig = Rig::new().await;
    let asked = "SELECT pg_backend_pid()";
    for _ in 0..3 {
        let pid = one(&rig.service(asked).await.unwrap());
        rig.admin(&format!("SELECT pg_terminate_backend({pid}, 1000)")).await;
        let next = one(&rig.service(asked).await.unwrap());
        assert_ne!(next, pid);
    }
    // While a query runs nobody can know how far it came.
    let pool = Arc::clone(&rig.sessions.0);
    let (superuser, sessions, app) = (&mut rig.superuser, &rig.sessions, &rig.apps[0]);
    let kill = async {
        sleep(Duration::from_millis(200)).await;
        superuser
            .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(62)%'")
            .await
    };
    let slow = statement("SELECT pg_sleep(62)");
    let (broken, killed) = tokio::join!(sessions.query(app, &SqlIdentity::Service, &slow, TIME), kill);
    killed.unwrap();
    let broken = broken.unwrap_err();
    assert!(matches!(&broken, SqlError::Unavailable(text) if text.contains("terminating connection")), "{broken:?}");
    assert_eq!(pool.counts(), (0, 0));
    assert_eq!(one(&rig.service("SELECT 1").await.unwrap()), "1");
}

#[tokio::test]
async fn without_a_server_a_query_fails_soon_and_with_one_it_works_again() {
    let rig = Rig::new().await;
    let (proxy, through_proxy) = Proxy::to(&rig.options).await;
    let socket = through_proxy.get_socket().unwrap().clone();
    through(&rig.directory, rig.app(), &socket);
    for _ in 0..3 {
        proxy.open();
        assert_eq!(one(&rig.service("SELECT 1").await.unwrap()), "1");
        proxy.cut();
        sleep(Duration::from_millis(50)).await;
        let away = rig.service("SELECT 1").await.unwrap_err();
        assert!(matches!(&away, SqlError::Unavailable(text) if text.contains("cannot be reached")), "{away:?}");
        assert!(!away.to_string().contains(PASSWORD), "{away}");
    }
    through(&rig.directory, rig.app(), Path::new("/nowhere"));
    let away = rig.service("SELECT 1").await.unwrap_err();
    assert!(matches!(away, SqlError::Unavailable(_)), "{away}");
    // A server that takes connections and says nothing.
    proxy.freeze();
    through(&rig.directory, rig.app(), &socket);
    let begun = Instant::now();
    let silent = rig.service("SELECT 1").await.unwrap_err();
    assert!(silent.to_string().contains("no answer"), "{silent}");
    assert!(begun.elapsed() < LONG);
    proxy.open();
    assert_eq!(one(&rig.service("SELECT 1").await.unwrap()), "1");
}

#[tokio::test]
async fn a_wrong_password_is_no_secret_to_tell() {
    let rig = Rig::new().await;
    rig.directory.change(rig.app(), |access| access.password = Secret::new("another-canary".into()));
    let refused = rig.service("SELECT 1").await.unwrap_err();
    assert!(matches!(&refused, SqlError::Unavailable(text) if text.contains("password authentication failed")));
    assert!(!format!("{refused:?}").contains("canary"), "{refused:?}");
}

/// The server listens on a socket only: a stand-in for the network.
async fn over_tcp(rig: &Rig) -> u16 {
    let target = rig.options.get_socket().unwrap().join(".s.PGSQL.5432");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = UnixStream::connect(&target).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
        }
    });
    port
}

#[tokio::test]
async fn tls_is_used_as_the_settings_demand() {
    let rig = Rig::new().await;
    let port = over_tcp(&rig).await;
    // The embedded server has no TLS.
    for (tls, works) in [
        (DatabaseTls::Off, true),
        (DatabaseTls::Prefer, true),
        (DatabaseTls::Require, false),
        (DatabaseTls::Verify, false),
    ] {
        rig.directory.change(rig.app(), |access| {
            access.host = DatabaseHost::Tcp("127.0.0.1".into());
            (access.port, access.tls) = (port, tls);
        });
        // The connection before was another.
        rig.sessions.0.close_idle().await;
        let asked = rig.service("SELECT 1").await;
        match asked {
            Ok(rows) => assert!(works && one(&rows) == "1", "{tls:?}"),
            Err(error) => assert!(!works && error.to_string().contains("TLS"), "{tls:?}: {error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_restarted_under_load_is_found_again() {
    let dir = temp_dir();
    let server = crate::embedded::EmbeddedPostgres::start(testing::embedded_options(&dir)).await.unwrap();
    let options = server.connect_options(crate::embedded::PLATFORM_DATABASE);
    let access = DatabaseAccess {
        host: DatabaseHost::Socket(options.get_socket().unwrap().clone()),
        port: 5432,
        database: crate::embedded::PLATFORM_DATABASE.into(),
        login: "ramekin".into(),
        password: Secret::new(std::fs::read_to_string(dir.path().join("postgres/ramekin.password")).unwrap()),
        tls: DatabaseTls::Off,
    };
    let mut admin = options.clone().username("postgres");
    let superuser = std::fs::read_to_string(dir.path().join("postgres/postgres.password")).unwrap();
    admin = admin.password(&superuser);
    let mut admin = admin.connect().await.unwrap();
    admin.execute("CREATE ROLE butterbase_service NOLOGIN; GRANT butterbase_service TO ramekin").await.unwrap();
    drop(admin);
    struct Fixed(DatabaseAccess);
    impl Access for Fixed {
        fn access(&self, _: &AppId, _: DatabaseRole) -> BoxFuture<'static, Result<DatabaseAccess, SqlError>> {
            ready(Ok(self.0.clone())).boxed()
        }
    }
    let sessions = Sessions::new(Arc::new(Fixed(access)), of(8));
    let app: AppId = "app_00000000abcd".parse().unwrap();
    let ask = || async { sessions.query(&app, &SqlIdentity::Service, &statement("SELECT 1"), TIME).await };
    futures::future::try_join_all((0..6).map(|_| ask())).await.unwrap();
    // Stopped and started again with connections open: each of them is broken, and no query is the worse for it.
    server.stop().await;
    let away = ask().await.unwrap_err();
    assert!(matches!(away, SqlError::Unavailable(_)), "{away}");
    let server = crate::embedded::EmbeddedPostgres::start(testing::embedded_options(&dir)).await.unwrap();
    futures::future::try_join_all((0..6).map(|_| ask())).await.unwrap();
    sessions.close().await;
    server.stop().await;
}
