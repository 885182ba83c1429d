//! Small bridges between Rust and JavaScript values.

use crate::async_context;
use crate::state::{self, HANDLED, REJECTIONS, TICKS};
use javy::quickjs::{
    ArrayBuffer, Ctx, Error, Exception, FromJs, Object, Result, String as JsString, TypedArray, Value, qjs,
};

/// Runs the microtask queue dry, and before it each time what `process.nextTick` has been given.
pub fn run_jobs(ctx: &Ctx<'_>) {
    loop {
        if let Some(ticks) = TICKS.take().and_then(|ticks| ticks.restore(ctx).ok()) {
            async_context::leave();
            // It reports what its callbacks throw.
            let _: Result<()> = ticks.call(());
        }
        // A job that throws has done so inside a promise, which holds the error: nothing to do here.
        while async_context::run_job(ctx) {}
        if TICKS.with_borrow(Option::is_none) {
            return;
        }
    }
}

/// Reports rejections nobody has handled by the time the queue is dry, and those that were handled after they were reported.
pub fn report_rejections(ctx: &Ctx<'_>) {
    loop {
        let next = REJECTIONS.with_borrow_mut(|list| if list.is_empty() { None } else { Some(list.remove(0)) });
        let Some(rejection) = next else { break };
        state::remember(rejection.clone());
        let (Ok(promise), Ok(reason)) = (rejection.promise.restore(ctx), rejection.reason.restore(ctx)) else {
            continue;
        };
        if let Some(hooks) = state::hooks()
            && let Ok(hook) = hooks.unhandled_rejection.restore(ctx)
        {
            let _: Result<Value> = hook.call((reason, promise));
            run_jobs(ctx);
        }
    }
    while let Some(rejection) = HANDLED.with_borrow_mut(Vec::pop) {
        if let (Ok(promise), Ok(reason)) = (rejection.promise.restore(ctx), rejection.reason.restore(ctx))
            && let Some(hooks) = state::hooks()
            && let Ok(hook) = hooks.rejection_handled.restore(ctx)
        {
            let _: Result<Value> = hook.call((reason, promise));
            run_jobs(ctx);
        }
    }
}

/// `[message, stack]` of a thrown value.
pub fn describe<'js>(ctx: &Ctx<'js>, thrown: Value<'js>) -> (String, Option<String>) {
    let hook = state::hooks().and_then(|hooks| hooks.describe.restore(ctx).ok());
    let described = hook.and_then(|hook| hook.call::<_, Object>((thrown.clone(),)).ok());
    if let Some(pair) = described {
        let message = pair.get::<_, Value>(0).ok().map(|v| lossy(&v)).unwrap_or_default();
        let stack = pair.get::<_, Value>(1).ok().filter(Value::is_string).map(|v| lossy(&v));
        return (message, stack);
    }
    // The hook itself failed: out of memory or out of stack.
    let _ = ctx.catch();
    match thrown.as_exception() {
        Some(exception) => (exception.message().unwrap_or_default(), exception.stack()),
        None => (lossy(&thrown), None),
    }
}

/// What a failed operation threw.
pub fn caught(ctx: &Ctx<'_>, error: Error) -> (String, Option<String>) {
    match error {
        Error::Exception => {
            let thrown = ctx.catch();
            describe(ctx, thrown)
        }
        other => (other.to_string(), None),
    }
}

/// A JavaScript string as UTF-8; lone surrogates become U+FFFD.
pub fn lossy(value: &Value<'_>) -> String {
    match value.as_string().map(JsString::to_string) {
        Some(Ok(text)) => text,
        Some(Err(_)) => {
            value.as_string().map(|text| String::from_utf8_lossy(&wtf8(text)).into_owned()).unwrap_or_default()
        }
        None => value.get::<javy::quickjs::Coerced<String>>().map(|text| text.0).unwrap_or_default(),
    }
}

/// A JavaScript string as UTF-8 in which lone surrogates are U+FFFD, as bytes.
pub fn utf8(text: &JsString<'_>) -> Vec<u8> {
    let mut bytes = wtf8(text);
    // A surrogate is ED A0..BF xx in this encoding, a pair never occurs: QuickJS joins them. EF BF BD is as long.
    let mut at = 0;
    while let Some(found) = memchr::memchr(0xED, &bytes[at..]) {
        let start = at + found;
        if let Some(slot) = bytes.get_mut(start..start + 3)
            && slot[1] >= 0xA0
        {
            slot.copy_from_slice("\u{FFFD}".as_bytes());
        }
        at = start + 1;
    }
    bytes
}

