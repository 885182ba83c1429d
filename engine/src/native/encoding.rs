//! Text encodings and multipart bodies.

use super::platform;
use crate::bindings::ramekin::function::text;
use crate::js;
use crate::state::EVALUATING;
use javy::quickjs::{Array, Ctx, Exception, IntoJs, Result, String as JsString, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;

const UTF_8: &str = "utf-8";
/// Texts that may be decoded at once: the limit of `text.decoder`.
const MAX_DECODERS: usize = 1_000;
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A text that is being decoded.
enum Decoder {
    Utf8(Utf8),
    /// The host has the tables.
    Host {
        name: String,
        decoder: text::Decoder,
    },
}

thread_local! {
    static DECODERS: RefCell<(u32, BTreeMap<u32, Decoder>)> = const { RefCell::new((0, BTreeMap::new())) };
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
        let bytes = if keep_bom { bytes } else { bytes.strip_prefix(BOM).unwrap_or(bytes) };
        match std::str::from_utf8(bytes) {
            Ok(text) => JsString::from_str(ctx.clone(), text),
            Err(_) if fatal => Err(malformed(&ctx, UTF_8)),
            Err(_) => JsString::from_str(ctx.clone(), &String::from_utf8_lossy(bytes)),
        }
    });
    // A detached buffer has no bytes.
    decoded.unwrap_or_else(|| JsString::from_str(ctx.clone(), ""))
}

fn malformed(ctx: &Ctx<'_>, encoding: &str) -> javy::quickjs::Error {
    Exception::throw_type(ctx, &format!("The encoded data was not valid for encoding {encoding}"))
}

pub fn encoding_for_label(label: js::LossyString) -> Option<String> {
    text::encoding(&label.0)
}

pub fn decoder_open(ctx: Ctx<'_>, name: String, fatal: bool, keep_bom: bool) -> Result<u32> {
    if DECODERS.with_borrow(|(_, table)| table.len()) >= MAX_DECODERS {
        let text =
            format!("more than {MAX_DECODERS} texts are being decoded: end each with a decode() that does not stream");
        return Err(Exception::throw_range(&ctx, &text));
    }
    let decoder = if name == UTF_8 {
        Decoder::Utf8(Utf8 { tail: Vec::new(), fatal, bom: !keep_bom })
    } else {
        let decoder = text::Decoder::new(&name, fatal, keep_bom);
        Decoder::Host { name, decoder }
    };
    Ok(DECODERS.with_borrow_mut(|(last, table)| {
        *last += 1;
        table.insert(*last, decoder);
        *last
    }))
}

pub fn decoder_decode<'js>(ctx: Ctx<'js>, handle: u32, bytes: Value<'js>, last: bool) -> Result<String> {
    let decoder = DECODERS.with_borrow_mut(|(_, table)| table.remove(&handle));
    let Some(mut decoder) = decoder else { return Err(Exception::throw_type(&ctx, "the decoder is closed")) };
    if matches!(decoder, Decoder::Host { .. }) && !last && EVALUATING.get() {
        // What the host holds does not outlive the evaluation.
        platform::require_call(ctx.clone(), "a TextDecoder that goes on".into())?;
    }
    let input = js::with_bytes(&bytes, <[u8]>::to_vec).unwrap_or_default();
    let (name, text) = match &mut decoder {
        Decoder::Utf8(decoder) => (UTF_8, decoder.decode(input, last)),
        Decoder::Host { name, decoder } => (name.as_str(), decoder.decode(&input, last)),
    };
    let text = text.ok_or_else(|| malformed(&ctx, name))?;
    if !last {
        DECODERS.with_borrow_mut(|(_, table)| table.insert(handle, decoder));
    }
    Ok(text)
}

/// UTF-8 that comes in pieces.
struct Utf8 {
    /// The beginning of a character whose end has not come.
    tail: Vec<u8>,
    fatal: bool,
    /// A byte order mark may come, and is to be dropped.
    bom: bool,
}

impl Utf8 {
    /// The characters that are complete; `None` when the text is malformed and that is fatal.
    fn decode(&mut self, input: Vec<u8>, last: bool) -> Option<String> {
        let mut bytes = std::mem::take(&mut self.tail);
        if bytes.is_empty() {
            bytes = input;
        } else {
            bytes.extend(input);
        }
        let mut text = String::with_capacity(bytes.len());
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(chunk.valid());
            let invalid = chunk.invalid();
            let unfinished = std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if unfinished && !last && chunks.peek().is_none() {
                self.tail = invalid.to_vec();
            } else if !invalid.is_empty() {
                if self.fatal {
                    return None;
                }
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        if self.bom && !text.is_empty() {
            self.bom = false;
            if text.starts_with('\u{FEFF}') {
                text.remove(0);
            }
        }
        Some(text)
    }
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
