//! Text encodings and multipart bodies.

use crate::js;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use javy::quickjs::{Array, Ctx, Exception, IntoJs, Result, String as JsString, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;

struct Open {
    decoder: Decoder,
    fatal: bool,
}

thread_local! {
    static DECODERS: RefCell<(u32, BTreeMap<u32, Open>)> = const { RefCell::new((0, BTreeMap::new())) };
}

pub fn utf8_encode<'js>(ctx: Ctx<'js>, text: JsString<'js>) -> Result<Value<'js>> {
    js::bytes(&ctx, js::utf8(&text))
}

pub fn utf8_encode_into<'js>(ctx: Ctx<'js>, text: JsString<'js>, into: Value<'js>) -> Result<Vec<usize>> {
    let encoded = js::utf8(&text);
    let written = js::with_bytes_mut(&into, |target| {
        let mut end = encoded.len().min(target.len());
        // Only whole characters.
        while end > 0 && end < encoded.len() && encoded[end] & 0xC0 == 0x80 {
            end -= 1;
        }
        target[..end].copy_from_slice(&encoded[..end]);
        end
    });
    let written = written.ok_or_else(|| Exception::throw_type(&ctx, "expected a Uint8Array"))?;
    let read = std::str::from_utf8(&encoded[..written]).map_or(0, |text| text.encode_utf16().count());
    Ok(vec![read, written])
}

pub fn utf8_decode<'js>(ctx: Ctx<'js>, bytes: Value<'js>, fatal: bool, keep_bom: bool) -> Result<JsString<'js>> {
    let decoded = js::with_bytes(&bytes, |bytes| {
        let bytes = if keep_bom { bytes } else { bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes) };
        match std::str::from_utf8(bytes) {
            Ok(text) => JsString::from_str(ctx.clone(), text),
            Err(_) if fatal => Err(malformed(&ctx, UTF_8)),
            Err(_) => JsString::from_str(ctx.clone(), &UTF_8.decode_without_bom_handling(bytes).0),
        }
    });
    // A detached buffer has no bytes.
    decoded.unwrap_or_else(|| JsString::from_str(ctx.clone(), ""))
}

fn malformed(ctx: &Ctx<'_>, encoding: &'static Encoding) -> javy::quickjs::Error {
    Exception::throw_type(
        ctx,
        &format!("The encoded data was not valid for encoding {}", encoding.name().to_lowercase()),
    )
}

pub fn encoding_for_label<'js>(ctx: Ctx<'js>, label: js::LossyString) -> Result<Value<'js>> {
    match Encoding::for_label_no_replacement(label.0.as_bytes()) {
        Some(encoding) => encoding.name().to_lowercase().into_js(&ctx),
        None => Ok(Value::new_undefined(ctx)),
    }
}

pub fn decoder_open(ctx: Ctx<'_>, name: String, fatal: bool, keep_bom: bool) -> Result<u32> {
    let Some(encoding) = Encoding::for_label(name.as_bytes()) else {
        return Err(Exception::throw_range(&ctx, "unknown encoding"));
    };
    let decoder =
        if keep_bom { encoding.new_decoder_without_bom_handling() } else { encoding.new_decoder_with_bom_removal() };
    Ok(DECODERS.with_borrow_mut(|(last, table)| {
        *last += 1;
        table.insert(*last, Open { decoder, fatal });
        *last
    }))
}

pub fn decoder_decode<'js>(ctx: Ctx<'js>, handle: u32, bytes: Value<'js>, last: bool) -> Result<String> {
    let open = DECODERS.with_borrow_mut(|(_, table)| table.remove(&handle));
    let Some(mut open) = open else { return Err(Exception::throw_type(&ctx, "the decoder is closed")) };
    let input = js::with_bytes(&bytes, <[u8]>::to_vec).unwrap_or_default();
    let mut text = String::new();
    let mut rest = input.as_slice();
    let encoding = open.decoder.encoding();
    if open.fatal {
        loop {
            text.reserve(
                open.decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len() * 3 + 16),
            );
            let (result, read) = open.decoder.decode_to_string_without_replacement(rest, &mut text, last);
            rest = rest.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => return Err(malformed(&ctx, encoding)),
            }
        }
    } else {
        loop {
            text.reserve(open.decoder.max_utf8_buffer_length(rest.len()).unwrap_or(rest.len() * 3 + 16));
            let (result, read, _) = open.decoder.decode_to_string(rest, &mut text, last);
            rest = rest.get(read..).unwrap_or_default();
            if result == encoding_rs::CoderResult::InputEmpty {
                break;
            }
        }
    }
    if !last {
        DECODERS.with_borrow_mut(|(_, table)| table.insert(handle, open));
    }
    Ok(text)
}

pub fn multipart_split<'js>(ctx: Ctx<'js>, body: Value<'js>, boundary: String) -> Result<Value<'js>> {
    let parts = js::with_bytes(&body, |body| {
        split(body, boundary.as_bytes())
            .map(|parts| parts.into_iter().map(|(head, data)| (head.to_vec(), data.to_vec())).collect::<Vec<_>>())
    });
    let Some(Some(parts)) = parts else { return Ok(Value::new_undefined(ctx)) };
    let list = Array::new(ctx.clone())?;
    for (i, (head, data)) in parts.into_iter().enumerate() {
        // Names of files and fields are UTF-8 in practice; the section is otherwise ASCII.
        list.set(i * 2, String::from_utf8_lossy(&head).into_owned())?;
        list.set(i * 2 + 1, js::bytes(&ctx, data)?)?;
    }
    list.into_js(&ctx)
}

/// RFC 2046 §5.1: the parts between the delimiters, each split at its empty line. `None` when there is no proper end.
fn split<'a>(body: &'a [u8], boundary: &[u8]) -> Option<Vec<(&'a [u8], &'a [u8])>> {
    let delimiter = [b"\r\n--", boundary].concat();
    let finder = memchr::memmem::Finder::new(&delimiter);
    // The first delimiter may stand at the very start, without its line break.
    let mut rest = match body.strip_prefix(delimiter.get(2..)?) {
        Some(rest) => rest,
        None => body.get(finder.find(body)? + delimiter.len()..)?,
    };
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        let line_end = memchr::memmem::find(rest, b"\r\n")?;
        if rest.get(..line_end)?.iter().any(|byte| !matches!(byte, b' ' | b'\t')) {
            return None;
        }
        // A part without fields starts with its empty line right away.
        let part = rest.get(line_end..)?;
        let end = finder.find(part)?;
        let content = part.get(..end)?;
        let (head, data) = match memchr::memmem::find(content, b"\r\n\r\n") {
            Some(at) => (content.get(2..at + 2).unwrap_or_default(), content.get(at + 4..)?),
            None => return None,
        };
        parts.push((head, data));
        rest = part.get(end + delimiter.len()..)?;
    }
}
