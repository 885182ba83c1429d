//! One call: a fresh instance, the request in, the response out, then what the function registered to go on; all of it
//! under its limits, and cancelled wherever it is when they are reached or nobody waits any more.

mod reply_body;

use super::rest::Rest;
use super::{Image, Sandbox, Slot};
use http::HeaderMap;
use ramekin_host_api::ports::database::Database;
use ramekin_host_api::ports::{ConsoleListener, Content, Fetch, Invoke, StackReader};
use ramekin_host_api::{
    AnonymousRole, Body, CallContext, CallState, Console, Environment, Failure, FailureKind, Fetches, Lifetime,
    MemoryLimiter, Queries, Request, Response, body, fields,
};
use ramekin_model::{ConsoleLine, limits};
use reply_body::{BodyDone, ReplyBody};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use wasmtime::component::ResourceTable;
use wasmtime::{AsContextMut, Store, Trap};

/// A call to make.
pub struct Call {
    /// HTTP method.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Field section.
    pub headers: Vec<u8>,
    /// Content.
    pub body: Content,
    /// Environment of the function.
    pub environment: Arc<Environment>,
    /// Who calls.
    pub context: CallContext,
    /// Sends outbound requests.
    pub fetch: Arc<dyn Fetch>,
    /// Calls the other functions of the app.
    pub peers: Arc<dyn Invoke>,
    /// Runs SQL.
    pub database: Arc<dyn Database>,
    /// As whom SQL of an anonymous caller runs.
    pub anonymous_role: AnonymousRole,
    /// Told of console lines.
    pub listener: Option<Arc<dyn ConsoleListener>>,
    /// Wall-clock limit.
    pub timeout_ms: u32,
    /// Memory limit.
    pub memory_mb: u32,
    /// Held until the instance is gone.
    pub slot: Slot,
    /// Told once how it ended, however it ended.
    pub on_end: Box<dyn FnOnce(Ended) + Send + Sync>,
}

/// A function's answer.
pub struct Reply {
    /// Status, 200 to 599.
    pub status: u16,
    /// Fields, repeated ones included.
    pub headers: HeaderMap,
    /// Content.
    pub body: Content,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The function threw, or left a rejection unhandled.
    #[error("{message}")]
    Exception {
        /// Text of the error.
        message: String,
        /// Its stack, in positions of the deployed source.
        stack: Option<String>,
    },
    /// Wall clock or CPU.
    #[error("Function execution timeout ({limit_ms}ms)")]
    Timeout {
        /// `timeoutMs`.
        limit_ms: u32,
        /// How long it ran.
        duration_ms: u64,
    },
    /// Memory.
    #[error("the function needs more than its memory limit of {limit_mb} MB")]
    Memory {
        /// `memoryLimitMb`.
        limit_mb: u32,
    },
    /// The caller went away first.
    #[error("the caller went away before there was a response")]
    Cancelled,
    /// The sandbox failed: our fault.
    #[error("the sandbox failed: {0}")]
    Host(String),
}

/// How a call ended.
#[derive(Debug)]
pub struct Ended {
    /// The status, or why there was none.
    pub result: Result<u16, CallError>,
    /// From admission to the last byte of the response.
    pub duration: Duration,
    /// CPU time.
    pub cpu: Duration,
    /// Largest linear memory, in bytes.
    pub memory: usize,
    /// Bytes of the response body.
    pub response_bytes: u64,
    /// Console lines.
    pub console: Vec<ConsoleLine>,
    /// What went wrong after the head of the response, which has gone out with its status.
    pub late: Option<String>,
}

/// What the parts of a call tell each other.
struct Progress {
    started: Instant,
    lifetime: Arc<Lifetime>,
    /// When the head of the response went out.
    responded: OnceLock<Instant>,
    /// A response body is being sent; counted in `lifetime`.
    streaming: AtomicBool,
    /// When the last byte went out, in microseconds since the start; 0 while it has not.
    complete: AtomicU64,
    response_bytes: AtomicU64,
    late: OnceLock<String>,
}

impl Progress {
    fn begin_body(&self) {
        self.streaming.store(true, Ordering::Release);
        self.lifetime.begin();
    }

    /// The body is over, whichever side ended it. Counts once.
    fn end_body(&self) {
        if self.streaming.swap(false, Ordering::AcqRel) {
            self.lifetime.end();
            self.lifetime.change();
        }
    }

    /// What went wrong after the head of the response. The first counts.
    fn fail_late(&self, text: String) {
        let _ = self.late.set(text);
    }

