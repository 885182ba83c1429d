//! A secret is in nothing that the server writes: not in its log at its most talkative, not in a file below its data
//! directory, not in an answer of the management API.

use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Server, Setup};
use ramekin_tests::{Context as _, Result, ensure, runtime};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const OWN: &str = "canary-of-the-function-4d1f2c9a";
const SHARED: &str = "canary-of-the-app-91ce07b3";
const PASSWORD: &str = "Canary-password-5f3a-1!";
const WRONG: &str = "Canary-wrong-6b2e-1!";
/// Reads its environment at the top level, so its image holds it.
const CODE: &str = "const top = [Deno.env.get('OWN'), Deno.env.get('SHARED')];
    console.log('top level', top.length);
    export const handler = (request, { env, user }) => {
        const lengths = [...top, env.OWN, env.SHARED].map((text) => text?.length ?? 0);
        console.log('called', lengths, user !== null);
        if (request.url.endsWith('?fail')) throw new Error('failed on purpose');
        if (request.url.endsWith('?reject')) Promise.reject(new TypeError('rejected on purpose'));
        return Response.json(lengths);
    };";
/// Has the same environment, and needs a call to start.
const PER_REQUEST: &str = "const id = crypto.randomUUID(); await Promise.resolve();
    export const handler = (_, { env }) => Response.json([id.length, env.OWN?.length, env.SHARED?.length]);";
/// In every RSA private key of this size as PEM.
const PEM: [&str; 2] = ["BEGIN PRIVATE KEY", "IBADANBgkqhkiG9w0BAQEFAASC"];

pub fn secrets_are_found_nowhere() -> Result<()> {
    let server = Server::new(&Setup::default().with("RUST_LOG", "trace"))?;
    let home = std::sync::Arc::clone(server.home());
    let given = runtime()?.block_on(use_everything(&server))?;
    let canaries: Vec<&str> =
        [OWN, SHARED, PASSWORD, WRONG].into_iter().chain(PEM).chain(given.iter().map(String::as_str)).collect();

    let log = home.log();
    ensure!(log.contains("DEBUG"), "the log is not at its most talkative");
    search(home.path(), &canaries)?;
    // What was only in the memory of the database is in its files now.
    server.stop()?;
    let files = search(home.path(), &canaries)?;
    ensure!(files > 100, "only {files} files were searched");

    // Whoever looks for nothing finds nothing: these are there.
    let found = |text: &str| search(home.path(), &[text]).is_err();
    ensure!(found("failed on purpose") && found("somebody@example.org"), "the search does not find what is there");
    Ok(())
}

