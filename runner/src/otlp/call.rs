//! The trace of a call: its own span, and those of what it asks others for. When nobody takes traces none of this is made.

use super::context::TraceContext;
use super::export::Queue;
use super::ports::{TracedDatabase, TracedFetch, TracedInvoke};
use super::span::{Clock, Ended, Kind, Remote, Span, Value};
use crate::config::otlp::Sampler;
use crate::meter::Outcome;
use http::HeaderMap;
use ramekin_host_api::ports::database::Database;
use ramekin_host_api::ports::{Fetch, Invoke};
use ramekin_model::{InvocationRecord, TriggerType};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// Begins traces.
pub struct Tracer {
    pub(super) queue: Arc<Queue>,
    pub(super) sampler: Sampler,
}

/// A trace, as far as one call is part of it. Cheap to clone.
#[derive(Clone)]
pub struct CallTrace(Arc<Inner>);

struct Inner {
    context: TraceContext,
    parent: Option<u64>,
    route: &'static str,
    clock: Clock,
    queue: Arc<Queue>,
}

/// How a request came here.
#[derive(Debug, Clone, Default)]
pub struct Via {
    /// The route, as the router has it; empty when it was none.
    pub route: &'static str,
    /// The span of whoever has sent it, if anybody wants to know.
    pub caller: Option<TraceContext>,
}

/// The three ways in which a call asks for something.
pub struct Ports {
    /// Outbound requests.
    pub fetch: Arc<dyn Fetch>,
    /// SQL.
    pub database: Arc<dyn Database>,
    /// Calls of other functions.
    pub peers: Arc<dyn Invoke>,
}

/// What a call came to.
pub struct End<'a> {
    /// What is written down of it.
    pub record: &'a InvocationRecord,
    /// The function.
    pub name: &'a Arc<str>,
    /// In a word.
    pub outcome: Outcome,
    /// From its beginning to the end of its response.
    pub took: Duration,
}

impl Tracer {
    /// What has become of spans.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// How a request came here that has these fields.
    pub fn via(&self, headers: &HeaderMap) -> Option<TraceContext> {
        TraceContext::read(headers)
    }

    /// A call has begun.
    pub fn call(&self, via: &Via) -> CallTrace {
        let mut context = match &via.caller {
            Some(caller) => caller.below(),
            None => TraceContext::begin(),
        };
        let flag = via.caller.as_ref().map(|caller| caller.sampled);
        context.sampled = self.sampler.samples(context.trace_id, flag);
        CallTrace(Arc::new(Inner {
            context,
            parent: via.caller.as_ref().map(|caller| caller.span_id),
            route: via.route,
            clock: Clock::start(),
            queue: Arc::clone(&self.queue),
        }))
    }
}

impl CallTrace {
    /// A span of something that the call asks for. `None` when the trace is not recorded.
    pub(super) fn span(&self, name: impl Into<Cow<'static, str>>) -> Option<Span> {
        let Inner { context, clock, queue, .. } = &*self.0;
        context.sampled.then(|| Span::begin(context, name, *clock, queue))
    }

    /// Says in the fields of a request which span has sent it.
    pub(super) fn write(&self, span: Option<&Span>, headers: &mut HeaderMap) {
        span.and_then(Span::context).unwrap_or(&self.0.context).write(headers);
    }

    /// What the call asks through, with spans of it where the trace is recorded.
    pub fn ports(&self, ports: Ports) -> Ports {
        let Ports { fetch, database, peers } = ports;
        let fetch = Arc::new(TracedFetch { inner: fetch, trace: self.clone() });
        let peers = Arc::new(TracedInvoke { inner: peers, trace: self.clone() });
        if !self.0.context.sampled {
            return Ports { fetch, database, peers };
        }
        Ports { fetch, database: Arc::new(TracedDatabase { inner: database, trace: self.clone() }), peers }
    }

    /// The call is over.
    pub fn end(&self, end: &End<'_>) {
        let Inner { context, parent, route, clock, queue } = &*self.0;
        if !context.sampled {
            return;
        }
        let record = end.record;
        let mut attributes: Vec<(&'static str, Value)> = vec![
            ("faas.name", end.name.into()),
            ("faas.trigger", trigger(record.trigger).into()),
            ("faas.invocation_id", record.id.to_string().into()),
            ("ramekin.app.id", record.app_id.as_str().to_owned().into()),
            ("ramekin.outcome", end.outcome.as_str().into()),
            ("ramekin.cpu_time", (record.cpu_us as f64 / 1e6).into()),
            ("ramekin.memory", record.memory_bytes.into()),
            ("http.request.method", method(&record.method).into()),
            ("url.path", record.path.clone().into()),
            ("url.scheme", "http".into()),
        ];
        if !route.is_empty() {
            attributes.push(("http.route", (*route).into()));
        }
        if let Some(status) = record.status_code {
            attributes.push(("http.response.status_code", status.into()));
        }
        // The caller's mistakes are no failure of the server's.
        let failed = !matches!(end.outcome, Outcome::Ok | Outcome::ClientError);
        if failed {
            let kind: Value = match (end.outcome, record.status_code) {
                (Outcome::ServerError, Some(status)) => status.to_string().into(),
                _ => end.outcome.as_str().into(),
            };
            attributes.push(("error.type", kind));
        }
        queue.push(Ended {
            context: context.clone(),
            parent: parent.map(|id| (id, Remote::Yes)),
            name: end.name.to_string().into(),
            kind: Kind::Server,
            start: clock.began(),
            end: clock.began() + end.took,
            attributes,
            failed,
        });
    }
}

/// A method that is known, for names of methods must be few.
pub(super) fn method(method: &str) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("_OTHER")
}

/// What starts functions, in the words of OpenTelemetry.
fn trigger(trigger: TriggerType) -> &'static str {
    match trigger {
        TriggerType::Cron => "timer",
        TriggerType::S3Upload => "datasource",
        TriggerType::Http | TriggerType::Webhook | TriggerType::Websocket => "http",
    }
}
