//! Counts what calls came to, for those who watch the server. A call costs two additions and a short lock at its end; what is
//! kept is bounded, however many functions there are.

use crate::exec::CallError;
use ramekin_model::{AppId, limits};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use uuid::Uuid;

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A status below 400.
    Ok,
    /// The function answered 400 to 499.
    ClientError,
    /// The function answered 500 or more.
    ServerError,
    /// It threw.
    Exception,
    /// It took too long.
    Timeout,
    /// It needed too much memory.
    Memory,
    /// Its caller went away.
    Cancelled,
    /// The server failed.
    Host,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Ok,
        Self::ClientError,
        Self::ServerError,
        Self::Exception,
        Self::Timeout,
        Self::Memory,
        Self::Cancelled,
        Self::Host,
    ];

    /// Of how a call ended.
    pub fn of(result: &Result<u16, CallError>) -> Self {
        match result {
            Ok(0..400) => Self::Ok,
            Ok(400..500) => Self::ClientError,
            Ok(500..=u16::MAX) => Self::ServerError,
            Err(CallError::Exception { .. }) => Self::Exception,
            Err(CallError::Timeout { .. }) => Self::Timeout,
            Err(CallError::Memory { .. }) => Self::Memory,
            Err(CallError::Cancelled) => Self::Cancelled,
            Err(CallError::Host(_)) => Self::Host,
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ClientError => "client_error",
            Self::ServerError => "server_error",
            Self::Exception => "exception",
            Self::Timeout => "timeout",
            Self::Memory => "memory",
            Self::Cancelled => "cancelled",
            Self::Host => "host_error",
        }
    }
}

/// Calls of one kind, by what they came to, in the order of [`Outcome::ALL`].
pub type Counts = [u64; Outcome::ALL.len()];

/// Calls of one function.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its app.
    pub app: AppId,
    /// Its name.
    pub name: Arc<str>,
    /// Its calls.
    pub counts: Counts,
}

/// Upper ends of the ranges that durations are counted in, in milliseconds. The last range has none.
pub const DURATIONS_MS: [u64; 16] =
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000];

/// How long calls took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Durations {
    /// Calls of each range of [`DURATIONS_MS`], and those that took longer.
    pub ranges: [u64; DURATIONS_MS.len() + 1],
    /// All of them together.
    pub sum: Duration,
}

/// See the module's documentation.
pub struct Meter {
    started: Instant,
    started_at: SystemTime,
    connections: AtomicUsize,
    ranges: [AtomicU64; DURATIONS_MS.len() + 1],
    sum_us: AtomicU64,
    calls: Mutex<Calls>,
}

#[derive(Default)]
struct Calls {
    functions: HashMap<Uuid, Series>,
    /// Of functions for which there was no room.
    others: Counts,
}

