//! The way to a server: a unix socket, TCP, or TLS over TCP. Also the way of a cancel request, which has a connection of its
//! own.

use super::failure::{Failure, away};
use super::tls::Tls;
use bytes::BytesMut;
use postgres_protocol::message::frontend;
use ramekin_model::{DatabaseAccess, DatabaseHost, DatabaseTls, SqlError};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

/// What bytes go through.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Io for T {}

/// A connection, before anything was said on it.
pub(super) struct Stream {
    pub(super) io: Box<dyn Io>,
    /// Nobody on the way can read along.
    pub(super) private: bool,
}

/// Connects, and agrees on encryption as `access` demands.
pub(super) async fn connect(access: &DatabaseAccess, tls: &Tls) -> Result<Stream, SqlError> {
    let name = match &access.host {
        DatabaseHost::Socket(dir) => {
            let path = dir.join(format!(".s.PGSQL.{}", access.port));
            let io = UnixStream::connect(path).await.map_err(|error| away(&error))?;
            return Ok(Stream { io: Box::new(io), private: true });
        }
        DatabaseHost::Tcp(name) => name,
    };
    let mut io = TcpStream::connect((name.as_str(), access.port)).await.map_err(|error| away(&error))?;
    // A query is one write, and its answer is waited for.
    io.set_nodelay(true).map_err(|error| away(&error))?;
    if access.tls == DatabaseTls::Off {
        return Ok(Stream { io: Box::new(io), private: false });
    }
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    io.write_all(&request).await.map_err(|error| away(&error))?;
    // One byte and no more: what somebody on the way has put behind it must not pass as encrypted.
    match io.read_u8().await.map_err(|error| away(&error))? {
        b'S' => {
            let io = tls.connect(name, io, access.tls == DatabaseTls::Verify).await?;
            Ok(Stream { io, private: true })
        }
        _ if access.tls == DatabaseTls::Prefer => Ok(Stream { io: Box::new(io), private: false }),
        _ => Err(Failure::setup("the server does not offer TLS, which the settings demand")),
    }
}

/// What the server calls a session, to cancel what it does.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CancelKey {
    pub(super) process: i32,
    pub(super) secret: i32,
}

/// Asks the server to cancel what the session does; returns when the server has passed that on.
pub(super) async fn cancel(access: &DatabaseAccess, tls: &Tls, key: CancelKey) -> Result<(), SqlError> {
    let mut stream = connect(access, tls).await?.io;
    let mut request = BytesMut::new();
    frontend::cancel_request(key.process, key.secret, &mut request);
    stream.write_all(&request).await.map_err(|error| away(&error))?;
    // It closes the connection after it has sent the signal.
    let _ = stream.read_u8().await;
    Ok(())
}
