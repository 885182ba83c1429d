//! Connecting: names are resolved here, every address is checked here, and what was checked is what is connected to. A name
//! that changes its address between the check and the connection finds nothing to change.

use super::policy::EgressPolicy;
use futures::future::BoxFuture;
use http::Uri;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// For one address to answer.
const ATTEMPT: Duration = Duration::from_secs(5);
/// For all of them.
const CONNECT: Duration = Duration::from_secs(15);
/// Addresses of one name that are tried.
const ADDRESSES: usize = 8;

/// Resolves names and makes connections. A trait, so that tests see where connections would go.
pub trait Network: Send + Sync + 'static {
    /// The addresses of a name.
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
    /// A connection.
    fn dial(&self, address: SocketAddr) -> BoxFuture<'static, io::Result<TcpStream>>;
}

/// The network of this machine.
pub struct System;

impl Network for System {
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
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
    /// The name.
    #[error("`{0}` cannot be resolved: {1}")]
    Resolve(String, io::Error),
    /// The address.
    #[error("cannot connect to `{0}`: {1}")]
    Connect(String, io::Error),
}

/// Makes connections that the policy allows.
#[derive(Clone)]
pub struct Connector {
    policy: Arc<EgressPolicy>,
    network: Arc<dyn Network>,
}

impl Connector {
    /// With this policy, over this network.
    pub fn new(policy: EgressPolicy, network: Arc<dyn Network>) -> Self {
        Self { policy: Arc::new(policy), network }
    }

    async fn connect(self, uri: Uri) -> Result<TcpStream, ConnectError> {
        let host = uri.host().unwrap_or_default().to_owned();
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        let late = || io::Error::from(io::ErrorKind::TimedOut);
        let attempts = timeout(CONNECT, self.attempt(&host, port)).await;
        attempts.unwrap_or_else(|_| Err(ConnectError::Connect(host.clone(), late())))
    }

    async fn attempt(&self, host: &str, port: u16) -> Result<TcpStream, ConnectError> {
        let addresses = match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => {
                let found = self.network.resolve(host).await;
                found.map_err(|error| ConnectError::Resolve(host.to_owned(), error))?
            }
        };
        if addresses.is_empty() {
            return Err(ConnectError::Resolve(host.to_owned(), io::ErrorKind::NotFound.into()));
        }
        let allowed = addresses.into_iter().filter(|address| self.policy.allows(host, *address, port));
        let mut failure = None;
        for address in allowed.take(ADDRESSES) {
            let late = || io::Error::from(io::ErrorKind::TimedOut);
            let dialled = timeout(ATTEMPT, self.network.dial(SocketAddr::new(address, port))).await;
            match dialled.unwrap_or_else(|_| Err(late())) {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = Some(error),
            }
        }
        Err(match failure {
            Some(error) => ConnectError::Connect(host.to_owned(), error),
            None => ConnectError::Denied(host.to_owned()),
        })
    }
}

impl tower_service::Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { Ok(TokioIo::new(connector.connect(uri).await?)) })
    }
}
