//! From positions in transpiled code, as the engine reports them, to positions in the source, as its author counts them.
//! The engine counts columns in bytes of UTF-8 and authors count characters, so a map does the same: generated columns
//! are bytes, original columns are characters. Where a line is ASCII, that is what any reader of source maps expects.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::position::{Position, is_continuation};

/// How much of a stack is looked at and kept, in bytes. The engine's own are far shorter; a function may set anything.
pub const MAX_STACK: usize = 64 * 1024;

/// Places of the engine's own code start with one of these: it is compiled without its file names. Its frames mean nothing to
/// an author.
const INTERNAL: [&str; 2] = ["ramekin:", "<null>:"];

/// How braces begin that hold what an error has besides its stack.
const OPENS: &str = " {";

/// Where each piece of transpiled code came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceMap {
    sources: Vec<String>,
    /// Ordered by `generated`.
    segments: Vec<Segment>,
}

/// From here on, up to the next segment or the end of the line, code comes from there. Lines and columns from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    generated: (u32, u32),
    /// Which of the sources, or [`NOWHERE`].
    source: u32,
    original: (u32, u32),
}

/// The source of code that nobody wrote.
const NOWHERE: u32 = u32::MAX;

/// A place in one of the files that code was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The file, as its author knows it.
    pub file: &'a str,
    /// Where in it.
    pub at: Position,
}

/// A stored map cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceMapError {
    /// Not the JSON of a source map.
    #[error("source map is not valid JSON")]
    Json(#[from] serde_json::Error),
    /// Another format.
    #[error("source map has version {0}, expected 3")]
    Version(u32),
    /// `mappings` is damaged.
    #[error("mappings of the source map end or overflow in the middle of a segment")]
    Mappings,
}

/// The stored form: version 3 of the usual format, without the sources' text and without names.
#[derive(Serialize, Deserialize)]
struct Json {
    version: u32,
    sources: Vec<String>,
    names: Vec<String>,
    mappings: String,
}

impl SourceMap {
    /// From the code generator's pairs of (line, column) in generated code and in the source: from 0, columns in UTF-16
    /// units, in the order of the generated code.
    pub(crate) fn from_pairs(
        file_name: &str,
        generated: &str,
        original: &str,
        pairs: impl Iterator<Item = ((u32, u32), (u32, u32))>,
    ) -> Self {
        let mut walk = Walk::new(generated);
        let wide = wide_characters(original);
        let mut segments = Vec::with_capacity(pairs.size_hint().0);
        for (to, from) in pairs {
            let Some(generated) = walk.reach(to) else { continue };
            let line_before = wide.partition_point(|&at| at < (from.0, 0));
            let before = wide.partition_point(|&at| at < from);
            let surplus = u32::try_from(before.saturating_sub(line_before)).unwrap_or(u32::MAX);
            segments.push(Segment { generated, source: 0, original: (from.0, from.1.saturating_sub(surplus)) });
        }
        Self { sources: vec![file_name.to_owned()], segments }
    }

