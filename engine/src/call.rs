//! A call: the request goes into JavaScript, the response comes out, and what was registered with `waitUntil` goes on.

use crate::bindings::exports::ramekin::function::handler::{Failure, FailureKind, Guest, Request, Response};
use crate::bindings::ramekin::function::http::Body;
use crate::bindings::ramekin::function::{clocks, database};
use crate::native::{body, queries};
use crate::state::{self, USER_MODULE, UserModule};
use crate::{Engine, async_context, js};
use javy::quickjs::{Ctx, Function, IntoJs, Module, Object, Persistent, Promise, Result, Value, promise::PromiseState};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

type Answer = std::result::Result<Response, Failure>;

thread_local! {
    static ANSWER: RefCell<Option<Answer>> = const { RefCell::new(None) };
    static ANSWERED: Cell<bool> = const { Cell::new(false) };
    static KEPT: Cell<bool> = const { Cell::new(false) };
    static TOLD: Cell<bool> = const { Cell::new(false) };
    static WAITING: RefCell<Option<Waker>> = const { RefCell::new(None) };
    static DELAYED: RefCell<Option<Request>> = const { RefCell::new(None) };
    static PENDING: Cell<u32> = const { Cell::new(0) };
    static BEGINNING: Cell<u32> = const { Cell::new(0) };
}

/// Something that will enter JavaScript when it is done.
pub struct Pending(());

impl Pending {
    pub fn new() -> Self {
        PENDING.set(PENDING.get() + 1);
        Self(())
    }

    /// It is done, and enters JavaScript next.
    pub fn done(self) {
        PENDING.set(PENDING.get() - 1);
        std::mem::forget(self);
    }
}

impl Drop for Pending {
    /// Cancelled.
    fn drop(&mut self) {
        PENDING.set(PENDING.get() - 1);
        if !ANSWERED.get() {
            keep_waiting();
        }
    }
}

/// A transaction that is to begin; pending besides.
pub struct Beginning(());

impl Beginning {
    pub fn new() -> Self {
        BEGINNING.set(BEGINNING.get() + 1);
        Self(())
    }
}

impl Drop for Beginning {
    fn drop(&mut self) {
        BEGINNING.set(BEGINNING.get() - 1);
    }
}

impl Guest for Engine {
    async fn handle(request: Request) -> Answer {
        enter(|ctx| start(ctx, request));
        poll_fn(|cx| match ANSWER.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                WAITING.set(Some(cx.waker().clone()));
                Poll::Pending
            }
        })
        .await
    }
}

/// The call has no answer yet. One that waits for nothing the host knows of (a promise that nobody settles) waits all the
/// same, until its time is up.
fn keep_waiting() {
    if PENDING.get() == 0 && !KEPT.replace(true) {
        wit_bindgen::spawn_local(clocks::sleep(u64::MAX));
    }
    tell_memory_once();
}

/// Tells the host where the linear memory lies, before the call waits for the first time.
fn tell_memory_once() {
    if TOLD.replace(true) {
        return;
    }
    #[link(wasm_import_module = "ramekin:function/residence@0.1.0")]
    unsafe extern "C" {
        // By hand: the generated binding takes a slice, and no slice may start at address 0.
        #[link_name = "waits"]
        fn waits(memory: *const u8, len: usize);
    }
    let len = core::arch::wasm32::memory_size(0) * 65_536;
    // SAFETY: the host reads nothing of the `len` bytes from address 0, all of which exist.
    unsafe { waits(std::ptr::null(), len) };
}

/// Whether the call has no answer yet, and waits for this many things.
pub fn waits_for(count: u32) -> bool {
    !ANSWERED.get() && PENDING.get() == count
}

