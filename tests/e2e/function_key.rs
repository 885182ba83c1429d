//! The key of an app by which the platform calls its functions. It is told to nobody, so this decrypts it as the server does.

use aes_gcm::aead::AeadInPlace as _;
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce, Tag};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ramekin_tests::client::{Answer, Sent};
use ramekin_tests::owner::App;
use ramekin_tests::server::Server;
use ramekin_tests::{Context as _, Result, ensure};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};

/// The encryption key of the server that this needs, in hex.
pub const ENCRYPTION_KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

const CODE: &str = "export default (_, { user, caller }) => Response.json({ user: user?.id ?? null, caller });";
const EVERYBODY: &str = "everybody";
const USERS: &str = "users";

/// Accepted on the public call of its own app, and nowhere else (Butterbase §1.5, §1.7, §1.8, §1.9).
pub async fn a_function_key_calls_and_manages_nothing(server: &Server) -> Result<()> {
    let [app, other] =
        [App::create(server.client(), "own-key").await?, App::create(server.client(), "other-key").await?];
    for app in [&app, &other] {
        app.deploy(EVERYBODY, CODE, &json!({})).await?;
        app.deploy(USERS, CODE, &json!({ "triggers": [{ "type": "http", "config": { "auth": "required" } }] })).await?;
    }
    let key = key_of(server, &app).await?;
    ensure!(key.len() == 48 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "its form is another");

    called(&app, &key).await?;
    // On another app it is nothing, and nothing is nobody.
    let anonymous = call(&other, EVERYBODY, &key, None).await?.expect(200)?.json()?;
    ensure!(kind(&anonymous) == Some("anonymous"), "{anonymous}");
    call(&other, USERS, &key, None).await?.expect(401)?;
    refused(call(&other, EVERYBODY, &key, Some("u1")).await?, 403, "AUTH_IMPERSONATION_FORBIDDEN")?;
    // Nor is it another key by being written otherwise.
    let upper = call(&app, EVERYBODY, &key.to_uppercase(), None).await?.expect(200)?.json()?;
    ensure!(kind(&upper) == Some("anonymous"), "{upper}");

    manages_nothing(&app, &key).await
}

async fn called(app: &App, key: &str) -> Result<()> {
    let scope = format!("app:{}", app.id);
    for name in [EVERYBODY, USERS] {
        let plain = call(app, name, key, None).await?.expect(200)?.json()?;
        let caller = json!({ "type": "loopback", "keyId": null, "scope": scope, "userId": null });
        ensure!(plain == json!({ "user": null, "caller": caller }), "{name}: {plain}");
        let named = call(app, name, key, Some("u1")).await?.expect(200)?.json()?;
        let caller = json!({ "type": "loopback", "keyId": null, "scope": scope, "userId": "u1" });
        ensure!(named == json!({ "user": "u1", "caller": caller }), "{name}: {named}");
    }
    let closed = json!({ "allow_service_key_impersonation": false });
    app.deploy("closed", CODE, &closed).await?;
    refused(call(app, "closed", key, Some("u1")).await?, 403, "AUTH_IMPERSONATION_DISABLED")?;
    call(app, "closed", key, None).await?.expect(200)?;
    Ok(())
}

async fn manages_nothing(app: &App, key: &str) -> Result<()> {
    let own = format!("/v1/{}", app.id);
    let body = json!({ "name": "taken", "code": CODE, "envVars": {}, "paused": true, "email": "a@example.org" });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    for (method, target) in [
        ("GET", "/apps".to_owned()),
        ("POST", "/init".to_owned()),
        ("DELETE", format!("/apps/{}", app.id)),
        ("GET", format!("/apps/{}/status", app.id)),
        ("GET", "/api-keys".to_owned()),
        ("POST", "/api-keys".to_owned()),
        ("GET", "/metrics".to_owned()),
        ("POST", "/mcp".to_owned()),
        ("GET", format!("{own}/functions")),
        ("POST", format!("{own}/functions")),
        ("GET", format!("{own}/functions/{EVERYBODY}")),
        ("DELETE", format!("{own}/functions/{EVERYBODY}")),
        ("POST", format!("{own}/functions/{EVERYBODY}/invoke")),
        ("GET", format!("{own}/functions/{EVERYBODY}/logs")),
        ("GET", format!("{own}/functions/{EVERYBODY}/logs/stream")),
        ("PATCH", format!("{own}/functions/{EVERYBODY}/env")),
        ("PATCH", format!("{own}/functions/{EVERYBODY}/settings")),
        ("GET", format!("{own}/env")),
        ("PATCH", format!("{own}/env")),
        ("GET", format!("{own}/config")),
        ("PATCH", format!("{own}/config/pause")),
        ("GET", format!("{own}/audit-logs")),
        ("GET", format!("{own}/schema")),
        ("POST", format!("{own}/rls")),
    ] {
        let body = if target == "/mcp" { &message } else { &body };
        let mut sent = Sent::post(&target, body).header("authorization", format!("Bearer {key}"));
        method.clone_into(&mut sent.method);
        refused(app.client.send(&sent).await?, 401, "AUTH_INVALID_TOKEN")
            .with_context(|| format!("{method} {target}"))?;
    }
    let me = Sent::get(format!("/auth/{}/me", app.id)).header("authorization", format!("Bearer {key}"));
    app.client.send(&me).await?.expect(401)?;
    call(app, EVERYBODY, key, None).await?.expect(200)?;
    Ok(())
}

async fn call(app: &App, name: &str, key: &str, user: Option<&str>) -> Result<Answer> {
    let sent = Sent::get(app.path(name)).header("authorization", format!("Bearer {key}"));
    let sent = user.into_iter().fold(sent, |sent, user| sent.header("x-butterbase-as-user", user));
    app.client.send(&sent).await
}

fn kind(answer: &Value) -> Option<&str> {
    answer.pointer("/caller/type")?.as_str()
}

fn refused(answer: Answer, status: u16, code: &str) -> Result<()> {
    let body = answer.expect(status)?.json()?;
    ensure!(body.pointer("/error/code").and_then(Value::as_str) == Some(code), "{body}");
    Ok(())
}

/// The key of an app: AES-256-GCM, as the id of a key, iv, ciphertext and tag, the last three in base64.
async fn key_of(server: &Server, app: &App) -> Result<String> {
    let mut database = PgConnection::connect(&server.home().database_url()?).await?;
    let sealed: String = sqlx::query_scalar("SELECT encrypted_function_key FROM ramekin.apps WHERE id = $1")
        .bind(&app.id)
        .fetch_one(&mut database)
        .await?;
    database.close().await?;
    let parts = sealed.split(':').skip(1).map(|part| STANDARD.decode(part)).collect::<Result<Vec<_>, _>>()?;
    let [iv, data, tag] = &parts[..] else { ramekin_tests::bail!("it is stored in another form") };
    let (iv, tag): ([u8; 12], [u8; 16]) = (iv.as_slice().try_into()?, tag.as_slice().try_into()?);
    let mut data = data.clone();
    let opened =
        Aes256Gcm::new(&[7; 32].into()).decrypt_in_place_detached(&Nonce::from(iv), &[], &mut data, &Tag::from(tag));
    ensure!(opened.is_ok(), "it is encrypted with another key");
    String::from_utf8(data).context("it is no text")
}
