//! Traces and metrics for a collector of OpenTelemetry, over OTLP, when the operator names one; otherwise a call costs one look
//! at whether that is so. One trace per call: its own span, and one for each request, statement and call that it makes. A
//! caller's trace goes on, and so does the call's at whom it asks.
//!
//! Nothing waits for a collector. What it does not take is counted and dropped.
//!
//! Why this is not the SDK: `docs/decisions/0015-telemetry.md`.

mod call;
mod collector;
mod context;
mod export;
mod figures;
mod ports;
mod span;
#[cfg(test)]
mod tests;
mod wire;

pub use call::{CallTrace, End, Ports, Tracer, Via};
pub use context::TraceContext;
pub use export::{Queue, SpanCounts};
pub use figures::Sources;
pub use span::{Ended, Kind, Remote, Value};

use crate::closing::{Close, Closing, closing};
use crate::config::otlp::Otlp;
use collector::Client;
use export::{Export, Sending};
use figures::Figures;
use span::attribute;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// How long shutting down tries to send what is left.
const LAST_ATTEMPT: Duration = Duration::from_secs(5);

/// What sends. Has to be ended, or what is left is lost.
pub struct Exports {
    close: Close,
    tasks: Vec<JoinHandle<()>>,
}

impl Exports {
    /// Nothing is sent, or not yet.
    fn none() -> (Self, Closing) {
        let (close, closing) = closing();
        (Self { close, tasks: Vec::new() }, closing)
    }

    /// Sends what is left, for at most a few seconds.
    pub async fn close(self) {
        self.close.within(LAST_ATTEMPT);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

/// Begins to send, if something is to be sent. Returns what begins traces, if these are.
///
/// # Errors
/// When TLS cannot be set up.
pub fn start(otlp: Option<&Otlp>, sources: Sources) -> Result<(Option<Arc<Tracer>>, Exports), rustls::Error> {
    let (mut exports, closing) = Exports::none();
    let Some(otlp) = otlp else { return Ok((None, exports)) };
    let (resource, scope) = (resource(otlp), scope());
    let mut tracer = None;
    if let Some(collector) = &otlp.traces {
        let (queue, spans) = Queue::new(otlp.queue);
        let sending =
            Sending { resource: resource.clone(), scope: scope.clone(), batch: otlp.batch, delay: otlp.delay };
        let export = Export::new(&queue, spans, Client::new(collector.clone())?, sending, closing.clone());
        exports.tasks.push(tokio::spawn(export.run()));
        tracer = Some(Arc::new(Tracer { queue, sampler: otlp.sampler }));
        tracing::info!("traces of calls go to {}", collector.url);
    }
    if let Some(collector) = &otlp.metrics {
        let spans = tracer.as_ref().map(|tracer| Arc::clone(&tracer.queue));
        let client = Client::new(collector.clone())?;
        let interval = otlp.interval;
        let figures = Figures { collector: client, resource, scope, sources, spans, interval, closing };
        exports.tasks.push(tokio::spawn(figures.run()));
        tracing::info!("metrics go to {}", collector.url);
    }
    Ok((tracer, exports))
}

fn resource(otlp: &Otlp) -> wire::Resource {
    let own = [
        ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
        ("service.instance.id", Uuid::new_v4().to_string()),
        ("telemetry.sdk.name", "ramekin".to_owned()),
        ("telemetry.sdk.language", "rust".to_owned()),
        ("telemetry.sdk.version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let said = otlp.resource.iter().map(|(name, value)| attribute(name, value.clone()));
    let unsaid = own.into_iter().filter(|(name, _)| otlp.resource.iter().all(|(said, _)| said != name));
    wire::Resource { attributes: said.chain(unsaid.map(|(name, value)| attribute(name, value))).collect() }
}

fn scope() -> wire::Scope {
    wire::Scope { name: "ramekin".into(), version: env!("CARGO_PKG_VERSION").into() }
}
