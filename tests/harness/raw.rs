//! Bytes over TCP, for requests that no HTTP client would send.

use anyhow::Result;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer with this status, and everything that came.
    Status(u16, Vec<u8>),
    /// The server ended the connection without an answer.
    Closed,
    /// The server keeps the connection and waits for more.
    Silent,
    /// Something that is not HTTP/1, such as the frames of HTTP/2.
    Other(Vec<u8>),
}

/// What the sender does after it has sent everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Waits for the server to close the connection: the last request has to ask for that.
    Wait,
    /// Ends its side, as a client does that goes away. A server may leave a request unanswered then.
    Leave,
}

/// Sends bytes and reads what comes back until the server closes the connection or `within` is over.
///
/// # Errors
/// When nobody listens.
pub async fn exchange(address: SocketAddr, bytes: &[u8], then: Then, within: Duration) -> Result<Reply> {
    let mut stream = TcpStream::connect(address).await?;
    let mut reply = Vec::new();
    let (mut reading, mut writing) = stream.split();
    let send = async {
        // The server may refuse the request while it is sent; what matters is what it answers.
        let _ = writing.write_all(bytes).await;
        if then == Then::Leave {
            let _ = writing.shutdown().await;
        }
    };
    let receive = async {
        // A reset after the answer loses nothing of what was read.
        while reading.read_buf(&mut reply).await.is_ok_and(|read| read > 0) {}
    };
    let ended = tokio::time::timeout(within, async { tokio::join!(send, receive) }).await.is_ok();
    if reply.is_empty() {
        return Ok(if ended { Reply::Closed } else { Reply::Silent });
    }
    let text = String::from_utf8_lossy(&reply);
    let status = text.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).and_then(|digits| digits.parse().ok());
    Ok(match status {
        Some(status) => Reply::Status(status, reply),
        None => Reply::Other(reply),
    })
}
