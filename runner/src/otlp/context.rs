//! The place of a call in a trace, as W3C Trace Context writes it into the fields `traceparent` and `tracestate`.

use http::{HeaderMap, HeaderName, HeaderValue};
use std::sync::Arc;
use uuid::Uuid;

/// Trace, span and flag.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// What tracing systems say to themselves.
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
/// Bytes of a `tracestate` that are passed on; one that is longer is not.
const MAX_STATE: usize = 512;

/// A span of a trace. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// Names the trace; not zero.
    pub trace_id: u128,
    /// Names the span; not zero.
    pub span_id: u64,
    /// Whether the trace is recorded.
    pub sampled: bool,
    /// `tracestate`.
    pub state: Option<Arc<str>>,
}

impl TraceContext {
    /// What a request says. `None` when it says nothing, or nothing that can be understood.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let mut parents = headers.get_all(TRACEPARENT).iter();
        let (Some(parent), None) = (parents.next(), parents.next()) else { return None };
        let (trace_id, span_id, sampled) = parse(parent.to_str().ok()?.trim())?;
        Some(Self { trace_id, span_id, sampled, state: state(headers) })
    }

    /// The first span of a trace that nobody has begun.
    pub fn begin() -> Self {
        // 122 of its bits are random, the last seven bytes among them.
        Self { trace_id: Uuid::new_v4().as_u128(), span_id: new_span(), sampled: false, state: None }
    }

    /// A span below this one.
    pub fn below(&self) -> Self {
        Self { span_id: new_span(), ..self.clone() }
    }

    /// Says it in the fields of a request, unless they say it already.
    pub fn write(&self, headers: &mut HeaderMap) {
        if headers.contains_key(TRACEPARENT) {
            return;
        }
        let text = format!("00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, u8::from(self.sampled));
        let Ok(parent) = HeaderValue::from_str(&text) else { return };
        headers.insert(TRACEPARENT, parent);
        // Without its `traceparent` it means nothing.
        headers.remove(TRACESTATE);
        if let Some(state) = self.state.as_deref().and_then(|state| HeaderValue::from_str(state).ok()) {
            headers.insert(TRACESTATE, state);
        }
    }
}

/// 62 of its bits are random, and two are such that it is not zero.
fn new_span() -> u64 {
    Uuid::new_v4().as_u64_pair().1
}

/// Version, trace, span and flags, in lower-case hex. Later versions may have more behind them.
fn parse(text: &str) -> Option<(u128, u64, bool)> {
    let mut parts = text.splitn(5, '-');
    let version = digits(parts.next()?, 2)?;
    let (trace_id, span_id) = (digits(parts.next()?, 32)?, digits(parts.next()?, 16)?);
    let flags = digits(parts.next()?, 2)?;
    let more = parts.next().is_some();
    if version == 0xff || (version == 0 && more) || trace_id == 0 || span_id == 0 {
        return None;
    }
    Some((trace_id, u64::try_from(span_id).ok()?, flags & 1 == 1))
}

fn digits(text: &str, count: usize) -> Option<u128> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != count || !text.bytes().all(hex) {
        return None;
    }
    u128::from_str_radix(text, 16).ok()
}

fn state(headers: &HeaderMap) -> Option<Arc<str>> {
    let mut all = String::new();
    for value in headers.get_all(TRACESTATE) {
        let value = value.to_str().ok()?.trim();
        if !value.is_empty() {
            all.push_str(if all.is_empty() { "" } else { "," });
            all.push_str(value);
        }
        if all.len() > MAX_STATE {
            return None;
        }
    }
    let entry = |entry: &str| entry.trim().is_empty() || entry.contains('=');
    (!all.is_empty() && all.split(',').all(entry)).then(|| all.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    fn headers(fields: &[(&HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn read(parent: &str) -> Option<TraceContext> {
        TraceContext::read(&headers(&[(&TRACEPARENT, parent)]))
    }

    #[test]
    fn parents_that_are_understood() {
        for (text, sampled) in [
            (format!("00-{TRACE}-{SPAN}-01"), true),
            (format!("00-{TRACE}-{SPAN}-00"), false),
            (format!("00-{TRACE}-{SPAN}-03"), true),
            (format!("cc-{TRACE}-{SPAN}-01"), true),
            (format!("cc-{TRACE}-{SPAN}-01-what-comes-later"), true),
        ] {
            let context = read(&text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(format!("{:032x} {:016x}", context.trace_id, context.span_id), format!("{TRACE} {SPAN}"));
            assert_eq!(context.sampled, sampled, "{text}");
        }
    }

    #[test]
    fn parents_that_are_not() {
        let zero = "0".repeat(32);
        for text in [
            String::new(),
            TRACE.into(),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-01-x"),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("00-{TRACE}-{SPAN}-0g"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("00-{zero}-{SPAN}-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-+{}-{SPAN}-01", &TRACE[1..]),
            format!("00-{}-{SPAN}-01", &TRACE[1..]),
        ] {
            assert_eq!(read(&text), None, "{text}");
        }
        let parent = format!("00-{TRACE}-{SPAN}-01");
        assert_eq!(TraceContext::read(&headers(&[(&TRACEPARENT, &parent), (&TRACEPARENT, &parent)])), None);
        assert_eq!(TraceContext::read(&HeaderMap::new()), None);
    }

    #[test]
    fn states_on_and_past_the_limit() {
        let state = |values: &[&str]| {
            let parent = format!("00-{TRACE}-{SPAN}-01");
            let mut all = headers(&[(&TRACEPARENT, &parent)]);
            for value in values {
                all.append(TRACESTATE, value.parse().unwrap());
            }
            TraceContext::read(&all).unwrap().state
        };
        assert_eq!(state(&["a=1", "b=2,c=3"]).as_deref(), Some("a=1,b=2,c=3"));
        assert_eq!(state(&["", " "]), None);
        assert_eq!(state(&["a=1,nonsense"]), None);
        let long = |length: usize| format!("a={}", "x".repeat(length - 2));
        assert_eq!(state(&[&long(MAX_STATE)]).unwrap().len(), MAX_STATE);
        assert_eq!(state(&[&long(MAX_STATE + 1)]), None);
    }

    #[test]
    fn what_is_written_is_read() {
        let caller = TraceContext { state: Some("a=1".into()), sampled: true, ..TraceContext::begin() };
        let below = caller.below();
        assert_eq!((below.trace_id, below.sampled, &below.state), (caller.trace_id, true, &caller.state));
        assert_ne!(below.span_id, caller.span_id);
        let mut sent = headers(&[(&TRACESTATE, "of=nobody")]);
        below.write(&mut sent);
        assert_eq!(TraceContext::read(&sent).as_ref(), Some(&below));
        let before = sent.clone();
        caller.write(&mut sent);
        assert_eq!(sent, before, "what was said stays");
        let mut stateless = headers(&[(&TRACESTATE, "of=nobody")]);
        TraceContext::begin().write(&mut stateless);
        assert!(!stateless.contains_key(TRACESTATE));
    }
}
