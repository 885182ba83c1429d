//! Lines and columns as an author counts them: from 1, a column being one character (Unicode scalar value), whatever
//! its width or its size in bytes. Lines end where the language says: LF, CR, CR LF, U+2028, U+2029.

use serde::Serialize;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// Finds the line and column of a byte offset.
pub(crate) struct LineIndex<'a> {
    text: &'a str,
    /// Byte offset of the start of every line.
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let ends = |&(at, &byte): &(usize, &u8)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            // The last byte of U+2028 and U+2029.
            0xA8 | 0xA9 => bytes.get(..at).is_some_and(|before| before.ends_with(&[0xE2, 0x80])),
            _ => false,
        };
        let starts = bytes.iter().enumerate().filter(ends).map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(starts).collect() }
    }

    /// Where a byte offset is. One past the end, or inside a character, is as near as it gets.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let before = self.text.as_bytes().get(start..offset.min(self.text.len())).unwrap_or_default();
        let column = before.iter().filter(|&&byte| !is_continuation(byte)).count();
        Position { line: count(line), column: count(column) }
    }

    /// The text of a line (from 1) without what ends it.
    pub(crate) fn line(&self, line: u32) -> &'a str {
        let index = (line as usize).saturating_sub(1);
        let Some(&start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..end).unwrap_or_default();
        text.trim_end_matches(['\n', '\r', '\u{2028}', '\u{2029}'])
    }
}

/// Whether a byte of UTF-8 continues a character.
pub(crate) fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// From a count of what comes before to a number from 1.
fn count(before: usize) -> u32 {
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, Position};

    #[test]
    fn columns_are_characters() {
        let text = "a\r\né💥b\n\u{2028}\tz";
        let index = LineIndex::new(text);
        let at = |offset| index.position(offset);
        assert_eq!(at(0), Position { line: 1, column: 1 });
        assert_eq!(at(text.find('é').unwrap()), Position { line: 2, column: 1 });
        assert_eq!(at(text.find('b').unwrap()), Position { line: 2, column: 3 });
        assert_eq!(at(text.find('\t').unwrap()), Position { line: 4, column: 1 });
        assert_eq!(at(text.len()), Position { line: 4, column: 3 });
        assert_eq!(at(text.len() + 99), Position { line: 4, column: 3 });
        assert_eq!(["a", "é💥b", "", "\tz", ""], [1, 2, 3, 4, 5].map(|line| index.line(line)));
    }

    #[test]
    fn an_empty_text_has_one_line() {
        let index = LineIndex::new("");
        assert_eq!(index.position(0), Position { line: 1, column: 1 });
        assert_eq!((index.line(0), index.line(1)), ("", ""));
    }
}
