//! Spans: begun, described and ended. One that is dropped has ended.

use super::context::TraceContext;
use super::export::Queue;
use super::wire;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Which end of an exchange a span is of, by the numbers of OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Who answers.
    Server = 2,
    /// Who asks.
    Client = 3,
}

/// What is said of a span.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(Cow<'static, str>),
    /// Text that others have, too.
    Shared(Arc<str>),
    /// A number.
    Int(i64),
    /// A number.
    Double(f64),
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<&Arc<str>> for Value {
    fn from(text: &Arc<str>) -> Self {
        Self::Shared(Arc::clone(text))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Int(number.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

/// The time of a trace: as the machine has it when the trace begins, and from then on even.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    at: SystemTime,
    then: Instant,
}

impl Clock {
    /// From now on.
    pub fn start() -> Self {
        Self { at: SystemTime::now(), then: Instant::now() }
    }

    /// When it began.
    pub fn began(&self) -> SystemTime {
        self.at
    }

    /// What time it is.
    pub fn now(&self) -> SystemTime {
        self.at + self.then.elapsed()
    }
}

/// A span that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// Itself.
    pub context: TraceContext,
    /// The span above it, and whether that is of another server.
    pub parent: Option<(u64, Remote)>,
    /// Its name.
    pub name: Cow<'static, str>,
    /// See [`Kind`].
    pub kind: Kind,
    /// When it began.
    pub start: SystemTime,
    /// When it ended.
    pub end: SystemTime,
    /// What is said of it.
    pub attributes: Vec<(&'static str, Value)>,
    /// Whether what it is of has failed.
    pub failed: bool,
}

/// Whether a span is of somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remote {
    /// It is.
    Yes,
    /// It is of this call.
    No,
}

/// A span that has not ended. Dropped before [`Span::done`], what it is of was given up.
pub struct Span {
    ended: Option<Ended>,
    clock: Clock,
    queue: Arc<Queue>,
}

impl Span {
    pub(super) fn begin(
        parent: &TraceContext,
        name: impl Into<Cow<'static, str>>,
        clock: Clock,
        queue: &Arc<Queue>,
    ) -> Self {
        let now = clock.now();
        let ended = Ended {
            context: parent.below(),
            parent: Some((parent.span_id, Remote::No)),
            name: name.into(),
            kind: Kind::Client,
            start: now,
            end: now,
            attributes: Vec::with_capacity(8),
            failed: false,
        };
        Self { ended: Some(ended), clock, queue: Arc::clone(queue) }
    }

    /// Its place in the trace.
    pub fn context(&self) -> Option<&TraceContext> {
        self.ended.as_ref().map(|ended| &ended.context)
    }

    /// Says something of it.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        if let Some(ended) = &mut self.ended {
            ended.attributes.push((name, value.into()));
        }
    }

    /// Gives it another name.
    pub fn rename(&mut self, name: impl Into<Cow<'static, str>>) {
        if let Some(ended) = &mut self.ended {
            ended.name = name.into();
        }
    }

    /// What it is of has failed, for a reason of this kind.
    pub fn fail(&mut self, kind: impl Into<Value>) {
        self.set("error.type", kind);
        if let Some(ended) = &mut self.ended {
            ended.failed = true;
        }
    }

    /// Ends it.
    pub fn done(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(mut ended) = self.ended.take() {
            ended.end = self.clock.now();
            self.queue.push(ended);
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if self.ended.is_some() {
            self.fail("cancelled");
            self.end();
        }
    }
}

/// Set in the flags of a span: it is known whether its parent is remote.
const HAS_IS_REMOTE: u32 = 0x100;
/// Set in the flags of a span: its parent is.
const IS_REMOTE: u32 = 0x200;

impl From<Ended> for wire::Span {
    fn from(ended: Ended) -> Self {
        let remote = ended.parent.is_some_and(|(_, remote)| remote == Remote::Yes);
        let flags = u32::from(ended.context.sampled) | HAS_IS_REMOTE | if remote { IS_REMOTE } else { 0 };
        Self {
            trace_id: ended.context.trace_id.to_be_bytes().into(),
            span_id: ended.context.span_id.to_be_bytes().into(),
            trace_state: ended.context.state.as_deref().unwrap_or_default().to_owned(),
            parent_span_id: ended.parent.map(|(id, _)| id.to_be_bytes().into()).unwrap_or_default(),
            name: ended.name.into_owned(),
            kind: ended.kind as u32,
            start_time_unix_nano: nanos(ended.start),
            end_time_unix_nano: nanos(ended.end),
            attributes: ended.attributes.into_iter().map(|(name, value)| attribute(name, value)).collect(),
            status: ended.failed.then_some(wire::Status { code: 2 }),
            flags,
        }
    }
}

/// Since 1970.
pub(super) fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

pub(super) fn attribute(name: &str, value: impl Into<Value>) -> wire::KeyValue {
    let value = match value.into() {
        Value::Text(text) => wire::AnyValue::Text(text.into_owned()),
        Value::Shared(text) => wire::AnyValue::Text(text.to_string()),
        Value::Int(number) => wire::AnyValue::Int(number),
        Value::Double(number) => wire::AnyValue::Double(number),
    };
    wire::KeyValue { key: name.to_owned(), value }
}
