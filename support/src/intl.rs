//! What the engine asks the host of time zones and of the boundaries of text. Pure: the same arguments give the same answers,
//! at deploy and in a call.

use chrono::{DateTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::{OffsetComponents as _, TZ_VARIANTS, Tz};
use unicode_segmentation::UnicodeSegmentation as _;

/// Longest text that is taken apart at once, in bytes: the work is not the sandbox's, so it has to be little.
pub const MAX_TEXT: usize = 64 * 1024;

/// How text is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granularity {
    /// Characters as people see them.
    Grapheme,
    /// Words and what stands between them.
    Word,
    /// Sentences.
    Sentence,
}

/// The name of a time zone as the database writes it, whatever case it is given in.
pub fn time_zone(name: &str) -> Option<&'static str> {
    TZ_VARIANTS.iter().map(|zone| zone.name()).find(|known| known.eq_ignore_ascii_case(name))
}

/// Names of all time zones, sorted.
pub fn time_zones() -> Vec<String> {
    let mut names: Vec<String> = TZ_VARIANTS.iter().map(|zone| zone.name().to_owned()).collect();
    names.sort();
    names
}

/// Seconds east of Greenwich in a time zone at an instant, in milliseconds since 1970, and whether that is summer time.
pub fn offset(zone: &str, at: i64) -> (i32, bool) {
    let Ok(zone) = zone.parse::<Tz>() else { return (0, false) };
    let nearest = if at < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
    let instant = DateTime::from_timestamp_millis(at).unwrap_or(nearest);
    let offset = zone.offset_from_utc_datetime(&instant.naive_utc());
    (offset.fix().local_minus_utc(), !offset.dst_offset().is_zero())
}

/// Where each segment ends, in UTF-16 code units; negative when it is like a word. Of text beyond [`MAX_TEXT`] nothing is
/// said.
pub fn boundaries(text: &str, by: Granularity) -> Vec<i32> {
    let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text);
    let mut end = 0_i32;
    let mut advance = |segment: &str| {
        end = end.saturating_add(i32::try_from(segment.encode_utf16().count()).unwrap_or(i32::MAX));
        end
    };
    match by {
        Granularity::Grapheme => text.graphemes(true).map(advance).collect(),
        Granularity::Sentence => text.split_sentence_bounds().map(advance).collect(),
        Granularity::Word => text
            .split_word_bounds()
            .map(|segment| {
                let end = advance(segment);
                if segment.chars().any(char::is_alphanumeric) { -end } else { end }
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_in_any_case() {
        assert_eq!(time_zone("europe/BERLIN"), Some("Europe/Berlin"));
        assert_eq!(time_zone("Asia/Kolkata"), Some("Asia/Kolkata"));
        assert_eq!(time_zone("Europe/Nowhere"), None);
        let names = time_zones();
        assert!(names.len() > 400 && names.is_sorted() && names.contains(&"UTC".to_owned()));
    }

    #[test]
    fn offsets_follow_the_seasons() {
        let (january, july) = (1_736_089_449_007, 1_722_384_000_000);
        assert_eq!(offset("Europe/Berlin", january), (3_600, false));
        assert_eq!(offset("Europe/Berlin", july), (7_200, true));
        assert_eq!(offset("America/New_York", january), (-18_000, false));
        assert_eq!(offset("Asia/Kolkata", july), (19_800, false));
        assert_eq!(offset("Europe/Nowhere", july), (0, false));
    }

    #[test]
    fn no_instant_is_too_far() {
        for at in [i64::MIN, -8_640_000_000_000_000, 8_640_000_000_000_000, i64::MAX] {
            let (seconds, _) = offset("Europe/Berlin", at);
            assert!((0..=7_200).contains(&seconds), "{at}: {seconds}");
        }
    }

    #[test]
    fn segments_end_where_unicode_says() {
        let family = "a👨‍👩‍👧e\u{301}";
        assert_eq!(boundaries(family, Granularity::Grapheme), [1, 9, 11]);
        assert_eq!(boundaries("Hi, you 2!", Granularity::Word), [-2, 3, 4, -7, 8, -9, 10]);
        assert_eq!(boundaries("One. Two?", Granularity::Sentence), [5, 9]);
        assert!(boundaries("", Granularity::Word).is_empty());
    }

    #[test]
    fn long_text_is_cut() {
        let text = "x".repeat(MAX_TEXT);
        assert_eq!(boundaries(&text, Granularity::Grapheme).len(), MAX_TEXT);
        assert_eq!(boundaries(&format!("{text}y"), Granularity::Grapheme).len(), MAX_TEXT);
        assert_eq!(boundaries(&"ü".repeat(MAX_TEXT), Granularity::Grapheme).len(), MAX_TEXT / 2);
    }
}
