//! Requests to a registry, bounded in time and size.

use crate::error::Cause;
use crate::registry::Registry;
use std::io::Read as _;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{HeaderMap, StatusCode};
use ureq::tls::{RootCerts, TlsConfig};

/// How long a registry may take to take a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Redirects that are followed.
const REDIRECTS: u32 = 5;
/// What a registry is asked for when it is asked about a package: what an installation needs, and no descriptions.
const METADATA: &str = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8";

/// A client for one request after another, each of which takes at most this long.
pub fn agent(connect: Duration, request: Duration) -> Agent {
    // The platform's verifier knows the certificates of a company's proxy too.
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    Agent::config_builder()
        .tls_config(tls)
        .timeout_connect(Some(connect))
        .timeout_global(Some(request))
        .max_redirects(REDIRECTS)
        .max_redirects_will_error(true)
        // As many as ask at once: a connection of its own for each request costs a look-up of the name, too.
        .max_idle_connections_per_host(crate::store::PARALLEL)
        .http_status_as_error(false)
        .build()
        .new_agent()
}

/// An answer about a package.
pub(crate) enum Told {
    /// Its metadata, and by what it is known when it is asked for again.
    Metadata(Vec<u8>, Option<String>),
    /// It is as it was.
    Unchanged,
}

/// Asks about a package.
pub(crate) fn metadata(
    agent: &Agent,
    registry: &Registry,
    name: &str,
    known: Option<&str>,
    most: u64,
) -> Result<Told, Cause> {
    let failed = |why: String| Cause::Registry { host: registry.host.clone(), what: name.to_owned(), why };
    // The slash of a scope is no path.
    let mut request = agent.get(format!("{}{}", registry.base, name.replace('/', "%2f"))).header("accept", METADATA);
    if let Some(authorization) = &registry.authorization {
        request = request.header("authorization", authorization.expose());
    }
    if let Some(known) = known {
        request = request.header("if-none-match", known);
    }
    let mut response = request.call().map_err(|error| failed(said(&error)))?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED => return Ok(Told::Unchanged),
        StatusCode::NOT_FOUND => return Err(Cause::NoPackage(name.to_owned())),
        status => return Err(failed(format!("it answers {status}"))),
    }
    let tag = text(response.headers(), "etag");
    let body = read(response.body_mut().as_reader(), most).map_err(failed)?;
    Ok(Told::Metadata(body, tag))
}

/// Fetches a package's archive. `None` if there is none at this address.
pub(crate) fn archive(
    agent: &Agent,
    registry: &Registry,
    package: &str,
    address: &str,
    most: u64,
) -> Result<Option<Vec<u8>>, Cause> {
    let failed = |why: String| Cause::Registry { host: registry.host.clone(), what: package.to_owned(), why };
    let mut request = agent.get(address);
    // A registry may keep archives elsewhere, and nobody there needs to know the user's token.
    if let (Some(authorization), true) = (&registry.authorization, same_origin(&registry.base, address)) {
        request = request.header("authorization", authorization.expose());
    }
    let mut response = request.call().map_err(|error| failed(said(&error)))?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        status => return Err(failed(format!("it answers {status}"))),
    }
    read(response.body_mut().as_reader(), most).map(Some).map_err(failed)
}

/// Why there is no answer.
fn said(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it does not answer in time".to_owned(),
        ureq::Error::HostNotFound => "there is no machine of this name".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

fn same_origin(one: &str, other: &str) -> bool {
    match (url::Url::parse(one), url::Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin() == other.origin(),
        _ => false,
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// A body that is not larger than it may be.
fn read(body: impl std::io::Read, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    body.take(most + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > most {
        return Err(format!("it is larger than {most} bytes"));
    }
    Ok(bytes)
}
