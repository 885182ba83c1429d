//! Figures of the server for a collector: those of `GET /metrics` that belong to it, under the names that OpenTelemetry has for
//! them. Taken from what is counted anyway, so a call costs nothing more for them.

use super::collector::Deliver;
use super::export::Queue;
use super::span::{attribute, nanos};
use super::wire::{
    Data, Gauge, Histogram, HistogramPoint, KeyValue, Message as _, Metric, MetricsRequest, Number, NumberKind,
    Resource, ResourceMetrics, Scope, ScopeMetrics, Sum,
};
use crate::closing::Closing;
use crate::exec::Admission;
use crate::meter::{Counts, DURATIONS_MS, Durations, Meter, Outcome};
use crate::process;
use crate::recorder::Recorder;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::sleep;

/// Where figures come from.
pub struct Sources {
    /// Calls.
    pub meter: Arc<Meter>,
    /// Calls that run, and those that were refused.
    pub admission: Arc<Admission>,
    /// Records of calls.
    pub recorder: Arc<Recorder>,
}

/// Sends figures.
pub(super) struct Figures<D> {
    pub collector: D,
    pub resource: Resource,
    pub scope: Scope,
    pub sources: Sources,
    /// Of spans, when there are any.
    pub spans: Option<Arc<Queue>>,
    /// How often.
    pub interval: Duration,
    pub closing: Closing,
}

impl<D: Deliver> Figures<D> {
    /// Sends until it is told to end, and then once more.
    pub(super) async fn run(mut self) {
        let mut failing = false;
        loop {
            let last = tokio::select! {
                biased;
                _ = self.closing.ordered() => true,
                () = sleep(self.interval) => false,
            };
            let body = self.request(SystemTime::now()).encode();
            let sent = tokio::select! {
                biased;
                () = self.closing.over() => return,
                sent = self.collector.deliver(body) => sent,
            };
            // They are sums: what was not sent now is in what is sent next.
            match sent {
                Ok(_) => failing = false,
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(%error, "metrics cannot be sent: {error}");
                    }
                }
            }
            if last {
                return;
            }
        }
    }

    fn request(&self, now: SystemTime) -> MetricsRequest {
        let mut text = Writing { start: nanos(self.sources.meter.started_at()), now: nanos(now), metrics: Vec::new() };
        self.of_functions(&mut text);
        text.histogram(
            "faas.invoke_duration",
            "From admission to the end of the response.",
            &self.sources.meter.durations(),
        );
        let Sources { meter, admission, recorder } = &self.sources;
        let counts = admission.counts();
        text.gauge("ramekin.calls.running", "{call}", "Calls that run.", admission.running());
        let refused = [("server", counts.refused), ("app", counts.refused_of_app)];
        let refused = refused.map(|(reason, count)| (vec![attribute("reason", reason)], count));
        text.sum("ramekin.calls.refused", "{call}", "Calls that found no slot.", refused);
        let log = recorder.state();
        text.gauge("ramekin.log.queued", "{record}", "Records of calls that wait to be written.", log.queued);
        text.sum("ramekin.log.dropped", "{record}", "Records of calls that were lost.", [(Vec::new(), log.dropped)]);
        if let Some(spans) = &self.spans {
            let counts = spans.counts();
            let dropped = [("full", counts.full), ("collector", counts.refused)];
            let dropped = dropped.map(|(reason, count)| (vec![attribute("reason", reason)], count));
            text.sum("ramekin.spans.dropped", "{span}", "Spans that were lost.", dropped);
        }
        if let Some(usage) = process::usage() {
            let cpu = [(Vec::new(), NumberKind::Double(usage.cpu.as_secs_f64()))];
            text.metric("process.cpu.time", "s", "CPU time of the server.", counted, cpu);
            text.gauge("process.memory.usage", "By", "Resident memory of the server.", usage.resident);
        }
        text.gauge("ramekin.connections", "{connection}", "Connections of clients.", meter.connections());
        let scope_metrics = vec![ScopeMetrics { scope: self.scope.clone(), metrics: text.metrics }];
        let resource_metrics = vec![ResourceMetrics { resource: self.resource.clone(), scope_metrics }];
        MetricsRequest { resource_metrics }
    }

    fn of_functions(&self, text: &mut Writing) {
        let (functions, others) = self.sources.meter.functions();
        for (name, help, outcomes) in [
            ("faas.invocations", "Calls that the function has answered.", &[Outcome::Ok, Outcome::ClientError][..]),
            (
                "faas.errors",
                "Calls that have failed.",
                &[Outcome::ServerError, Outcome::Exception, Outcome::Memory, Outcome::Host][..],
            ),
            ("faas.timeouts", "Calls that took too long.", &[Outcome::Timeout][..]),
        ] {
            let count =
                |counts: &Counts| outcomes.iter().filter_map(|outcome| counts.get(*outcome as usize)).sum::<u64>();
            let named = functions.iter().map(|series| {
                let app = attribute("ramekin.app.id", series.app.as_str().to_owned());
                (vec![app, attribute("faas.name", &series.name)], count(&series.counts))
            });
            // Functions beyond those that are named.
            let rest = std::iter::once((Vec::new(), count(&others)));
            text.sum(name, "{invocation}", help, named.chain(rest).filter(|(_, count)| *count > 0));
        }
    }
}

/// Metrics as they are written.
struct Writing {
    start: u64,
    now: u64,
    metrics: Vec<Metric>,
}

fn counted(data_points: Vec<Number>) -> Data {
    Data::Sum(Sum { data_points })
}

fn int(number: impl TryInto<i64>) -> NumberKind {
    NumberKind::Int(number.try_into().unwrap_or(i64::MAX))
}

impl Writing {
    fn metric(
        &mut self,
        name: &str,
        unit: &str,
        help: &str,
        data: impl FnOnce(Vec<Number>) -> Data,
        points: impl IntoIterator<Item = (Vec<KeyValue>, NumberKind)>,
    ) {
        let (start_time_unix_nano, time_unix_nano) = (self.start, self.now);
        let point = |(attributes, value)| Number { attributes, start_time_unix_nano, time_unix_nano, value };
        let points: Vec<Number> = points.into_iter().map(point).collect();
        if !points.is_empty() {
            self.push(name, unit, help, data(points));
        }
    }

    fn sum(&mut self, name: &str, unit: &str, help: &str, points: impl IntoIterator<Item = (Vec<KeyValue>, u64)>) {
        let points = points.into_iter().map(|(attributes, count)| (attributes, int(count)));
        self.metric(name, unit, help, counted, points);
    }

    fn gauge(&mut self, name: &str, unit: &str, help: &str, value: impl TryInto<i64>) {
        let point = [(Vec::new(), int(value))];
        self.metric(name, unit, help, |data_points| Data::Gauge(Gauge { data_points }), point);
    }

    fn histogram(&mut self, name: &str, help: &str, durations: &Durations) {
        let point = HistogramPoint {
            start_time_unix_nano: self.start,
            time_unix_nano: self.now,
            count: durations.ranges.iter().sum(),
            sum: durations.sum.as_secs_f64(),
            bucket_counts: durations.ranges.to_vec(),
            explicit_bounds: DURATIONS_MS.iter().map(|&end| Duration::from_millis(end).as_secs_f64()).collect(),
        };
        let histogram = Histogram { data_points: vec![point] };
        self.push(name, "s", help, Data::Histogram(histogram));
    }

    fn push(&mut self, name: &str, unit: &str, help: &str, data: Data) {
        let (name, description, unit) = (name.to_owned(), help.to_owned(), unit.to_owned());
        self.metrics.push(Metric { name, description, unit, data });
    }
}
