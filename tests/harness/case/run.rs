//! Runs a case: deploys its function, takes its steps, looks at its log.

use super::Case;
use super::form::{self, Expect, Form, Identity, LogCheck, Request, Step};
use crate::client::{Answer, Client, Sent};
use crate::owner::App;
use crate::server::KEY;
use crate::upstream::Upstream;
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the log may take to be as expected.
const LOGS_MS: u64 = 5_000;
/// Time between attempts of a step that is repeated until it is as expected.
const PAUSE: Duration = Duration::from_millis(50);

/// What cases run against.
#[derive(Debug, Clone)]
pub struct World {
    /// The app that they share.
    pub app: App,
    /// The service that functions fetch from.
    pub upstream: Upstream,
    /// Where the server says that it is.
    pub base: String,
}

impl Case {
    /// Runs it.
    ///
    /// # Errors
    /// The first thing that is not as expected.
    pub async fn run(&self, world: &World) -> Result<()> {
        let app = match self.raw.get("own_app").and_then(toml::Value::as_bool) {
            Some(true) => App::create(world.app.client, &self.function()).await?,
            _ => world.app.clone(),
        };
        let mut values = BTreeMap::from([
            ("app".to_owned(), app.id.clone()),
            ("name".to_owned(), self.function()),
            ("base".to_owned(), world.base.clone()),
            ("upstream".to_owned(), format!("http://{}", world.upstream.address)),
            ("key".to_owned(), KEY.to_owned()),
            ("kib".to_owned(), "x".repeat(1024)),
        ]);
        let runner = Runner { app, function: self.function(), folder: &self.folder };
        let form = self.form(&values)?;
        if let Some(source) = form.first_source(&self.folder) {
            let answer = runner.deploy(&form.deploy, Some(&source)).await?;
            form.expect_deploy.clone().unwrap_or_default().check(&answer).context("deploy")?;
        }
        for at in 0..form.step.len() {
            // Again for each step: the one before may have captured something.
            let Some(step) = self.form(&values)?.step.into_iter().nth(at) else { break };
            let what = || format!("step {}{}{}", at + 1, if step.about.is_empty() { "" } else { ": " }, step.about);
            let answer = runner.step(&step).await.with_context(what)?;
            for (name, pointer) in &step.capture {
                let json = answer.json().with_context(what)?;
                let value =
                    json.pointer(pointer).with_context(|| format!("there is nothing at {pointer} to capture"))?;
                values.insert(name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            }
            for (name, field) in &step.capture_headers {
                let given = answer.header(field);
                let value = given.first().with_context(|| format!("there is no field {field} to capture"))?;
                values.insert(name.clone(), value.to_string());
            }
        }
        let Form { logs, .. } = self.form(&values)?;
        for (at, check) in logs.iter().enumerate() {
            runner.step(&runner.look(check)).await.with_context(|| format!("logs {}", at + 1))?;
        }
        Ok(())
    }
}

struct Runner<'a> {
    app: App,
    function: String,
    folder: &'a Path,
}

