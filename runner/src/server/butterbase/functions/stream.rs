//! `GET /v1/{app}/functions/{name}/logs/stream`: the log as it is written, as server-sent events (Butterbase §7.2).
//!
//! An event's id is the time of its call and its place in the order of recording. A client that sends the last one it has seen
//! as `Last-Event-ID`, as browsers do by themselves, gets what came after it: each call once, however long it took.

use super::super::edge::respond::event_stream;
use super::super::time;
use super::logs::{bad, show, since};
use crate::ops::logs::{FollowError, Follower, Following, Logs, Source};
use crate::server::auth::OwnedFunction;
use crate::server::error::ApiError;
use axum::body::Body;
use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, stream};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use ramekin_store::Recorded;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;
use tokio::time::timeout;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// After this long without an event a comment is sent, so that nothing on the way takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// When a client that was refused may try again, in seconds.
const AGAIN: u32 = 10;

/// 200 with events that end when the server does; 429 when too many streams are open.
pub async fn handler(
    State(logs): State<Logs>,
    OwnedFunction { app, name, .. }: OwnedFunction,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    let from = read(query.as_deref().unwrap_or_default(), request.headers())?;
    let follower = logs.follow(&app, &name, from).await?;
    let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"))]);
    event_stream(&mut headers, request.version());
    let mut response = Response::new(Body::from_stream(frames(follower)));
    *response.headers_mut() = headers;
    Ok(response)
}

impl From<FollowError> for ApiError {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::NoFunction => Self::not_found("Function"),
            FollowError::TooMany(error) => {
                Self::request(StatusCode::TOO_MANY_REQUESTS, error.to_string()).retry_after(AGAIN)
            }
            FollowError::Store(error) => error.into(),
        }
    }
}

/// Reads query and header. Of a repeated parameter the last one counts.
fn read(query: &str, headers: &HeaderMap) -> Result<Following, ApiError> {
    let mut read = Following::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "since" => read.since = Some(since(&value)?),
            "level" => read.errors_only = value == "error",
            _ => {}
        }
    }
    if let Some(last) = headers.get(LAST_EVENT_ID) {
        let last = last.to_str().unwrap_or_default();
        match place(last) {
            Some(place) => read.after = Some(place),
            // Other servers have times for ids.
            None => {
                let text = "last-event-id: must be the id of an event of this stream, or a time";
                read.since = Some(since(last).map_err(|_| bad(text.into()))?);
            }
        }
    }
    Ok(read)
}

fn id(recorded: &Recorded) -> String {
    format!("{}_{}", time(recorded.record.started_at), recorded.ordinal)
}

fn place(id: &str) -> Option<i64> {
    let (_, ordinal) = id.split_once('_')?;
    ordinal.parse().ok().filter(|ordinal| *ordinal >= 0)
}