/// Runs something in JavaScript, then its microtasks, then wakes the call if that has answered it.
pub fn enter(f: impl FnOnce(&Ctx<'_>) -> Result<()>) {
    run(f);
    while let Some(query) = queries::sole() {
        tell_memory_once();
        let outcome = query.now();
        run(|ctx| query.settle(ctx, outcome));
    }
    queries::send();
    // Nothing but transactions that begin will enter JavaScript again, so none of those that are open will end before.
    let beginning = BEGINNING.get();
    if beginning > 0 && beginning == PENDING.get() {
        database::waits_for_transactions();
    }
    if !ANSWERED.get() {
        keep_waiting();
    } else if ANSWER.with_borrow(Option::is_some)
        && let Some(waker) = WAITING.take()
    {
        waker.wake();
    }
}

/// Runs something in JavaScript, and then its microtasks.
fn run(f: impl FnOnce(&Ctx<'_>) -> Result<()>) {
    async_context::leave();
    state::with_context(|ctx| {
        if let Err(error) = f(&ctx) {
            let (message, stack) = js::caught(&ctx, error);
            fail(FailureKind::Exception, message, stack);
        }
        js::run_jobs(&ctx);
        js::report_rejections(&ctx);
    });
}

/// The first answer counts.
pub fn answer(response: Response) {
    if !ANSWERED.replace(true) {
        ANSWER.set(Some(Ok(response)));
    }
}

/// Ends the call without a response, if it has none yet.
pub fn fail(kind: FailureKind, message: String, stack: Option<String>) {
    if !ANSWERED.replace(true) {
        let kind = if message == "out of memory" { FailureKind::OutOfMemory } else { kind };
        ANSWER.set(Some(Err(Failure { kind, message, stack })));
    }
}

/// The failure that something before any call has left for one.
pub fn failed_early() -> Option<Failure> {
    ANSWERED.set(false);
    ANSWER.take().and_then(Answer::err)
}

fn start(ctx: &Ctx<'_>, request: Request) -> Result<()> {
    match USER_MODULE.take() {
        Some(UserModule::Evaluated(namespace)) => {
            let namespace = namespace.restore(ctx)?;
            dispatch(ctx, namespace, request)
        }
        Some(UserModule::Parsed(module)) => {
            let (module, promise) = module.restore(ctx)?.0.eval()?;
            js::run_jobs(ctx);
            evaluated(ctx, &module, &promise, request)
        }
        None => {
            fail(FailureKind::NoHandler, "the image holds no function".into(), None);
            Ok(())
        }
    }
}

/// Goes on when the module's top level has settled.
fn evaluated<'js>(
    ctx: &Ctx<'js>,
    module: &Module<'js, javy::quickjs::module::Evaluated>,
    promise: &Promise<'js>,
    request: Request,
) -> Result<()> {
    match promise.state() {
        PromiseState::Resolved => dispatch(ctx, module.namespace()?, request),
        PromiseState::Rejected => promise.result::<Value>().map_or(Ok(()), |result| result.map(|_| ())),
        PromiseState::Pending => {
            DELAYED.set(Some(request));
            let namespace = Persistent::save(ctx, module.namespace()?);
            let settled = Function::new(ctx.clone(), move |ctx: Ctx<'_>| -> Result<()> {
                let namespace: Object = namespace.clone().restore(&ctx)?;
                DELAYED.take().map_or(Ok(()), |request| dispatch(&ctx, namespace, request))
            })?;
            let failed = Function::new(ctx.clone(), |reason: Value<'_>| {
                let (message, stack) = js::describe(&reason.ctx().clone(), reason);
                fail(FailureKind::Exception, message, stack);
            })?;
            promise.then()?.call::<_, Value>((javy::quickjs::function::This(promise.clone()), settled, failed))?;
            Ok(())
        }
    }
}

fn dispatch<'js>(ctx: &Ctx<'js>, namespace: Object<'js>, request: Request) -> Result<()> {
    let Some(hooks) = state::hooks() else { return Ok(()) };
    let headers = js::latin1(ctx, &request.headers)?;
    let (kind, payload) = incoming(ctx, request.body)?;
    let dispatch = hooks.dispatch.restore(ctx)?;
    dispatch.call::<_, ()>((namespace, request.method, request.url, headers, kind, payload))
}

/// A body from the host as kind and payload of `native.d.ts`.
pub fn incoming<'js>(ctx: &Ctx<'js>, body: Body) -> Result<(u8, Value<'js>)> {
    match body {
        Body::Empty => Ok((0, Value::new_undefined(ctx.clone()))),
        Body::Bytes(bytes) => Ok((2, js::bytes(ctx, bytes)?)),
        Body::Stream(stream) => Ok((3, body::add_reader(stream).into_js(ctx)?)),
    }
}

/// Kind and payload of `native.d.ts` as a body for the host.
pub fn outgoing(kind: u8, payload: &Value<'_>) -> Result<Body> {
    match kind {
        1 => {
            let text = payload.as_string().map(js::utf8).unwrap_or_default();
            Ok(if text.is_empty() { Body::Empty } else { Body::Bytes(text) })
        }
        2 => {
            let bytes = js::copy_bytes(payload)?;
            Ok(if bytes.is_empty() { Body::Empty } else { Body::Bytes(bytes) })
        }
        3 => body::take_reading_half(payload.get::<u32>()?).map(Body::Stream),
        _ => Ok(Body::Empty),
    }
}
