//! What the engine keeps in statics, and so in the heap image.

use javy::quickjs::{Ctx, Function, JsLifetime, Module, Object, Persistent, Value, qjs};
use javy::{Config, Runtime};
use std::cell::{Cell, OnceCell, RefCell};

/// Below this address of the shadow stack (1 MiB, growing down from the top) QuickJS refuses deeper recursion with a
/// RangeError. The rest is for native code that does not ask. Compiled Wasm uses native stack too: the host gives fibers
/// enough that this limit is met first.
const STACK_FLOOR: usize = 256 * 1024;
/// A stack size that stands nowhere else in QuickJS's runtime.
const STACK_MARK: usize = 0x0005_A5C3;

/// Functions of the JavaScript half.
#[derive(Clone)]
pub struct Hooks {
    pub dispatch: Persistent<Function<'static>>,
    pub timers: Persistent<Function<'static>>,
    pub unhandled_rejection: Persistent<Function<'static>>,
    pub rejection_handled: Persistent<Function<'static>>,
    pub has_handler: Persistent<Function<'static>>,
    pub describe: Persistent<Function<'static>>,
    pub prepare: Persistent<Function<'static>>,
}

/// A module that is parsed and not evaluated.
pub struct ParsedModule<'js>(pub Module<'js>);

// SAFETY: the lifetime is that of the context, as for every value; `Module` lacks the impl only for its marker type.
unsafe impl<'js> JsLifetime<'js> for ParsedModule<'js> {
    type Changed<'to> = ParsedModule<'to>;
}

/// The function's module.
pub enum UserModule {
    /// Parsed; each call evaluates it.
    Parsed(Persistent<ParsedModule<'static>>),
    /// Evaluated: its namespace.
    Evaluated(Persistent<Object<'static>>),
}

/// What only a call can do, and where it was asked for.
pub struct NeedsCall {
    pub what: String,
    pub stack: Option<String>,
}

/// Rejections that are remembered after they were reported, to tell when one gets a handler after all.
const MAX_REPORTED: usize = 100;

/// A promise that was rejected and has no handler yet.
#[derive(Clone)]
pub struct Rejection {
    pub promise: Persistent<Value<'static>>,
    pub reason: Persistent<Value<'static>>,
    pub identity: usize,
}

thread_local! {
    static RUNTIME: OnceCell<Runtime> = const { OnceCell::new() };
    pub static HOOKS: RefCell<Option<Hooks>> = const { RefCell::new(None) };
    pub static USER_MODULE: RefCell<Option<UserModule>> = const { RefCell::new(None) };
    pub static REJECTIONS: RefCell<Vec<Rejection>> = const { RefCell::new(Vec::new()) };
    /// What is to run before the next job: `process.nextTick`.
    pub static TICKS: RefCell<Option<Persistent<Function<'static>>>> = const { RefCell::new(None) };
    /// Those that were reported.
    pub static REPORTED: RefCell<Vec<Rejection>> = const { RefCell::new(Vec::new()) };
    /// Those that got a handler after that.
    pub static HANDLED: RefCell<Vec<Rejection>> = const { RefCell::new(Vec::new()) };
    /// A module is being evaluated ahead of time. True from the start: a call can only begin from an image.
    pub static EVALUATING: Cell<bool> = const { Cell::new(true) };
    /// The first thing that the module did ahead of time and that only a call can do.
    pub static NEEDS_CALL: RefCell<Option<NeedsCall>> = const { RefCell::new(None) };
}

/// Makes the runtime. Once, when the base image is made.
pub fn create_runtime() -> Result<(), String> {
    let mut config = Config::default();
    // Garbage is dropped with the instance: collecting it would only take time.
    config.gc_threshold(usize::MAX).max_stack_size(STACK_MARK).redirect_stdout_to_stderr(true).weak_ref(true);
    let runtime = Runtime::new(config).map_err(|error| error.to_string())?;
    set_stack_floor(&runtime)?;
    runtime.context().with(|ctx| {
        let raw = ctx.as_raw().as_ptr();
        // SAFETY: the context is fresh and has the base objects, which is all that these build on.
        let added = unsafe {
            [qjs::JS_AddIntrinsicBigInt(raw), qjs::JS_AddIntrinsicDOMException(raw), qjs::JS_AddIntrinsicAToB(raw)]
        };
        if added.contains(&-1) { Err("out of memory".to_owned()) } else { Ok(()) }
    })?;
    runtime.context().runtime().set_host_promise_rejection_tracker(Some(Box::new(
        |ctx: Ctx, promise: Value, reason: Value, handled| {
            let identity = identity(&promise);
            REJECTIONS.with_borrow_mut(|list| {
                if handled {
                    list.retain(|rejection| rejection.identity != identity);
                    late_handler(identity);
                } else {
                    let promise = Persistent::save(&ctx, promise);
                    list.push(Rejection { promise, reason: Persistent::save(&ctx, reason), identity });
                }
            });
        },
    )));
    RUNTIME.with(|cell| cell.set(runtime)).map_err(|_| "the runtime exists already".to_owned())
}

/// A promise got a handler: if it was reported, that will be reported too.
fn late_handler(identity: usize) {
    let found = REPORTED.with_borrow_mut(|list| {
        let place = list.iter().position(|rejection| rejection.identity == identity)?;
        Some(list.swap_remove(place))
    });
    if let Some(rejection) = found {
        HANDLED.with_borrow_mut(|list| list.push(rejection));
    }
}

/// Remembers a rejection that was reported; its promise is kept, so that no other object gets its address.
pub fn remember(rejection: Rejection) {
    REPORTED.with_borrow_mut(|list| {
        if list.len() < MAX_REPORTED {
            list.push(rejection);
        }
    });
}

/// QuickJS has no stack limit on WASI: it sets the limit's field to 0 there. The field follows the stack size and the
/// stack's top in the runtime, so it is found by a size that is unmistakable.
fn set_stack_floor(runtime: &Runtime) -> Result<(), String> {
    let words = runtime.context().get_runtime_ptr().cast::<usize>();
    for at in 0..256 {
        // SAFETY: the runtime is larger than 256 words; only its own field is written.
        unsafe {
            if words.add(at).read() == STACK_MARK {
                words.add(at + 2).write(STACK_FLOOR);
                return Ok(());
            }
        }
    }
    Err("QuickJS keeps its stack limit elsewhere than it did".into())
}

/// Address of an object: tells whether two values are one.
fn identity(value: &Value) -> usize {
    // SAFETY: only the pointer's number is used; a value that is no object has none, which compares unequal.
    value.as_object().map_or(0, |_| unsafe { qjs::JS_VALUE_GET_PTR(value.as_raw()) as usize })
}

/// Runs with the JavaScript context. Never from within a function that JavaScript called: those have a context already.
pub fn with_context<R>(f: impl FnOnce(Ctx<'_>) -> R) -> R {
    RUNTIME.with(|cell| match cell.get() {
        Some(runtime) => runtime.context().with(f),
        None => unreachable!("the image was taken after `create_runtime`"),
    })
}

/// The hooks, once the JavaScript half is loaded.
pub fn hooks() -> Option<Hooks> {
    HOOKS.with_borrow(Clone::clone)
}