    fn mark_complete(&self) {
        let now = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
        let _ = self.complete.compare_exchange(0, now, Ordering::AcqRel, Ordering::Acquire);
    }

    /// When to stop waiting: `timeout` bounds the response, [`limits::BACKGROUND_MS`] the work after it.
    fn deadline(&self, timeout: Duration) -> Instant {
        let response = self.started + timeout;
        match self.responded.get() {
            None => response,
            Some(&at) if self.lifetime.has_background() => {
                let background = at + Duration::from_millis(limits::BACKGROUND_MS.into());
                if self.streaming.load(Ordering::Acquire) { response.max(background) } else { background }
            }
            Some(_) => response,
        }
    }
}

/// Tells how the call ended when it is dropped: an ended call cannot go untold.
struct Ending {
    progress: Arc<Progress>,
    console: Arc<Console>,
    result: Option<Result<u16, CallError>>,
    cpu: Duration,
    memory: usize,
    on_end: Option<Box<dyn FnOnce(Ended) + Send + Sync>>,
    _slot: Slot,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let complete = self.progress.complete.load(Ordering::Acquire);
        let duration = if complete == 0 { self.progress.started.elapsed() } else { Duration::from_micros(complete) };
        if let Some(on_end) = self.on_end.take() {
            on_end(Ended {
                result: self.result.take().unwrap_or(Err(CallError::Cancelled)),
                duration,
                cpu: self.cpu,
                memory: self.memory,
                response_bytes: self.progress.response_bytes.load(Ordering::Relaxed),
                console: self.console.take(),
                late: self.progress.late.get().cloned(),
            });
        }
    }
}

impl Sandbox {
    /// Makes a call. Returns with the head of the response; the rest comes with its body. Dropping the future or the body
    /// cancels the call, unless the function has registered work with `waitUntil`: that goes on.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn call(&self, image: Arc<Image>, call: Call) -> Result<Reply, CallError> {
        let lifetime = Arc::<Lifetime>::default();
        let (sender, receiver) = oneshot::channel();
        let run = run(self.clone(), image, call, Arc::clone(&lifetime), sender);
        let driver = Driver { run: Some(Box::pin(run)), reply: receiver, lifetime, sandbox: self.clone() };
        driver.await
    }
}

type Run = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Drives a call up to its response in the caller's own task: a call that ends with its response needs no other. What is
/// left then goes on in a task of its own.
struct Driver {
    run: Option<Run>,
    reply: oneshot::Receiver<Result<Reply, CallError>>,
    lifetime: Arc<Lifetime>,
    sandbox: Sandbox,
}

impl Future for Driver {
    type Output = Result<Reply, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(run) = self.run.as_mut()
            && run.as_mut().poll(cx).is_ready()
        {
            self.run = None;
        }
        match Pin::new(&mut self.reply).poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(reply) => {
                if let Some(run) = self.run.take() {
                    self.sandbox.tasks().spawn(run);
                }
                Poll::Ready(reply.unwrap_or_else(|_| Err(CallError::Host("the call ended without an answer".into()))))
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(run) = self.run.take()
            && self.lifetime.has_background()
        {
            self.sandbox.tasks().spawn(run);
        }
    }
}

