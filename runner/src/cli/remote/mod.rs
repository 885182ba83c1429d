//! The verbs that talk to a server, over its API and nothing else: what they can do, every client can.
//!
//! With `--json` the standard output is what the server answered and nothing else, refusals included. Otherwise it is for
//! people. What is beside the result (progress, notes, errors) goes to the standard error.

pub mod apps;
mod client;
mod env;
pub mod error;
pub mod functions;
pub mod keys;
pub mod login;
pub mod metrics;
mod progress;
mod prompt;
mod saved;
mod table;
mod times;
mod variables;

use super::exit_code::CliError;
use super::output::{Style, Terminal, printable};
use crate::config::{ApiKeyText, ConfigError, DEFAULT_ENDPOINT, Variables, env_var, server_url};
use clap::Args;
use client::{Answer, Call, Client};
use error::RemoteError;
use http::Response;
use hyper::body::Incoming;
use ramekin_model::AppId;
use saved::{Place, Saved, SavedApp};
use serde::Deserialize;

/// Flags of every verb that talks to a server.
#[derive(Debug, Args)]
pub struct Options {
    /// Server to talk to [default: that of the last `ramekin login`, else http://127.0.0.1:4000].
    #[arg(long, env = env_var::ENDPOINT, hide_env_values = true, value_name = "URL")]
    endpoint: Option<String>,
    /// Print what the server answers, as JSON.
    #[arg(long)]
    json: bool,
}

/// Flags of every verb that works on an app.
#[derive(Debug, Args)]
pub struct AppOptions {
    #[command(flatten)]
    options: Options,
    /// App to work on, by name or id [default: that of the last `ramekin apps use`].
    #[arg(long, env = env_var::APP, hide_env_values = true)]
    app: Option<String>,
}

/// A server and how to talk to it.
pub struct Session {
    client: Client,
    place: Place,
    saved: Saved,
    /// Named on the command line or in the environment.
    app: Option<String>,
    json: bool,
    terminal: Terminal,
}

/// An app of the server.
#[derive(Debug, Clone, Deserialize)]
struct App {
    id: AppId,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Apps {
    apps: Vec<App>,
}

impl App {
    /// Its name, in quotes; its id where only that is known.
    fn shown(&self) -> String {
        let name = if self.name.is_empty() { self.id.as_str() } else { &self.name };
        format!("`{}`", printable(name))
    }
}

impl Options {
    /// A session without a key.
    fn begin(self, app: Option<String>, variables: &Variables, terminal: &Terminal) -> Result<Session, CliError> {
        let place = Place::find(variables)?;
        let saved = place.read(terminal)?;
        let given = self.endpoint.filter(|text| !text.trim().is_empty());
        let text = given.as_deref().or(saved.current()).unwrap_or(DEFAULT_ENDPOINT).trim();
        let endpoint = server_url(text).ok_or_else(|| ConfigError::Endpoint(without_credentials(text)))?;
        let client = Client::new(&endpoint)?;
        let app = app.filter(|app| !app.trim().is_empty());
        Ok(Session { client, place, saved, app, json: self.json, terminal: *terminal })
    }

    /// A session with a key.
    fn open(self, variables: &Variables, terminal: &Terminal) -> Result<Session, CliError> {
        self.begin(None, variables, terminal)?.with_key(variables)
    }
}

impl AppOptions {
    /// A session with a key.
    fn open(self, variables: &Variables, terminal: &Terminal) -> Result<Session, CliError> {
        self.options.begin(self.app, variables, terminal)?.with_key(variables)
    }
}

/// What somebody took for the address of a server, without what may be a password.
fn without_credentials(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => text.to_owned(),
    }
}

/// The key of the environment.
fn key_of_environment(variables: &Variables) -> Result<Option<ApiKeyText>, ConfigError> {
    let text = variables.get(env_var::API_KEY)?;
    text.map(|text| ApiKeyText::parse(text).ok_or(ConfigError::ApiKey)).transpose()
}

impl Session {
    /// With the key of the environment, else the one saved for this server: a key is never shown to another.
    fn with_key(mut self, variables: &Variables) -> Result<Self, CliError> {
        let key = match key_of_environment(variables)? {
            Some(key) => Some(key),
            None => self.saved.key(self.client.endpoint()),
        };
        let key = key.ok_or_else(|| RemoteError::NoKey(self.client.endpoint().to_owned()))?;
        self.use_key(&key);
        Ok(self)
    }

    fn use_key(&mut self, key: &ApiKeyText) {
        if self.client.is_readable_by_others() {
            let text = "the connection is not encrypted, and the key can be read on its way; use https:// outside this machine";
            self.terminal.warn(text);
        }
        self.client.use_key(key);
    }

    /// Sends a request, and says meanwhile what is done.
    async fn send(&self, call: Call) -> Result<Answer, CliError> {
        let doing = call.doing.clone();
        let sent = progress::watch(&self.terminal, &doing, self.client.send(call)).await;
        self.show_refusal(&sent)?;
        Ok(sent?)
    }

