//! Where traces and metrics go: the standard variables of OpenTelemetry, as far as they mean something here. Without an
//! endpoint none of them is looked at, for other programs of this machine may be meant.

use super::{ConfigError, Variables};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use std::time::Duration;

/// The variables, by the names that the specification of OpenTelemetry gives them.
pub mod names {
    /// Base URL of a collector that takes OTLP over HTTP, such as `http://127.0.0.1:4318`. Without it nothing is sent.
    pub const OTLP_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    /// Fields of each request to it, as `name=value,…`, values percent-encoded.
    pub const OTLP_HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
    /// How long it may take to accept something, in milliseconds.
    pub const OTLP_TIMEOUT: &str = "OTEL_EXPORTER_OTLP_TIMEOUT";
    /// `gzip` or `none`.
    pub const OTLP_COMPRESSION: &str = "OTEL_EXPORTER_OTLP_COMPRESSION";
    /// `http/protobuf`, which is all that is spoken here.
    pub const OTLP_PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
    /// URL for traces alone.
    pub const OTLP_TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    /// See [`OTLP_HEADERS`].
    pub const OTLP_TRACES_HEADERS: &str = "OTEL_EXPORTER_OTLP_TRACES_HEADERS";
    /// See [`OTLP_TIMEOUT`].
    pub const OTLP_TRACES_TIMEOUT: &str = "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT";
    /// See [`OTLP_COMPRESSION`].
    pub const OTLP_TRACES_COMPRESSION: &str = "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION";
    /// See [`OTLP_PROTOCOL`].
    pub const OTLP_TRACES_PROTOCOL: &str = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL";
    /// URL for metrics alone.
    pub const OTLP_METRICS_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    /// See [`OTLP_HEADERS`].
    pub const OTLP_METRICS_HEADERS: &str = "OTEL_EXPORTER_OTLP_METRICS_HEADERS";
    /// See [`OTLP_TIMEOUT`].
    pub const OTLP_METRICS_TIMEOUT: &str = "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT";
    /// See [`OTLP_COMPRESSION`].
    pub const OTLP_METRICS_COMPRESSION: &str = "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION";
    /// See [`OTLP_PROTOCOL`].
    pub const OTLP_METRICS_PROTOCOL: &str = "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL";
    /// `true` sends nothing.
    pub const OTEL_DISABLED: &str = "OTEL_SDK_DISABLED";
    /// `none` sends no traces.
    pub const OTEL_TRACES_EXPORTER: &str = "OTEL_TRACES_EXPORTER";
    /// `none` sends no metrics.
    pub const OTEL_METRICS_EXPORTER: &str = "OTEL_METRICS_EXPORTER";
    /// Name of this server, `ramekin` unless said.
    pub const OTEL_SERVICE_NAME: &str = "OTEL_SERVICE_NAME";
    /// What else there is to say of it, as `name=value,…`, values percent-encoded.
    pub const OTEL_RESOURCE_ATTRIBUTES: &str = "OTEL_RESOURCE_ATTRIBUTES";
    /// Which calls are traced that no trace of their caller decides for.
    pub const OTEL_TRACES_SAMPLER: &str = "OTEL_TRACES_SAMPLER";
    /// Which share of them, from 0 to 1.
    pub const OTEL_TRACES_SAMPLER_ARG: &str = "OTEL_TRACES_SAMPLER_ARG";
    /// Spans that may wait to be sent.
    pub const OTEL_QUEUE: &str = "OTEL_BSP_MAX_QUEUE_SIZE";
    /// Spans that are sent at once.
    pub const OTEL_BATCH: &str = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE";
    /// How long a span waits for others, in milliseconds.
    pub const OTEL_DELAY: &str = "OTEL_BSP_SCHEDULE_DELAY";
    /// How often metrics are sent, in milliseconds.
    pub const OTEL_INTERVAL: &str = "OTEL_METRIC_EXPORT_INTERVAL";
}

