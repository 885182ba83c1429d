//! What a call asks others for, with a span around each. A span says whom and how it went, and never what: no text of SQL, no
//! parameter, no path or query of a URL, no field, for all of these may hold secrets.

use super::call::{CallTrace, method};
use super::span::{Span, Value};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use ramekin_host_api::ports::database::{Claim, Database, Session, Transaction};
use ramekin_host_api::ports::{
    Fetch, FetchError, FetchRequest, FetchResponse, Invoke, InvokeRequest, SocketRequest, WebSocket,
};
use ramekin_model::{SqlError, SqlRows, SqlStatement};
use std::sync::Arc;
use url::Url;

pub(super) struct TracedFetch {
    pub inner: Arc<dyn Fetch>,
    pub trace: CallTrace,
}

impl Fetch for TracedFetch {
    fn send(&self, mut request: FetchRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        let span = self.span(method(request.method.as_str()), &request.url);
        self.trace.write(span.as_ref(), &mut request.headers);
        answered(self.inner.send(request), span)
    }

    /// The span is that of the handshake.
    fn open(&self, mut request: SocketRequest) -> BoxFuture<'static, Result<Arc<dyn WebSocket>, FetchError>> {
        let span = self.span("GET", &request.url);
        self.trace.write(span.as_ref(), &mut request.headers);
        let opened = self.inner.open(request);
        let Some(mut span) = span else { return opened };
        async move {
            let opened = opened.await;
            match &opened {
                Ok(_) => span.set("http.response.status_code", 101_u16),
                Err(error) => span.fail(kind(error)),
            }
            span.done();
            opened
        }
        .boxed()
    }
}

impl TracedFetch {
    fn span(&self, method: &'static str, url: &str) -> Option<Span> {
        let mut span = self.trace.span(if method == "_OTHER" { "HTTP" } else { method })?;
        span.set("http.request.method", method);
        if let Ok(url) = Url::parse(url) {
            span.set("server.address", url.host_str().unwrap_or_default().to_owned());
            let scheme = ["https", "ws", "wss"].into_iter().find(|scheme| *scheme == url.scheme());
            span.set("url.scheme", scheme.unwrap_or("http"));
            if let Some(port) = url.port_or_known_default() {
                span.set("server.port", port);
            }
        }
        Some(span)
    }
}

fn kind(error: &FetchError) -> &'static str {
    match error {
        FetchError::Invalid(_) => "invalid",
        FetchError::Denied(_) => "denied",
        FetchError::Network(_) => "network",
    }
}

pub(super) struct TracedInvoke {
    pub inner: Arc<dyn Invoke>,
    pub trace: CallTrace,
}

impl Invoke for TracedInvoke {
    fn invoke(&self, mut request: InvokeRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        let mut span = self.trace.span(format!("invoke {}", name(&request.function)));
        if let Some(span) = &mut span {
            span.set("faas.invoked_name", name(&request.function).to_owned());
            span.set("faas.invoked_provider", "ramekin");
            span.set("http.request.method", method(request.method.as_str()));
        }
        self.trace.write(span.as_ref(), &mut request.headers);
        answered(self.inner.invoke(request), span)
    }
}

/// A name that a function can have; what else it may be was not checked.
fn name(text: &str) -> &str {
    let fits = text.len() <= ramekin_model::limits::MAX_FUNCTION_NAME
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if fits { text } else { "_OTHER" }
}

type Answer = BoxFuture<'static, Result<FetchResponse, FetchError>>;

/// Ends the span with the head of the answer.
fn answered(answer: Answer, span: Option<Span>) -> Answer {
    let Some(mut span) = span else { return answer };
    async move {
        let answer = answer.await;
        match &answer {
            Ok(answer) => {
                span.set("http.response.status_code", answer.status);
                if answer.status >= 400 {
                    span.fail(answer.status.to_string());
                }
            }
            Err(error) => span.fail(kind(error)),
        }
        span.done();
        answer
    }
    .boxed()
}

pub(super) struct TracedDatabase {
    pub inner: Arc<dyn Database>,
    pub trace: CallTrace,
}

impl TracedDatabase {
    fn span(&self, operation: &'static str, session: &Session) -> Option<Span> {
        begin(&self.trace, operation, &session.app.id)
    }
}

fn begin(trace: &CallTrace, operation: &'static str, app: &str) -> Option<Span> {
    let mut span = trace.span(String::new())?;
    name_after(&mut span, operation, app);
    span.set("db.system.name", "postgresql");
    span.set("db.namespace", app.to_owned());
    Some(span)
}

fn name_after(span: &mut Span, operation: &str, app: &str) {
    span.rename(format!("{operation} {app}"));
}

