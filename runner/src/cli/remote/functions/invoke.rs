//! `ramekin functions invoke`: the owner's test call. What the function answers goes to the standard output as it comes, how
//! it went to the standard error.

use super::super::client::{Call, request_id};
use super::super::error::{Refusal, RemoteError};
use super::super::{AppOptions, Session, progress, times, variables};
use crate::cli::exit_code::CliError;
use crate::cli::output::{Terminal, printable};
use crate::config::Variables;
use bytes::Bytes;
use clap::Args;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use ramekin_model::{FunctionName, limits};
use serde_json::Value;
use std::io::IsTerminal as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// As long as a call may take, and its answer a little longer.
const CALL: Duration = Duration::from_millis(limits::MAX_TIMEOUT_MS as u64 + 30_000);
/// Of a failed call, so much of the answer is looked at for what went wrong.
const LOOKED_AT: usize = 256 * 1024;
const AS_USER: HeaderName = HeaderName::from_static("x-butterbase-as-user");

/// Call a function as its owner, whatever its triggers say. Errors come with their stack.
///
/// Prints what the function answers, and ends with the code 13 when that is an error.
#[derive(Debug, Args)]
pub struct Invoke {
    /// The function.
    function: FunctionName,
    /// What to send, as JSON; `@FILE` is what a file holds, `-` the standard input [default: {}].
    #[arg(long, short, value_name = "JSON")]
    data: Option<String>,
    /// User of the app for whom it is called, by id.
    #[arg(long, value_name = "ID")]
    as_user: Option<String>,
    #[command(flatten)]
    options: AppOptions,
}

/// Does it.
///
/// # Errors
/// When there is no answer, or it is an error.
pub async fn run(invoke: Invoke, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let body = invoke.data.as_deref().map(data).transpose()?;
    let session = invoke.options.open(variables, terminal)?;
    let (app, name) = (session.app().await?, invoke.function);
    let doing = format!("calling `{name}`");
    let mut call =
        Call::post_bytes(format!("/v1/{}/functions/{name}/invoke", app.id), body, doing.as_str()).within(CALL);
    if let Some(user) = &invoke.as_user {
        let usage = |_| RemoteError::Usage("--as-user is no id of a user".into());
        call = call.header(AS_USER, HeaderValue::from_str(user).map_err(usage)?);
    }
    let begun = Instant::now();
    let response = progress::watch(terminal, &doing, session.client.start(call)).await?;
    let (status, id) = (response.status(), request_id(&response));
    let start = pass_on(&session, response, &doing).await?;
    let took = times::millis(begun.elapsed().as_millis() as f64);
    let id = id.map(|id| format!(", request {id}")).unwrap_or_default();
    let ended = format!("`{name}` answered {} after {took}{id}", status.as_u16());
    if status.is_client_error() || status.is_server_error() {
        return Err(RemoteError::Function(format!("{ended}{}", stack(&start))).into());
    }
    terminal.note(&ended);
    Ok(())
}

fn data(text: &str) -> Result<Bytes, CliError> {
    match text.strip_prefix('@') {
        Some(file) => Ok(variables::text(Path::new(file))?.into()),
        None if text == "-" => Ok(variables::text(Path::new("-"))?.into()),
        None => Ok(text.to_owned().into()),
    }
}

/// Prints an answer as it comes. Returns the start of one that is an error.
async fn pass_on(session: &Session, response: Response<Incoming>, doing: &str) -> Result<Vec<u8>, CliError> {
    let (status, id) = (response.status(), request_id(&response));
    let failed = !status.is_success();
    let mut body = response.into_body();
    let (mut start, mut last, mut sent) = (Vec::new(), b'\n', false);
    loop {
        let frame = match body.frame().await {
            None => break,
            Some(Ok(frame)) => frame,
            Some(Err(_)) => {
                let text = format!("{doing} failed: the answer broke off; `ramekin functions logs` may say why");
                return Err(RemoteError::Function(text).into());
            }
        };
        let Ok(data) = frame.into_data() else { continue };
        // A refusal of the server is small, and comes before anything of the function.
        if failed && start.len() < LOOKED_AT {
            start.extend_from_slice(&data);
            continue;
        }
        if !start.is_empty() && !sent {
            session.terminal.put(&start)?;
        }
        sent = true;
        last = data.last().copied().unwrap_or(last);
        session.terminal.put(&data)?;
    }
    if failed && !sent {
        if let Some(refusal) = refused(status, id, &start) {
            if session.json {
                session.answer(&refusal.body)?;
            }
            return Err(RemoteError::Refused { doing: doing.to_owned(), refusal: Box::new(refusal) }.into());
        }
        // People read the error and its stack below, and nothing else is in there.
        if stack(&start).is_empty() || session.json || !std::io::stdout().is_terminal() {
            last = start.last().copied().unwrap_or(last);
            session.terminal.put(&start)?;
        }
    }
    // People get a line of their own; a program gets what the function sent.
    if last != b'\n' && (session.json || std::io::stdout().is_terminal()) {
        session.terminal.put(b"\n")?;
    }
    Ok(if failed { start } else { Vec::new() })
}

/// What the server says itself, in place of the function.
fn refused(status: StatusCode, id: Option<String>, body: &[u8]) -> Option<Refusal> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let envelope = json.pointer("/error/code").is_some() && json.pointer("/error/remediation").is_some();
    let missing =
        status == StatusCode::NOT_FOUND && json.get("error").is_some_and(|error| error == "Function not found");
    (envelope || missing).then(|| Refusal::read(status, id, Bytes::copy_from_slice(body)))
}

/// The stack of a function that failed, below the line that says so.
fn stack(body: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let stack = json.as_ref().and_then(|json| json.get("stack")?.as_str());
    stack.map(|stack| format!("\n{}", printable(stack.trim_end()))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_itself() {
        let is_refusal =
            |status: u16, body: &str| refused(StatusCode::from_u16(status).unwrap(), None, body.as_bytes()).is_some();
        assert!(is_refusal(404, r#"{"error":"Function not found"}"#));
        assert!(is_refusal(401, r#"{"error":{"code":"AUTH_INVALID_API_KEY","message":"m","remediation":"r"}}"#));
        for own in [r#"{"error":"nothing here"}"#, r#"{"error":{"code":"MINE"}}"#, "text", ""] {
            assert!(!is_refusal(404, own), "{own}");
        }
        assert!(!is_refusal(500, r#"{"error":"Function not found"}"#));
    }

    #[test]
    fn stacks_stand_below() {
        assert_eq!(stack(br#"{"error":"boom","stack":"Error: boom\n    at a.ts:1"}"#), "\nError: boom\n    at a.ts:1");
        assert_eq!(stack(b"text"), "");
    }

    #[test]
    fn data_from_somewhere() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.json");
        std::fs::write(&file, "{}").unwrap();
        assert_eq!(data(&format!("@{}", file.display())).unwrap(), "{}");
        assert_eq!(data("[1]").unwrap(), "[1]");
        assert!(data("@/nowhere").is_err());
    }
}
