//! Tokens that somebody has made up or changed, which cases cannot say: they are made from one that is good.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ramekin_tests::case::World;
use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::{Context as _, Result, ensure};
use serde_json::{Value, json};

const CODE: &str = "export default (_, { user, caller }) => Response.json({ user, type: caller.type });";
const EMAIL: &str = "a@example.org";
const PASSWORD: &str = "Sesame-open-1";

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn decoded(part: &str) -> Result<Value> {
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part)?)?)
}

fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut changed = object.clone();
    if let Some(fields) = changed.as_object_mut() {
        fields.insert(name.into(), value);
    }
    changed
}

/// Only the token as it was issued makes a user; management takes none of them (Butterbase §1.4, §1.6, §1.7).
pub async fn forged_tokens_make_nobody(world: &World) -> Result<()> {
    let app = App::create(world.app.client, "forged-tokens").await?;
    app.deploy("who", CODE, &json!({})).await?;
    app.sign_up(EMAIL, PASSWORD).await?;
    let session = app.log_in(EMAIL, PASSWORD).await?;
    let token = session.get("access_token").and_then(Value::as_str).context("no token")?;
    let parts: Vec<&str> = token.split('.').collect();
    let [head, claims, signature] = parts[..] else { ramekin_tests::bail!("a token of {} parts", parts.len()) };
    let (header, payload) = (decoded(head)?, decoded(claims)?);
    ensure!(who(&app, token).await? == json!("end_user_jwt"), "the token itself is not good");

    let other = encoded(&with(&payload, "sub", json!("8c0a58a1-9b3f-4b06-9e4c-6b9a3ab0f1de")));
    let forged = [
        ("without an algorithm", format!("{}.{claims}.", encoded(&with(&header, "alg", json!("none"))))),
        ("without one, signed", format!("{}.{claims}.{signature}", encoded(&with(&header, "alg", json!("none"))))),
        ("HS256", format!("{}.{claims}.{signature}", encoded(&with(&header, "alg", json!("HS256"))))),
        ("a key that is not there", format!("{}.{claims}.{signature}", encoded(&with(&header, "kid", json!("x"))))),
        ("another user", format!("{head}.{other}.{signature}")),
        ("expired", format!("{head}.{}.{signature}", encoded(&with(&payload, "exp", json!(1))))),
        ("for ever", format!("{head}.{}.{signature}", encoded(&with(&payload, "exp", json!(99_999_999_999_i64))))),
        ("no signature", format!("{head}.{claims}")),
    ];
    for (what, token) in &forged {
        ensure!(who(&app, token).await? == json!("anonymous"), "{what}: the function believed it");
        let manage = Sent::get(format!("/v1/{}/functions", app.id)).header("authorization", format!("Bearer {token}"));
        let answer = app.client.send(&manage).await?;
        ensure!(answer.status == 401, "{what}: management answered {}", answer.status);
    }
    Ok(())
}

/// The type of the caller that a token makes.
async fn who(app: &App, token: &str) -> Result<Value> {
    let answer = app.get_with("who", token).await?.expect(200)?.json()?;
    answer.get("type").cloned().context("no type")
}