fn wtf8(text: &JsString<'_>) -> Vec<u8> {
    let ctx = text.ctx().as_raw().as_ptr();
    let mut len = 0;
    // SAFETY: the value is a string; QuickJS returns `len` bytes that live until JS_FreeCString.
    unsafe {
        let ptr = qjs::JS_ToCStringLen(ctx, &raw mut len, text.as_value().as_raw());
        if ptr.is_null() {
            return Vec::new();
        }
        let bytes = std::slice::from_raw_parts(ptr.cast::<u8>(), len).to_vec();
        qjs::JS_FreeCString(ctx, ptr);
        bytes
    }
}

/// Bytes as a string of Latin-1 characters: the form of field sections.
pub fn latin1<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<JsString<'js>> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => JsString::from_str(ctx.clone(), text),
        _ => JsString::from_str(ctx.clone(), &bytes.iter().map(|&byte| char::from(byte)).collect::<String>()),
    }
}

/// The way back. A character beyond U+00FF cannot stand in a field; the JavaScript half has refused it before.
pub fn latin1_bytes(text: &str) -> Vec<u8> {
    if text.is_ascii() {
        return text.as_bytes().to_vec();
    }
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

/// The bytes behind an ArrayBuffer or a view, without a copy. `None` for anything else and for a detached buffer.
pub fn with_bytes<R>(value: &Value<'_>, f: impl FnOnce(&[u8]) -> R) -> Option<R> {
    let (ptr, len) = raw_bytes(value)?;
    // SAFETY: the buffer is alive as long as `value` is, and `f` cannot run JavaScript that would move it.
    Some(f(unsafe { std::slice::from_raw_parts(ptr, len) }))
}

/// As [`with_bytes`], to write.
pub fn with_bytes_mut<R>(value: &Value<'_>, f: impl FnOnce(&mut [u8]) -> R) -> Option<R> {
    let (ptr, len) = raw_bytes(value)?;
    // SAFETY: as above; the instance has one thread and `f` holds no other reference.
    Some(f(unsafe { std::slice::from_raw_parts_mut(ptr.cast_mut(), len) }))
}

fn raw_bytes(value: &Value<'_>) -> Option<(*const u8, usize)> {
    let ctx = value.ctx().as_raw().as_ptr();
    let object = value.as_object()?;
    if let Some(buffer) = ArrayBuffer::from_object(object.clone()) {
        let bytes = buffer.as_bytes()?;
        return Some((bytes.as_ptr(), bytes.len()));
    }
    let (mut offset, mut len, mut element) = (0, 0, 0);
    // SAFETY: the value is an object; on failure QuickJS throws, and the exception is taken away again.
    unsafe {
        let buffer = qjs::JS_GetTypedArrayBuffer(ctx, value.as_raw(), &raw mut offset, &raw mut len, &raw mut element);
        if qjs::JS_IsException(buffer) {
            let _ = value.ctx().catch();
            return data_view(object);
        }
        let buffer = Value::from_raw(value.ctx().clone(), buffer);
        let bytes = ArrayBuffer::from_value(buffer)?;
        let slice = bytes.as_bytes()?.get(offset as usize..(offset + len) as usize)?;
        Some((slice.as_ptr(), slice.len()))
    }
}

fn data_view(object: &Object<'_>) -> Option<(*const u8, usize)> {
    let buffer: ArrayBuffer = object.get("buffer").ok()?;
    let offset: usize = object.get("byteOffset").ok()?;
    let len: usize = object.get("byteLength").ok()?;
    let slice = buffer.as_bytes()?.get(offset..offset.checked_add(len)?)?;
    Some((slice.as_ptr(), slice.len()))
}

/// A `Uint8Array` that owns these bytes.
pub fn bytes<'js>(ctx: &Ctx<'js>, data: Vec<u8>) -> Result<Value<'js>> {
    TypedArray::<u8>::new(ctx.clone(), data).map(TypedArray::into_value)
}

/// An argument that must be bytes.
pub fn copy_bytes(value: &Value<'_>) -> Result<Vec<u8>> {
    with_bytes(value, <[u8]>::to_vec).ok_or_else(|| Exception::throw_type(value.ctx(), "expected bytes"))
}

/// A string argument that may hold lone surrogates.
pub struct LossyString(pub String);

impl<'js> FromJs<'js> for LossyString {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        Ok(Self(lossy(&value)))
    }
}