async fn run(
    sandbox: Sandbox,
    image: Arc<Image>,
    call: Call,
    lifetime: Arc<Lifetime>,
    reply: oneshot::Sender<Result<Reply, CallError>>,
) {
    let (id, started) = (call.context.request_id, Instant::now());
    let timeout = Duration::from_millis(call.timeout_ms.into());
    let console = Arc::new(Console::new(Arc::clone(&image) as Arc<dyn StackReader>, call.listener));
    let progress = Arc::new(Progress {
        started,
        lifetime: Arc::clone(&lifetime),
        responded: OnceLock::new(),
        streaming: AtomicBool::new(false),
        complete: AtomicU64::new(0),
        response_bytes: AtomicU64::new(0),
        late: OnceLock::new(),
    });
    let mut ending = Ending {
        progress: Arc::clone(&progress),
        console: Arc::clone(&console),
        result: None,
        cpu: Duration::ZERO,
        memory: 0,
        on_end: Some(call.on_end),
        _slot: call.slot,
    };
    let memory = Arc::<OnceLock<_>>::default();
    let state = CallState {
        started,
        environment: call.environment,
        context: call.context,
        console,
        lifetime,
        fetches: Fetches::new(call.fetch, call.memory_mb as usize * 1024 * 1024),
        peers: call.peers,
        crypto: sandbox.crypto(),
        table: ResourceTable::new(),
        modules: Arc::clone(&sandbox.inner().modules),
        queries: Queries::new(call.database, call.anonymous_role, timeout),
        limiter: MemoryLimiter::new(call.memory_mb as usize * 1024 * 1024),
        memory: Arc::clone(&memory),
    };
    let budget = sandbox.fuel(call.timeout_ms);
    let mut store = Store::new(sandbox.engine(), state);
    store.limiter(|state| &mut state.limiter);
    // Whatever fits into the sandbox may come out of it; what it may be used for has limits of its own.
    store.set_hostcall_fuel(call.memory_mb as usize * 1024 * 1024);
    let mut reply = Some(reply);
    let mut exchange = Exchange {
        sandbox: &sandbox,
        image: &image,
        progress: &progress,
        head: Some((call.method, call.url, call.headers, call.body)),
        reply: &mut reply,
        status: None,
        budget,
        spent: 0,
    };
    let mut rest = Rest::new(started, sandbox.crowd(), &memory);
    let outcome = {
        let execution = exchange.execute(&mut store);
        tokio::pin!(execution);
        loop {
            let wake = progress.deadline(timeout).min(rest.due());
            let running = poll_fn(|cx| {
                let polled = execution.as_mut().poll(cx);
                if polled.is_pending() {
                    rest.wait();
                }
                polled
            });
            tokio::select! {
                biased;
                outcome = running => break Some(outcome),
                () = progress.lifetime.changed() => {}
                () = tokio::time::sleep_until(wake.into()) => {
                    if progress.deadline(timeout) <= Instant::now() {
                        break None;
                    }
                    rest.take();
                }
            }
        }
    };
    let status = exchange.status;
    let limiter = store.data().limiter;
    let left = store.get_fuel().unwrap_or_default();
    ending.cpu = sandbox.cpu(exchange.spent + exchange.budget.saturating_sub(left));
    ending.memory = limiter.peak;
    rest.end();
    // The instance goes first: whoever waits for the answer gets it from a machine that is done with the call.
    drop(store);
    let timed_out = || CallError::Timeout {
        limit_ms: call.timeout_ms,
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    let result = match outcome {
        Some(Ok(Ok(()))) => Ok(()),
        Some(Ok(Err(failure))) if limiter.refused && out_of_memory(&failure) => {
            Err(CallError::Memory { limit_mb: call.memory_mb })
        }
        Some(Ok(Err(failure))) => Err(image.exception(failure)),
        Some(Err(_)) if limiter.refused => Err(CallError::Memory { limit_mb: call.memory_mb }),
        Some(Err(error)) => match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => Err(timed_out()),
            Some(Trap::StackOverflow) => {
                Err(CallError::Exception { message: "Maximum call stack size exceeded".into(), stack: None })
            }
            _ => Err(CallError::Host(format!("{error:#}"))),
        },
        None => Err(timed_out()),
    };
    let background = progress.lifetime.has_background();
    progress.end_body();
    ending.result = Some(match (&result, status) {
        // What goes wrong after the response does not change its status.
        (Err(error), Some(status)) => {
            if let CallError::Host(text) = error {
                tracing::error!(invocation.id = %id, "call {id} failed inside the sandbox after its response: {text}");
            }
            progress.fail_late(match error {
                CallError::Timeout { .. } if background => {
                    format!("work registered with `waitUntil` was ended after {}ms", limits::BACKGROUND_MS)
                }
                CallError::Timeout { limit_ms, .. } => format!("the response was cut off after {limit_ms}ms"),
                other => other.to_string(),
            });
            Ok(status)
        }
        (Ok(()), Some(status)) => Ok(status),
        (Err(error), None) => Err(error.clone()),
        (Ok(()), None) => Err(CallError::Host("the call ended without an answer".into())),
    });
    if let (Some(reply), Err(error)) = (reply, result) {
        progress.mark_complete();
        let _ = reply.send(Err(error));
    }
}

/// Out of memory while it throws that it is out of memory, QuickJS throws `null`.
fn out_of_memory(failure: &Failure) -> bool {
    failure.kind == FailureKind::OutOfMemory || failure.message == "null"
}

fn too_large() -> Failure {
    let message = format!("the response body is larger than {} bytes", limits::MAX_RESPONSE_BODY);
    Failure { kind: FailureKind::Exception, message, stack: None }
}