    /// Where a place in the transpiled code comes from. Line and column are the engine's: from 1, columns in bytes.
    pub fn lookup(&self, line: u32, column: u32) -> Option<Origin<'_>> {
        let segment = self.segment((line.checked_sub(1)?, column.checked_sub(1)?))?;
        let at = Position { line: segment.original.0.saturating_add(1), column: segment.original.1.saturating_add(1) };
        // A map without the names of its sources is of one file.
        let file = self.sources.get(segment.source as usize).map_or("", String::as_str);
        Some(Origin { file, at })
    }

    fn segment(&self, at: (u32, u32)) -> Option<&Segment> {
        let after = self.segments.partition_point(|segment| segment.generated <= at);
        let segment = self.segments.get(after.checked_sub(1)?)?;
        (segment.generated.0 == at.0 && segment.source != NOWHERE).then_some(segment)
    }

    /// This map, of a text that has a map itself, as one map from end to end. The columns of the inner map are characters on
    /// both sides.
    pub(crate) fn through(&self, inner: &Self) -> Self {
        let further = |segment: &Segment| match inner.segment(segment.original) {
            Some(found) => Segment { source: found.source, original: found.original, ..*segment },
            None => Segment { source: NOWHERE, original: (0, 0), ..*segment },
        };
        let mut segments: Vec<Segment> = self.segments.iter().map(further).collect();
        segments.dedup_by(|next, before| {
            next.generated.0 == before.generated.0 && (next.source, next.original) == (before.source, before.original)
        });
        Self { sources: inner.sources.clone(), segments }
    }

    /// The form to store: a source map, version 3, as JSON.
    pub fn to_json(&self) -> String {
        let json = Json {
            version: 3,
            sources: self.sources.clone(),
            names: Vec::new(),
            mappings: vlq::encode(&self.segments),
        };
        // Strings and numbers only: there is nothing in it that could fail.
        serde_json::to_string(&json).unwrap_or_default()
    }

    /// Reads the stored form.
    pub fn from_json(text: &str) -> Result<Self, SourceMapError> {
        let json: Json = serde_json::from_str(text)?;
        if json.version != 3 {
            return Err(SourceMapError::Version(json.version));
        }
        let segments = vlq::decode(&json.mappings).ok_or(SourceMapError::Mappings)?;
        Ok(Self { sources: json.sources, segments })
    }
}

/// Rewrites the frames of the module `file_name` to positions of its source and drops the frames of the engine's own
/// modules. Everything else stays as it is; what lies beyond [`MAX_STACK`] is cut. A stack is whatever the function
/// says it is, so nothing here trusts it.
pub fn remap_stack(stack: &str, map: &SourceMap, file_name: &str) -> String {
    let kept = beginning(stack);
    let mut out = String::with_capacity(kept.len());
    for line in kept.split_inclusive('\n') {
        let text = line.strip_suffix('\n').unwrap_or(line);
        // What an error has besides its stack is shown in braces that begin on the line of the last frame.
        let text = text.strip_suffix(OPENS).unwrap_or(text);
        let rest = line.get(text.len()..).unwrap_or_default();
        match Frame::read(text, file_name) {
            Frame::Internal => drop_frame(&mut out, rest),
            Frame::Other => out.push_str(line),
            Frame::Module { before, line: at, column, after } => {
                let origin = map.lookup(at, column);
                if origin.is_some_and(|origin| INTERNAL.iter().any(|prefix| origin.file.starts_with(prefix))) {
                    drop_frame(&mut out, rest);
                    continue;
                }
                match origin.filter(|origin| !origin.file.is_empty()) {
                    Some(origin) => {
                        out.push_str(before.strip_suffix(file_name).unwrap_or(before));
                        out.push_str(origin.file);
                    }
                    None => out.push_str(before),
                }
                // Without an origin there is no position worth showing: the transpiled code is not the author's.
                if let Some(Origin { at, .. }) = origin {
                    // Writing to a string does not fail.
                    let _ = write!(out, ":{}:{}", at.line, at.column);
                }
                out.push_str(after);
                out.push_str(rest);
            }
        }
    }
    if kept.len() < stack.len() {
        out.push_str("…\n");
    }
    out
}

/// Leaves a frame out; braces that begin behind it begin behind the line before.
fn drop_frame(out: &mut String, rest: &str) {
    if rest.starts_with(OPENS) {
        out.truncate(out.strip_suffix('\n').map_or(out.len(), str::len));
        out.push_str(rest);
    }
}

/// Where the innermost frame of the module is in its source.
pub(crate) fn first_frame<'a>(stack: &str, map: &'a SourceMap, file_name: &str) -> Option<Origin<'a>> {
    let of_author = |origin: &Origin<'_>| !INTERNAL.iter().any(|prefix| origin.file.starts_with(prefix));
    beginning(stack).lines().find_map(|line| match Frame::read(line, file_name) {
        Frame::Module { line, column, .. } => map.lookup(line, column).filter(of_author),
        Frame::Internal | Frame::Other => None,
    })
}

