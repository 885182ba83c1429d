//! Before any call: loading the JavaScript half, evaluating a function's module, giving the heap out.

use crate::bindings::exports::ramekin::function::init::{Evaluated, Failure, Guest, Source, Startup, Thrown};
use crate::state::{self, EVALUATING, NEEDS_CALL, NeedsCall, ParsedModule, REJECTIONS, USER_MODULE, UserModule};
use crate::{Engine, call, js, modules, native, words};
use javy::quickjs::{
    Ctx, Error, Module, Object, Persistent, Promise, Value, WriteOptions, module, promise::PromiseState,
};

/// The module of the JavaScript half that wires everything up.
const MAIN: &str = "main.js";
/// The export that is called once, ahead of time, so that the image holds what it has made.
const WARMUP: &str = "warmup";

impl Guest for Engine {
    fn precompile(name: String, source: String) -> Result<Vec<u8>, String> {
        state::create_runtime()?;
        state::with_context(|ctx| {
            modules::accept_any_import(&ctx);
            let module = Module::declare(ctx.clone(), name, source).map_err(|error| js::caught(&ctx, error).0)?;
            let options = WriteOptions { strip_source: true, strip_debug: true, ..WriteOptions::default() };
            module.write(options).map_err(|error| js::caught(&ctx, error).0)
        })
    }

    fn bootstrap() -> Result<(), String> {
        state::create_runtime()?;
        EVALUATING.set(true);
        state::with_context(|ctx| {
            let text = |error| {
                let (message, stack) = js::caught(&ctx, error);
                format!("{message}\n{}", stack.unwrap_or_default())
            };
            native::declare(&ctx).map_err(text)?;
            modules::serve(&ctx);
            modules::load(&ctx, MAIN).map_err(text)?;
            js::run_jobs(&ctx);
            state::hooks().map(|_| ()).ok_or_else(|| format!("`{MAIN}` has set no hooks"))
        })?;
        EVALUATING.set(false);
        give_heap_out();
        Ok(())
    }

    fn evaluate(source: Source, startup: Startup) -> Result<Evaluated, Failure> {
        EVALUATING.set(true);
        let has_handler = state::with_context(|ctx| match startup {
            Startup::Snapshot => evaluate_now(&ctx, source),
            Startup::PerRequest => parse(&ctx, source).map(|module| {
                modules::load_asked_for(&ctx);
                let parsed = UserModule::Parsed(Persistent::save(&ctx, ParsedModule(module)));
                USER_MODULE.set(Some(parsed));
                true
            }),
        })?;
        EVALUATING.set(false);
        give_heap_out();
        Ok(Evaluated { has_handler })
    }
}

fn parse<'js>(ctx: &Ctx<'js>, source: Source) -> Result<Module<'js>, Failure> {
    prepare(ctx, &source.code);
    Module::declare(ctx.clone(), source.name, source.code)
        .map_err(|error| Failure::Syntax(thrown(js::caught(ctx, error))))
}

/// Loads what the source will ask for, so that it stands in the image.
fn prepare(ctx: &Ctx<'_>, source: &str) {
    let prepared = state::hooks().map(|hooks| hooks.prepare.restore(ctx)?.call::<_, ()>((words::found(source),)));
    if prepared.is_some_and(|prepared| prepared.is_err()) {
        // There is no memory for it. What is missing is asked for again where it is used, and says so there.
        let _ = ctx.catch();
    }
}

fn evaluate_now(ctx: &Ctx<'_>, source: Source) -> Result<bool, Failure> {
    let module = parse(ctx, source)?;
    let evaluated = module.eval();
    js::run_jobs(ctx);
    if let Some(needed) = NEEDS_CALL.take() {
        return Err(needs_call(evaluated.ok().map(|(module, _)| module), needed));
    }
    let (module, promise) = evaluated.map_err(|error| threw(ctx, error))?;
    if !settled(ctx, &promise)? {
        let what = "a top-level `await` that does not settle".into();
        return Err(needs_call(Some(module), NeedsCall { what, stack: None }));
    }
    let namespace: Object = module.namespace().map_err(|error| threw(ctx, error))?;
    warm_up(ctx, &namespace)?;
    let has_handler = state::hooks()
        .and_then(|hooks| hooks.has_handler.restore(ctx).ok())
        .and_then(|hook| hook.call::<_, bool>((namespace.clone(),)).ok())
        .unwrap_or(false);
    USER_MODULE.set(Some(UserModule::Evaluated(Persistent::save(ctx, namespace))));
    Ok(has_handler)
}

