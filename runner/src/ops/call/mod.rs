//! Calling a function: admission, image, sandbox, and the record of how it went.

mod log;
mod received;

pub use received::{Broken, Received};

use crate::exec::{Admission, Call, CallError, Refused, Reply, Sandbox, Slot};
use crate::images::{ImageError, Images};
use crate::meter::Meter;
use crate::otlp::{Ports, Tracer, Via};
use crate::recorder::Recorder;
use crate::registry::FunctionEntry;
use chrono::Utc;
use http::HeaderMap;
use log::{CallLog, without_instance};
use ramekin_host_api::ports::database::Database;
use ramekin_host_api::ports::{ConsoleListener, Content, Fetch, Invoke};
use ramekin_host_api::{AnonymousRole, CallContext, Caller};
use ramekin_model::{Acted, ConsoleLine, InvocationRecord, TriggerType};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
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
    /// Where they are counted.
    pub meter: Arc<Meter>,
    /// Sends their outbound requests.
    pub fetch: Arc<dyn Fetch>,
    /// Runs their SQL.
    pub database: Arc<dyn Database>,
    /// As whom SQL of an anonymous caller runs.
    pub anonymous_role: AnonymousRole,
    /// Watches them.
    pub observer: Option<Arc<dyn Observer>>,
    /// Traces them.
    pub tracer: Option<Arc<Tracer>>,
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
    /// What is known of the content as it comes.
    pub received: Arc<Received>,
    /// Address of the peer.
    pub client_ip: Option<IpAddr>,
    /// Effective user.
    pub user: Option<Arc<str>>,
    /// Who calls.
    pub caller: Caller,
    /// What started it.
    pub trigger: TriggerType,
    /// Calls the other functions of the app.
    pub peers: Arc<dyn Invoke>,
    /// Whose key acts for the user; `None` when nobody's does.
    pub acted: Option<Box<Acted>>,
    /// How it came here, for its trace.
    pub via: Via,
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
    /// It failed over content that did not come whole: its caller's fault.
    #[error(transparent)]
    Content(Broken),
    /// It ran.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Calls {
    /// How a request came here: by this route, and with what these fields say of a trace.
    pub fn via(&self, route: &'static str, headers: &HeaderMap) -> Via {
        Via { route, caller: self.tracer.as_ref().and_then(|tracer| tracer.via(headers)) }
    }

    /// Calls a function. Returns with the head of its response. Dropping the future cancels the call.
    ///
    /// # Errors
    /// See [`CallFailure`].
    pub async fn call(&self, entry: &FunctionEntry, incoming: Incoming) -> Result<Reply, CallFailure> {
        let slot = self.admission.admit(&entry.function.app_id).map_err(CallFailure::Saturated)?;
        let (id, started) = (incoming.id, Instant::now());
        let received = Arc::clone(&incoming.received);
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
        reply.map_err(|error| match received.blame(&error) {
            Some(broken) => CallFailure::Content(broken),
            None => error.into(),
        })
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
            acted: incoming.acted,
        };
        let name = Arc::clone(&entry.name);
        let observed = self.observer.as_ref().map(|observer| (Arc::clone(observer), Arc::clone(&name)));
        let listener = observed.clone().map(|(observer, name)| {
            let listener: Arc<dyn ConsoleListener> = Arc::new(Listener { observer, name });
            listener
        });
        let mut log = CallLog {
            record: Some(record),
            received: incoming.received,
            name: Arc::clone(&name),
            recorder: Arc::clone(&self.recorder),
            meter: Arc::clone(&self.meter),
            observed,
            trace: None,
        };
        let mut ports =
            Ports { fetch: Arc::clone(&self.fetch), database: Arc::clone(&self.database), peers: incoming.peers };
        if let Some(tracer) = &self.tracer {
            let trace = tracer.call(&incoming.via);
            ports = trace.ports(ports);
            log.trace = Some(trace);
        }
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
            fetch: ports.fetch,
            peers: ports.peers,
            database: ports.database,
            anonymous_role: self.anonymous_role,
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
