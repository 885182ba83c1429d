//! What an `import` finds. The engine's own modules find each other, whenever they are loaded: those that every function
//! needs while the base image is made, the others when something first asks for them. A function's own imports find the
//! built-in modules: `node:x`, `x` and `ramekin:x` are `js/node/x.js` or, for want of it, `js/stubs/x.js`. Everything else
//! was resolved at deploy, and the rest of the engine is not for functions.

use crate::bindings::ramekin::function::modules;
use crate::native;
use javy::quickjs::{Ctx, Exception, Module, Object, Result, Value, promise::PromiseState, qjs};
use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;

/// Names of the engine's own modules begin with this.
const OWN: &str = "ramekin:js/";
/// The Rust half.
const NATIVE: &str = "native";
/// Where the built-in modules are.
const BUILTINS: &str = "ramekin:js/node/";
/// Where those are that only say that they are not here.
const STUBS: &str = "ramekin:js/stubs/";

thread_local! {
    /// Paths of the built-in modules that the function's module imports.
    static ASKED_FOR: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// For compiling one module at a time: whatever it imports is taken to exist.
pub fn accept_any_import(ctx: &Ctx<'_>) {
    unsafe extern "C" fn initialize(_: *mut qjs::JSContext, _: *mut qjs::JSModuleDef) -> c_int {
        0
    }
    unsafe extern "C" fn load(ctx: *mut qjs::JSContext, name: *const c_char, _: *mut c_void) -> *mut qjs::JSModuleDef {
        // SAFETY: QuickJS calls with its own context and a C string.
        unsafe { qjs::JS_NewCModule(ctx, name, Some(initialize)) }
    }
    // SAFETY: the functions live as long as the program.
    unsafe { qjs::JS_SetModuleLoaderFunc(runtime(ctx), None, Some(load), ptr::null_mut()) };
}

/// From here on the engine's own modules find each other, and nothing else finds anything.
pub fn serve(ctx: &Ctx<'_>) {
    unsafe extern "C" fn normalize(
        ctx: *mut qjs::JSContext,
        base: *const c_char,
        name: *const c_char,
        _: *mut c_void,
    ) -> *mut c_char {
        // SAFETY: QuickJS calls with C strings.
        let (base, name) = unsafe { (CStr::from_ptr(base).to_string_lossy(), CStr::from_ptr(name).to_string_lossy()) };
        match resolve(&base, &name) {
            // SAFETY: QuickJS calls with its own context; the bytes are copied, and freed by QuickJS.
            Some(full) => unsafe { qjs::js_strndup(ctx, full.as_ptr().cast(), full.len() as _) },
            None => refuse(ctx, &name).cast(),
        }
    }
    unsafe extern "C" fn load(ctx: *mut qjs::JSContext, name: *const c_char, _: *mut c_void) -> *mut qjs::JSModuleDef {
        // SAFETY: QuickJS calls with a C string.
        let text = unsafe { CStr::from_ptr(name) }.to_string_lossy();
        if native::is_late(&text) {
            // SAFETY: QuickJS calls with its own context and a C string.
            return unsafe { native::make_late(ctx, name, &text) };
        }
        let Some(bytecode) = bytecode(&text) else {
            return refuse(ctx, &specifier(&text)).cast();
        };
        // SAFETY: the bytes come from `precompile` of the very same engine.
        unsafe {
            let flags = qjs::JS_READ_OBJ_BYTECODE as c_int;
            let value = qjs::JS_ReadObject(ctx, bytecode.as_ptr(), bytecode.len() as _, flags);
            if qjs::JS_IsException(value) { ptr::null_mut() } else { qjs::JS_VALUE_GET_PTR(value).cast() }
        }
    }
    // SAFETY: the functions live as long as the program.
    unsafe { qjs::JS_SetModuleLoaderFunc(runtime(ctx), Some(normalize), Some(load), ptr::null_mut()) };
}

fn bytecode(name: &str) -> Option<Vec<u8>> {
    modules::load(name).or_else(|| modules::load(&format!("{STUBS}{}", name.strip_prefix(BUILTINS)?)))
}

/// What the author of a function wrote, more or less.
fn specifier(name: &str) -> String {
    let builtin = name.strip_prefix(BUILTINS).and_then(|path| path.strip_suffix(".js"));
    builtin.map_or_else(|| name.to_owned(), |builtin| format!("node:{builtin}"))
}

/// Full name of what a module imports; `None` for what it may not import.
fn resolve(base: &str, name: &str) -> Option<String> {
    let Some(base) = base.strip_prefix(OWN) else { return builtin(name) };
    if name == NATIVE || native::is_late(name) || name.starts_with(OWN) {
        return Some(name.to_owned());
    }
    let mut path: Vec<&str> = base.split('/').collect();
    path.pop();
    for part in name.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()?),
            part => path.push(part),
        }
    }
    Some(format!("{OWN}{}", path.join("/")))
}

/// Full name of a built-in module.
fn builtin(name: &str) -> Option<String> {
    let path = ["node:", "ramekin:"].iter().find_map(|scheme| name.strip_prefix(scheme)).unwrap_or(name);
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'/');
    if path.is_empty() || !path.bytes().all(plain) {
        return None;
    }
    ASKED_FOR.with_borrow_mut(|asked_for| asked_for.push(format!("node/{path}.js")));
    Some(format!("{BUILTINS}{path}.js"))
}

/// Evaluates the built-in modules that the function's module imports, so that no call has to.
pub fn load_asked_for(ctx: &Ctx<'_>) {
    for path in ASKED_FOR.take() {
        if load(ctx, &path).is_err() {
            // It fails again where it is imported, and says why there.
            let _ = ctx.catch();
        }
    }
}

/// The namespace of one of the engine's own modules, which is evaluated now if it was not before. `path` is below `js/`.
pub fn load<'js>(ctx: &Ctx<'js>, path: &str) -> Result<Object<'js>> {
    // QuickJS's own function for this answers with a promise. A module that exports the other one's namespace is evaluated
    // at once, and the other one with it: none of them awaits anything at its top level.
    let source = format!("export * as loaded from '{OWN}{path}'");
    let (module, promise) = Module::declare(ctx.clone(), format!("{OWN}load/{path}"), source)?.eval()?;
    if promise.state() == PromiseState::Rejected {
        promise.result::<Value>().transpose()?;
    }
    module.namespace()?.get("loaded")
}

fn refuse(ctx: *mut qjs::JSContext, name: &str) -> *mut c_void {
    if let Some(ctx) = ptr::NonNull::new(ctx) {
        // SAFETY: QuickJS calls with its own context.
        let ctx = unsafe { Ctx::from_raw(ctx) };
        let _ = Exception::throw_type(&ctx, &format!("Cannot find module '{name}': imports are resolved at deploy"));
    }
    ptr::null_mut()
}

fn runtime(ctx: &Ctx<'_>) -> *mut qjs::JSRuntime {
    // SAFETY: the context is alive.
    unsafe { qjs::JS_GetRuntime(ctx.as_raw().as_ptr()) }
}