/// As much of a stack as is looked at.
fn beginning(stack: &str) -> &str {
    let mut end = stack.len().min(MAX_STACK);
    while !stack.is_char_boundary(end) {
        end -= 1;
    }
    stack.get(..end).unwrap_or(stack)
}

/// One line of a stack.
enum Frame<'a> {
    /// In the module asked for: the line up to and with the file name, the position, the rest.
    Module { before: &'a str, line: u32, column: u32, after: &'a str },
    /// In a module of the engine.
    Internal,
    /// Another module, native code, or no frame at all.
    Other,
}

impl<'a> Frame<'a> {
    /// Reads `    at name (file:line:column)` or `    at file:line:column`. Names may contain anything, also what looks
    /// like a position, so the line is read from its end.
    fn read(line: &'a str, file_name: &str) -> Self {
        // An error inside another value is indented further.
        let indent = line.len() - line.trim_start_matches(' ').len();
        let Some(body) = line.get(indent..).and_then(|rest| rest.strip_prefix("at ")).filter(|_| indent >= 4) else {
            return Self::Other;
        };
        let (body, closed) = body.strip_suffix(')').map_or((body, false), |inner| (inner, true));
        let place = if closed { body.rsplit_once(" (").map_or("", |(_, place)| place) } else { body };
        if INTERNAL.iter().any(|prefix| place.starts_with(prefix)) {
            return Self::Internal;
        }
        Self::in_module(line, body, closed, file_name).unwrap_or(Self::Other)
    }

    fn in_module(line: &'a str, body: &'a str, closed: bool, file_name: &str) -> Option<Self> {
        let (rest, column_text) = body.rsplit_once(':')?;
        let (rest, line_text) = rest.rsplit_once(':')?;
        let name = rest.strip_suffix(file_name)?;
        if (closed && !name.ends_with(" (")) || (!closed && !name.is_empty()) {
            return None;
        }
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok())?;
        let (at, column) = (digits(line_text)?, digits(column_text)?);
        let before = line.get(..line.len() - usize::from(closed) - line_text.len() - column_text.len() - 2)?;
        Some(Self::Module { before, line: at, column, after: if closed { ")" } else { "" } })
    }
}

/// Where the characters are that take two UTF-16 units: line and column from 0, column in UTF-16 units.
fn wide_characters(text: &str) -> Vec<(u32, u32)> {
    if text.is_ascii() {
        return Vec::new();
    }
    let mut walk = Walk::new(text);
    let mut wide = Vec::new();
    while let Some(&byte) = walk.rest() {
        if byte >= 0b1111_0000 {
            wide.push((walk.line, walk.units));
        }
        walk.step();
    }
    wide
}

/// Walks through a text and counts lines and columns in two ways at once: the code generator's (lines end as in the
/// language, columns are UTF-16 units) and the engine's (U+2028 and U+2029 end no line, columns are bytes).
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    units: u32,
    engine_line: u32,
    engine_line_start: usize,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, line: 0, units: 0, engine_line: 0, engine_line_start: 0 }
    }

    fn rest(&self) -> Option<&u8> {
        self.bytes.get(self.at)
    }

    /// Goes to a place in the generator's count and tells it in the engine's; `None` if it lies behind.
    fn reach(&mut self, place: (u32, u32)) -> Option<(u32, u32)> {
        while (self.line, self.units) < place && self.at < self.bytes.len() {
            self.step();
        }
        let column = u32::try_from(self.at - self.engine_line_start).ok()?;
        ((self.line, self.units) == place).then_some((self.engine_line, column))
    }

    /// Over one character.
    fn step(&mut self) {
        let Some(rest) = self.bytes.get(self.at..) else { return };
        let (length, ends) = match rest {
            [b'\r', b'\n', ..] => (2, Some(true)),
            [b'\r' | b'\n', ..] => (1, Some(true)),
            [0xE2, 0x80, 0xA8 | 0xA9, ..] => (3, Some(false)),
            [first, ..] if *first < 0x80 => (1, None),
            _ => (1 + rest.iter().skip(1).take_while(|&&byte| is_continuation(byte)).count(), None),
        };
        self.at += length;
        match ends {
            Some(also_for_the_engine) => {
                self.line += 1;
                self.units = 0;
                if also_for_the_engine {
                    self.engine_line += 1;
                    self.engine_line_start = self.at;
                }
            }
            None => self.units += if length == 4 { 2 } else { 1 },
        }
    }
}

