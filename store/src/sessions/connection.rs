//! Logging in.

use super::failure::{Failure, away, fields, unexpected};
use super::session::{Answer, Session};
use super::stream::{self, CancelKey};
use super::tls::Tls;
use super::wire::{Incoming, ReadError, Wire};
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;
use ramekin_model::{DatabaseAccess, DatabaseRole, SqlError};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// How long connecting and logging in may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// A server that is just starting says so; it is asked again for so long, with pauses.
const STARTING: Duration = Duration::from_millis(800);
const PAUSE: Duration = Duration::from_millis(50);
/// "the database system is starting up"
const CANNOT_CONNECT_NOW: &str = "57P03";

/// Invalid authorization, wrong password, and a database that is not there.
const REFUSED: [&str; 3] = ["28000", "28P01", "3D000"];

/// Why there is no session.
pub(super) enum OpenError {
    /// The server does not know the login, or not with this password.
    Refused(SqlError),
    /// Anything else.
    Other(SqlError),
}

impl From<SqlError> for OpenError {
    fn from(error: SqlError) -> Self {
        Self::Other(error)
    }
}

impl From<OpenError> for SqlError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Refused(error) | OpenError::Other(error) => error,
        }
    }
}

/// Opens a session.
pub(super) async fn open(access: Arc<DatabaseAccess>, role: DatabaseRole, tls: Arc<Tls>) -> Result<Session, OpenError> {
    let begun = Instant::now();
    loop {
        let attempt = log_in(&access, role, &tls);
        let opened = timeout(CONNECT_TIMEOUT, attempt)
            .await
            .unwrap_or_else(|_| Err(Failure::setup(&format!("no answer within {CONNECT_TIMEOUT:?}"))));
        match opened {
            Err(error) if error.field("code") == Some(CANNOT_CONNECT_NOW) && begun.elapsed() < STARTING => {
                sleep(PAUSE).await;
            }
            // Shown to the function, and no error of its SQL.
            Err(error @ SqlError::Server(_)) => {
                let refused = error.field("code").is_some_and(|code| REFUSED.contains(&code));
                let shown = Failure::setup(&error.to_string());
                return Err(if refused { OpenError::Refused(shown) } else { OpenError::Other(shown) });
            }
            Err(error) => return Err(error.into()),
            Ok((wire, key)) => return Ok(Session::new(wire, key, access, role, tls)),
        }
    }
}

async fn log_in(access: &DatabaseAccess, role: DatabaseRole, tls: &Tls) -> Result<(Wire, CancelKey), SqlError> {
    let stream = stream::connect(access, tls).await?;
    let private = stream.private;
    let mut wire = Wire::new(stream.io);
    let parameters = [
        ("user", access.login.as_str()),
        ("database", access.database.as_str()),
        ("application_name", "ramekin"),
        ("client_encoding", "UTF8"),
        ("DateStyle", "ISO, MDY"),
        ("TimeZone", "UTC"),
        ("IntervalStyle", "postgres"),
        ("bytea_output", "hex"),
        ("extra_float_digits", "1"),
        // Should a request to cancel come to nothing, a statement ends all the same when its session is closed.
        ("client_connection_check_interval", "500"),
        // The end of a query's transaction is sent with its statement. When only half of that arrives, the server is not to
        // wait for the rest for as long as it would by itself: two hours.
        ("idle_in_transaction_session_timeout", "60000"),
        ("tcp_keepalives_idle", "60"),
        ("tcp_keepalives_interval", "10"),
        ("tcp_keepalives_count", "3"),
        // A login can change what its own sessions start with, but not what is said here.
        ("search_path", "public"),
    ];
    // A transaction is begun as READ WRITE by whoever prepares it. What runs outside of one, behind a COMMIT in the middle
    // of a function's SQL, finds a session that cannot write.
    let read_only = (role != DatabaseRole::Owner).then_some(("default_transaction_read_only", "on"));
    let said = async {
        wire.write(|out| frontend::startup_message(parameters.into_iter().chain(read_only), out))?;
        wire.flush().await
    };
    said.await.map_err(|error| away(&error))?;
    authenticate(&mut wire, access, private).await?;
    let mut key = CancelKey::default();
    loop {
        match message(&mut wire).await? {
            Message::BackendKeyData(body) => {
                key = CancelKey { process: body.process_id(), secret: body.secret_key() };
            }
            Message::ReadyForQuery(_) => return Ok((wire, key)),
            Message::ParameterStatus(_) | Message::NoticeResponse(_) => {}
            _ => return Err(away(&unexpected("message"))),
        }
    }
}

async fn authenticate(wire: &mut Wire, access: &DatabaseAccess, private: bool) -> Result<(), SqlError> {
    let password = access.password.expose().as_bytes();
    let mut scram = None;
    loop {
        let answer = match message(wire).await? {
            Message::AuthenticationOk => return Ok(()),
            Message::AuthenticationCleartextPassword if private => {
                wire.write(|out| frontend::password_message(password, out))
            }
            Message::AuthenticationCleartextPassword => {
                return Err(Failure::setup(
                    "the server wants the password as plain text over a connection without TLS",
                ));
            }
            Message::AuthenticationMd5Password(body) => {
                let hash = md5_hash(access.login.as_bytes(), password, body.salt());
                wire.write(|out| frontend::password_message(hash.as_bytes(), out))
            }
            Message::AuthenticationSasl(body) => {
                let known = body.mechanisms().any(|name| Ok(name == SCRAM_SHA_256)).unwrap_or(false);
                if !known {
                    return Err(Failure::setup("the server offers no way to log in that is known here"));
                }
                let state = scram.insert(ScramSha256::new(password, ChannelBinding::unsupported()));
                wire.write(|out| frontend::sasl_initial_response(SCRAM_SHA_256, state.message(), out))
            }
            Message::AuthenticationSaslContinue(body) => {
                let state = scram.as_mut().ok_or_else(|| away(&unexpected("message")))?;
                state.update(body.data()).map_err(|error| away(&error))?;
                wire.write(|out| frontend::sasl_response(state.message(), out))
            }
            Message::AuthenticationSaslFinal(body) => {
                // Proves that the server knows the password too.
                let state = scram.as_mut().ok_or_else(|| away(&unexpected("message")))?;
                state.finish(body.data()).map_err(|error| away(&error))?;
                continue;
            }
            _ => return Err(Failure::setup("the server wants a way to log in that is not known here")),
        };
        sent(wire, answer).await.map_err(|error| away(&error))?;
    }
}

async fn sent(wire: &mut Wire, added: io::Result<()>) -> io::Result<()> {
    added?;
    wire.flush().await
}

/// The next message of a log-in, where an error ends it.
async fn message(wire: &mut Wire) -> Result<Message, SqlError> {
    match wire.next(&mut Answer::default()).await {
        Ok(Incoming::Message(Message::ErrorResponse(body))) => Err(SqlError::Server(fields(body.fields()))),
        Ok(Incoming::Message(message)) => Ok(message),
        Ok(Incoming::Row) | Err(ReadError::TooLarge) => Err(away(&unexpected("message"))),
        Err(ReadError::Io(error)) => Err(away(&error)),
    }
}