fn frames<S: Source>(follower: Follower<S>) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(follower, async |mut follower| {
        let bytes = match timeout(KEEP_ALIVE, follower.next()).await {
            Ok(Some(rows)) => rows.iter().fold(String::new(), |mut text, row| {
                // JSON has no line breaks outside of its escapes. Writing to a text does not fail.
                let _ = write!(text, "id: {}\nevent: log\ndata: {}\n\n", id(row), show(&row.record));
                text
            }),
            Ok(None) => return None,
            Err(_) => ": keep-alive\n\n".to_owned(),
        };
        Some((Ok(bytes.into()), follower))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::logs::Streams;
    use futures::StreamExt as _;
    use ramekin_model::InvocationRecord;
    use ramekin_store::{Head, Most, StoreError};
    use std::sync::Arc;
    use tokio::time::Instant;
    use uuid::Uuid;

    fn read_with(query: &str, last: Option<&'static str>) -> Result<Following, ApiError> {
        let last = last.map(|last| (LAST_EVENT_ID, HeaderValue::from_static(last)));
        read(query, &last.into_iter().collect())
    }

    #[test]
    fn where_to_begin() {
        assert_eq!(read_with("", None).unwrap(), Following::default());
        let from = read_with("since=2030-01-31T12:00:00Z&level=error&x=y", None).unwrap();
        assert!(from.errors_only && from.since.is_some() && from.after.is_none());
        let from = read_with("since=2030-01-31T12:00:00Z", Some("2030-02-01T12:00:00.000Z_17")).unwrap();
        assert!(from.since.is_some() && from.after == Some(17), "both count");
        let from = read_with("since=2030-01-31T12:00:00Z", Some("2030-02-01T12:00:00.000Z")).unwrap();
        assert_eq!((time(from.since.unwrap()).as_str(), from.after), ("2030-02-01T12:00:00.000Z", None));
        for bad in ["", "x", "17", "2030-02-01T12:00:00.000Z_", "2030-02-01T12:00:00.000Z_-1", "_1.5"] {
            assert_eq!(read_with("", Some(bad)).unwrap_err().into_parts().0, 400, "{bad}");
        }
        assert_eq!(read_with("since=yesterday", None).unwrap_err().into_parts().0, 400);
    }

    /// A log with two records, or none.
    #[derive(Clone)]
    struct Log(Vec<Recorded>);

    impl Source for Log {
        async fn heads(&self, functions: &[Uuid]) -> Result<Vec<Head>, StoreError> {
            Ok(functions.iter().map(|&function| Head { function, ordinal: self.0.len() as i64 }).collect())
        }

        async fn recorded(&self, _: Uuid, after: i64, to: i64, _: Most) -> Result<Vec<Recorded>, StoreError> {
            Ok(self.0.iter().filter(|row| row.ordinal > after && row.ordinal <= to).cloned().collect())
        }
    }

    fn recorded(ordinal: i64) -> Recorded {
        let record = InvocationRecord {
            id: Uuid::nil(),
            function_id: Uuid::nil(),
            app_id: "app_000000000000".parse().unwrap(),
            user_id: None,
            method: "GET".into(),
            path: "/".into(),
            status_code: Some(500),
            request_bytes: 0,
            response_bytes: 0,
            duration_ms: 1,
            cpu_us: 1,
            memory_bytes: 1,
            error: Some("line\none".into()),
            stack: None,
            started_at: chrono::DateTime::from_timestamp_millis(1_700_000_000_123 + ordinal).unwrap(),
            console: Vec::new(),
            trigger: ramekin_model::TriggerType::Http,
            acted: None,
        };
        Recorded { ordinal, record }
    }

    fn stream_of(rows: Vec<Recorded>) -> (impl Stream<Item = Result<Bytes, Infallible>>, Streams<Log>) {
        let streams = Streams::new(Log(rows), Arc::default());
        let app = "app_000000000000".parse().unwrap();
        (frames(streams.follow_from_start(&app, Uuid::nil()).unwrap()), streams)
    }

    #[tokio::test(start_paused = true)]
    async fn events_have_an_id_a_name_and_one_line_of_data() {
        let (stream, _streams) = stream_of(vec![recorded(1), recorded(2)]);
        let mut stream = std::pin::pin!(stream);
        let text = stream.next().await.unwrap().unwrap();
        let text = std::str::from_utf8(&text).unwrap();
        let events: Vec<&str> = text.split_terminator("\n\n").collect();
        assert_eq!(events.len(), 2);
        let lines: Vec<&str> = events[1].lines().collect();
        assert_eq!(lines[..2], ["id: 2023-11-14T22:13:20.125Z_2", "event: log"]);
        let data: serde_json::Value = serde_json::from_str(lines[2].strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!((&data["error"], &data["statusCode"]), (&"line\none".into(), &500.into()));
        assert_eq!(lines.len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_stream_says_that_it_lives_and_ends_with_the_server() {
        let (stream, streams) = stream_of(Vec::new());
        let mut stream = std::pin::pin!(stream);
        let begun = Instant::now();
        for n in 1..=3 {
            assert_eq!(stream.next().await.unwrap().unwrap(), ": keep-alive\n\n");
            assert_eq!(begun.elapsed().as_secs(), n * 15);
        }
        streams.close();
        assert!(stream.next().await.is_none());
    }
}