/// The `mappings` of a source map: base-64 variable-length differences.
mod vlq {
    use super::{NOWHERE, Segment};

    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    pub(super) fn encode(segments: &[Segment]) -> String {
        let mut out = String::with_capacity(segments.len() * 6);
        let (mut line, mut column, mut source, mut original) = (0, 0, 0, (0, 0));
        for segment in segments {
            let separator = if segment.generated.0 > line { ';' } else { ',' };
            if separator == ';' {
                column = 0;
                (line..segment.generated.0).for_each(|_| out.push(';'));
                line = segment.generated.0;
            } else if !out.is_empty() && !out.ends_with(';') {
                out.push(separator);
            }
            number(&mut out, i64::from(segment.generated.1) - column);
            column = i64::from(segment.generated.1);
            if segment.source == NOWHERE {
                continue;
            }
            number(&mut out, i64::from(segment.source) - source);
            number(&mut out, i64::from(segment.original.0) - original.0);
            number(&mut out, i64::from(segment.original.1) - original.1);
            source = i64::from(segment.source);
            original = (i64::from(segment.original.0), i64::from(segment.original.1));
        }
        out
    }

    fn number(out: &mut String, value: i64) {
        let mut rest = (value.unsigned_abs() << 1) | u64::from(value < 0);
        loop {
            let digit = rest & 31;
            rest >>= 5;
            let digit = if rest > 0 { digit | 32 } else { digit };
            out.push(char::from(DIGITS.get(digit as usize).copied().unwrap_or(b'A')));
            if rest == 0 {
                return;
            }
        }
    }

    /// `None` if the text is damaged.
    pub(super) fn decode(mappings: &str) -> Option<Vec<Segment>> {
        let mut segments: Vec<Segment> = Vec::new();
        let (mut source, mut original) = (0i64, (0i64, 0i64));
        for (line, text) in (0u32..).zip(mappings.split(';')) {
            let mut column = 0i64;
            for piece in text.split(',').filter(|piece| !piece.is_empty()) {
                let mut bytes = piece.bytes();
                column = column.checked_add(read(&mut bytes)?)?;
                let generated = (line, u32::try_from(column).ok()?);
                let in_order = segments.last().is_none_or(|last| last.generated <= generated);
                if bytes.len() == 0 {
                    if in_order {
                        segments.push(Segment { generated, source: NOWHERE, original: (0, 0) });
                    }
                    continue;
                }
                source = source.checked_add(read(&mut bytes)?)?;
                original.0 = original.0.checked_add(read(&mut bytes)?)?;
                original.1 = original.1.checked_add(read(&mut bytes)?)?;
                let place = |pair: (i64, i64)| Some((u32::try_from(pair.0).ok()?, u32::try_from(pair.1).ok()?));
                let source = u32::try_from(source).ok().filter(|&source| source != NOWHERE)?;
                if !in_order {
                    return None;
                }
                segments.push(Segment { generated, source, original: place(original)? });
            }
        }
        Some(segments)
    }

    fn read(bytes: &mut std::str::Bytes<'_>) -> Option<i64> {
        let (mut value, mut shift) = (0i64, 0u32);
        loop {
            let byte = bytes.next()?;
            let digit = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            value |= i64::from(digit & 31) << shift;
            if digit & 32 == 0 {
                return Some(if value & 1 == 1 { -(value >> 1) } else { value >> 1 });
            }
            shift += 5;
            if shift > 30 {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests;
