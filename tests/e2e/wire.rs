//! HTTP as it is written on the wire, which cases cannot say: pipelining, chunks, `Expect`, HTTP/1.0.

use ramekin_tests::case::World;
use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::raw::{Reply, Then, exchange};
use ramekin_tests::server::KEY;
use ramekin_tests::{Context as _, Result, bail, ensure};
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;

const ECHO: &str = "
export default async (request: Request) => {
  const body = await request.text();
  return new Response(`${request.method} ${body}`, { headers: { 'x-length': request.headers.get('content-length') ?? 'none' } });
};";
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends bytes to a function that answers with method and content, and returns all that comes back.
async fn talk(world: &World, address: SocketAddr, make: impl FnOnce(&str) -> String) -> Result<String> {
    world.app.deploy("wire-echo", ECHO, &json!({})).await?;
    let bytes = make(&world.app.path("wire-echo"));
    match exchange(address, bytes.as_bytes(), Then::Wait, PATIENCE).await? {
        Reply::Status(_, reply) => Ok(String::from_utf8_lossy(&reply).into_owned()),
        other => bail!("answered with {other:?}"),
    }
}

pub async fn pipelined_requests_are_answered_in_order(world: &World, address: SocketAddr) -> Result<()> {
    let reply = talk(world, address, |path| {
        let one = |fields: &str, body: &str| {
            format!("POST {path} HTTP/1.1\r\nhost: t\r\n{fields}content-length: {}\r\n\r\n{body}", body.len())
        };
        format!("{}{}{}", one("", "first"), one("", "second"), one("connection: close\r\n", "third"))
    })
    .await?;
    let places: Vec<Option<usize>> =
        ["POST first", "POST second", "POST third"].iter().map(|text| reply.find(text)).collect();
    ensure!(places.iter().all(Option::is_some) && places.is_sorted(), "the answers were {reply:?}");
    Ok(())
}

pub async fn chunked_content_is_put_together(world: &World, address: SocketAddr) -> Result<()> {
    let reply = talk(world, address, |path| {
        format!("PUT {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n5;a=b\r\n two!\r\n0\r\nx-trailer: 1\r\n\r\n")
    })
    .await?;
    ensure!(reply.starts_with("HTTP/1.1 200 ") && reply.contains("PUT one two!"), "the answer was {reply:?}");
    ensure!(reply.contains("x-length: none"), "a length that nobody said was told to the function: {reply:?}");
    Ok(())
}

pub async fn whoever_expects_to_continue_is_told_to(world: &World, address: SocketAddr) -> Result<()> {
    let reply = talk(world, address, |path| {
        format!("POST {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\nhello")
    })
    .await?;
    ensure!(reply.contains("HTTP/1.1 200 ") && reply.ends_with("POST hello"), "the answer was {reply:?}");
    Ok(())
}

pub async fn http_1_0_is_served(world: &World, address: SocketAddr) -> Result<()> {
    let reply = talk(world, address, |path| format!("GET {path} HTTP/1.0\r\n\r\n")).await?;
    ensure!(reply.starts_with("HTTP/1.0 200 ") && reply.ends_with("GET "), "the answer was {reply:?}");
    Ok(())
}

const NO_CONTENT: &str = "
export default (request: Request) => {
  const status = Number(new URL(request.url).searchParams.get('status') ?? request.headers.get('content-length'));
  return new Response(null, { status, headers: { etag: '\"a\"' } });
};";

/// Neither a 304 nor a 204 says how long it is, whoever answers with it (RFC 9110 §8.6, §15.4.5).
pub async fn what_has_no_content_says_no_length(world: &World, address: SocketAddr) -> Result<()> {
    let app = App::create(world.app.client, "no-length").await?;
    app.deploy("wire-no-content", NO_CONTENT, &json!({})).await?;
    let id = &app.id;
    let mut asked = Vec::new();
    let routes = ["functions", "functions/wire-no-content", "env", "config"].map(|route| format!("/v1/{id}/{route}"));
    for target in routes {
        let answer = app.client.send(&Sent::get(&target).as_owner()).await?.expect(200)?;
        let tag = answer.header("etag").first().cloned().with_context(|| format!("{target} has no tag"))?;
        for method in ["GET", "HEAD"] {
            asked.push((304, format!("{method} {target} HTTP/1.1\r\nif-none-match: {tag}\r\n"), ""));
        }
    }
    let public = app.path("wire-no-content");
    for status in [204, 304] {
        for method in ["GET", "HEAD", "PUT"] {
            asked.push((status, format!("{method} {public}?status={status} HTTP/1.1\r\n"), ""));
        }
    }
    // The owner's call knows no query; the length of what is sent is the status.
    let body = format!("\"{}\"", "x".repeat(302));
    let head = format!("POST /v1/{id}/functions/wire-no-content/invoke HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
    asked.push((304, head, body.as_str()));
    for (status, head, body) in asked {
        let key = format!("authorization: Bearer {KEY}\r\n");
        let request = format!("{head}host: t\r\nconnection: close\r\n{key}\r\n{body}");
        let Reply::Status(given, reply) = exchange(address, request.as_bytes(), Then::Wait, PATIENCE).await? else {
            bail!("{head:?} was not answered");
        };
        let reply = String::from_utf8_lossy(&reply).to_ascii_lowercase();
        ensure!(given == status, "{head:?}: {given} instead of {status}: {reply}");
        ensure!(!reply.contains("content-length") && !reply.contains("transfer-encoding"), "{head:?}: {reply}");
        ensure!(reply.ends_with("\r\n\r\n"), "{head:?}: there is content in {reply}");
    }
    Ok(())
}
