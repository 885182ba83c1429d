//! What a `case.toml` may hold.
//!
//! ```toml
//! proves = "butterbase §4.7"     # the clause; required
//! about = "…"                    # one line, where the name of the folder does not say it
//! source = "other.ts"            # instead of function.ts; without either, nothing is deployed at first. A folder: all its
//!                                # files are sent as `files`
//! own_app = true                 # an app of its own instead of the one that cases share
//!
//! [settings]                     # of a server of its own, as environment variables
//! RAMEKIN_RATE_LIMIT = "5"
//!
//! [deploy]                       # fields of the deploy, as they are sent; `triggers` decides who may call it, and
//! timeoutMs = 1000               # `auth` ("none" unless said) is short for one HTTP trigger; "omit" sends no trigger
//!
//! [expect_deploy]                # what the deploy must answer: see [`Expect`]; status 200 unless said
//! status = 400
//!
//! [[step]]                       # in order; each is a `request` or another `deploy`
//! as = "owner"                   # sends the account key
//! request = { method = "POST", path = "?a=b", headers = { x-a = ["1", "2"] }, json = { a = 1 } }
//! expect = { status = 200, json = { ok = true }, headers = { vary = "Origin" } }
//! capture = { id = "/id" }       # keeps a value of the answer for later steps, as `{id}`
//! capture_headers = { tag = "etag" }    # the same for a field of the answer
//! within_ms = 2000               # repeats the step until it is as expected, for so long
//! after_ms = 100                 # waits before
//!
//! [[logs]]                       # after all steps: the log of the function, until it is as expected
//! query = "?limit=5"
//! json = [{ statusCode = 200 }]  # the rows, newest first
//! ```
//!
//! `{app}`, `{name}`, `{base}`, `{upstream}`, `{key}`, `{kib}` (1,024 characters) and captured names are replaced in every text. A `path` is, with or
//! without a query: nothing or `/fn` (the function itself), `?…` (with a query), `/fn/…` (below the app), or anything else
//! as it stands; `//fn/…` is `/fn/…` as it stands. `json` is TOML, or a text that holds JSON; see [`crate::json`] for what expected JSON may be.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A `case.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The clause that the case proves.
    pub proves: String,
    /// Why it does not pass yet. A case with a reason must fail: once it passes, the reason has to go.
    #[serde(default)]
    pub known_failure: Option<String>,
    /// What the name does not say.
    #[serde(default)]
    pub about: String,
    /// Source file.
    pub source: Option<String>,
    /// Uses an app of its own.
    #[serde(default)]
    pub own_app: bool,
    /// Uses a server of its own, with these environment variables.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// The first deploy.
    #[serde(default)]
    pub deploy: BTreeMap<String, Value>,
    /// What it must answer.
    pub expect_deploy: Option<Expect>,
    /// What follows.
    #[serde(default)]
    pub step: Vec<Step>,
    /// What the log must hold in the end.
    #[serde(default)]
    pub logs: Vec<LogCheck>,
}

/// A step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What the step is for.
    #[serde(default)]
    pub about: String,
    /// `owner` sends the account key.
    #[serde(rename = "as")]
    pub identity: Option<Identity>,
    /// A request.
    pub request: Option<Request>,
    /// Another deploy of the function: fields as they are sent, `source` names a file in place of `code` or a folder in place
    /// of `files`, and `auth` is as
    /// for the first deploy.
    pub deploy: Option<BTreeMap<String, Value>>,
    /// What the answer must be.
    #[serde(default)]
    pub expect: Expect,
    /// Keeps values of the answer: name to JSON pointer.
    #[serde(default)]
    pub capture: BTreeMap<String, String>,
    /// Keeps fields of the answer: name to field.
    #[serde(default)]
    pub capture_headers: BTreeMap<String, String>,
    /// Repeats the step until it is as expected.
    #[serde(default)]
    pub within_ms: u64,
    /// Waits before the step.
    #[serde(default)]
    pub after_ms: u64,
}

/// Whose credentials a step sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Identity {
    /// The account key.
    Owner,
}

