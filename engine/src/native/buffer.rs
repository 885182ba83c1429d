//! Node's encodings of bytes as text, and what else a `Buffer` does byte by byte.

use crate::js;
use javy::quickjs::{Ctx, Exception, Result, String as JsString, Value, qjs};
use std::cmp::Ordering;

/// Node's numbers of its encodings.
#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Ascii,
    Utf8,
    Base64,
    Utf16le,
    Latin1,
    Hex,
    Base64url,
}

impl Encoding {
    fn of(ctx: &Ctx<'_>, number: u8) -> Result<Self> {
        Ok(match number {
            0 => Self::Ascii,
            1 => Self::Utf8,
            2 => Self::Base64,
            3 => Self::Utf16le,
            4 => Self::Latin1,
            5 => Self::Hex,
            7 => Self::Base64url,
            _ => return Err(Exception::throw_type(ctx, "there is no such encoding")),
        })
    }
}

/// UTF-16 code units of a string, lone surrogates too.
fn units(text: &JsString<'_>) -> Vec<u16> {
    let ctx = text.ctx().as_raw().as_ptr();
    let mut len = 0;
    // SAFETY: the value is a string; QuickJS returns `len` units that live until they are freed.
    unsafe {
        let ptr = qjs::JS_ToCStringLenUTF16(ctx, &raw mut len, text.as_value().as_raw());
        if ptr.is_null() {
            return Vec::new();
        }
        let units = std::slice::from_raw_parts(ptr, len as usize).to_vec();
        qjs::JS_FreeCStringUTF16(ctx, ptr);
        units
    }
}

fn from_units<'js>(ctx: &Ctx<'js>, units: &[u16]) -> Result<Value<'js>> {
    // SAFETY: the units are copied.
    let value = unsafe {
        let raw = qjs::JS_NewStringUTF16(ctx.as_raw().as_ptr(), units.as_ptr(), units.len() as _);
        Value::from_raw(ctx.clone(), raw)
    };
    if value.is_string() { Ok(value) } else { Err(javy::quickjs::Error::Exception) }
}

fn ascii<'js>(ctx: &Ctx<'js>, text: &str) -> Result<Value<'js>> {
    JsString::from_str(ctx.clone(), text).map(JsString::into_value)
}

/// The text that bytes `start` to `end` are in an encoding.
pub fn decode<'js>(ctx: Ctx<'js>, bytes: Value<'js>, encoding: u8, start: usize, end: usize) -> Result<Value<'js>> {
    let encoding = Encoding::of(&ctx, encoding)?;
    let decoded = js::with_bytes(&bytes, |bytes| {
        let bytes = bytes.get(start..end.min(bytes.len())).unwrap_or_default();
        match encoding {
            Encoding::Utf8 => match std::str::from_utf8(bytes) {
                Ok(text) => ascii(&ctx, text),
                Err(_) => ascii(&ctx, &String::from_utf8_lossy(bytes)),
            },
            Encoding::Latin1 => js::latin1(&ctx, bytes).map(JsString::into_value),
            Encoding::Ascii => ascii(&ctx, &bytes.iter().map(|byte| char::from(byte & 0x7F)).collect::<String>()),
            Encoding::Utf16le => {
                let units: Vec<u16> =
                    bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
                from_units(&ctx, &units)
            }
            Encoding::Hex => ascii(&ctx, &to_hex(bytes)),
            Encoding::Base64 => ascii(&ctx, &to_base64(bytes, STANDARD, true)),
            Encoding::Base64url => ascii(&ctx, &to_base64(bytes, URL_SAFE, false)),
        }
    });
    decoded.unwrap_or_else(|| ascii(&ctx, ""))
}

fn encoded(text: &JsString<'_>, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => js::utf8(text),
        Encoding::Latin1 | Encoding::Ascii => units(text).into_iter().map(|unit| unit as u8).collect(),
        Encoding::Utf16le => units(text).into_iter().flat_map(u16::to_le_bytes).collect(),
        Encoding::Hex => from_hex(&units(text)),
        Encoding::Base64 | Encoding::Base64url => from_base64(&units(text)),
    }
}

/// A text as bytes in an encoding. What is not in the encoding ends it, as in Node.
pub fn encode<'js>(ctx: Ctx<'js>, text: JsString<'js>, encoding: u8) -> Result<Value<'js>> {
    let encoding = Encoding::of(&ctx, encoding)?;
    js::bytes(&ctx, encoded(&text, encoding))
}

