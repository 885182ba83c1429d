//! The async context: a value of the JavaScript half that follows what it started across `await`, promises and generators.
//! `AsyncLocalStorage` is made of it. Nothing here runs before `trackAsyncContext` is called.
//!
//! QuickJS says when a promise is made, not when a job runs for one. So each job is looked at before it runs: its arguments
//! lead to the promise that it was queued for, and the context is that in which this promise was made. An `async` function
//! has its promise for as long as it runs, so what comes after an `await` is found the same way.

use javy::quickjs::{Ctx, Exception, Persistent, Result, Value, qjs};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::rc::Rc;

type Context = Rc<Persistent<Value<'static>>>;

/// Head of a list of QuickJS.
#[repr(C)]
struct Link {
    prev: *mut Link,
    next: *mut Link,
}

/// `JSJobEntry`.
#[repr(C)]
struct Job {
    link: Link,
    ctx: *mut c_void,
    run: *mut c_void,
    argc: i32,
    argv: [qjs::JSValue; 0],
}

/// The beginning of `JSAsyncFunctionData`, after its `JSGCObjectHeader`.
#[repr(C)]
struct AsyncFunction {
    header: [u32; 4],
    resolving: [qjs::JSValue; 2],
}

/// `JSCFunctionDataRecord`.
#[repr(C)]
struct FunctionData {
    run: *mut c_void,
    length: u8,
    data_len: u8,
    magic: u16,
    data: [qjs::JSValue; 0],
}

/// Numbers of QuickJS's classes, which follow each other in the order of its list.
#[derive(Clone, Copy)]
struct Classes {
    promise: u32,
    bound: u32,
}

impl Classes {
    fn is_resolver(self, class: u32) -> bool {
        class == self.promise + 1 || class == self.promise + 2
    }
    fn is_async_resume(self, class: u32) -> bool {
        class == self.promise + 4 || class == self.promise + 5
    }
    fn async_generator(self) -> u32 {
        self.promise + 8
    }
    fn function_data(self) -> u32 {
        self.bound + 1
    }
}

#[derive(Clone, Copy)]
struct Tracking {
    jobs: *const Link,
    classes: Classes,
}

thread_local! {
    static TRACKING: Cell<Option<Tracking>> = const { Cell::new(None) };
    static CURRENT: RefCell<Option<Context>> = const { RefCell::new(None) };
    /// By the address of a promise or of a generator. What is freed leaves its entry to the next at its address.
    static OWNERS: RefCell<BTreeMap<usize, Context>> = const { RefCell::new(BTreeMap::new()) };
    /// The promises made since the running job began.
    static YOUNG: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Something unmistakable, to be found in QuickJS's runtime.
static MARK: u8 = 0;

/// The current context, undefined for none.
pub fn current<'js>(ctx: Ctx<'js>) -> Result<Value<'js>> {
    let current = CURRENT.with_borrow(Clone::clone);
    current.map_or_else(|| Ok(Value::new_undefined(ctx.clone())), |current| (*current).clone().restore(&ctx))
}

/// Makes a context the current one. With `adopt`, for what has begun in the running job as well: an `async` function that
/// enters a context is in it after its `await`.
pub fn set_current<'js>(ctx: Ctx<'js>, context: Value<'js>, adopt: bool) {
    let context = (!context.is_undefined()).then(|| Rc::new(Persistent::save(&ctx, context)));
    let before = CURRENT.replace(context.clone());
    if adopt {
        YOUNG.with_borrow(|young| {
            OWNERS.with_borrow_mut(|owners| {
                for &owner in young {
                    if same(owners.get(&owner), before.as_ref()) {
                        keep(owners, owner, context.as_ref());
                    }
                }
            });
        });
    }
}

/// A generator goes on in the context of who asked it to.
pub fn own_generator(generator: Value<'_>) {
    let context = CURRENT.with_borrow(Clone::clone);
    OWNERS.with_borrow_mut(|owners| keep(owners, address(generator.as_raw()), context.as_ref()));
}

/// From here on contexts are followed. `promise` and `bound` are a promise and a bound function: they tell the numbers of
/// the classes.
pub fn track<'js>(ctx: Ctx<'js>, promise: Value<'js>, bound: Value<'js>) -> Result<()> {
    if TRACKING.get().is_some() {
        return Ok(());
    }
    let jobs = find_jobs(&ctx)
        .ok_or_else(|| Exception::throw_message(&ctx, "QuickJS keeps its jobs elsewhere than it did"))?;
    // SAFETY: both are objects.
    let classes =
        unsafe { Classes { promise: qjs::JS_GetClassID(promise.as_raw()), bound: qjs::JS_GetClassID(bound.as_raw()) } };
    TRACKING.set(Some(Tracking { jobs, classes }));
    Ok(())
}

