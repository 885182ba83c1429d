//! Connections of one app. Each carries one exchange at a time, over HTTP/2 as over HTTP/1.1: a response that nobody reads
//! holds up its own connection and nothing else. What is done waits here for the next request to its origin.
//!
//! Why no connection is shared: `docs/decisions/0008-http2-of-fetch.md`.

use super::connect::{Connector, Transport};
use super::outgoing::{Outgoing, Underway};
use super::share::Share;
use super::socket::{Closer, Socket};
use http::header::{HOST, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::rt::TokioExecutor;
use ramekin_model::limits;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_secs(20);
/// Connections to one origin that are kept while nobody uses them.
const IDLE_PER_ORIGIN: usize = 32;
/// What a server may send over HTTP/2 before it is read. About as much is read ahead over HTTP/1.1.
const WINDOW: u32 = 256 * 1024;
/// Content of requests that one HTTP/2 connection is given before it is closed: what its server never makes room for stays
/// in memory as long as it is open.
pub const CONTENT: usize = 1024 * 1024;
/// As how much the content of a request counts at least.
const LEAST_CONTENT: usize = 1024;
/// Largest field section that HTTP/2 takes, which counts 32 bytes more for every field. There is room for one that is over a
/// limit, so that it is refused in words and not by the protocol.
const FIELDS: u32 = (2 * limits::MAX_HEADER_BYTES + 32 * (limits::MAX_HEADERS + 1)) as u32;

/// An origin, as a request names it.
type Origin = (Scheme, Authority);

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The URL.
    #[error("its address cannot be sent")]
    Address,
    /// No connection.
    #[error("there is no connection")]
    Connect(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A connection, and it broke.
    #[error("the connection broke")]
    Broken(#[from] hyper::Error),
}

/// Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Pool {
    connector: Connector,
    sockets: Share,
    shelves: Arc<Mutex<Shelves>>,
}

#[derive(Default)]
struct Shelves {
    of: HashMap<Origin, Arc<Shelf>>,
    /// Whether a task looks after them.
    tended: bool,
}

/// Connections to one origin that nobody uses.
struct Shelf {
    idle: Mutex<Vec<Idle>>,
    /// Told of each that is put here.
    returned: Notify,
    sockets: Share,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

struct Connection {
    sender: Sender,
    /// Over HTTP/2. It closes the connection with this.
    _closer: Option<Closer>,
    /// Whether it has carried an exchange.
    used: bool,
    /// Content that it was given.
    carried: usize,
}

enum Sender {
    Http1(http1::SendRequest<Outgoing>),
    Http2(http2::SendRequest<Outgoing>),
}

/// An exchange that is under way. It is over when this is dropped.
pub struct Exchange {
    underway: Underway,
    /// Over HTTP/2: its connection, and where that goes. An HTTP/1.1 connection knows by itself when it is done.
    connection: Option<(Connection, Arc<Shelf>)>,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Some((mut connection, shelf)) = self.connection.take() else { return };
        // A connection that still waits for room for content of this request is closed with it.
        let Some(sent) = self.underway.sent() else { return };
        connection.carried += if sent == 0 { 0 } else { sent.max(LEAST_CONTENT) };
        if connection.carried <= CONTENT {
            shelf.put(connection);
        }
    }
}

impl Pool {
    /// Of connections that are made like this and count for this share.
    pub fn new(connector: Connector, sockets: Share) -> Self {
        Self { connector, sockets, shelves: Arc::default() }
    }

    /// Sends a request; returns when the head of the response is there.
    ///
    /// # Errors
    /// When there is no connection, or it breaks.
    pub async fn send(
        &self,
        mut request: Request<Outgoing>,
        underway: Underway,
    ) -> Result<(Response<Incoming>, Exchange), SendError> {
        let uri = request.uri().clone();
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return Err(SendError::Address) };
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| SendError::Address)?;
        let shelf = self.shelf((scheme.clone(), authority.clone()));
        loop {
            let mut connection = self.connection(&shelf, &uri).await?;
            let sent = match &mut connection.sender {
                Sender::Http1(sender) => {
                    request.headers_mut().insert(HOST, host.clone());
                    *request.uri_mut() = target(&uri);
                    sender.try_send_request(request).await
                }
                Sender::Http2(sender) => {
                    request.headers_mut().remove(HOST);
                    *request.uri_mut() = uri.clone();
                    sender.try_send_request(request).await
                }
            };
            match sent {
                Ok(response) => return Ok((response, shelf.exchange(connection, underway))),
                // Its server may have closed it while nobody used it.
                Err(mut error) => match error.take_message() {
                    Some(unsent) if connection.used => request = unsent,
                    _ => return Err(error.into_error().into()),
                },
            }
        }
    }

    /// One that is idle, or a new one: whichever is there first.
    async fn connection(&self, shelf: &Shelf, uri: &Uri) -> Result<Connection, SendError> {
        let mut connecting = pin!(self.connect(uri));
        loop {
            if let Some(connection) = shelf.take() {
                return Ok(connection);
            }
            tokio::select! {
                connected = &mut connecting => return connected,
                () = shelf.returned.notified() => {}
            }
        }
    }

    async fn connect(&self, uri: &Uri) -> Result<Connection, SendError> {
        let transport = self.connector.connect(uri.clone()).await.map_err(SendError::Connect)?;
        Ok(Connection::over(transport).await?)
    }

    fn shelf(&self, origin: Origin) -> Arc<Shelf> {
        let mut shelves = lock(&self.shelves);
        if !shelves.tended {
            shelves.tended = true;
            tokio::spawn(tend(Arc::downgrade(&self.shelves)));
        }
        Arc::clone(shelves.of.entry(origin).or_insert_with(|| {
            let sockets = self.sockets.clone();
            Arc::new(Shelf { idle: Mutex::default(), returned: Notify::new(), sockets })
        }))
    }
}