/// Writes a text at `offset`, at most `length` bytes and only whole characters; how many bytes were written.
pub fn write<'js>(
    ctx: Ctx<'js>,
    into: Value<'js>,
    text: JsString<'js>,
    encoding: u8,
    offset: usize,
    length: usize,
) -> Result<usize> {
    let encoding = Encoding::of(&ctx, encoding)?;
    let bytes = encoded(&text, encoding);
    let written = js::with_bytes_mut(&into, |into| {
        let target = into.get_mut(offset..).unwrap_or_default();
        let mut end = bytes.len().min(length).min(target.len());
        match encoding {
            Encoding::Utf8 => {
                while end > 0 && end < bytes.len() && bytes[end] & 0xC0 == 0x80 {
                    end -= 1;
                }
            }
            Encoding::Utf16le => end -= end % 2,
            _ => {}
        }
        target[..end].copy_from_slice(&bytes[..end]);
        end
    });
    Ok(written.unwrap_or(0))
}

/// Length of a string in UTF-8.
pub fn utf8_length(text: JsString<'_>) -> usize {
    js::utf8(&text).len()
}

/// -1, 0 or 1.
pub fn compare(a: Value<'_>, b: Value<'_>) -> i32 {
    let order = js::with_bytes(&a, |a| js::with_bytes(&b, |b| a.cmp(b))).flatten();
    match order {
        Some(Ordering::Less) => -1,
        Some(Ordering::Greater) => 1,
        _ => 0,
    }
}

/// Where `needle` stands in `bytes`, at `from` or after it, or at `from` or before it when looking backward; -1 if it does
/// not. Only places a multiple of `step` from the beginning count.
pub fn index_of(bytes: Value<'_>, needle: Value<'_>, from: i32, forward: bool, step: u8) -> i32 {
    let found = js::with_bytes(&bytes, |bytes| {
        js::with_bytes(&needle, |needle| {
            let (from, step) = (usize::try_from(from).unwrap_or(0), usize::from(step).max(1));
            if forward {
                let mut at = from;
                loop {
                    at += memchr::memmem::find(bytes.get(at..)?, needle)?;
                    if at.is_multiple_of(step) {
                        return Some(at);
                    }
                    at += 1;
                }
            }
            let mut end = from.saturating_add(needle.len()).min(bytes.len());
            loop {
                let at = memchr::memmem::rfind(bytes.get(..end)?, needle)?;
                if at.is_multiple_of(step) {
                    return Some(at);
                }
                end = (at + needle.len()).checked_sub(1)?;
            }
        })
    });
    found.flatten().flatten().and_then(|at| i32::try_from(at).ok()).unwrap_or(-1)
}

pub fn is_utf8(bytes: Value<'_>) -> bool {
    js::with_bytes(&bytes, |bytes| std::str::from_utf8(bytes).is_ok()).unwrap_or(true)
}

pub fn is_ascii(bytes: Value<'_>) -> bool {
    js::with_bytes(&bytes, <[u8]>::is_ascii).unwrap_or(true)
}

/// Reverses every group of `size` bytes.
pub fn swap(bytes: Value<'_>, size: usize) {
    js::with_bytes_mut(&bytes, |bytes| bytes.chunks_exact_mut(size.max(1)).for_each(<[u8]>::reverse));
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

/// Pairs of digits up to the first that is none.
fn from_hex(units: &[u16]) -> Vec<u8> {
    let digit = |unit: u16| char::from_u32(u32::from(unit)).and_then(|c| c.to_digit(16)).map(|digit| digit as u8);
    units.chunks_exact(2).map_while(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn to_base64(bytes: &[u8], alphabet: &[u8; 64], pad: bool) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            if place <= group.len() {
                text.push(char::from(alphabet[(bits >> (18 - 6 * place) & 63) as usize]));
            } else if pad {
                text.push('=');
            }
        }
    }
    text
}

/// Both alphabets; `=` ends it, and what is in neither is passed over.
fn from_base64(units: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(units.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0);
    for &unit in units {
        let value = match u8::try_from(unit) {
            Ok(b'=') => break,
            Ok(c @ b'A'..=b'Z') => c - b'A',
            Ok(c @ b'a'..=b'z') => c - b'a' + 26,
            Ok(c @ b'0'..=b'9') => c - b'0' + 52,
            Ok(b'+' | b'-') => 62,
            Ok(b'/' | b'_') => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            bytes.extend(&bits.to_be_bytes()[1..]);
            (bits, count) = (0, 0);
        }
    }
    match count {
        2 => bytes.push((bits >> 4) as u8),
        3 => bytes.extend(&((bits >> 2) as u16).to_be_bytes()),
        _ => {}
    }
    bytes
}
