//! Following a log: the server's stream of it, which goes on after the last call that was shown when a connection breaks.

use super::events::Events;
use super::{Asked, Page};
use crate::cli::exit_code::{CliError, ExitCode};
use crate::cli::remote::client::Call;
use crate::cli::remote::error::RemoteError;
use chrono::{DateTime, SecondsFormat, Utc};
use http::{HeaderName, HeaderValue, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use ramekin_model::limits;
use serde_json::Value;
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::{sleep, timeout};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// A quiet server says every 15 seconds that it lives; one that has not for so long does not.
const SILENCE: Duration = Duration::from_secs(50);
/// Before the first attempt to connect again, and before the later ones at most.
const AGAIN: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));

/// What was shown, as far as it may come again.
struct Shown {
    /// Calls of pages, by their ids.
    ids: HashSet<String>,
    /// The newest event of a stream.
    last: Option<String>,
    /// Since when there are calls to show. Older ones were not asked for.
    since: Option<String>,
}

/// Shows what there is, and then calls as they end, for ever.
///
/// # Errors
/// When the server refuses, or is no such server.
pub async fn follow(asked: &Asked<'_>, limit: u32, since: Option<&str>) -> Result<(), CliError> {
    // The stream comes first: what is recorded meanwhile is in both, and nothing is in neither.
    let mut stream = asked.session.open_stream(stream(asked, None)).await?.into_body();
    let page: Page = asked.session.send(asked.call(limit, since)).await?.read()?;
    let mut shown = Shown { ids: HashSet::new(), last: None, since: since.map(str::to_owned) };
    shown.page(asked, &page)?;
    if page.has_more {
        asked.session.terminal.note("There are older ones; -n shows more of them.");
    }
    if shown.since.is_none() {
        shown.since = page.oldest();
    }
    loop {
        let broken = shown.stream(asked, &mut stream).await?;
        stream = shown.connect(asked, broken).await?;
    }
}

/// The stream of what is recorded from now on, or after an event.
fn stream(asked: &Asked<'_>, last: Option<&str>) -> Call {
    let level = if asked.errors { "?level=error" } else { "" };
    let target = format!("/v1/{}/functions/{}/logs/stream{level}", asked.app.id, asked.name);
    let call = Call::get(target, format!("following the log of `{}`", asked.name));
    let call = call.header(header::ACCEPT, HeaderValue::from_static("text/event-stream"));
    match last.and_then(|last| HeaderValue::from_str(last).ok()) {
        Some(last) => call.header(LAST_EVENT_ID, last),
        None => call,
    }
}

impl Shown {
    /// Shows the calls of a page that were not shown.
    fn page(&mut self, asked: &Asked<'_>, page: &Page) -> Result<(), CliError> {
        // A page has its newest first.
        for raw in page.logs.iter().rev() {
            self.call(asked, raw)?;
        }
        Ok(())
    }

    fn call(&mut self, asked: &Asked<'_>, raw: &Value) -> Result<(), CliError> {
        let entry = asked.entry(raw)?;
        if self.ids.insert(entry.key()) { asked.print(raw, &entry) } else { Ok(()) }
    }

    /// Shows what comes until nothing comes any more. Returns why.
    async fn stream(&mut self, asked: &Asked<'_>, body: &mut Incoming) -> Result<String, CliError> {
        let doing = || format!("following the log of `{}`", asked.name);
        let odd = |why: String| RemoteError::Odd { doing: doing(), why };
        let mut events = Events::default();
        loop {
            let frame = match timeout(SILENCE, body.frame()).await {
                Err(_) => return Ok(format!("nothing came for {} seconds", SILENCE.as_secs())),
                Ok(None) => return Ok("the server has ended the stream".into()),
                Ok(Some(Err(error))) => return Ok(error.to_string()),
                Ok(Some(Ok(frame))) => frame,
            };
            let Ok(bytes) = frame.into_data() else { continue };
            for event in events.take(&bytes).map_err(|error| odd(error.to_string()))? {
                if event.name != "log" {
                    continue;
                }
                let raw = serde_json::from_str(&event.data).map_err(|error| odd(error.to_string()))?;
                self.call(asked, &raw)?;
                if !event.id.is_empty() {
                    self.last = Some(event.id);
                    // After an event, a stream shows every call once; what pages have shown does not come again.
                    if self.ids.len() > 4 * limits::MAX_LOG_PAGE as usize {
                        self.ids.clear();
                    }
                }
            }
        }
    }

    /// Connects again, however long that takes.
    async fn connect(&mut self, asked: &Asked<'_>, broken: String) -> Result<Incoming, CliError> {
        let mut told = false;
        let mut wait = AGAIN.0;
        let mut why = RemoteError::Broken { endpoint: asked.session.client.endpoint().to_owned(), why: broken };
        loop {
            // A server that ends orderly is often there again at once.
            if wait > AGAIN.0 {
                asked.tell_once(&mut told, &why);
            }
            sleep(wait).await;
            wait = (wait * 2).min(AGAIN.1);
            match self.try_connect(asked).await {
                Ok(body) => return Ok(body),
                Err(CliError::Remote(error)) if may_pass(&error) => why = error,
                Err(error) => return Err(error),
            }
        }
    }

    async fn try_connect(&mut self, asked: &Asked<'_>) -> Result<Incoming, CliError> {
        let body = asked.session.client.open(stream(asked, self.last.as_deref())).await?.into_body();
        if self.last.is_none() {
            // No event has said a place in the log; what was recorded meanwhile is in its newest page.
            let call = asked.call(limits::MAX_LOG_PAGE, self.since.as_deref());
            let page: Page = asked.session.client.send(call).await?.read()?;
            self.page(asked, &page)?;
        }
        Ok(body)
    }
}

/// Whether the same may work later.
fn may_pass(error: &RemoteError) -> bool {
    matches!(error.exit_code(), ExitCode::NoServer | ExitCode::NotNow) && !matches!(error, RemoteError::Odd { .. })
}

impl Page {
    /// The time of the oldest call, as the server takes it.
    fn oldest(&self) -> Option<String> {
        let time = self.logs.last()?.get("timestamp")?.as_str()?;
        let time = time.parse::<DateTime<Utc>>().ok()?;
        Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}
