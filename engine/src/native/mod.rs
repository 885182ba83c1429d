//! The module `native`: what the JavaScript half imports. `js/native/native.d.ts` is the reference; the list below is the
//! roll-call.

pub mod body;
mod buffer;
mod crypto;
mod database;
mod encoding;
mod fetch;
mod intl;
mod platform;
pub mod queries;
mod random;
mod reflect;
mod url;
mod web_socket;

use crate::async_context;
use javy::quickjs::module::Declared;
use javy::quickjs::{Ctx, Function, Module, Result, qjs};

/// Defines a module of functions, `$module`.
macro_rules! natives {
    ($module:ident: $($name:literal => $function:path,)*) => {
        pub struct $module;

        impl javy::quickjs::module::ModuleDef for $module {
            fn declare(declarations: &javy::quickjs::module::Declarations<'_>) -> Result<()> {
                $(declarations.declare($name)?;)*
                Ok(())
            }

            fn evaluate<'js>(ctx: &Ctx<'js>, exports: &javy::quickjs::module::Exports<'js>) -> Result<()> {
                $(exports.export($name, javy::quickjs::Function::new(ctx.clone(), $function)?.with_name($name)?)?;)*
                Ok(())
            }
        }
    };
}
use natives;

natives! {
    Native:
    "utf8Encode" => encoding::utf8_encode,
    "utf8EncodeInto" => encoding::utf8_encode_into,
    "utf8Decode" => encoding::utf8_decode,
    "encodingForLabel" => encoding::encoding_for_label,
    "decoderOpen" => encoding::decoder_open,
    "decoderDecode" => encoding::decoder_decode,
    "urlParse" => url::parse,
    "urlSet" => url::set,
    "formDecode" => url::form_decode,
    "formEncode" => url::form_encode,
    "zoneName" => intl::zone_name,
    "zoneNames" => intl::zone_names,
    "zoneOffset" => intl::zone_offset,
    "textBoundaries" => intl::text_boundaries,
    "multipartSplit" => encoding::multipart_split,
    "randomFill" => random::fill,
    "randomUuid" => random::uuid,
    "wallNow" => platform::wall_now,
    "monotonicNow" => platform::monotonic_now,
    "armTimer" => platform::arm_timer,
    "log" => platform::log,
    "envGet" => platform::env_get,
    "envEntries" => platform::env_entries,
    "contextJson" => platform::context_json,
    "backgroundBegin" => platform::background_begin,
    "backgroundEnd" => platform::background_end,
    "bodyRead" => body::read,
    "bodyCancel" => body::cancel,
    "bodyOpen" => body::open,
    "bodyWrite" => body::write,
    "bodyClose" => body::close,
    "bodyAbort" => body::abort,
    "fetchSend" => fetch::send,
    "fetchAbort" => fetch::abort,
    "invokeSend" => fetch::invoke,
    "dbErrors" => database::errors,
    "dbQuery" => database::query,
    "dbBegin" => database::begin,
    "dbQueryWithin" => database::query_within,
    "dbEnd" => database::end,
    "claimKey" => database::claim,
    "respond" => platform::respond,
    "fail" => platform::fail,
    "evaluating" => platform::evaluating,
    "requireCall" => platform::require_call,
    "promiseState" => reflect::promise_state,
    "proxyParts" => reflect::proxy_parts,
    "classId" => reflect::class_id,
    "transferBuffer" => reflect::transfer_buffer,
    "memorySize" => platform::memory_size,
    "asyncContext" => async_context::current,
    "setAsyncContext" => async_context::set_current,
    "setHooks" => platform::set_hooks,
    "loadModule" => platform::load_module,
}

natives! {
    Node:
    "dbQueryText" => database::query_text,
    "dbQueryTextWithin" => database::query_text_within,
    "nonIndexKeys" => reflect::non_index_keys,
    "bufferDecode" => buffer::decode,
    "bufferEncode" => buffer::encode,
    "bufferWrite" => buffer::write,
    "bufferUtf8Length" => buffer::utf8_length,
    "bufferCompare" => buffer::compare,
    "bufferIndexOf" => buffer::index_of,
    "bufferIsUtf8" => buffer::is_utf8,
    "bufferIsAscii" => buffer::is_ascii,
    "bufferSwap" => buffer::swap,
    "requestTicks" => platform::request_ticks,
    "ownAsyncGenerator" => async_context::own_generator,
    "trackAsyncContext" => async_context::track,
}

/// Makes the module known and replaces `Math.random`, whose seed would be the same in every instance of an image.
pub fn declare(ctx: &Ctx<'_>) -> Result<()> {
    Module::declare_def::<Native, _>(ctx.clone(), "native")?;
    let math: javy::quickjs::Object = ctx.globals().get("Math")?;
    math.set("random", Function::new(ctx.clone(), random::math_random)?.with_name("random")?)
}

/// Only cryptography and compression need this module.
const CRYPTO: &str = "native:crypto";
/// Only the layer of Node and its like need this module.
const NODE: &str = "native:node";
/// Only `WebSocket` needs this module.
const SOCKET: &str = "native:socket";

/// Whether a module is made when it is first imported: its functions need not stand in every image.
pub fn is_late(name: &str) -> bool {
    [CRYPTO, NODE, SOCKET].contains(&name)
}

/// Makes such a module, whose name is `text` too.
///
/// # Safety
/// `ctx` is QuickJS's own, `name` a C string.
pub unsafe fn make_late(ctx: *mut qjs::JSContext, name: *const std::ffi::c_char, text: &str) -> *mut qjs::JSModuleDef {
    // SAFETY: as the caller promises.
    unsafe {
        match text {
            CRYPTO => Module::<Declared>::init_raw::<crypto::Crypto>(ctx, name),
            SOCKET => Module::<Declared>::init_raw::<web_socket::Sockets>(ctx, name),
            _ => Module::<Declared>::init_raw::<Node>(ctx, name),
        }
    }
}
