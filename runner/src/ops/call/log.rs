//! The record of a call: written when the call is over, however it ended.

use super::{Observer, Received};
use crate::exec::{CallError, Ended};
use crate::meter::{Meter, Outcome};
use crate::otlp::{CallTrace, End};
use crate::recorder::Recorder;
use ramekin_model::{InvocationRecord, limits};
use std::sync::Arc;
use std::time::Duration;

/// The record of a call that is not over. Dropped before [`CallLog::finish`], the call was given up.
pub(super) struct CallLog {
    pub(super) record: Option<InvocationRecord>,
    pub(super) name: Arc<str>,
    pub(super) received: Arc<Received>,
    pub(super) recorder: Arc<Recorder>,
    pub(super) meter: Arc<Meter>,
    pub(super) observed: Option<(Arc<dyn Observer>, Arc<str>)>,
    pub(super) trace: Option<CallTrace>,
}

impl CallLog {
    /// Writes it.
    pub(super) fn finish(mut self, ended: Ended) {
        self.write(ended);
    }

    fn write(&mut self, ended: Ended) {
        let Some(mut record) = self.record.take() else { return };
        record.request_bytes = signed(self.received.bytes());
        let broken = ended.result.as_ref().err().and_then(|error| self.received.blame(error));
        let outcome = if broken.is_some() { Outcome::ClientError } else { Outcome::of(&ended.result) };
        self.meter.call(record.function_id, &record.app_id, &self.name, outcome, ended.duration);
        let took = ended.duration;
        fill(&mut record, ended);
        if let Some(broken) = broken {
            record.status_code = Some(broken.status());
        }
        if let Some(trace) = &self.trace {
            trace.end(&End { record: &record, name: &self.name, outcome, took });
        }
        if let Some((observer, name)) = &self.observed {
            observer.ended(name, &record);
        }
        self.recorder.record(record);
    }
}

impl Drop for CallLog {
    fn drop(&mut self) {
        self.write(without_instance(CallError::Cancelled, Duration::ZERO));
    }
}

/// The end of a call that never had an instance.
pub(super) fn without_instance(error: CallError, duration: Duration) -> Ended {
    Ended {
        result: Err(error),
        duration,
        cpu: Duration::ZERO,
        memory: 0,
        response_bytes: 0,
        console: Vec::new(),
        late: None,
    }
}

/// Writes down how a call ended (Butterbase §7.3).
fn fill(record: &mut InvocationRecord, ended: Ended) {
    record.response_bytes = signed(ended.response_bytes);
    record.duration_ms = i64::try_from(ended.duration.as_millis()).unwrap_or(i64::MAX);
    record.cpu_us = i64::try_from(ended.cpu.as_micros()).unwrap_or(i64::MAX);
    record.memory_bytes = i64::try_from(ended.memory).unwrap_or(i64::MAX);
    record.console = ended.console;
    match ended.result {
        Ok(status) => {
            record.status_code = Some(status);
            record.error = ended.late.map(clip).or_else(|| (status >= 400).then(|| format!("HTTP {status}")));
        }
        Err(error) => {
            record.status_code = status(&error);
            record.error = Some(clip(error.to_string()));
            if let CallError::Exception { stack, .. } = error {
                record.stack = stack.map(clip);
            }
        }
    }
}

/// The status that stands for a failed call (Butterbase §4.7).
fn status(error: &CallError) -> Option<u16> {
    match error {
        CallError::Exception { .. } | CallError::Memory { .. } | CallError::Host(_) => Some(500),
        CallError::Timeout { .. } => Some(504),
        CallError::Cancelled => None,
    }
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn clip(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(limits::MAX_ERROR_TEXT) {
        text.truncate(at);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use ramekin_model::{ConsoleLine, LogLevel, TriggerType};
    use uuid::Uuid;

    fn record() -> InvocationRecord {
        InvocationRecord {
            id: Uuid::nil(),
            function_id: Uuid::nil(),
            app_id: "app_000000000000".parse().unwrap(),
            user_id: None,
            method: "GET".into(),
            path: "/".into(),
            status_code: None,
            request_bytes: 0,
            response_bytes: 0,
            duration_ms: 0,
            cpu_us: 0,
            memory_bytes: 0,
            error: None,
            stack: None,
            started_at: Utc::now(),
            console: Vec::new(),
            trigger: TriggerType::Http,
            acted: None,
        }
    }

    fn filled(result: Result<u16, CallError>) -> (Option<u16>, Option<String>, Option<String>) {
        let mut record = record();
        let duration = Duration::from_millis(7);
        fill(
            &mut record,
            Ended {
                result,
                duration,
                cpu: duration,
                memory: 65_536,
                response_bytes: 3,
                console: Vec::new(),
                late: None,
            },
        );
        assert_eq!(
            (record.duration_ms, record.cpu_us, record.memory_bytes, record.response_bytes),
            (7, 7_000, 65_536, 3)
        );
        (record.status_code, record.error, record.stack)
    }

    #[test]
    fn what_is_written_down_of_an_end() {
        assert_eq!(filled(Ok(200)), (Some(200), None, None));
        assert_eq!(filled(Ok(399)).1, None);
        assert_eq!(filled(Ok(400)), (Some(400), Some("HTTP 400".into()), None));
        let threw = CallError::Exception { message: "boom".into(), stack: Some("at handler".into()) };
        assert_eq!(filled(Err(threw)), (Some(500), Some("boom".into()), Some("at handler".into())));
        let late = filled(Err(CallError::Timeout { limit_ms: 5, duration_ms: 6 }));
        assert_eq!((late.0, late.1.unwrap().contains("5ms")), (Some(504), true));
        assert_eq!(filled(Err(CallError::Memory { limit_mb: 64 })).0, Some(500));
        assert_eq!(filled(Err(CallError::Cancelled)).0, None);
    }

    #[test]
    fn what_goes_wrong_after_the_response_is_written_down_and_leaves_the_status() {
        let mut record = record();
        let line = ConsoleLine { level: LogLevel::Log, message: "in the background".into(), timestamp: 1 };
        let late = Some("work registered with `waitUntil` was ended after 30000ms".to_owned());
        let ended = without_instance(CallError::Cancelled, Duration::ZERO);
        fill(&mut record, Ended { result: Ok(202), late: late.clone(), console: vec![line.clone()], ..ended });
        assert_eq!((record.status_code, record.error, record.console), (Some(202), late, vec![line]));
    }

    #[test]
    fn error_texts_are_clipped_at_the_limit() {
        let exact = "ä".repeat(limits::MAX_ERROR_TEXT);
        assert_eq!(clip(exact.clone()), exact);
        assert_eq!(clip(format!("{exact}x")), exact);
    }
}
