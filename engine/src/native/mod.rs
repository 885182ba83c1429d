//! The module `native`: what the JavaScript half imports. `js/native/native.d.ts` is the reference; the list below is the
//! roll-call.

pub mod body;
mod database;
mod encoding;
mod fetch;
mod intl;
mod platform;
mod random;
mod reflect;
mod url;

use javy::quickjs::module::{Declarations, Exports, ModuleDef};
use javy::quickjs::{Ctx, Function, Module, Result};

macro_rules! natives {
    ($($name:literal => $function:path,)*) => {
        struct Native;

        impl ModuleDef for Native {
            fn declare(declarations: &Declarations<'_>) -> Result<()> {
                $(declarations.declare($name)?;)*
                Ok(())
            }

            fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
                $(exports.export($name, Function::new(ctx.clone(), $function)?.with_name($name)?)?;)*
                Ok(())
            }
        }
    };
}

natives! {
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
    "setHooks" => platform::set_hooks,
    "loadModule" => platform::load_module,
}

/// Makes the module known and replaces `Math.random`, whose seed would be the same in every instance of an image.
pub fn declare(ctx: &Ctx<'_>) -> Result<()> {
    Module::declare_def::<Native, _>(ctx.clone(), "native")?;
    let math: javy::quickjs::Object = ctx.globals().get("Math")?;
    math.set("random", Function::new(ctx.clone(), random::math_random)?.with_name("random")?)
}
