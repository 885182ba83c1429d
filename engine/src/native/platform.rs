//! Clocks, log, environment, context, background work, the answer, and the phase.

use crate::bindings::exports::ramekin::function::handler::{FailureKind, Response};
use crate::bindings::ramekin::function::{clocks, context, environment, log as host_log, wait_until};
use crate::state::{EVALUATING, HOOKS, Hooks, NEEDS_CALL, NeedsCall, TICKS};
use crate::{call, js, modules, words};
use javy::quickjs::{Ctx, Error, Exception, Function, Object, Persistent, Result, Value};
use std::cell::Cell;

thread_local! {
    static STARTED: Cell<Option<u64>> = const { Cell::new(None) };
}

pub fn wall_now() -> f64 {
    clocks::wall_now() as f64 / 1e6
}

pub fn monotonic_now() -> f64 {
    let now = clocks::monotonic_now();
    if EVALUATING.get() {
        return 0.0;
    }
    let start = STARTED.get().unwrap_or_else(|| {
        STARTED.set(Some(now));
        now
    });
    (now - start) as f64 / 1e6
}

pub fn arm_timer(delay_ms: f64) {
    let nanoseconds = (delay_ms.max(0.0) * 1e6) as u64;
    let pending = call::Pending::new();
    wit_bindgen::spawn_local(async move {
        clocks::sleep(nanoseconds).await;
        pending.done();
        call::enter(|ctx| {
            let hooks = crate::state::hooks().ok_or(Error::Unknown)?;
            hooks.timers.restore(ctx)?.call(())
        });
    });
}

pub fn log(level: u8, message: js::LossyString) {
    let level = match level {
        0 => host_log::Level::Debug,
        2 => host_log::Level::Info,
        3 => host_log::Level::Warn,
        4 => host_log::Level::Error,
        _ => host_log::Level::Log,
    };
    host_log::write(level, &message.0);
}

pub fn env_get(name: js::LossyString) -> Option<String> {
    environment::get(&name.0)
}

pub fn env_entries() -> Vec<Vec<String>> {
    environment::entries().into_iter().map(|(name, value)| vec![name, value]).collect()
}

pub fn context_json() -> String {
    context::current()
}

pub fn background_begin() {
    wait_until::begin();
}

pub fn background_end() {
    wait_until::end();
}

pub fn respond(status: u16, headers: String, kind: u8, payload: Value<'_>) -> Result<()> {
    let body = call::outgoing(kind, &payload)?;
    call::answer(Response { status, headers: js::latin1_bytes(&headers), body });
    Ok(())
}

pub fn fail(kind: String, message: Value<'_>, stack: Value<'_>) {
    let kind = match kind.as_str() {
        "no-handler" => FailureKind::NoHandler,
        "bad-response" => FailureKind::BadResponse,
        "exit" => FailureKind::Exit,
        _ => FailureKind::Exception,
    };
    let message = if message.is_undefined() { String::new() } else { js::lossy(&message) };
    call::fail(kind, message, stack.is_string().then(|| js::lossy(&stack)));
}

pub fn evaluating() -> bool {
    EVALUATING.get()
}

pub fn require_call(ctx: Ctx<'_>, what: String) -> Result<()> {
    if !EVALUATING.get() {
        return Ok(());
    }
    let text = format!("{what} is not available while the module is evaluated ahead of time");
    let exception = Exception::from_message(ctx, &text)?;
    let stack = exception.stack();
    NEEDS_CALL.with_borrow_mut(|first| {
        first.get_or_insert(NeedsCall { what, stack });
    });
    Err(exception.throw())
}

/// Has `ticks` run before the next job, once.
pub fn request_ticks<'js>(ctx: Ctx<'js>, ticks: Function<'js>) {
    TICKS.set(Some(Persistent::save(&ctx, ticks)));
}

/// Bytes of the linear memory.
pub fn memory_size() -> f64 {
    (core::arch::wasm32::memory_size(0) * 65_536) as f64
}

pub fn load_module<'js>(ctx: Ctx<'js>, path: String) -> Result<Object<'js>> {
    modules::load(&ctx, &path)
}

pub fn set_hooks<'js>(ctx: Ctx<'js>, hooks: Object<'js>, asked_for: Vec<String>) -> Result<()> {
    let hook = |name: &str| hooks.get::<_, Function>(name).map(|function| Persistent::save(&ctx, function));
    HOOKS.set(Some(Hooks {
        dispatch: hook("dispatch")?,
        timers: hook("timers")?,
        unhandled_rejection: hook("unhandledRejection")?,
        rejection_handled: hook("rejectionHandled")?,
        has_handler: hook("hasHandler")?,
        describe: hook("describe")?,
        prepare: hook("prepare")?,
    }));
    words::look_for(asked_for);
    Ok(())
}