/// The part of a call that runs inside the store.
struct Exchange<'a> {
    sandbox: &'a Sandbox,
    image: &'a Image,
    progress: &'a Arc<Progress>,
    head: Option<(String, String, Vec<u8>, Content)>,
    reply: &'a mut Option<oneshot::Sender<Result<Reply, CallError>>>,
    status: Option<u16>,
    /// Fuel that was given last.
    budget: u64,
    /// Fuel that was spent before.
    spent: u64,
}

impl Exchange<'_> {
    async fn execute(&mut self, store: &mut Store<CallState>) -> wasmtime::Result<Result<(), Failure>> {
        store.set_fuel(self.budget)?;
        store.fuel_async_yield_interval(Some(self.sandbox.fuel_slice()))?;
        let world = self.image.world().instantiate_async(&mut *store).await?;
        let Some((method, url, headers, content)) = self.head.take() else { return Ok(Ok(())) };
        let body = body::into_guest(&mut *store, content)?;
        let request = Request { method, url, headers, body };
        store
            .run_concurrent(async |accessor| {
                let answer = world.ramekin_function_handler().call_handle(accessor, request).await?;
                let response = match answer {
                    Ok(response) => response,
                    Err(failure) => return Ok(Err(failure)),
                };
                let headers = match fields::decode(&response.headers) {
                    Ok(headers) => headers,
                    Err(error) => return Ok(Err(error.into())),
                };
                if let Body::Bytes(bytes) = &response.body
                    && bytes.len() > limits::MAX_RESPONSE_BODY
                {
                    return Ok(Err(too_large()));
                }
                if matches!(response.body, Body::Stream(_)) {
                    self.progress.begin_body();
                }
                let (status, reply) = accessor.with(|mut access| {
                    if self.progress.lifetime.has_background() {
                        // Background work has a budget of its own.
                        let mut store = access.as_context_mut();
                        self.spent = self.budget.saturating_sub(store.get_fuel()?);
                        self.budget = self.sandbox.fuel(limits::BACKGROUND_MS);
                        store.set_fuel(self.budget)?;
                    }
                    self.take_response(access, response, headers)
                })?;
                self.status = Some(status);
                if let Some(sender) = self.reply.take() {
                    let _ = sender.send(Ok(reply));
                }
                self.progress.lifetime.idle().await;
                Ok(Ok(()))
            })
            .await?
    }

    fn take_response(
        &self,
        store: impl AsContextMut<Data = CallState>,
        response: Response,
        headers: HeaderMap,
    ) -> wasmtime::Result<(u16, Reply)> {
        let _ = self.progress.responded.set(Instant::now());
        self.progress.lifetime.change();
        let content = body::from_guest(store, response.body, BodyDone(Arc::clone(self.progress)))?;
        let body = match content {
            Content::Stream(stream) => {
                Content::Stream(Box::pin(ReplyBody { stream, progress: Arc::clone(self.progress) }))
            }
            Content::Bytes(bytes) => {
                self.progress.response_bytes.store(bytes.len() as u64, Ordering::Relaxed);
                self.progress.mark_complete();
                Content::Bytes(bytes)
            }
            Content::Empty => {
                self.progress.mark_complete();
                Content::Empty
            }
        };
        Ok((response.status, Reply { status: response.status, headers, body }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_after_the_response_has_a_time_of_its_own_whatever_the_limit() {
        let background = Duration::from_millis(limits::BACKGROUND_MS.into());
        for timeout_ms in [1, limits::BACKGROUND_MS, limits::MAX_TIMEOUT_MS] {
            let progress = Progress {
                started: Instant::now(),
                lifetime: Arc::default(),
                responded: OnceLock::new(),
                streaming: AtomicBool::new(false),
                complete: AtomicU64::new(0),
                response_bytes: AtomicU64::new(0),
                late: OnceLock::new(),
            };
            let timeout = Duration::from_millis(timeout_ms.into());
            let limit = || progress.deadline(timeout) - progress.started;
            progress.lifetime.begin_background();
            assert_eq!(limit(), timeout, "up to the response its own time counts");
            let response = Duration::from_micros(900);
            progress.responded.set(progress.started + response).unwrap();
            assert_eq!(limit(), response + background);
            progress.begin_body();
            assert_eq!(limit(), timeout.max(response + background), "a body that is being sent may take the longer");
            progress.lifetime.end_background();
            assert_eq!(limit(), timeout, "only the body is left");
            progress.end_body();
            progress.lifetime.begin_background();
            assert_eq!(limit(), response + background);
        }
    }
}