/// Most spans that may wait: each is a few hundred bytes.
const MOST_QUEUE: u64 = 65_536;
/// Longest time that a setting may have, in milliseconds.
const MOST_TIME: u64 = 3_600_000;
/// Attributes that the operator may give the server.
const MOST_ATTRIBUTES: usize = 64;

/// What is sent, where to, and how much of it.
#[derive(Debug, Clone)]
pub struct Otlp {
    /// Takes traces.
    pub traces: Option<Collector>,
    /// Takes metrics.
    pub metrics: Option<Collector>,
    /// What is said of this server, its name first.
    pub resource: Vec<(String, String)>,
    /// Which calls are traced.
    pub sampler: Sampler,
    /// Spans that may wait.
    pub queue: usize,
    /// Spans that are sent at once.
    pub batch: usize,
    /// How long a span waits for others.
    pub delay: Duration,
    /// How often metrics are sent.
    pub interval: Duration,
}

/// Takes something.
#[derive(Debug, Clone)]
pub struct Collector {
    /// Where.
    pub url: Uri,
    /// Fields of each request. They may be secrets, and no debug print shows them.
    pub headers: HeaderMap,
    /// How long it may take, however often it is tried.
    pub timeout: Duration,
    /// Whether what is sent is compressed.
    pub gzip: bool,
}

/// Which calls are traced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampler {
    /// A call whose caller has a trace goes by the caller's flag.
    pub parent_based: bool,
    /// Of the others, those whose trace id counts as less than this: of 2^56 that there are.
    pub below: u64,
}

/// As many as the share of trace ids is drawn from.
const IDS: u64 = 1 << 56;

impl Sampler {
    const ALL: Self = Self { parent_based: true, below: IDS };

    /// Whether a call is traced that belongs to this trace; `caller` is the flag of its caller.
    pub fn samples(self, trace_id: u128, caller: Option<bool>) -> bool {
        match caller {
            Some(sampled) if self.parent_based => sampled,
            // Its last seven bytes are random, whoever has made it.
            _ => u64::try_from(trace_id % u128::from(IDS)).is_ok_and(|id| id < self.below),
        }
    }
}

struct Signal {
    path: &'static str,
    exporter: &'static str,
    endpoint: &'static str,
    headers: &'static str,
    timeout: &'static str,
    compression: &'static str,
    protocol: &'static str,
}

const TRACES: Signal = Signal {
    path: "/v1/traces",
    exporter: names::OTEL_TRACES_EXPORTER,
    endpoint: names::OTLP_TRACES_ENDPOINT,
    headers: names::OTLP_TRACES_HEADERS,
    timeout: names::OTLP_TRACES_TIMEOUT,
    compression: names::OTLP_TRACES_COMPRESSION,
    protocol: names::OTLP_TRACES_PROTOCOL,
};
const METRICS: Signal = Signal {
    path: "/v1/metrics",
    exporter: names::OTEL_METRICS_EXPORTER,
    endpoint: names::OTLP_METRICS_ENDPOINT,
    headers: names::OTLP_METRICS_HEADERS,
    timeout: names::OTLP_METRICS_TIMEOUT,
    compression: names::OTLP_METRICS_COMPRESSION,
    protocol: names::OTLP_METRICS_PROTOCOL,
};

/// What is set. `None` when nothing is to be sent.
pub(super) fn read(variables: &Variables) -> Result<Option<Otlp>, ConfigError> {
    if variables.get(names::OTEL_DISABLED)?.is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        return Ok(None);
    }
    let (traces, metrics) = (collector(variables, &TRACES)?, collector(variables, &METRICS)?);
    if traces.is_none() && metrics.is_none() {
        return Ok(None);
    }
    let queue = number(variables, names::OTEL_QUEUE, 2_048, 1..=MOST_QUEUE)?;
    let batch = number(variables, names::OTEL_BATCH, 512_u64.min(queue), 1..=queue)?;
    Ok(Some(Otlp {
        traces,
        metrics,
        resource: resource(variables)?,
        sampler: sampler(variables)?,
        queue: usize::try_from(queue).unwrap_or(usize::MAX),
        batch: usize::try_from(batch).unwrap_or(usize::MAX),
        delay: Duration::from_millis(number(variables, names::OTEL_DELAY, 5_000, 0..=MOST_TIME)?),
        interval: Duration::from_millis(number(variables, names::OTEL_INTERVAL, 60_000, 100..=MOST_TIME)?),
    }))
}