/// Whether what ran has come to its end, and well.
fn settled<'js>(ctx: &Ctx<'js>, promise: &Promise<'js>) -> Result<bool, Failure> {
    match promise.state() {
        PromiseState::Pending => return Ok(false),
        PromiseState::Rejected => {
            REJECTIONS.take();
            let error = promise.result::<Value>().and_then(Result::err);
            let error = error.map_or_else(|| ("rejected".into(), None), |error| js::caught(ctx, error));
            return Err(Failure::Threw(thrown(error)));
        }
        PromiseState::Resolved => {}
    }
    nothing_failed(ctx)?;
    Ok(true)
}

/// What nobody caught beside what ran.
fn nothing_failed(ctx: &Ctx<'_>) -> Result<(), Failure> {
    if let Some(rejection) = REJECTIONS.take().into_iter().next()
        && let Ok(reason) = rejection.reason.restore(ctx)
    {
        return Err(Failure::Threw(thrown(js::describe(ctx, reason))));
    }
    match call::failed_early() {
        Some(failure) => Err(Failure::Threw(Thrown { message: failure.message, stack: failure.stack })),
        None => Ok(()),
    }
}

/// Calls the module's `warmup`, if it has one. Whatever it does must be possible ahead of time, for there is no way to begin
/// again without half of it.
fn warm_up<'js>(ctx: &Ctx<'js>, namespace: &Object<'js>) -> Result<(), Failure> {
    let warmup: Value = namespace.get(WARMUP).map_err(|error| threw(ctx, error))?;
    if warmup.is_undefined() {
        return Ok(());
    }
    let refused = |message: String, stack| Err(Failure::Threw(Thrown { message, stack }));
    let Some(warmup) = warmup.as_function() else {
        let message = "`warmup` is exported and is no function: export a function that is to run once, at the deploy, or export \
                       it under another name";
        return refused(message.into(), None);
    };
    let result = warmup.call::<_, Value>(());
    js::run_jobs(ctx);
    if let Some(NeedsCall { what, stack }) = NEEDS_CALL.take() {
        return refused(format!("`warmup` uses {what}, which only a call can do: have it do without"), stack);
    }
    let result = result.map_err(|error| threw(ctx, error))?;
    match result.as_promise() {
        Some(promise) if !settled(ctx, promise)? => {
            return refused("`warmup` awaits what does not come before a call".into(), None);
        }
        Some(_) => {}
        None => nothing_failed(ctx)?,
    }
    drop(result);
    // What it has left behind in circles would lie in the memory of every call.
    ctx.run_gc();
    Ok(())
}

/// The module can only be evaluated in a call, so nothing that runs before one is of use.
fn needs_call(module: Option<Module<'_, module::Evaluated>>, needed: NeedsCall) -> Failure {
    let namespace = module.and_then(|module| module.namespace().ok());
    if !namespace.is_some_and(|namespace| namespace.contains_key(WARMUP).unwrap_or(false)) {
        return Failure::NeedsCall(needed.what);
    }
    let message = format!(
        "`warmup` cannot run ahead of time, for the module's top level uses {}, so that it is evaluated in each call: have the \
         handler do that, or export no `warmup`",
        needed.what
    );
    Failure::Threw(Thrown { message, stack: needed.stack })
}

fn threw(ctx: &Ctx<'_>, error: Error) -> Failure {
    Failure::Threw(thrown(js::caught(ctx, error)))
}

fn thrown((message, stack): (String, Option<String>)) -> Thrown {
    Thrown { message, stack }
}

/// Hands the whole linear memory to the host.
fn give_heap_out() {
    #[link(wasm_import_module = "ramekin:function/snapshot@0.1.0")]
    unsafe extern "C" {
        // By hand: the generated binding takes a slice, and no slice may start at address 0.
        #[link_name = "take"]
        fn take(memory: *const u8, len: usize);
    }
    clear_stack();
    let len = core::arch::wasm32::memory_size(0) * 65_536;
    // SAFETY: the host reads `len` bytes from address 0, all of which exist.
    unsafe { take(std::ptr::null(), len) };
}

/// Zeroes the part of the shadow stack that is not in use, so that it takes no room in the image.
#[inline(never)]
fn clear_stack() {
    let marker = 0_u8;
    // The stack lies at the bottom of memory and grows down; what is below this frame is free. 256 bytes are left for it.
    let free = (&raw const marker as usize).saturating_sub(256);
    // SAFETY: addresses 16 to `free` belong to the unused stack.
    unsafe { std::ptr::without_provenance_mut::<u8>(16).write_bytes(0, free.saturating_sub(16)) };
}
