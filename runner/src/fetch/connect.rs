//! Connecting: names are resolved here, every address is checked here, and what was checked is what is connected to. A name
//! that changes its address between the check and the connection finds nothing to change.
//!
//! Lookups and connections are counted, for the server and for each app: see [`super::share`].

use super::policy::EgressPolicy;
use super::share::{Permit, Share};
use super::socket::Socket;
use futures::future::BoxFuture;
use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use ramekin_model::limits;
use rustls::ClientConfig;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout, timeout_at};
use tower_service::Service;

/// For one address to answer.
const ATTEMPT: Duration = Duration::from_millis(limits::ADDRESS_MS as u64);
/// For all of them, with the lookup of the name and the waiting for its turn.
const CONNECT: Duration = Duration::from_millis(limits::CONNECT_MS as u64);
/// For TLS after that.
const HANDSHAKE: Duration = Duration::from_millis(limits::HANDSHAKE_MS as u64);

/// Resolves names and makes connections. A trait, so that tests see where connections would go.
pub trait Network: Send + Sync + 'static {
    /// The addresses of a name. The permit is held until the lookup is over, whether or not somebody waits for it.
    fn resolve(&self, host: &str, permit: Permit) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
    /// A connection.
    fn dial(&self, address: SocketAddr) -> BoxFuture<'static, io::Result<TcpStream>>;
}

/// The network of this machine.
pub struct System;

impl Network for System {
    fn resolve(&self, host: &str, permit: Permit) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move {
            // The system's resolver cannot be interrupted: its thread is taken for as long as name servers are silent.
            let lookup = spawn_blocking(move || {
                let _permit = permit;
                let found = (host.as_str(), 0).to_socket_addrs()?;
                Ok(found.map(|address| address.ip()).collect())
            });
            lookup.await.map_err(io::Error::other)?
        })
    }

    fn dial(&self, address: SocketAddr) -> BoxFuture<'static, io::Result<TcpStream>> {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        })
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The policy.
    #[error("requests to `{0}` are not allowed: its address is not one of the public internet")]
    Denied(String),
    /// No turn to look it up.
    #[error("`{0}` cannot be resolved now: lookups of other names take too long; try again later")]
    Lookups(String),
    /// The name.
    #[error("`{0}` cannot be resolved: {1}")]
    Resolve(String, io::Error),
    /// No turn to connect.
    #[error(
        "cannot connect to `{0}` now: too many connections are open; read or cancel the bodies of all responses, or try \
         again later"
    )]
    Sockets(String),
    /// The address.
    #[error("cannot connect to `{0}`: {1}")]
    Connect(String, io::Error),
    /// TLS.
    #[error("cannot connect to `{0}`: its server did not finish the TLS handshake in time")]
    Handshake(String),
}

/// Makes the connections of one app, as far as the policy allows.
#[derive(Clone)]
pub struct Dialler {
    policy: Arc<EgressPolicy>,
    network: Arc<dyn Network>,
    lookups: Share,
    sockets: Share,
}

impl Dialler {
    /// With this policy, over this network, within these shares.
    pub fn new(policy: Arc<EgressPolicy>, network: Arc<dyn Network>, lookups: Share, sockets: Share) -> Self {
        Self { policy, network, lookups, sockets }
    }

    async fn connect(self, uri: Uri) -> Result<Socket, ConnectError> {
        let host = host_of(&uri);
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        let until = Instant::now() + CONNECT;
        let addresses = match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.resolve(&host, until).await?,
        };
        let allowed = addresses.into_iter().filter(|address| self.policy.allows(&host, *address, port));
        let allowed: Vec<IpAddr> = allowed.take(limits::MAX_ADDRESSES).collect();
        if allowed.is_empty() {
            return Err(ConnectError::Denied(host));
        }
        let Ok(permit) = timeout_at(until, self.sockets.take()).await else {
            return Err(ConnectError::Sockets(host));
        };
        let mut failure = late();
        for address in allowed {
            let attempt = until.min(Instant::now() + ATTEMPT);
            let dialled = timeout_at(attempt, self.network.dial(SocketAddr::new(address, port))).await;
            match dialled.unwrap_or_else(|_| Err(late())) {
                Ok(stream) => return Ok(Socket::new(stream, permit)),
                Err(error) => failure = error,
            }
        }
        Err(ConnectError::Connect(host, failure))
    }

    async fn resolve(&self, host: &str, until: Instant) -> Result<Vec<IpAddr>, ConnectError> {
        let Ok(permit) = timeout_at(until, self.lookups.take()).await else {
            return Err(ConnectError::Lookups(host.to_owned()));
        };
        let found = timeout_at(until, self.network.resolve(host, permit)).await;
        match found.unwrap_or_else(|_| Err(late())) {
            Ok(addresses) if addresses.is_empty() => {
                Err(ConnectError::Resolve(host.to_owned(), io::ErrorKind::NotFound.into()))
            }
            found => found.map_err(|error| ConnectError::Resolve(host.to_owned(), error)),
        }
    }
}

fn host_of(uri: &Uri) -> String {
    uri.host().unwrap_or_default().to_owned()
}

fn late() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

impl Service<Uri> for Dialler {
    type Response = TokioIo<Socket>;
    type Error = ConnectError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let dialler = self.clone();
        Box::pin(async move { Ok(TokioIo::new(dialler.connect(uri).await?)) })
    }
}

/// A connection, with TLS where the URL asks for it.
pub type Transport = MaybeHttpsStream<TokioIo<Socket>>;

/// Makes connections, with TLS where the URL asks for it.
#[derive(Clone)]
pub struct Connector(HttpsConnector<Dialler>);

impl Connector {
    /// Over these connections.
    pub fn new(dialler: Dialler, tls: Arc<ClientConfig>) -> Self {
        Self(HttpsConnector::from((dialler, tls)))
    }

    /// A connection to the host of this URL.
    ///
    /// # Errors
    /// A [`ConnectError`], or what TLS objects to.
    pub async fn connect(&self, uri: Uri) -> Result<Transport, Box<dyn std::error::Error + Send + Sync>> {
        let host = host_of(&uri);
        let mut connector = self.0.clone();
        let connecting = timeout(CONNECT + HANDSHAKE, connector.call(uri)).await;
        connecting.unwrap_or_else(|_| Err(ConnectError::Handshake(host).into()))
    }
}