fn bad(name: &'static str, value: &str, must: impl Into<String>) -> ConfigError {
    ConfigError::Otlp { name, value: value.to_owned(), must: must.into() }
}

fn collector(variables: &Variables, signal: &Signal) -> Result<Option<Collector>, ConfigError> {
    // The variable of the signal counts more than that of all.
    let either = |own, all| {
        Ok::<_, ConfigError>(
            variables.get(own)?.map(|text| (own, text)).or(variables.get(all)?.map(|text| (all, text))),
        )
    };
    let url = match either(signal.endpoint, names::OTLP_ENDPOINT)? {
        None => return Ok(None),
        Some((name, text)) if name == signal.endpoint => url(name, text, "")?,
        Some((name, text)) => url(name, text, signal.path)?,
    };
    match variables.get(signal.exporter)? {
        None | Some("otlp") => {}
        Some("none") => return Ok(None),
        Some(other) => return Err(bad(signal.exporter, other, "be `otlp` or `none`")),
    }
    match either(signal.protocol, names::OTLP_PROTOCOL)? {
        None | Some((_, "http/protobuf")) => {}
        Some((name, other)) => return Err(bad(name, other, "be `http/protobuf`, which is all that is spoken here")),
    }
    let gzip = match either(signal.compression, names::OTLP_COMPRESSION)? {
        None | Some((_, "none")) => false,
        Some((_, "gzip")) => true,
        Some((name, other)) => return Err(bad(name, other, "be `gzip` or `none`")),
    };
    let headers = match either(signal.headers, names::OTLP_HEADERS)? {
        None => HeaderMap::new(),
        Some((name, text)) => headers(text).ok_or(ConfigError::OtlpHeaders(name))?,
    };
    let timeout = match either(signal.timeout, names::OTLP_TIMEOUT)? {
        None => number(variables, names::OTLP_TIMEOUT, 10_000, 1..=MOST_TIME)?,
        Some((name, _)) => number(variables, name, 10_000, 1..=MOST_TIME)?,
    };
    Ok(Some(Collector { url, headers, timeout: Duration::from_millis(timeout), gzip }))
}

/// The value is not shown where it may hold a password.
fn url(name: &'static str, text: &str, path: &str) -> Result<Uri, ConfigError> {
    let must = "be an http:// or https:// URL such as http://127.0.0.1:4318, without a user, a password or a query";
    let url = super::server_url(text).ok_or_else(|| {
        let shown = if text.contains('@') { "not shown, for it may hold a password" } else { text };
        bad(name, shown, must)
    })?;
    format!("{url}{path}").parse().map_err(|_| bad(name, text, must))
}

fn number(
    variables: &Variables,
    name: &'static str,
    unless_set: u64,
    range: std::ops::RangeInclusive<u64>,
) -> Result<u64, ConfigError> {
    let Some(text) = variables.get(name)? else { return Ok(unless_set) };
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| bad(name, text, format!("be a number from {} to {}", range.start(), range.end())))
}

fn sampler(variables: &Variables) -> Result<Sampler, ConfigError> {
    let Some(name) = variables.get(names::OTEL_TRACES_SAMPLER)? else { return Ok(Sampler::ALL) };
    let (parent_based, kind) = match name.strip_prefix("parentbased_") {
        Some(kind) => (true, kind),
        None => (false, name),
    };
    let below = match kind {
        "always_on" => IDS,
        "always_off" => 0,
        "traceidratio" => share(variables)?,
        _ => {
            let must = "be `always_on`, `always_off` or `traceidratio`, each also with `parentbased_` before it";
            return Err(bad(names::OTEL_TRACES_SAMPLER, name, must));
        }
    };
    Ok(Sampler { parent_based, below })
}