/// Lets go of what nobody has used for long, until nothing is left.
async fn tend(shelves: Weak<Mutex<Shelves>>) {
    loop {
        sleep(IDLE).await;
        let Some(shelves) = shelves.upgrade() else { return };
        let mut shelves = lock(&shelves);
        shelves.of.retain(|_, shelf| shelf.tidy() || Arc::strong_count(shelf) > 1);
        if shelves.of.is_empty() {
            shelves.tended = false;
            return;
        }
    }
}

impl Shelf {
    fn take(&self) -> Option<Connection> {
        let mut idle = lock(&self.idle);
        while let Some(Idle { connection, since }) = idle.pop() {
            if since.elapsed() < IDLE && connection.is_ready() {
                return Some(connection);
            }
        }
        None
    }

    fn put(&self, connection: Connection) {
        // Where no other can be had, one that nobody uses must not stand in the way.
        if self.sockets.used_up() || !connection.is_ready() {
            return;
        }
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE_PER_ORIGIN {
            idle.push(Idle { connection, since: Instant::now() });
            self.returned.notify_one();
        }
    }

    /// Whether any are left.
    fn tidy(&self) -> bool {
        let mut idle = lock(&self.idle);
        idle.retain(|idle| idle.since.elapsed() < IDLE && idle.connection.is_ready());
        !idle.is_empty()
    }

    fn exchange(self: &Arc<Self>, mut connection: Connection, underway: Underway) -> Exchange {
        connection.used = true;
        let shelf = Arc::clone(self);
        if matches!(connection.sender, Sender::Http2(..)) {
            return Exchange { underway, connection: Some((connection, shelf)) };
        }
        if connection.is_ready() {
            shelf.put(connection);
        } else {
            tokio::spawn(async move {
                let Sender::Http1(sender) = &mut connection.sender else { return };
                if sender.ready().await.is_ok() {
                    shelf.put(connection);
                }
            });
        }
        Exchange { underway, connection: None }
    }
}

impl Connection {
    async fn over(transport: Transport) -> Result<Self, hyper::Error> {
        let (socket, is_http2) = negotiated(&transport);
        let closer = is_http2.then(|| socket.closer());
        let sender = if is_http2 {
            let mut http2 = http2::Builder::new(TokioExecutor::new());
            http2
                .initial_stream_window_size(WINDOW)
                .initial_connection_window_size(WINDOW)
                .max_header_list_size(FIELDS);
            let (sender, connection) = http2.handshake::<_, Outgoing>(transport).await?;
            tokio::spawn(connection);
            Sender::Http2(sender)
        } else {
            let mut http1 = http1::Builder::new();
            http1.max_headers(limits::MAX_HEADERS + 1);
            let (mut sender, connection) = http1.handshake::<_, Outgoing>(transport).await?;
            tokio::spawn(connection);
            sender.ready().await?;
            Sender::Http1(sender)
        };
        Ok(Self { sender, _closer: closer, used: false, carried: 0 })
    }

    fn is_ready(&self) -> bool {
        match &self.sender {
            Sender::Http1(sender) => sender.is_ready(),
            Sender::Http2(sender) => sender.is_ready(),
        }
    }
}

/// The socket of a connection, and whether its server has chosen HTTP/2.
fn negotiated(transport: &Transport) -> (&Socket, bool) {
    match transport {
        MaybeHttpsStream::Http(io) => (io.inner(), false),
        MaybeHttpsStream::Https(tls) => {
            let (io, session) = tls.inner().get_ref();
            (io.inner().inner(), session.alpn_protocol().is_some_and(|protocol| protocol == b"h2"))
        }
    }
}

/// A URL as HTTP/1.1 has it in its first line.
fn target(uri: &Uri) -> Uri {
    uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")).into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