    /// Sends a request whose answer comes bit by bit, and says meanwhile what is done.
    async fn open_stream(&self, call: Call) -> Result<Response<Incoming>, CliError> {
        let doing = call.doing.clone();
        let opened = progress::watch(&self.terminal, &doing, self.client.open(call)).await;
        self.show_refusal(&opened)?;
        Ok(opened?)
    }

    /// A refusal in JSON, where JSON is asked for.
    fn show_refusal<T>(&self, sent: &Result<T, RemoteError>) -> Result<(), CliError> {
        match sent {
            Err(RemoteError::Refused { refusal, .. }) if self.json && refusal.is_json => self.answer(&refusal.body),
            _ => Ok(()),
        }
    }

    /// What the server answered, on the standard output.
    fn answer(&self, body: &[u8]) -> Result<(), CliError> {
        let end: &[u8] = if body.ends_with(b"\n") { b"" } else { b"\n" };
        Ok(self.terminal.put(&[body, end].concat())?)
    }

    /// For people, on the standard output.
    fn print(&self, text: &str) -> Result<(), CliError> {
        Ok(self.terminal.print(text)?)
    }

    fn paint(&self, style: Style, text: &str) -> String {
        self.terminal.paint(style, text)
    }

    async fn apps(&self) -> Result<Vec<App>, CliError> {
        let listed: Apps = self.send(Call::get("/apps", "listing the apps")).await?.read()?;
        Ok(listed.apps)
    }

    /// The app to work on.
    async fn app(&self) -> Result<App, CliError> {
        match &self.app {
            Some(text) => self.find(text).await,
            None => {
                let saved = self.saved.app(self.client.endpoint());
                let saved = saved.ok_or_else(|| RemoteError::NoApp(self.client.endpoint().to_owned()))?;
                Ok(App { id: saved.id.clone(), name: saved.name.clone() })
            }
        }
    }

    /// An app by name or id. An id is taken at its word.
    async fn find(&self, text: &str) -> Result<App, CliError> {
        if let Ok(id) = text.parse::<AppId>() {
            return Ok(App { id, name: String::new() });
        }
        let apps = self.apps().await?;
        let named: Vec<&App> = apps.iter().filter(|app| app.name == text).collect();
        match named.as_slice() {
            [app] => Ok((*app).clone()),
            [] => Err(RemoteError::unknown_app(text, apps.iter().map(|app| app.name.as_str())).into()),
            _ => Err(RemoteError::TwoApps(text.to_owned()).into()),
        }
    }

    /// Makes an app the one that is worked on when none is named.
    fn choose(&mut self, app: &App) -> Result<(), CliError> {
        let chosen = SavedApp { id: app.id.clone(), name: app.name.clone() };
        self.saved.choose(self.client.endpoint(), Some(chosen));
        self.place.write(&self.saved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(endpoint: Option<&str>, variables: &Variables) -> Result<Session, CliError> {
        let options = Options { endpoint: endpoint.map(str::to_owned), json: false };
        options.begin(None, variables, &Terminal::plain())
    }

    #[test]
    fn a_key_is_for_one_server() {
        let dir = tempfile::tempdir().unwrap();
        let key = ApiKeyText::random().unwrap();
        let variables = Variables::of([(env_var::CONFIG_DIR, dir.path().to_str().unwrap())]);
        let mut first = session(Some("http://127.0.0.1:1"), &variables).unwrap();
        first.saved.log_in("http://127.0.0.1:1", &key);
        first.place.write(&first.saved).unwrap();
        let again = session(None, &variables).unwrap();
        assert_eq!(again.client.endpoint(), "http://127.0.0.1:1");
        assert!(again.with_key(&variables).is_ok());
        let other = session(Some("http://127.0.0.1:2/"), &variables).unwrap().with_key(&variables);
        assert!(matches!(other.err(), Some(CliError::Remote(RemoteError::NoKey(server))) if server.ends_with(":2")));
    }

    #[test]
    fn what_is_no_server_is_named_without_its_password() {
        let dir = tempfile::tempdir().unwrap();
        let variables = Variables::of([(env_var::CONFIG_DIR, dir.path().to_str().unwrap())]);
        let error = session(Some("https://a:canary@example.org"), &variables).err().unwrap().to_string();
        assert!(error.contains("example.org") && !error.contains("canary"), "{error}");
        assert_eq!(session(Some(" "), &variables).unwrap().client.endpoint(), DEFAULT_ENDPOINT);
    }

    #[test]
    fn the_environment_has_a_key_or_an_error() {
        let of = |text: &str| key_of_environment(&Variables::of([(env_var::API_KEY, text)]));
        assert_eq!(of(""), Ok(None));
        let key = ApiKeyText::random().unwrap();
        assert_eq!(of(key.expose()), Ok(Some(key)));
        let error = of("canary").unwrap_err();
        assert!(error == ConfigError::ApiKey && !error.to_string().contains("canary"));
    }
}