fn share(variables: &Variables) -> Result<u64, ConfigError> {
    let Some(text) = variables.get(names::OTEL_TRACES_SAMPLER_ARG)? else { return Ok(IDS) };
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    let share = share.ok_or_else(|| bad(names::OTEL_TRACES_SAMPLER_ARG, text, "be a number from 0 to 1"))?;
    Ok((share * IDS as f64) as u64)
}

fn resource(variables: &Variables) -> Result<Vec<(String, String)>, ConfigError> {
    let name = names::OTEL_RESOURCE_ATTRIBUTES;
    let said = match variables.get(name)? {
        None => Vec::new(),
        Some(text) => pairs(text).filter(|pairs| pairs.len() <= MOST_ATTRIBUTES).ok_or_else(|| {
            bad(
                name,
                text,
                format!("be at most {MOST_ATTRIBUTES} times `name=value`, separated by commas, values percent-encoded"),
            )
        })?,
    };
    let of_name = |(key, _): &(String, String)| key == "service.name";
    let service = match variables.get(names::OTEL_SERVICE_NAME)? {
        Some(text) => text.to_owned(),
        None => said.iter().find(|pair| of_name(pair)).map_or_else(|| "ramekin".to_owned(), |(_, value)| value.clone()),
    };
    let others = said.into_iter().filter(|pair| !of_name(pair));
    Ok(std::iter::once(("service.name".to_owned(), service)).chain(others).collect())
}

fn headers(text: &str) -> Option<HeaderMap> {
    let field = |(name, value): (String, String)| {
        let mut value = HeaderValue::from_str(&value).ok()?;
        value.set_sensitive(true);
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
    };
    pairs(text)?.into_iter().map(field).collect()
}

