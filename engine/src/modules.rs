//! What an `import` finds. The engine's own modules find each other while the base image is made; afterwards no import finds
//! anything: a function's imports were resolved at deploy, and the engine's modules are not for functions.

use crate::bindings::exports::ramekin::function::init::Loaded;
use javy::quickjs::{Ctx, Exception, qjs};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;

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

thread_local! {
    /// The engine's own modules, compiled.
    static BUILTINS: RefCell<BTreeMap<String, Vec<u8>>> = const { RefCell::new(BTreeMap::new()) };
}

/// While the base image is made: an import finds these.
pub fn serve(ctx: &Ctx<'_>, modules: Vec<Loaded>) {
    unsafe extern "C" fn load(ctx: *mut qjs::JSContext, name: *const c_char, _: *mut c_void) -> *mut qjs::JSModuleDef {
        // SAFETY: QuickJS calls with a C string.
        let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
        let Some(bytecode) = BUILTINS.with_borrow_mut(|table| table.remove(name.as_ref())) else {
            return refuse(ctx, &name).cast();
        };
        // SAFETY: the bytes come from `precompile` of the very same engine.
        unsafe {
            let flags = qjs::JS_READ_OBJ_BYTECODE as c_int;
            let value = qjs::JS_ReadObject(ctx, bytecode.as_ptr(), bytecode.len() as _, flags);
            if qjs::JS_IsException(value) { ptr::null_mut() } else { qjs::JS_VALUE_GET_PTR(value).cast() }
        }
    }
    BUILTINS.with_borrow_mut(|table| {
        for module in modules {
            table.insert(module.name, module.bytecode);
        }
    });
    // SAFETY: as above.
    unsafe { qjs::JS_SetModuleLoaderFunc(runtime(ctx), None, Some(load), ptr::null_mut()) };
}

/// From here on every `import` throws.
pub fn refuse_every_import(ctx: &Ctx<'_>) {
    unsafe extern "C" fn normalize(
        ctx: *mut qjs::JSContext,
        _base: *const c_char,
        name: *const c_char,
        _: *mut c_void,
    ) -> *mut c_char {
        // SAFETY: QuickJS calls with a C string.
        refuse(ctx, &unsafe { CStr::from_ptr(name) }.to_string_lossy()).cast()
    }
    BUILTINS.take();
    // SAFETY: as above.
    unsafe { qjs::JS_SetModuleLoaderFunc(runtime(ctx), Some(normalize), None, ptr::null_mut()) };
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
