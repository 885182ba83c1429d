//! What script cannot see of its own values.

use javy::quickjs::{
    Array, ArrayBuffer, Ctx, Error, Exception, IntoJs, Object, Promise, Result, Value, promise::PromiseState, qjs,
};

pub fn promise_state<'js>(ctx: Ctx<'js>, promise: Value<'js>) -> Result<Value<'js>> {
    let pair = Array::new(ctx.clone())?;
    let Some(promise) = promise.as_promise().cloned() else {
        return Err(Exception::throw_type(&ctx, "expected a promise"));
    };
    let state = match Promise::state(&promise) {
        PromiseState::Pending => 0,
        PromiseState::Resolved => 1,
        PromiseState::Rejected => 2,
    };
    pair.set(0, state)?;
    if state != 0 {
        // SAFETY: a settled promise has a result, which QuickJS returns owned.
        let result = unsafe {
            Value::from_raw(ctx.clone(), qjs::JS_PromiseResult(ctx.as_raw().as_ptr(), promise.as_value().as_raw()))
        };
        pair.set(1, result)?;
    }
    pair.into_js(&ctx)
}

pub fn proxy_parts<'js>(ctx: Ctx<'js>, value: Value<'js>) -> Result<Value<'js>> {
    let Some(proxy) = value.as_proxy().cloned() else { return Ok(Value::new_undefined(ctx)) };
    let (Ok(target), Ok(handler)) = (proxy.target(), proxy.handler()) else {
        // A revoked proxy has neither.
        let _ = ctx.catch();
        return Ok(Value::new_undefined(ctx));
    };
    let pair = Array::new(ctx.clone())?;
    pair.set(0, target)?;
    pair.set(1, handler)?;
    pair.into_js(&ctx)
}

pub fn class_id(value: Value<'_>) -> u32 {
    // SAFETY: reads the class of an object; 0 is no class, which is what anything else has.
    if value.is_object() { unsafe { qjs::JS_GetClassID(value.as_raw()) } } else { 0 }
}

/// Own keys that are no index. Lists of a million items have a million keys, which never become values here.
pub fn non_index_keys<'js>(
    ctx: Ctx<'js>,
    object: Object<'js>,
    only_enumerable: bool,
    skip_symbols: bool,
) -> Result<Vec<Value<'js>>> {
    /// Marks the atoms that are numbers.
    const INDEX: u32 = 1 << 31;
    let mut flags = qjs::JS_GPN_STRING_MASK;
    if only_enumerable {
        flags |= qjs::JS_GPN_ENUM_ONLY;
    }
    if !skip_symbols {
        flags |= qjs::JS_GPN_SYMBOL_MASK;
    }
    let (raw, mut table, mut len) = (ctx.as_raw().as_ptr(), std::ptr::null_mut(), 0);
    // SAFETY: QuickJS gives a table of `len` entries, which is freed after its atoms have become values.
    unsafe {
        let value = object.as_value().as_raw();
        if qjs::JS_GetOwnPropertyNames(raw, &raw mut table, &raw mut len, value, flags as _) < 0 {
            return Err(Error::Exception);
        }
        let mut keys = Vec::new();
        for at in 0..len as usize {
            let atom = (*table.add(at)).atom;
            if atom & INDEX == 0 {
                keys.push(Value::from_raw(ctx.clone(), qjs::JS_AtomToValue(raw, atom)));
            }
        }
        qjs::JS_FreePropertyEnum(raw, table, len);
        Ok(keys)
    }
}

pub fn transfer_buffer<'js>(ctx: Ctx<'js>, value: Value<'js>) -> Result<ArrayBuffer<'js>> {
    let buffer = ArrayBuffer::from_value(value);
    let Some(mut buffer) = buffer else { return Err(Exception::throw_type(&ctx, "expected an ArrayBuffer")) };
    let Some(bytes) = buffer.as_bytes().map(<[u8]>::to_vec) else {
        return Err(Exception::throw_type(&ctx, "the ArrayBuffer is detached"));
    };
    buffer.detach();
    ArrayBuffer::new(ctx, bytes)
}