/// A request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Request {
    /// GET, or POST when there is content.
    pub method: Option<String>,
    /// See the module's documentation.
    pub path: String,
    /// Fields; several values are sent as several fields.
    pub headers: BTreeMap<String, Texts>,
    /// Content as text.
    pub body: Option<String>,
    /// Content as base64.
    pub body_base64: Option<String>,
    /// Content: this many `x`.
    pub body_size: Option<usize>,
    /// Content as JSON, with its content type.
    pub json: Option<Value>,
    /// Sends it so often.
    pub repeat: Option<usize>,
    /// This many at once.
    pub parallel: Option<usize>,
    /// Goes away after this time, whatever has come by then.
    pub leave_after_ms: Option<u64>,
}

/// One text or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Default for Texts {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Texts {
    /// All of them.
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// What an answer must be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// 200 unless said; 0 when the client leaves before there is one.
    pub status: Option<u16>,
    /// Content as JSON.
    pub json: Option<Value>,
    /// Exact content.
    pub body: Option<String>,
    /// Exact content.
    pub body_base64: Option<String>,
    /// Length of the content.
    pub body_size: Option<usize>,
    /// Texts in the content.
    pub contains: Texts,
    /// Texts that are not in it.
    pub excludes: Texts,
    /// Values of fields; placeholders as in JSON.
    pub headers: BTreeMap<String, Texts>,
    /// Fields that are not there.
    pub absent_headers: Vec<String>,
    /// The content breaks off.
    pub broken: bool,
    /// From the request to the end of the answer, at most.
    pub max_ms: Option<u64>,
    /// At least.
    pub min_ms: Option<u64>,
    /// From the request to the first byte of the content, at most.
    pub first_byte_max_ms: Option<u64>,
    /// JSON pointers to values that differ in all repetitions.
    pub distinct: Vec<String>,
}

/// A look at the log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogCheck {
    /// Query of the route.
    #[serde(default)]
    pub query: String,
    /// The rows, newest first.
    pub json: Value,
    /// Texts that are not in them.
    #[serde(default)]
    pub excludes: Texts,
}

impl Form {
    /// Checks what the types do not.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn check(&self) -> Result<()> {
        ensure!(!self.proves.trim().is_empty(), "`proves` names the clause");
        ensure!(
            !self.step.is_empty() || !self.logs.is_empty() || self.expect_deploy.is_some(),
            "the case checks nothing: it has no step, no logs and no expect_deploy"
        );
        for (at, step) in self.step.iter().enumerate() {
            step.check().with_context(|| format!("step {}", at + 1))?;
        }
        Ok(())
    }

    /// The source files that the case deploys.
    pub fn sources(&self, folder: &Path) -> Vec<PathBuf> {
        let named = self.step.iter().filter_map(|step| step.deploy.as_ref()?.get("source")?.as_str());
        let first = self.first_source(folder);
        first.into_iter().chain(named.map(|name| folder.join(name))).collect()
    }

    /// The source of the first deploy.
    pub fn first_source(&self, folder: &Path) -> Option<PathBuf> {
        match &self.source {
            Some(name) => Some(folder.join(name)),
            None => Some(folder.join("function.ts")).filter(|path| path.is_file()),
        }
    }
}

impl Step {
    fn check(&self) -> Result<()> {
        ensure!(self.request.is_some() != self.deploy.is_some(), "a step is either a `request` or a `deploy`");
        if let Some(request) = &self.request {
            let bodies = [
                request.body.is_some(),
                request.body_base64.is_some(),
                request.body_size.is_some(),
                request.json.is_some(),
            ];
            ensure!(bodies.iter().filter(|given| **given).count() <= 1, "a request has one content");
        }
        ensure!(
            self.expect.distinct.is_empty() || self.request.as_ref().is_some_and(|r| r.repeat.is_some()),
            "`distinct` needs `repeat`"
        );
        Ok(())
    }
}

/// JSON from TOML: a text that holds JSON stands for it.
pub fn json(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    }
}

/// Replaces `{names}` in every text.
pub fn fill(value: &mut toml::Value, values: &BTreeMap<String, String>) {
    match value {
        toml::Value::String(text) if text.contains('{') => {
            for (name, value) in values {
                *text = text.replace(&format!("{{{name}}}"), value);
            }
        }
        toml::Value::Array(list) => list.iter_mut().for_each(|value| fill(value, values)),
        toml::Value::Table(table) => table.iter_mut().for_each(|(_, value)| fill(value, values)),
        _ => {}
    }
}