impl Database for TracedDatabase {
    fn query(&self, session: Session, statement: SqlStatement) -> BoxFuture<'static, Result<SqlRows, SqlError>> {
        let (operation, app) = (operation(&statement.text), session.app.id.clone());
        let span = self.span(operation, &session);
        queried(self.inner.query(session, statement), span, operation, app)
    }

    fn begin(&self, session: Session) -> BoxFuture<'static, Result<Arc<dyn Transaction>, SqlError>> {
        let (span, app, trace) = (self.span("BEGIN", &session), session.app.id.clone(), self.trace.clone());
        let begun = self.inner.begin(session);
        async move {
            let inner = ended(begun.await, span, "BEGIN")?;
            let transaction: Arc<dyn Transaction> = Arc::new(TracedTransaction { inner, trace, app });
            Ok(transaction)
        }
        .boxed()
    }

    fn claim(&self, session: Session, claim: Claim) -> BoxFuture<'static, Result<bool, SqlError>> {
        let span = self.span("INSERT", &session);
        let claimed = self.inner.claim(session, claim);
        async move { ended(claimed.await, span, "INSERT") }.boxed()
    }
}

struct TracedTransaction {
    inner: Arc<dyn Transaction>,
    trace: CallTrace,
    app: String,
}

impl Transaction for TracedTransaction {
    fn query(self: Arc<Self>, statement: SqlStatement) -> BoxFuture<'static, Result<SqlRows, SqlError>> {
        let operation = operation(&statement.text);
        let span = begin(&self.trace, operation, &self.app);
        queried(Arc::clone(&self.inner).query(statement), span, operation, self.app.clone())
    }

    fn commit(self: Arc<Self>) -> BoxFuture<'static, Result<bool, SqlError>> {
        let span = begin(&self.trace, "COMMIT", &self.app);
        let committed = Arc::clone(&self.inner).commit();
        async move { ended(committed.await, span, "COMMIT") }.boxed()
    }

    fn rollback(self: Arc<Self>) -> BoxFuture<'static, Result<(), SqlError>> {
        let span = begin(&self.trace, "ROLLBACK", &self.app);
        let rolled_back = Arc::clone(&self.inner).rollback();
        async move { ended(rolled_back.await, span, "ROLLBACK") }.boxed()
    }
}

type Rows = BoxFuture<'static, Result<SqlRows, SqlError>>;

fn queried(rows: Rows, span: Option<Span>, said: &'static str, app: String) -> Rows {
    async move {
        let rows = rows.await;
        // The server knows better what it was: `WITH` may be anything.
        let done = rows.as_ref().ok().map(|rows| known(&rows.command)).filter(|done| *done != OTHER);
        let mut span = span;
        if let (Some(span), Some(done)) = (&mut span, done) {
            name_after(span, done, &app);
        }
        ended(rows, span, done.unwrap_or(said))
    }
    .boxed()
}

/// Ends the span with how it went.
fn ended<T>(done: Result<T, SqlError>, span: Option<Span>, operation: &'static str) -> Result<T, SqlError> {
    let Some(mut span) = span else { return done };
    span.set("db.operation.name", operation);
    match &done {
        Ok(_) => {}
        Err(error @ SqlError::Server(_)) => {
            // The state alone: texts and details hold values.
            let state = error.field("code").unwrap_or_default().to_owned();
            span.set("db.response.status_code", state.clone());
            span.fail(Value::from(state));
        }
        Err(SqlError::Refused(_)) => span.fail("refused"),
        Err(SqlError::Unavailable(_)) => span.fail("unavailable"),
    }
    span.done();
    done
}

/// An operation that is none of those that are known.
const OTHER: &str = "SQL";

/// What a statement begins with, when that is a word of SQL.
fn operation(text: &str) -> &'static str {
    let mut rest = text.trim_start();
    loop {
        rest = match (rest.strip_prefix("--"), rest.strip_prefix("/*")) {
            (Some(comment), _) => comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start(),
            (_, Some(comment)) => comment.split_once("*/").map_or("", |(_, rest)| rest).trim_start(),
            (None, None) => break,
        };
    }
    known(rest.trim_start_matches(['(', ' ']))
}

fn known(text: &str) -> &'static str {
    const KNOWN: [&str; 24] = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "VALUES", "TABLE", "CREATE", "ALTER", "DROP",
        "TRUNCATE", "CALL", "DO", "EXPLAIN", "SHOW", "SET", "RESET", "LISTEN", "NOTIFY", "COPY", "BEGIN", "COMMIT",
        "ROLLBACK",
    ];
    let end = text.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(text.len());
    let word = text.get(..end).unwrap_or_default();
    KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(word)).unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_statements_do() {
        for (text, expected) in [
            ("SELECT 1", "SELECT"),
            ("  select\n1", "SELECT"),
            ("-- a comment\n/* another */ UPDATE t SET a = 1", "UPDATE"),
            ("(SELECT 1) UNION (SELECT 2)", "SELECT"),
            ("WITH a AS (SELECT 1) SELECT * FROM a", "WITH"),
            ("INSERT 0 1", "INSERT"),
            ("sesame", OTHER),
            ("SELECTED", OTHER),
            ("-- only a comment", OTHER),
            ("/* never closed", OTHER),
            ("", OTHER),
        ] {
            assert_eq!(operation(text), expected, "{text}");
        }
    }

    #[test]
    fn names_of_functions_and_methods_are_few() {
        assert_eq!((name("a-b_1"), name("a b"), name(&"a".repeat(101))), ("a-b_1", "_OTHER", "_OTHER"));
        assert_eq!((method("GET"), method("get"), method("SESAME")), ("GET", "_OTHER", "_OTHER"));
    }
}
