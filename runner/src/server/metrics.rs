//! `GET /metrics`: what the server does, as text for Prometheus. For whoever has an account key, or the token that the operator
//! has set for it. Labels hold ids of apps and names of functions that were called, and nothing else of theirs.

use super::auth::{Owner, bearer};
use super::error::ApiError;
use super::state::AppState;
use crate::meter::{Counts, DURATIONS_MS, Durations, Meter, Outcome, Series};
use crate::otlp::SpanCounts;
use crate::platform::Platform;
use crate::process;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use http::header;
use http::request::Parts;
use ramekin_model::{ErrorCode, KeyScope};
use ramekin_store::Connections;
use std::fmt::{Display, Write as _};
use std::time::{Duration, SystemTime};

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Stands for the app and the name of functions beyond those that are named.
const OTHERS: &str = "others";

/// Somebody who may look at the metrics.
pub struct Watcher;

impl FromRequestParts<AppState> for Watcher {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        if let (Some(known), Some(token)) = (&state.0.metrics_token, bearer(&parts.headers))
            && known.is(token)
        {
            return Ok(Self);
        }
        let Owner(key) = Owner::from_request_parts(parts, state).await?;
        match key.scope {
            KeyScope::Account => Ok(Self),
            KeyScope::App(_) => {
                let text = "metrics are of all apps: they take an account key";
                Err(ApiError::new(ErrorCode::AuthInsufficientPermissions, text))
            }
        }
    }
}

/// 200 with the text.
pub async fn handler(_: Watcher, State(state): State<AppState>) -> Response {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text(&state.0)).into_response()
}

fn text(platform: &Platform) -> String {
    let mut text = Text::default();
    of_process(&mut text, &platform.meter);
    of_calls(&mut text, platform);
    of_functions(&mut text, &platform.meter.functions());
    durations(&mut text, &platform.meter.durations());

    let log = platform.logs.recorder.state();
    text.one("ramekin_log_queued", Kind::Gauge, "Records of calls that wait to be written.", log.queued);
    text.one("ramekin_log_dropped_total", Kind::Counter, "Records of calls that were lost.", log.dropped);
    text.one("ramekin_log_streams", Kind::Gauge, "Logs that are followed.", platform.logs.streams.open());
    if let Some(tracer) = &platform.calls.tracer {
        spans(&mut text, tracer.queue().counts());
    }
    pools(&mut text, [("platform", platform.store.connections()), ("functions", platform.sessions.connections())]);

    let (images, bytes) = platform.registry().images();
    text.one("ramekin_functions", Kind::Gauge, "Functions that are deployed.", platform.registry().functions());
    text.one("ramekin_images", Kind::Gauge, "Functions whose image is loaded.", images);
    text.one("ramekin_image_bytes", Kind::Gauge, "Memory that calls of these begin with, shared by them.", bytes);
    text.0
}

