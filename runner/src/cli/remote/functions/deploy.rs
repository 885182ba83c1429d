//! `ramekin functions deploy`.

use super::super::client::{Answer, Call};
use super::super::error::RemoteError;
use super::super::{AppOptions, Session, times, variables};
use crate::cli::exit_code::CliError;
use crate::cli::output::{Style, Terminal, printable};
use crate::cli::settings;
use crate::cli::sources::{Gathered, Sources};
use crate::config::Variables;
use crate::modules::CONFIG_FILES;
use clap::{Args, ValueEnum};
use http::{HeaderName, HeaderValue};
use ramekin_model::FunctionName;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A deploy evaluates the module, and may wait for packages and for its turn.
const DEPLOY: Duration = Duration::from_secs(240);
/// Attempts when the connection breaks, and before all but the first.
const ATTEMPTS: (usize, Duration) = (4, Duration::from_secs(1));
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Ends of file names that are no part of a function's name.
const EXTENSIONS: &[&str] = &["ts", "js", "mts", "mjs", "tsx", "jsx"];

/// Deploy a function: the next call sees it.
///
/// What is not said keeps its value when the function is there already; a new one gets the defaults (30 s, 128 MiB, an http
/// trigger for users of the app who are signed in).
///
/// Settings can stand in a file `<name>.json` beside the source, as in a folder of `ramekin dev`: the fields of a deploy, such as
/// timeoutMs, triggers and envVars, and `auth`. What a flag says wins.
#[derive(Debug, Args)]
pub struct Deploy {
    /// File with the function's source, or folder with an `index.ts`; `-` is the standard input. Files that it imports are
    /// sent along, and the package.json, package-lock.json and deno.json of its folder or one above.
    file: PathBuf,
    /// Its name [default: that of the file, without its end, or of the folder].
    #[arg(long)]
    name: Option<FunctionName>,
    /// File with its settings [default: that of the source with the end .json, if it is there].
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Read no file with settings.
    #[arg(long, conflicts_with = "settings")]
    no_settings: bool,
    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Longest duration of a call, in milliseconds.
    #[arg(long, value_name = "MS")]
    timeout_ms: Option<u32>,
    /// Most memory of a call, in MiB.
    #[arg(long, value_name = "MIB")]
    memory_mb: Option<u32>,
    /// Variable of the function, as NAME=value; only NAME takes the value that it has here. Can be given several times.
    ///
    /// With --env or --env-file, all variables of the function are replaced; `functions env set` changes single ones.
    #[arg(long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// File with variables, one NAME=value a line. Can be given several times.
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
    /// What starts the function: http, cron, webhook, websocket or s3_upload, if need be with its settings as JSON, such as
    /// `cron={"schedule":"*/5 * * * *"}`. Can be given several times. All triggers of the function are replaced.
    #[arg(long, value_name = "TYPE[=JSON]")]
    trigger: Vec<String>,
    /// Who may call it over HTTP: only users who are signed in, or everybody. Short for an http trigger.
    #[arg(long, value_enum)]
    auth: Option<Auth>,
    /// Whether keys of the app may act for its users.
    #[arg(long, value_name = "BOOL")]
    allow_impersonation: Option<bool>,
    #[command(flatten)]
    options: AppOptions,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Auth {
    Required,
    Optional,
    None,
}

#[derive(Deserialize)]
struct Deployed {
    url: Option<String>,
    #[serde(default)]
    startup: Startup,
    #[serde(rename = "consoleLogs", default)]
    console: Vec<Line>,
    #[serde(default)]
    warnings: Vec<Warning>,
}

/// Something that was stored and has no effect.
#[derive(Deserialize)]
struct Warning {
    message: String,
}

#[derive(Default, Deserialize)]
struct Startup {
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    level: String,
    message: String,
}

/// Does it.
///
/// # Errors
/// When it was not deployed.
pub async fn run(deploy: Deploy, here: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let name = match &deploy.name {
        Some(name) => name.clone(),
        None => name_of(&deploy.file)?,
    };
    let form = form(&deploy, &name, here)?;
    let session = deploy.options.open(here, terminal)?;
    let app = session.app().await?;
    let begun = Instant::now();
    let doing = format!("deploying `{name}`");
    let call = Call::post(format!("/v1/{}/functions", app.id), &form, doing).within(DEPLOY);
    let answer = send(&session, call).await?;
    if session.json {
        return session.answer(&answer.body);
    }
    said(&session, &name, &answer.read()?, begun.elapsed())
}

/// Sends a deploy, again when the connection breaks. It has a key, so however often it arrives, it is made once.
async fn send(session: &Session, call: Call) -> Result<Answer, CliError> {
    let key = HeaderValue::try_from(Uuid::now_v7().to_string()).map_err(http::Error::from);
    let key = key.map_err(|error| RemoteError::Usage(error.to_string()))?;
    let call = call.header(IDEMPOTENCY_KEY, key);
    let (attempts, pause) = ATTEMPTS;
    let mut broke = false;
    for _ in 1..attempts {
        match session.send(call.clone()).await {
            // Who cannot be reached at first has not begun anything.
            Err(CliError::Remote(error @ RemoteError::Unreachable { .. })) if !broke => return Err(error.into()),
            Err(CliError::Remote(error @ (RemoteError::Broken { .. } | RemoteError::Unreachable { .. }))) => {
                if !std::mem::replace(&mut broke, true) {
                    session.terminal.warn(&format!("{error}\n  It is tried again, and made once."));
                }
                tokio::time::sleep(pause).await;
            }
            other => return other,
        }
    }
    session.send(call).await
}

fn said(session: &Session, name: &FunctionName, deployed: &Deployed, took: Duration) -> Result<(), CliError> {
    for line in &deployed.console {
        session.terminal.note(&printable(&format!("{name} {}: {}", line.level, line.message)));
    }
    for warning in &deployed.warnings {
        session.terminal.warn(&printable(&warning.message));
    }
    if let Some(reason) = &deployed.startup.reason {
        let reason = printable(reason);
        session.terminal.note(&format!("`{name}` is evaluated on each call: its top level uses {reason}"));
    }
    let took = times::millis(took.as_millis() as f64);
    let done = format!("Deployed {} in {took}.", session.paint(Style::Cyan, &format!("`{name}`")));
    match &deployed.url {
        Some(url) => session.print(&format!("{done}\n  {}", printable(url))),
        None => session.print(&format!("{done} It has no http trigger, so it has no address.")),
    }
}

/// A function is called as its file, unless that says nothing.
fn name_of(file: &Path) -> Result<FunctionName, RemoteError> {
    let usage = |why: String| RemoteError::Usage(format!("{why}; name the function with --name"));
    // A folder may be named as `.`.
    let whole = if file.is_dir() { file.canonicalize().ok() } else { None };
    let file = whole.as_deref().unwrap_or(file);
    let name = file.file_name().and_then(|name| name.to_str()).filter(|name| *name != "-");
    let name = name.ok_or_else(|| usage("the function has no name".into()))?;
    let stem = match name.rsplit_once('.') {
        Some((stem, end)) if EXTENSIONS.contains(&end) => stem,
        _ => name,
    };
    stem.parse().map_err(|error| usage(format!("`{stem}` is no name for a function: {error}")))
}

fn form(deploy: &Deploy, name: &FunctionName, here: &Variables) -> Result<Value, CliError> {
    let mut form = from_file(deploy)?;
    let triggers = triggers(&deploy.trigger, deploy.auth)?;
    if triggers.is_some() {
        form.remove("trigger");
    }
    let mut put = |field: &str, value: Option<Value>| {
        if let Some(value) = value {
            form.insert(field.to_owned(), value);
        }
    };
    put("name", Some(name.as_str().into()));
    put("description", deploy.description.as_deref().map(Into::into));
    put("timeoutMs", deploy.timeout_ms.map(Into::into));
    put("memoryLimitMb", deploy.memory_mb.map(Into::into));
    put("allow_service_key_impersonation", deploy.allow_impersonation.map(Into::into));
    put("triggers", triggers);
    if !deploy.env.is_empty() || !deploy.env_file.is_empty() {
        put("envVars", Some(variables::read(&deploy.env, &deploy.env_file, here)?.into()));
    }
    if deploy.file.as_os_str() == "-" {
        Sources::Code(variables::text(&deploy.file)?).put(&mut form);
    } else {
        let unreadable = |source| CliError::Folder { path: deploy.file.display().to_string(), source };
        Gathered::of(&deploy.file).map_err(unreadable)?.sources.put(&mut form);
    }
    Ok(form.into())
}

/// What the file with settings says.
fn from_file(deploy: &Deploy) -> Result<Map<String, Value>, CliError> {
    if deploy.no_settings {
        return Ok(Map::new());
    }
    let Some(file) = deploy.settings.clone().or_else(|| beside(&deploy.file)) else { return Ok(Map::new()) };
    let text = variables::text(&file)?;
    let usage = |why| RemoteError::Usage(format!("`{}`: {why}; --no-settings leaves it out", file.display()));
    Ok(settings::fields(&text).map_err(usage)?)
}

/// The file with the settings of a source, if there is one.
fn beside(source: &Path) -> Option<PathBuf> {
    let file = source.with_extension("json");
    let name = file.file_name()?.to_str()?;
    // What these say is about imports. A folder that cannot be looked into has no source either.
    let is_another = source == Path::new("-") || CONFIG_FILES.contains(&name);
    (!is_another && file.is_file()).then_some(file)
}

/// The triggers that are asked for; `None` when nothing is said.
fn triggers(words: &[String], auth: Option<Auth>) -> Result<Option<Value>, RemoteError> {
    let mut triggers = words.iter().map(|word| trigger(word)).collect::<Result<Vec<_>, _>>()?;
    if let Some(auth) = auth {
        let auth = match auth {
            Auth::Required => "required",
            Auth::Optional => "optional",
            Auth::None => "none",
        };
        match triggers.iter_mut().find(|(kind, _)| *kind == "http") {
            None => triggers.push(("http", Map::from_iter([("auth".to_owned(), auth.into())]))),
            Some((_, config)) => {
                if config.insert("auth".into(), auth.into()).is_some() {
                    return Err(RemoteError::Usage(
                        "--auth stands beside an http trigger that says `auth` itself".into(),
                    ));
                }
            }
        }
    }
    let triggers: Vec<Value> =
        triggers.into_iter().map(|(kind, config)| json!({ "type": kind, "config": config })).collect();
    Ok((!triggers.is_empty()).then(|| triggers.into()))
}

/// `TYPE` or `TYPE=JSON`.
fn trigger(word: &str) -> Result<(&str, Map<String, Value>), RemoteError> {
    let Some((kind, config)) = word.split_once('=') else {
        return Ok((word, Map::new()));
    };
    // What is wrong with it could quote a secret of a webhook.
    let usage = |_| RemoteError::Usage(format!("the settings of the trigger `{kind}` are no JSON object"));
    Ok((kind, serde_json::from_str(config).map_err(usage)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_called_as_its_file() {
        let name = |path: &str| name_of(Path::new(path)).map(|name| name.to_string());
        assert_eq!(name("a/b/hello.ts").unwrap(), "hello");
        assert_eq!(name("hello.mjs").unwrap(), "hello");
        assert_eq!(name("hello").unwrap(), "hello");
        for bad in ["-", "two words.ts", "a.b.ts", "notes.txt", ".ts"] {
            assert!(name(bad).unwrap_err().to_string().contains("--name"), "{bad}");
        }
    }

    #[test]
    fn triggers_as_words() {
        let read = |words: &[&str], auth| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            triggers(&words, auth)
        };
        assert_eq!(read(&[], None).unwrap(), None);
        let open = json!([{ "type": "http", "config": { "auth": "none" } }]);
        assert_eq!(read(&[], Some(Auth::None)).unwrap(), Some(open.clone()));
        assert_eq!(read(&["http"], Some(Auth::None)).unwrap(), Some(open.clone()));
        assert_eq!(read(&[r#"http={"auth":"none"}"#], None).unwrap(), Some(open));
        let both = read(&[r#"cron={"schedule":"* * * * *"}"#], Some(Auth::Required)).unwrap().unwrap();
        assert_eq!(both[0], json!({ "type": "cron", "config": { "schedule": "* * * * *" } }));
        assert_eq!(both[1]["config"]["auth"], "required");
        assert!(read(&[r#"http={"auth":"none"}"#], Some(Auth::None)).is_err());
        for bad in ["webhook=canary", "webhook=[1]", "webhook={\"secret\":canary}"] {
            let error = read(&[bad], None).unwrap_err().to_string();
            assert!(error.contains("webhook") && !error.contains("canary"), "{error}");
        }
    }
}