/// Uses everything that has a secret. Returns secrets that the server has given out.
async fn use_everything(server: &Server) -> Result<Vec<String>> {
    let app = App::create(server.client(), "secrets").await?;
    let mut answers = Vec::new();
    let env = json!({ "envVars": { "OWN": OWN } });
    app.deploy("sealed", CODE, &env).await?;
    app.deploy("fresh", PER_REQUEST, &env).await?;
    app.set_env(None, &json!({ "SHARED": SHARED })).await?;
    app.set_env(Some("sealed"), &json!({ "OWN": OWN, "MORE": OWN })).await?;
    let lengths = app.get("sealed").await?.expect(200)?.json()?;
    ensure!(lengths == json!([OWN.len(), SHARED.len(), OWN.len(), SHARED.len()]), "it has read {lengths}");
    app.get("fresh").await?.expect(200)?;

    // Deploys that are refused, with secrets in them.
    for broken in [
        json!({ "name": "x", "code": "export default () => {", "envVars": { "OWN": OWN } }),
        json!({ "name": "x", "code": "throw new Error('top')", "envVars": { "OWN": OWN } }),
        json!({ "name": "x", "code": CODE, "envVars": { "OWN": OWN, "BUTTERBASE_REGION": OWN } }),
        json!({ "name": "x", "code": CODE, "envVars": { "OWN": OWN, "": OWN } }),
        json!({ "name": "x", "code": CODE, "envVars": [OWN] }),
    ] {
        answers.push(app.try_deploy(&broken).await?.expect(400)?.text());
    }
    for body in
        [format!("{{\"envVars\": {{\"OWN\": \"{OWN}\""), format!("{{\"envVars\": {{\"BUTTERBASE_X\": \"{OWN}\"}}}}")]
    {
        let mut change = Sent::new("PATCH", format!("/v1/{}/env", app.id)).as_owner().body(body);
        change.headers.push(("content-type".into(), b"application/json".to_vec()));
        answers.push(app.client.send(&change).await?.expect(400)?.text());
    }

    let form = json!({ "name": "app key", "key_scope": "app", "target_app_id": app.id });
    let made = app.client.send(&Sent::post("/api-keys", &form).as_owner()).await?.expect(201)?.json()?;
    let mut given = vec![text(&made, "key")?];
    app.sign_up("somebody@example.org", PASSWORD).await?;
    for (path, form) in [
        ("signup", json!({ "email": "somebody@example.org", "password": PASSWORD })),
        ("signup", json!({ "email": PASSWORD, "password": PASSWORD })),
        ("login", json!({ "email": "somebody@example.org", "password": WRONG })),
        ("login", json!({ "email": "nobody@example.org", "password": WRONG })),
        ("login", json!({ "email": ["x"], "password": WRONG })),
        ("refresh", json!({ "refresh_token": WRONG })),
    ] {
        let answer = app.client.send(&Sent::post(format!("/auth/{}/{path}", app.id), &form)).await?;
        ensure!(answer.status >= 400, "{path} with {form} went well");
        answers.push(answer.text());
    }
    let session = app.log_in("somebody@example.org", PASSWORD).await?;
    let refresh = json!({ "refresh_token": text(&session, "refresh_token")? });
    let next =
        app.client.send(&Sent::post(format!("/auth/{}/refresh", app.id), &refresh)).await?.expect(200)?.json()?;
    for session in [&session, &next] {
        given.extend([text(session, "access_token")?, text(session, "refresh_token")?]);
    }

    for token in given.iter().map(String::as_str).chain(["none"]) {
        for query in ["", "?fail", "?reject"] {
            let get =
                Sent::get(format!("{}{query}", app.path("sealed"))).header("authorization", format!("Bearer {token}"));
            answers.push(app.client.send(&get).await?.text());
        }
    }
    let invoke = Sent::post(format!("/v1/{}/functions/sealed/invoke", app.id), &json!({ "a": 1 })).as_owner();
    answers.push(app.client.send(&invoke).await?.text());
    for path in
        ["functions", "functions/sealed", "functions/fresh", "env", "functions/sealed/logs", "functions/fresh/logs"]
    {
        answers
            .push(app.client.send(&Sent::get(format!("/v1/{}/{path}", app.id)).as_owner()).await?.expect(200)?.text());
    }
    answers.extend(use_tools(&app, &given).await?);
    // The log is written a little later than the answer.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let logs = app.logs("sealed", "").await?.to_string();
    ensure!(logs.contains("failed on purpose"), "the log is {logs}");
    answers.push(logs);
    for answer in &answers {
        let seen = [OWN, SHARED, PASSWORD, WRONG].into_iter().chain(given.iter().map(String::as_str));
        for canary in seen.chain(PEM) {
            ensure!(!answer.contains(canary), "an answer holds {canary}: {answer}");
        }
    }
    Ok(given)
}

/// Does as agents do what has secrets, well and badly.
async fn use_tools(app: &App, given: &[String]) -> Result<Vec<String>> {
    let (id, key) = (&app.id, given.first().context("no key")?);
    let mut answers = Vec::new();
    for (tool, arguments) in [
        ("deploy_function", json!({ "app_id": id, "name": "tool", "code": CODE, "envVars": { "OWN": OWN } })),
        ("deploy_function", json!({ "app_id": id, "name": "tool", "code": "(", "envVars": { "OWN": OWN } })),
        ("deploy_function", json!({ "app_id": id, "name": "tool", "code": CODE, "envVars": [OWN] })),
        (
            "manage_function",
            json!({ "app_id": id, "action": "update_env", "function_name": "tool", "env": { "OWN": OWN } }),
        ),
        (
            "manage_app",
            json!({ "app_id": id, "action": "update_env", "env": { "SHARED": SHARED, "BUTTERBASE_X": OWN } }),
        ),
        (
            "invoke_function",
            json!({ "app_id": id, "function_name": "sealed", "headers": { "authorization": format!("Bearer {key}") } }),
        ),
        ("no_such_tool", json!({ "env": { "OWN": OWN } })),
    ] {
        let message = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": tool, "arguments": arguments },
        });
        answers.push(app.client.send(&Sent::post("/mcp", &message).as_owner()).await?.expect(200)?.text());
    }
    Ok(answers)
}

fn text(json: &Value, field: &str) -> Result<String> {
    Ok(json.get(field).and_then(Value::as_str).with_context(|| format!("no {field} in {json}"))?.to_owned())
}

/// Looks for texts in every file below a folder. Returns how many files that were.
fn search(folder: &Path, canaries: &[&str]) -> Result<usize> {
    let mut files = 0;
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            // A link leads to what is searched anyway, or out of here.
            let Ok(kind) = path.symlink_metadata().map(|meta| meta.file_type()) else { continue };
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                // A file of a running database may go at any time.
                let Ok(bytes) = std::fs::read(&path) else { continue };
                files += 1;
                for canary in canaries {
                    let found = find(&bytes, canary.as_bytes());
                    ensure!(!found, "{} holds {canary}", path.display());
                }
            }
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Whether bytes hold others. By the first one, which is rare: files here are large.
fn find(bytes: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return false };
    let mut left = bytes;
    while let Some(at) = left.iter().position(|byte| byte == first) {
        left = left.get(at + 1..).unwrap_or_default();
        if left.starts_with(rest) {
            return true;
        }
    }
    false
}