fn of_process(text: &mut Text, meter: &Meter) {
    if let Some(usage) = process::usage() {
        let help = "User and system CPU time, in seconds.";
        text.one("process_cpu_seconds_total", Kind::Counter, help, usage.cpu.as_secs_f64());
        text.one("process_resident_memory_bytes", Kind::Gauge, "Resident memory, in bytes.", usage.resident);
    }
    if let Some(files) = process::open_files() {
        text.one("process_open_fds", Kind::Gauge, "Open files and connections.", files);
    }
    let started = meter.started_at().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let help = "Start of the process, in seconds since 1970.";
    text.one("process_start_time_seconds", Kind::Gauge, help, started.as_secs_f64());
    text.one("ramekin_uptime_seconds", Kind::Gauge, "Time since the start.", meter.uptime().as_secs_f64());
    text.family("ramekin_build_info", Kind::Gauge, "Version of the server.");
    text.sample("ramekin_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    text.one("ramekin_connections", Kind::Gauge, "Connections of clients.", meter.connections());
}

fn of_calls(text: &mut Text, platform: &Platform) {
    let admission = &platform.calls.admission;
    let counts = admission.counts();
    text.one("ramekin_calls_running", Kind::Gauge, "Calls that run.", admission.running());
    text.one("ramekin_calls_admitted_total", Kind::Counter, "Calls that were let in.", counts.admitted);
    let (calls, management) = platform.limits.refused();
    let name = "ramekin_calls_refused_total";
    text.family(name, Kind::Counter, "Calls that were answered 429.");
    for (reason, count) in [("server", counts.refused), ("app", counts.refused_of_app), ("rate", calls)] {
        text.sample(name, &[("reason", reason)], count);
    }
    let help = "Requests to management routes that were answered 429 for their rate.";
    text.one("ramekin_management_refused_total", Kind::Counter, help, management);
}

fn of_functions(text: &mut Text, (functions, others): &(Vec<Series>, Counts)) {
    let name = "ramekin_invocations_total";
    text.family(name, Kind::Counter, "Calls that are over, by what they came to.");
    let named = functions.iter().map(|series| (series.app.as_str(), &*series.name, &series.counts));
    for (app, function, counts) in named.chain([(OTHERS, OTHERS, others)]) {
        for (outcome, &count) in Outcome::ALL.iter().zip(counts).filter(|(_, count)| **count > 0) {
            let labels = [("app", app), ("function", function), ("outcome", outcome.as_str())];
            text.sample(name, &labels, count);
        }
    }
}

fn durations(text: &mut Text, durations: &Durations) {
    let name = "ramekin_invocation_duration_seconds";
    text.family(name, Kind::Histogram, "From admission to the end of the response.");
    let mut total = 0;
    let ends = DURATIONS_MS.iter().map(|&end| Duration::from_millis(end).as_secs_f64().to_string());
    for (end, count) in ends.chain(["+Inf".to_owned()]).zip(durations.ranges) {
        total += count;
        text.sample(&format!("{name}_bucket"), &[("le", &end)], total);
    }
    text.sample(&format!("{name}_sum"), &[], durations.sum.as_secs_f64());
    text.sample(&format!("{name}_count"), &[], total);
}

fn spans(text: &mut Text, spans: SpanCounts) {
    text.one("ramekin_spans_waiting", Kind::Gauge, "Spans that wait to be sent.", spans.waiting);
    text.one("ramekin_spans_sent_total", Kind::Counter, "Spans that the collector has taken.", spans.sent);
    let name = "ramekin_spans_dropped_total";
    text.family(name, Kind::Counter, "Spans that were lost.");
    for (reason, count) in [("full", spans.full), ("collector", spans.refused)] {
        text.sample(name, &[("reason", reason)], count);
    }
}

fn pools<const N: usize>(text: &mut Text, pools: [(&str, Connections); N]) {
    let name = "ramekin_database_connections";
    text.family(name, Kind::Gauge, "Connections to databases.");
    for (pool, connections) in &pools {
        let used = connections.open.saturating_sub(connections.idle);
        for (state, count) in [("used", used), ("idle", connections.idle)] {
            text.sample(name, &[("pool", pool), ("state", state)], count);
        }
    }
    let name = "ramekin_database_connections_max";
    text.family(name, Kind::Gauge, "Connections that there may be.");
    for (pool, connections) in &pools {
        text.sample(name, &[("pool", pool)], connections.most);
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Text in the form of Prometheus, version 0.0.4. Names and values of labels are of a kind that needs no escapes.
#[derive(Default)]
struct Text(String);

impl Text {
    /// Writing to a text does not fail.
    fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (at, (label, text)) in labels.iter().enumerate() {
            let before = if at == 0 { '{' } else { ',' };
            let _ = write!(self.0, "{before}{label}=\"{text}\"");
        }
        let after = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.0, "{after} {value}");
    }

    fn one(&mut self, name: &str, kind: Kind, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_samples() {
        let mut text = Text::default();
        text.one("a_total", Kind::Counter, "Help.", 3);
        text.sample("b", &[("x", "1"), ("y", "2")], 0.25);
        assert_eq!(text.0, "# HELP a_total Help.\n# TYPE a_total counter\na_total 3\nb{x=\"1\",y=\"2\"} 0.25\n");
    }

    #[test]
    fn a_histogram_adds_up() {
        let mut counts = Durations { ranges: [0; DURATIONS_MS.len() + 1], sum: Duration::from_millis(1_500) };
        counts.ranges[0] = 2;
        counts.ranges[3] = 1;
        counts.ranges[DURATIONS_MS.len()] = 4;
        let mut text = Text::default();
        durations(&mut text, &counts);
        for line in [
            "_bucket{le=\"0.001\"} 2",
            "_bucket{le=\"0.01\"} 3",
            "_bucket{le=\"300\"} 3",
            "_bucket{le=\"+Inf\"} 7",
            "_sum 1.5",
            "_count 7",
        ] {
            let line = format!("ramekin_invocation_duration_seconds{line}\n");
            assert!(text.0.contains(&line), "{line} is not in {}", text.0);
        }
    }

    #[test]
    fn only_what_has_happened_is_named() {
        let (mut counts, mut others) = (Counts::default(), Counts::default());
        counts[Outcome::Timeout as usize] = 2;
        others[Outcome::Ok as usize] = 1;
        let series = Series { app: "app_000000000000".parse().unwrap(), name: "f-1".into(), counts };
        let mut text = Text::default();
        of_functions(&mut text, &(vec![series], others));
        let lines: Vec<&str> = text.0.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "ramekin_invocations_total{app=\"app_000000000000\",function=\"f-1\",outcome=\"timeout\"} 2",
                "ramekin_invocations_total{app=\"others\",function=\"others\",outcome=\"ok\"} 1"
            ]
        );
    }
}