impl Runner<'_> {
    async fn deploy(&self, fields: &BTreeMap<String, Value>, source: Option<&Path>) -> Result<Answer> {
        let mut form = Map::new();
        form.insert("name".into(), self.function.clone().into());
        if let Some(source) = source {
            let read =
                |path: &Path| std::fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()));
            if source.is_dir() {
                let mut texts = Map::new();
                let folder = source.canonicalize()?;
                for path in super::files(&folder)? {
                    let name = path.strip_prefix(&folder)?.to_str().context("the path is no text")?.to_owned();
                    texts.insert(name, read(&path)?.into());
                }
                form.insert("files".into(), texts.into());
            } else {
                form.insert("code".into(), read(source)?.into());
            }
        }
        let auth = match fields.get("auth").map(|auth| auth.as_str()) {
            None => Some("none"),
            Some(Some("omit")) => None,
            Some(Some(mode)) => Some(mode),
            Some(None) => bail!("`auth` is a text"),
        };
        if let Some(auth) = auth
            && !fields.contains_key("triggers")
            && !fields.contains_key("trigger")
        {
            form.insert("triggers".into(), json!([{ "type": "http", "config": { "auth": auth } }]));
        }
        let sent = fields.iter().filter(|(name, _)| !matches!(name.as_str(), "auth" | "source"));
        form.extend(sent.map(|(name, value)| (name.clone(), value.clone())));
        self.app.try_deploy(&Value::Object(form)).await
    }

    /// Takes a step, more than once if it may take its time. Returns the last answer.
    async fn step(&self, step: &Step) -> Result<Answer> {
        tokio::time::sleep(Duration::from_millis(step.after_ms)).await;
        let until = Instant::now() + Duration::from_millis(step.within_ms);
        loop {
            let taken = self.attempt(step).await;
            if taken.is_ok() || Instant::now() >= until {
                return taken;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn attempt(&self, step: &Step) -> Result<Answer> {
        if let Some(fields) = &step.deploy {
            let source = fields.get("source").and_then(Value::as_str).map(|name| self.folder.join(name));
            let answer = self.deploy(fields, source.as_deref()).await?;
            step.expect.check(&answer)?;
            return Ok(answer);
        }
        let request = step.request.clone().unwrap_or_default();
        let sent = self.request(&request, step.identity)?;
        let repeat = request.repeat.unwrap_or(1);
        let parallel = request.parallel.unwrap_or(1).clamp(1, repeat);
        let mut tasks = tokio::task::JoinSet::new();
        for at in 0..parallel {
            let count = repeat / parallel + usize::from(at < repeat % parallel);
            tasks.spawn(send_all(self.app.client, sent.clone(), count, step.expect.clone()));
        }
        let mut answers = Vec::new();
        while let Some(done) = tasks.join_next().await {
            answers.extend(done??);
        }
        step.expect.check_distinct(&answers)?;
        answers.pop().context("no request was sent")
    }

    fn request(&self, form: &Request, identity: Option<Identity>) -> Result<Sent> {
        let mut sent = Sent::new("GET", self.target(&form.path));
        for (name, values) in &form.headers {
            for value in values.all() {
                sent = sent.header(name, value);
            }
        }
        if identity == Some(Identity::Owner) {
            sent = sent.as_owner();
        }
        let body = match (&form.body, &form.body_base64, form.body_size, &form.json) {
            (Some(text), ..) => Some(text.clone().into_bytes()),
            (_, Some(text), ..) => Some(base64::engine::general_purpose::STANDARD.decode(text)?),
            (_, _, Some(size), _) => Some(vec![b'x'; size]),
            (.., Some(value)) => {
                if !form.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
                    sent = sent.header("content-type", "application/json");
                }
                // A text that holds JSON is sent as it stands: it may be about the order of keys.
                Some(match value {
                    Value::String(text) if serde_json::from_str::<Value>(text).is_ok() => text.clone().into_bytes(),
                    value => form::json(value).to_string().into_bytes(),
                })
            }
            _ => None,
        };
        sent.method = form.method.clone().unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.into());
        sent.body = body.unwrap_or_default().into();
        sent.leave_after = form.leave_after_ms.map(Duration::from_millis);
        Ok(sent)
    }

    fn target(&self, path: &str) -> String {
        let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
        match path {
            "" | "/fn" => format!("{}{query}", self.app.path(&self.function)),
            _ if path.starts_with("//") => format!("{}{query}", path.get(1..).unwrap_or_default()),
            _ if path.starts_with("/fn/") => format!("/v1/{}{path}{query}", self.app.id),
            _ => format!("{path}{query}"),
        }
    }

    /// A look at the log as a step.
    fn look(&self, check: &LogCheck) -> Step {
        let path = format!("/v1/{}/functions/{}/logs{}", self.app.id, self.function, check.query);
        let rows = form::json(&check.json);
        Step {
            about: String::new(),
            identity: Some(Identity::Owner),
            request: Some(Request { path, ..Request::default() }),
            deploy: None,
            expect: Expect {
                json: Some(json!({ "logs": rows })),
                excludes: check.excludes.clone(),
                ..Expect::default()
            },
            capture: BTreeMap::new(),
            capture_headers: BTreeMap::new(),
            within_ms: LOGS_MS,
            after_ms: 0,
        }
    }
}

/// Sends the same request many times, on one connection where the server keeps it.
async fn send_all(client: Client, sent: Sent, count: usize, expect: Expect) -> Result<Vec<Answer>> {
    let mut connection = client.connect().await?;
    let mut answers = Vec::with_capacity(count);
    for at in 0..count {
        if at > 0 && !connection.is_open().await {
            connection = client.connect().await?;
        }
        let answer = connection.send(&sent).await?;
        expect.check(&answer)?;
        answers.push(answer);
    }
    Ok(answers)
}
