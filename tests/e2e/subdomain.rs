//! Apps by their names in the domain of the server, over HTTP/2, which has the host in `:authority`. Cases speak HTTP/1.1.

use http::{Request, Version};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http2::handshake;
use hyper_util::rt::{TokioExecutor, TokioIo};
use ramekin_tests::client::{Client, Sent};
use ramekin_tests::owner::App;
use ramekin_tests::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// The domain of the server that this needs.
pub const DOMAIN: &str = "apps.example";

const CODE: &str = "export default (request, ctx) => Response.json({ url: request.url, app: ctx.app.id });";

/// `:authority` is the host, also where another one is said in a field (Butterbase §2.3; RFC 9113 §8.3.1).
pub async fn an_authority_is_a_host(client: Client, address: SocketAddr) -> Result<()> {
    let form = json!({ "name": "by-authority", "subdomain": "by-authority" });
    let made = client.send(&Sent::post("/init", &form).as_owner()).await?.expect(201)?.json()?;
    let id = made.get("app_id").and_then(Value::as_str).context("no app_id")?.to_owned();
    App { client, id: id.clone() }.deploy("echo", CODE, &json!({})).await?;

    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let named = |label: &str| format!("http://{label}.{DOMAIN}/fn/echo");
    for (uri, host, status, app) in [
        (named("by-authority"), None, 200, Some(id.as_str())),
        (named("By-Authority"), None, 200, Some(id.as_str())),
        (named("by-authority").replace("/fn", ":8443/fn"), None, 200, Some(id.as_str())),
        (named("by-authority"), Some("other.example"), 200, Some(id.as_str())),
        (named("nobody"), None, 404, None),
        (format!("http://{address}/fn/echo"), None, 404, None),
        (format!("http://{address}/fn/echo"), Some("by-authority.apps.example"), 404, None),
    ] {
        let mut request = Request::get(&uri).version(Version::HTTP_2);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let response = sender.send_request(request.body(Empty::<bytes::Bytes>::new())?).await?;
        let given = response.status().as_u16();
        let body: Value = serde_json::from_slice(&response.into_body().collect().await?.to_bytes())?;
        ensure!(given == status, "{uri} {host:?}: {given} {body}");
        ensure!(body.get("app").and_then(Value::as_str) == app, "{uri} {host:?}: {body}");
    }
    Ok(())
}