/// The hook is followed by its argument, three words and the list of jobs.
fn find_jobs(ctx: &Ctx<'_>) -> Option<*const Link> {
    let mark = (&raw const MARK).cast_mut().cast::<c_void>();
    // SAFETY: the runtime is larger than 256 words; it is only read.
    unsafe {
        let runtime = qjs::JS_GetRuntime(ctx.as_raw().as_ptr());
        qjs::JS_SetPromiseHook(runtime, Some(promise_made), mark);
        let words = runtime.cast::<*mut c_void>();
        let at = (0..256).find(|&at| words.add(at).read() == mark)?;
        let jobs = words.add(at + 4).cast::<Link>().cast_const();
        let first = (*jobs).next.cast_const();
        (!first.is_null() && std::ptr::eq((*first).prev, jobs)).then_some(jobs)
    }
}

unsafe extern "C" fn promise_made(
    _: *mut qjs::JSContext,
    event: qjs::JSPromiseHookType,
    promise: qjs::JSValue,
    _: qjs::JSValue,
    _: *mut c_void,
) {
    if event != qjs::JSPromiseHookType_JS_PROMISE_HOOK_INIT {
        return;
    }
    let promise = address(promise);
    let context = CURRENT.with_borrow(Clone::clone);
    OWNERS.with_borrow_mut(|owners| keep(owners, promise, context.as_ref()));
    YOUNG.with_borrow_mut(|young| young.push(promise));
}

/// Nothing goes on: the host has called.
pub fn leave() {
    if TRACKING.get().is_some() {
        CURRENT.set(None);
        YOUNG.with_borrow_mut(Vec::clear);
    }
}

/// Runs the next job in its context; false when there is none.
pub fn run_job(ctx: &Ctx<'_>) -> bool {
    let Some(tracking) = TRACKING.get() else { return ctx.execute_pending_job() };
    YOUNG.with_borrow_mut(Vec::clear);
    // SAFETY: the list is the runtime's own, and nothing else touches it now.
    let owner = unsafe { next_owner(tracking) };
    let context = owner.and_then(|owner| OWNERS.with_borrow(|owners| owners.get(&owner).cloned()));
    CURRENT.set(context.clone());
    let ran = ctx.execute_pending_job();
    let after = CURRENT.take();
    if let Some(owner) = owner
        && !same(after.as_ref(), context.as_ref())
    {
        // It has entered another context and goes on in it.
        OWNERS.with_borrow_mut(|owners| keep(owners, owner, after.as_ref()));
    }
    ran
}

/// For whom the next job runs: the address of a promise or a generator.
unsafe fn next_owner(Tracking { jobs, classes }: Tracking) -> Option<usize> {
    // SAFETY: entries of the list are jobs; their arguments are alive as long as they are in it.
    unsafe {
        let first = (*jobs).next;
        if std::ptr::eq(first, jobs) {
            return None;
        }
        let job = first.cast::<Job>();
        let argv = (&raw const (*job).argv).cast::<qjs::JSValue>();
        match (*job).argc {
            3 => (class_of(*argv).0 == classes.promise).then(|| address(*argv)),
            5 => promise_of(classes, *argv).or_else(|| resumed(classes, *argv.add(2))),
            _ => None,
        }
    }
}

/// The promise that a function settles.
unsafe fn promise_of(classes: Classes, resolver: qjs::JSValue) -> Option<usize> {
    // SAFETY: what such a function has begins with its promise.
    unsafe {
        let (class, data) = class_of(resolver);
        (classes.is_resolver(class) && !data.is_null()).then(|| address(*data.cast::<qjs::JSValue>()))
    }
}

/// What a function goes on with after an `await`.
unsafe fn resumed(classes: Classes, handler: qjs::JSValue) -> Option<usize> {
    // SAFETY: the class tells what the function has.
    unsafe {
        let (class, data) = class_of(handler);
        if data.is_null() {
            None
        } else if classes.is_async_resume(class) {
            promise_of(classes, (*data.cast::<AsyncFunction>()).resolving[0])
        } else if class == classes.function_data() && (*data.cast::<FunctionData>()).data_len > 0 {
            let generator = *(&raw const (*data.cast::<FunctionData>()).data).cast::<qjs::JSValue>();
            (class_of(generator).0 == classes.async_generator()).then(|| address(generator))
        } else {
            None
        }
    }
}

unsafe fn class_of(value: qjs::JSValue) -> (u32, *mut c_void) {
    let mut class = 0;
    // SAFETY: answers for any value; 0 is no class.
    let data = unsafe { qjs::JS_GetAnyOpaque(value, &raw mut class) };
    (class, data)
}

fn address(value: qjs::JSValue) -> usize {
    // SAFETY: only the pointer's number is used.
    unsafe { qjs::JS_VALUE_GET_PTR(value) as usize }
}

fn same(a: Option<&Context>, b: Option<&Context>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Rc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

fn keep(owners: &mut BTreeMap<usize, Context>, owner: usize, context: Option<&Context>) {
    match context {
        Some(context) => drop(owners.insert(owner, Rc::clone(context))),
        None => drop(owners.remove(&owner)),
    }
}
