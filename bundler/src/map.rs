//! The bundle's source map as it is stored: every column a character, every source under the name its author knows it by.

use crate::jsx::put_before;
use crate::resolve::Resolver;
use oxc_sourcemap::{SourceMap, Token};
use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

/// A map whose columns are characters instead of UTF-16 units. Sources' texts are left out.
pub(crate) fn in_characters(map: &SourceMap<'_>, code: &str, resolver: &Resolver) -> String {
    let generated = Wide::of(code);
    let originals: Vec<Wide> = map.get_source_contents().map(|text| Wide::of(text.unwrap_or_default())).collect();
    let shifts: Vec<u32> = map.get_source_contents().map(|text| put_before(text.unwrap_or_default())).collect();
    let nothing = Wide::default();
    let tokens = map.get_tokens().map(|token| {
        let source = token.get_source_id();
        let original = source.and_then(|id| originals.get(id as usize)).unwrap_or(&nothing);
        let (line, column) = (token.get_dst_line(), token.get_dst_col());
        let (from_line, from_column) = (token.get_src_line(), token.get_src_col());
        let column = generated.characters(line, column);
        let shift = source.and_then(|id| shifts.get(id as usize)).filter(|_| from_line == 0);
        let from_column =
            original.characters(from_line, from_column).saturating_sub(shift.copied().unwrap_or_default());
        Token::new(line, column, from_line, from_column, source, None)
    });
    let out = resolver.request.root.join("out");
    let sources = map.get_sources().map(|source| Cow::Owned(name(&out, source, resolver))).collect();
    let tokens: Box<[Token]> = tokens.collect();
    SourceMap::new(None, Vec::new(), None, sources, Vec::new(), tokens, None).to_json_string()
}

/// Sources are written relative to where the bundle would be.
fn name(out: &Path, source: &str, resolver: &Resolver) -> String {
    if source.contains('\0') {
        return "ramekin:bundle".to_owned();
    }
    let mut path = PathBuf::new();
    for part in out.join(source).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            part => path.push(part),
        }
    }
    resolver.shown(&path.display().to_string())
}

/// Where the characters are that take two UTF-16 units: line, and column in such units, both from 0.
#[derive(Default)]
struct Wide(Vec<(u32, u32)>);

impl Wide {
    fn of(text: &str) -> Self {
        let mut wide = Vec::new();
        if text.is_ascii() {
            return Self(wide);
        }
        let (mut line, mut column) = (0u32, 0u32);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\r' if characters.peek() == Some(&'\n') => {}
                '\n' | '\r' | '\u{2028}' | '\u{2029}' => {
                    line += 1;
                    column = 0;
                    continue;
                }
                _ => {}
            }
            if character.len_utf16() == 2 {
                wide.push((line, column));
                column += 2;
            } else {
                column += 1;
            }
        }
        Self(wide)
    }

    /// The column in characters of one in UTF-16 units.
    fn characters(&self, line: u32, column: u32) -> u32 {
        let start = self.0.partition_point(|&at| at < (line, 0));
        let end = self.0.partition_point(|&at| at < (line, column));
        column.saturating_sub(u32::try_from(end.saturating_sub(start)).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::Wide;

    #[test]
    fn columns_are_characters() {
        let wide = Wide::of("é💥b\n💥💥x");
        assert_eq!((wide.characters(0, 1), wide.characters(0, 3), wide.characters(1, 4)), (1, 2, 2));
        assert_eq!(Wide::of("abc").characters(0, 2), 2);
    }
}