/// A connection of a client; dropping it ends it.
pub struct OpenConnection(Arc<Meter>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Meter {
    /// Begins to count.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            started: Instant::now(),
            started_at: SystemTime::now(),
            connections: AtomicUsize::new(0),
            ranges: Default::default(),
            sum_us: AtomicU64::new(0),
            calls: Mutex::default(),
        })
    }

    /// A call is over.
    pub fn call(&self, function: Uuid, app: &AppId, name: &Arc<str>, outcome: Outcome, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let range = DURATIONS_MS.partition_point(|&end| end * 1_000 < micros);
        if let Some(range) = self.ranges.get(range) {
            range.fetch_add(1, Ordering::Relaxed);
        }
        self.sum_us.fetch_add(micros, Ordering::Relaxed);
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let Calls { functions, others } = &mut *calls;
        let room = functions.len() < limits::MAX_METRIC_FUNCTIONS;
        let counts = match functions.get_mut(&function) {
            Some(series) => &mut series.counts,
            None if room => {
                let new = Series { app: app.clone(), name: Arc::clone(name), counts: Counts::default() };
                &mut functions.entry(function).or_insert(new).counts
            }
            None => others,
        };
        if let Some(count) = counts.get_mut(outcome as usize) {
            *count += 1;
        }
    }

    /// A client has connected.
    pub fn connection(self: &Arc<Self>) -> OpenConnection {
        self.connections.fetch_add(1, Ordering::Relaxed);
        OpenConnection(Arc::clone(self))
    }

    /// Connections of clients that are open.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Since when is counted.
    pub fn started_at(&self) -> SystemTime {
        self.started_at
    }

    /// For how long.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// How long calls took.
    pub fn durations(&self) -> Durations {
        Durations {
            ranges: self.ranges.each_ref().map(|range| range.load(Ordering::Relaxed)),
            sum: Duration::from_micros(self.sum_us.load(Ordering::Relaxed)),
        }
    }

    /// Calls of each function that was called, by app and name; and those of all functions for which there was no room.
    pub fn functions(&self) -> (Vec<Series>, Counts) {
        let (mut functions, others) = {
            let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            (calls.functions.values().cloned().collect::<Vec<_>>(), calls.others)
        };
        functions.sort_by(|one, other| (one.app.as_str(), &one.name).cmp(&(other.app.as_str(), &other.name)));
        (functions, others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> AppId {
        "app_000000000000".parse().unwrap()
    }

    #[test]
    fn an_outcome_stands_where_its_name_does() {
        for (at, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, at);
        }
        for (status, name) in [
            (0, "ok"),
            (399, "ok"),
            (400, "client_error"),
            (499, "client_error"),
            (500, "server_error"),
            (999, "server_error"),
        ] {
            assert_eq!(Outcome::of(&Ok(status)).as_str(), name, "{status}");
        }
        assert_eq!(Outcome::of(&Err(CallError::Timeout { limit_ms: 1, duration_ms: 1 })), Outcome::Timeout);
    }

    #[test]
    fn durations_are_counted_up_to_the_end_of_their_range() {
        let meter = Meter::new();
        let name: Arc<str> = "f".into();
        for micros in [0, 1_000, 1_001, 300_000_000, 300_000_001] {
            meter.call(Uuid::nil(), &app(), &name, Outcome::Ok, Duration::from_micros(micros));
        }
        let durations = meter.durations();
        assert_eq!(durations.ranges[..3], [2, 1, 0]);
        assert_eq!(durations.ranges[DURATIONS_MS.len() - 1..], [1, 1]);
        assert_eq!(durations.sum, Duration::from_micros(600_002_002));
    }

    #[test]
    fn functions_on_and_past_the_limit() {
        let meter = Meter::new();
        let call = |n: usize, outcome| {
            let name: Arc<str> = format!("f{n:04}").into();
            meter.call(Uuid::from_u128(n as u128), &app(), &name, outcome, Duration::ZERO);
        };
        for n in 0..limits::MAX_METRIC_FUNCTIONS {
            call(n, Outcome::Ok);
        }
        let (functions, others) = meter.functions();
        assert_eq!((functions.len(), others), (limits::MAX_METRIC_FUNCTIONS, Counts::default()));
        call(limits::MAX_METRIC_FUNCTIONS, Outcome::Exception);
        call(0, Outcome::Timeout);
        let (functions, others) = meter.functions();
        assert_eq!(functions.len(), limits::MAX_METRIC_FUNCTIONS);
        assert_eq!(others[Outcome::Exception as usize], 1);
        assert_eq!((&*functions[0].name, functions[0].counts[Outcome::Timeout as usize]), ("f0000", 1));
        assert!(functions.is_sorted_by_key(|series| series.name.clone()));
    }

    #[test]
    fn connections_count_while_they_are_open() {
        let meter = Meter::new();
        let (one, two) = (meter.connection(), meter.connection());
        assert_eq!(meter.connections(), 2);
        drop((one, two));
        assert_eq!(meter.connections(), 0);
    }
}
