//! Calling a function: admission, image, sandbox, and the record of how it went.

use crate::exec::{Admission, Call, CallError, Ended, Refused, Reply, Sandbox, Slot};
use crate::images::{ImageError, Images};
use crate::recorder::Recorder;
use crate::registry::FunctionEntry;
use chrono::Utc;
use ramekin_host_api::ports::{ConsoleListener, Content, Fetch};
use ramekin_host_api::{CallContext, Caller};
use ramekin_model::{ConsoleLine, InvocationRecord, TriggerType, limits};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Makes calls.
#[derive(Clone)]
pub struct Calls {
    /// Runs them.
    pub sandbox: Sandbox,
    /// What they start from.
    pub images: Images,
    /// How many run at once.
    pub admission: Arc<Admission>,
    /// Where they are recorded.
    pub recorder: Arc<Recorder>,
    /// Sends their outbound requests.
    pub fetch: Arc<dyn Fetch>,
    /// Watches them.
    pub observer: Option<Arc<dyn Observer>>,
}

/// Watches calls as they happen. Must not block.
pub trait Observer: Send + Sync {
    /// A line written with `console`.
    fn line(&self, function: &str, line: &ConsoleLine);
    /// A call that is over.
    fn ended(&self, function: &str, record: &InvocationRecord);
}

/// What comes in.
pub struct Incoming {
    /// Names the call, to the caller and in the log.
    pub id: Uuid,
    /// HTTP method.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Public path, without the query.
    pub path: String,
    /// Field section.
    pub headers: Vec<u8>,
    /// Content.
    pub body: Content,
    /// Bytes of the content, counted as they come.
    pub request_bytes: Arc<AtomicU64>,
    /// Address of the peer.
    pub client_ip: Option<IpAddr>,
    /// Effective user.
    pub user: Option<Arc<str>>,
    /// Who calls.
    pub caller: Caller,
    /// What started it.
    pub trigger: TriggerType,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    /// Too many calls are running. Nothing is recorded of this one.
    #[error("Concurrency limit reached")]
    Saturated(Refused),
    /// The function cannot be loaded.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// It ran.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Calls {
    /// Calls a function. Returns with the head of its response. Dropping the future cancels the call.
    ///
    /// # Errors
    /// See [`CallFailure`].
    pub async fn call(&self, entry: &FunctionEntry, incoming: Incoming) -> Result<Reply, CallFailure> {
        let slot = self.admission.admit(&entry.function.app_id).map_err(CallFailure::Saturated)?;
        let (id, started) = (incoming.id, Instant::now());
        let (call, log) = self.prepare(entry, incoming, slot);
        let image = match self.images.image(entry).await {
            Ok(image) => image,
            Err(error) => {
                log.finish(without_instance(CallError::Host(error.to_string()), started.elapsed()));
                return Err(error.into());
            }
        };
        let call = Call { on_end: Box::new(move |ended| log.finish(ended)), ..call };
        let reply = self.sandbox.call(image, call).await;
        if let Err(CallError::Host(text)) = &reply {
            tracing::error!(
                invocation.id = %id, function.id = %entry.function.id, function.name = %entry.function.name,
                "call {id} of `{}` failed inside the sandbox: {text}", entry.function.name
            );
        }
        Ok(reply?)
    }

    fn prepare(&self, entry: &FunctionEntry, incoming: Incoming, slot: Slot) -> (Call, CallLog) {
        let record = InvocationRecord {
            id: incoming.id,
            function_id: entry.function.id,
            app_id: entry.function.app_id.clone(),
            user_id: incoming.user.as_deref().map(str::to_owned),
            method: incoming.method.clone(),
            path: incoming.path,
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
            trigger: incoming.trigger,
        };
        let name = Arc::clone(&entry.name);
        let observed = self.observer.as_ref().map(|observer| (Arc::clone(observer), Arc::clone(&name)));
        let listener = observed.clone().map(|(observer, name)| {
            let listener: Arc<dyn ConsoleListener> = Arc::new(Listener { observer, name });
            listener
        });
        let log = CallLog {
            record: Some(record),
            request_bytes: incoming.request_bytes,
            recorder: Arc::clone(&self.recorder),
            observed,
        };
        let call = Call {
            method: incoming.method,
            url: incoming.url,
            headers: incoming.headers,
            body: incoming.body,
            environment: Arc::clone(&entry.environment),
            context: CallContext {
                function: name,
                request_id: incoming.id,
                client_ip: incoming.client_ip,
                user: incoming.user,
                caller: incoming.caller,
                app: Arc::clone(&entry.app),
            },
            fetch: Arc::clone(&self.fetch),
            listener,
            timeout_ms: entry.function.timeout_ms,
            memory_mb: entry.function.memory_limit_mb,
            slot,
            on_end: Box::new(|_| ()),
        };
        (call, log)
    }
}

struct Listener {
    observer: Arc<dyn Observer>,
    name: Arc<str>,
}

impl ConsoleListener for Listener {
    fn line(&self, line: &ConsoleLine) {
        self.observer.line(&self.name, line);
    }
}

/// The record of a call that is not over. Dropped before [`CallLog::finish`], the call was given up.
struct CallLog {
    record: Option<InvocationRecord>,
    request_bytes: Arc<AtomicU64>,
    recorder: Arc<Recorder>,
    observed: Option<(Arc<dyn Observer>, Arc<str>)>,
}

impl CallLog {
    fn finish(mut self, ended: Ended) {
        self.write(ended);
    }

    fn write(&mut self, ended: Ended) {
        let Some(mut record) = self.record.take() else { return };
        record.request_bytes = signed(self.request_bytes.load(Ordering::Relaxed));
        fill(&mut record, ended);
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
fn without_instance(error: CallError, duration: Duration) -> Ended {
    Ended { result: Err(error), duration, cpu: Duration::ZERO, memory: 0, response_bytes: 0, console: Vec::new() }
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
            record.error = (status >= 400).then(|| format!("HTTP {status}"));
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
        }
    }

    fn filled(result: Result<u16, CallError>) -> (Option<u16>, Option<String>, Option<String>) {
        let mut record = record();
        let duration = Duration::from_millis(7);
        fill(
            &mut record,
            Ended { result, duration, cpu: duration, memory: 65_536, response_bytes: 3, console: Vec::new() },
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
    fn error_texts_are_clipped_at_the_limit() {
        let exact = "ä".repeat(limits::MAX_ERROR_TEXT);
        assert_eq!(clip(exact.clone()), exact);
        assert_eq!(clip(format!("{exact}x")), exact);
    }
}
