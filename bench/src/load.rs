//! A load generator for one function: keep-alive connections, each sending the next request when it has the answer to the
//! last. As little work per request as can be, so that it keeps ahead of what it measures.

use anyhow::{Context, Result, bail, ensure};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What to send.
#[derive(Clone)]
pub struct Target {
    /// Where to.
    pub address: SocketAddr,
    /// Path and query.
    pub path: String,
    /// What an answer has to hold.
    pub answer: &'static str,
}

/// Sends from so many connections for so long. Returns how long each answer took.
///
/// # Errors
/// When one answer is not 200 with the expected content.
pub async fn run(target: &Target, connections: usize, time: Duration) -> Result<Vec<Duration>> {
    let target = Arc::new(target.clone());
    let until = Instant::now() + time;
    let mut all = JoinSet::new();
    for _ in 0..connections {
        let target = Arc::clone(&target);
        all.spawn(async move { connection(&target, until).await });
    }
    let mut samples = Vec::new();
    while let Some(done) = all.join_next().await {
        samples.extend(done??);
    }
    Ok(samples)
}

async fn connection(target: &Target, until: Instant) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(target).await?;
    let mut samples = Vec::new();
    while Instant::now() < until {
        let started = Instant::now();
        connection.request().await?;
        samples.push(started.elapsed());
    }
    Ok(samples)
}

/// How fast to send.
#[derive(Debug, Clone, Copy)]
pub struct Paced {
    /// From so many connections.
    pub connections: usize,
    /// Requests a second, of all of them together.
    pub rate: f64,
    /// For so long.
    pub time: Duration,
}

/// Sends at an even rate, whatever the server does. Returns when each request was due, and how long after that it was answered:
/// one that has to wait for its connection has waited.
///
/// # Errors
/// See [`run`].
pub async fn paced(target: &Target, paced: Paced) -> Result<Vec<(Duration, Duration)>> {
    let target = Arc::new(target.clone());
    let begun = Instant::now();
    let mut all = JoinSet::new();
    for at in 0..paced.connections {
        let target = Arc::clone(&target);
        all.spawn(async move {
            let mut connection = Connection::open(&target).await?;
            let mut samples = Vec::new();
            for turn in 0.. {
                let due = Duration::from_secs_f64((turn * paced.connections + at) as f64 / paced.rate);
                if due >= paced.time {
                    break;
                }
                tokio::time::sleep_until((begun + due).into()).await;
                connection.request().await?;
                samples.push((due, (begun + due).elapsed()));
            }
            anyhow::Ok(samples)
        });
    }
    let mut samples = Vec::new();
    while let Some(done) = all.join_next().await {
        samples.extend(done??);
    }
    Ok(samples)
}

/// A connection that sends the same request again and again.
struct Connection<'a> {
    target: &'a Target,
    stream: TcpStream,
    request: String,
    buffer: Vec<u8>,
}

impl<'a> Connection<'a> {
    async fn open(target: &'a Target) -> Result<Self> {
        let stream = TcpStream::connect(target.address).await?;
        stream.set_nodelay(true)?;
        let request = format!("GET {} HTTP/1.1\r\nhost: {}\r\n\r\n", target.path, target.address);
        Ok(Self { target, stream, request, buffer: vec![0; 16 * 1024] })
    }

    /// Sends it, and reads the answer.
    async fn request(&mut self) -> Result<()> {
        self.stream.write_all(self.request.as_bytes()).await?;
        let answer = answer(&mut self.stream, &mut self.buffer).await?;
        let text = String::from_utf8_lossy(answer);
        ensure!(text.starts_with("HTTP/1.1 200 ") && text.contains(self.target.answer), "an odd answer: {text}");
        Ok(())
    }
}

/// Reads one answer.
async fn answer<'a>(stream: &mut TcpStream, buffer: &'a mut [u8]) -> Result<&'a [u8]> {
    let mut filled = 0;
    loop {
        let room = buffer.get_mut(filled..).filter(|room| !room.is_empty()).context("an answer that is too long")?;
        let read = stream.read(room).await?;
        if read == 0 {
            bail!("the server closed a connection in use");
        }
        filled += read;
        let so_far = buffer.get(..filled).unwrap_or_default();
        if let Some(length) = whole(so_far)?
            && length <= filled
        {
            return buffer.get(..length).context("an answer within the buffer");
        }
    }
}

/// How long the whole answer is, once that is known.
fn whole(bytes: &[u8]) -> Result<Option<usize>> {
    const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
    let field = |wanted: &str| {
        let fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
        fields.filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim()).next()
    };
    if let Some(length) = field("content-length") {
        return Ok(Some(end + 4 + length.parse::<usize>()?));
    }
    ensure!(field("transfer-encoding") == Some("chunked"), "an answer of unknown length: {head}");
    Ok(bytes.ends_with(LAST_CHUNK).then_some(bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn the_length_of_an_answer() {
        assert_eq!(whole(b"HTTP/1.1 200 OK\r\ncontent-len").unwrap(), None);
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assert_eq!(whole(head).unwrap(), Some(head.len() + 5));
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n";
        assert_eq!(whole(chunked).unwrap(), Some(chunked.len()));
        assert_eq!(whole(chunked.strip_suffix(b"\r\n").unwrap()).unwrap(), None);
        assert!(whole(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
