//! TLS to a server that speaks it, with a certificate that it has signed itself.

use super::*;
use crate::embedded::{EmbeddedOptions, EmbeddedPostgres, PLATFORM_DATABASE, bare};
use crate::testing::temp_dir;
use rustix::process::{Pid, Signal, kill_process};
use std::net::TcpListener;
use std::process::{Child, Command};
use tempfile::TempDir;

/// For `localhost`. Worth nothing: whoever reads this has the key.
const CERTIFICATE: &str = include_str!("tls/server.crt");
const KEY: &str = include_str!("tls/server.key");
/// Whoever comes without TLS is turned away, even with the password.
const WHO_MAY: &str = "hostssl all all 127.0.0.1/32 scram-sha-256\n";

struct Server {
    process: Child,
    port: u16,
    password: String,
    dir: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        kill_process(Pid::from_child(&self.process), Signal::INT).unwrap();
        self.process.wait().unwrap();
    }
}

impl Server {
    async fn start() -> Self {
        let dir = temp_dir();
        let options = testing::embedded_options(&dir);
        let password = prepare(&options).await;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = [
            "listen_addresses=127.0.0.1",
            &format!("port={port}"),
            "unix_socket_directories=",
            "fsync=off",
            "ssl=on",
            "ssl_cert_file=server.crt",
            "ssl_key_file=server.key",
        ];
        let files = [("server.crt", CERTIFICATE), ("server.key", KEY), ("pg_hba.conf", WHO_MAY)];
        let process = bare::start(&options, &files, &settings.map(str::to_owned));
        Self { process, port, password, dir }
    }

    fn access(&self, host: &str, tls: DatabaseTls) -> DatabaseAccess {
        DatabaseAccess {
            host: DatabaseHost::Tcp(host.into()),
            port: self.port,
            database: PLATFORM_DATABASE.into(),
            login: "ramekin".into(),
            password: Secret::new(self.password.clone()),
            tls,
        }
    }
}

/// Makes the cluster, and what a session needs in it. Returns the password of the login.
async fn prepare(options: &EmbeddedOptions) -> String {
    let server = EmbeddedPostgres::start(options.clone()).await.unwrap();
    let password = |role: &str| std::fs::read_to_string(options.state_dir.join(format!("{role}.password"))).unwrap();
    let superuser = server.connect_options(PLATFORM_DATABASE).username("postgres").password(&password("postgres"));
    let mut superuser = superuser.connect().await.unwrap();
    superuser.execute("CREATE ROLE butterbase_service NOLOGIN; GRANT butterbase_service TO ramekin").await.unwrap();
    drop(superuser);
    server.stop().await;
    password("ramekin")
}

struct Fixed(DatabaseAccess);

impl Access for Fixed {
    fn access(&self, _: &AppId, _: DatabaseRole) -> BoxFuture<'static, Result<DatabaseAccess, SqlError>> {
        ready(Ok(self.0.clone())).boxed()
    }
}

/// A group does not see the sessions of its members.
const ENCRYPTED: &str = "RESET ROLE; SELECT ssl || ' ' || version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

async fn ask(access: DatabaseAccess) -> Result<String, SqlError> {
    let sessions = Sessions::new(Arc::new(Fixed(access)), SessionsOptions::default());
    let app: AppId = "app_00000000abcd".parse().unwrap();
    let asked = sessions.query(&app, &SqlIdentity::Service, &statement(ENCRYPTED), TIME).await;
    // With parameters it is another protocol, and larger than a record of TLS.
    let long = "x".repeat(100_000);
    let echo = with("SELECT $1::text", &[Some(&long)]);
    if asked.is_ok() {
        assert_eq!(one(&sessions.query(&app, &SqlIdentity::Service, &echo, TIME).await.unwrap()), long);
    }
    sessions.close().await;
    asked.map(|rows| one(&rows))
}

/// Once the server is up.
async fn ask_when_up(access: DatabaseAccess) -> Result<String, SqlError> {
    let begun = Instant::now();
    loop {
        match ask(access.clone()).await {
            Err(error) if error.to_string().contains("refused (os error") && begun.elapsed() < LONG => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            asked => return asked,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_encrypted_and_the_certificate_counts_where_it_is_demanded() {
    let server = Server::start().await;
    for tls in [DatabaseTls::Require, DatabaseTls::Prefer] {
        let asked = ask_when_up(server.access("localhost", tls)).await.unwrap();
        assert_eq!(asked, "true TLSv1.3", "{tls:?}");
    }
    // What nobody knows to be an authority has signed it.
    let refused = ask(server.access("localhost", DatabaseTls::Verify)).await.unwrap_err().to_string();
    assert!(refused.contains("certificate") && !refused.contains(&server.password), "{refused}");
    let refused = ask(server.access("127.0.0.1", DatabaseTls::Off)).await.unwrap_err().to_string();
    assert!(refused.contains("no encryption"), "{refused}");
    cancelled(&server).await;
    // A process of its own, for which it is one. What is trusted is read from the environment.
    let authority = server.dir.path().join("authority.crt");
    std::fs::write(&authority, CERTIFICATE).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sessions::tests::tls::child_that_knows_the_authority", "--ignored", "--nocapture"])
        .env("SSL_CERT_FILE", &authority)
        .env(PORT, server.port.to_string())
        .env(PASSWORD_OF_LOGIN, &server.password)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&child.stderr));
}

/// A request to cancel goes through a connection of its own.
async fn cancelled(server: &Server) {
    let sessions =
        Sessions::new(Arc::new(Fixed(server.access("localhost", DatabaseTls::Require))), SessionsOptions::default());
    let app: AppId = "app_00000000abcd".parse().unwrap();
    let ask = async |sql: &str| sessions.query(&app, &SqlIdentity::Service, &statement(sql), TIME).await;
    let slow = tokio::time::timeout(Duration::from_millis(300), ask("SELECT pg_sleep(63)")).await;
    assert!(slow.is_err());
    let running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(63)%' AND state = 'active'";
    let begun = Instant::now();
    while one(&ask(running).await.unwrap()) != "0" {
        assert!(begun.elapsed() < LONG, "it goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    sessions.close().await;
}

const PORT: &str = "RAMEKIN_TEST_TLS_PORT";
const PASSWORD_OF_LOGIN: &str = "RAMEKIN_TEST_TLS_PASSWORD";

#[tokio::test]
#[ignore = "a part of the test before"]
async fn child_that_knows_the_authority() {
    let access = |host: &str| DatabaseAccess {
        host: DatabaseHost::Tcp(host.into()),
        port: std::env::var(PORT).unwrap().parse().unwrap(),
        database: PLATFORM_DATABASE.into(),
        login: "ramekin".into(),
        password: Secret::new(std::env::var(PASSWORD_OF_LOGIN).unwrap()),
        tls: DatabaseTls::Verify,
    };
    assert_eq!(ask(access("localhost")).await.unwrap(), "true TLSv1.3");
    // The same server by a name that its certificate does not have.
    let refused = ask(access("127.0.0.1")).await.unwrap_err().to_string();
    assert!(refused.contains("certificate"), "{refused}");
}