/// `name=value,…`, as W3C baggage has it.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let pair = |entry: &str| {
        let (name, value) = entry.split_once('=')?;
        let name = name.trim();
        (!name.is_empty()).then(|| Some((name.to_owned(), decoded(value.trim())?)))?
    };
    entries.map(pair).collect()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            if !digits.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const ENDPOINT: (&str, &str) = (names::OTLP_ENDPOINT, "http://127.0.0.1:4318/");

    fn set<const N: usize>(pairs: [(&str, &str); N]) -> Otlp {
        Config::read(&Variables::of(pairs)).unwrap().otlp.unwrap()
    }

    #[test]
    fn nothing_is_sent_without_an_endpoint() {
        let off = |pairs: [(&str, &str); 2]| Config::read(&Variables::of(pairs)).unwrap().otlp.is_none();
        assert!(off([("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), ("OTEL_SERVICE_NAME", "x")]), "meant for others");
        assert!(off([ENDPOINT, ("OTEL_SDK_DISABLED", "TRUE")]));
        let pairs = [ENDPOINT, ("OTEL_TRACES_EXPORTER", "none"), ("OTEL_METRICS_EXPORTER", "none")];
        assert!(Config::read(&Variables::of(pairs)).unwrap().otlp.is_none());
    }

    #[test]
    fn an_endpoint_is_of_both_unless_one_has_its_own() {
        let both = set([ENDPOINT]);
        let url = |collector: &Option<Collector>| collector.as_ref().unwrap().url.to_string();
        assert_eq!(url(&both.traces), "http://127.0.0.1:4318/v1/traces");
        assert_eq!(url(&both.metrics), "http://127.0.0.1:4318/v1/metrics");
        assert_eq!((both.queue, both.batch, both.delay.as_secs(), both.interval.as_secs()), (2_048, 512, 5, 60));
        assert_eq!(both.traces.as_ref().unwrap().timeout.as_secs(), 10);
        assert_eq!(both.resource, [("service.name".to_owned(), "ramekin".to_owned())]);
        let own = set([ENDPOINT, ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://t.example/x")]);
        assert_eq!(url(&own.traces), "https://t.example/x");
        assert_eq!(url(&own.metrics), "http://127.0.0.1:4318/v1/metrics");
        let one = set([("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m.example/y")]);
        assert!(one.traces.is_none() && url(&one.metrics) == "http://m.example/y");
    }

    #[test]
    fn fields_and_attributes_are_lists() {
        let otlp = set([
            ENDPOINT,
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=s%20e, x-a = b=c ,"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=shop,deployment.environment.name=a%2Cb"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1500"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ]);
        let traces = otlp.traces.unwrap();
        assert_eq!(
            (&traces.headers["api-key"], &traces.headers["x-a"]),
            (&"s e".parse().unwrap(), &"b=c".parse().unwrap())
        );
        assert!(!format!("{traces:?}").contains("s e"), "{traces:?}");
        assert_eq!((traces.timeout.as_millis(), traces.gzip), (1_500, true));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(otlp.resource, [pair("service.name", "shop"), pair("deployment.environment.name", "a,b")]);
        let named = set([ENDPOINT, ("OTEL_SERVICE_NAME", "n"), ("OTEL_RESOURCE_ATTRIBUTES", "service.name=shop")]);
        assert_eq!(named.resource, [pair("service.name", "n")]);
    }

    #[test]
    fn errors_name_the_variable_and_no_secret() {
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://x"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "zstd"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
            ("OTEL_TRACES_EXPORTER", "console"),
            ("OTEL_TRACES_SAMPLER", "sometimes"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "65537"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2049"),
            ("OTEL_BSP_SCHEDULE_DELAY", "-1"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "99"),
            ("OTEL_RESOURCE_ATTRIBUTES", "a"),
        ] {
            let error = Config::read(&Variables::of([ENDPOINT, (name, value)])).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_HEADERS", "canary"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=%zcanary"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://user:canary@x.example"),
        ] {
            let error = Config::read(&Variables::of([ENDPOINT, (name, value)])).unwrap_err().to_string();
            assert!(error.contains(name) && !error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn numbers_on_their_limits() {
        let otlp = set([
            ENDPOINT,
            ("OTEL_BSP_MAX_QUEUE_SIZE", "65536"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "65536"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
        ]);
        assert_eq!((otlp.queue, otlp.batch, otlp.interval.as_millis()), (65_536, 65_536, 100));
        assert_eq!(set([ENDPOINT, ("OTEL_BSP_MAX_QUEUE_SIZE", "3")]).batch, 3, "no more than there is room for");
        let attributes = |count: usize| (0..count).map(|n| format!("a{n}=b")).collect::<Vec<_>>().join(",");
        let read =
            |count| Config::read(&Variables::of([ENDPOINT, (names::OTEL_RESOURCE_ATTRIBUTES, &attributes(count))]));
        assert!(read(MOST_ATTRIBUTES).is_ok() && read(MOST_ATTRIBUTES + 1).is_err());
    }

    #[test]
    fn who_is_sampled() {
        let sampler =
            |name, share| set([ENDPOINT, ("OTEL_TRACES_SAMPLER", name), ("OTEL_TRACES_SAMPLER_ARG", share)]).sampler;
        let ids: Vec<u128> = (0..1_000).map(|_| uuid::Uuid::new_v4().as_u128()).collect();
        let count = |sampler: Sampler, caller| ids.iter().filter(|id| sampler.samples(**id, caller)).count();
        for (name, share, root, sampled, unsampled) in [
            ("parentbased_always_on", "", 1_000, 1_000, 0),
            ("always_on", "", 1_000, 1_000, 1_000),
            ("parentbased_always_off", "", 0, 1_000, 0),
            ("always_off", "", 0, 0, 0),
            ("parentbased_traceidratio", "0", 0, 1_000, 0),
            ("traceidratio", "1", 1_000, 1_000, 1_000),
            ("traceidratio", "", 1_000, 1_000, 1_000),
        ] {
            let sampler = sampler(name, share);
            let counted = [None, Some(true), Some(false)].map(|caller| count(sampler, caller));
            assert_eq!(counted, [root, sampled, unsampled], "{name} {share}");
        }
        assert_eq!(set([ENDPOINT]).sampler, Sampler::ALL);
        let half = count(sampler("traceidratio", "0.5"), None);
        assert!((350..650).contains(&half), "{half}");
    }
}
