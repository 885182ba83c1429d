//! Words of a source that ask for a part of the JavaScript half.

use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    static ASKING: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Sets the words to look for. One with a dot before it stands for a member.
pub fn look_for(words: Vec<String>) {
    ASKING.set(words.into_iter().collect());
}

/// Those that stand in the source, wherever they stand in it: a word in a comment loads something for nothing, and that is
/// all.
pub fn found(source: &str) -> Vec<String> {
    ASKING.with_borrow(|asking| {
        let mut found = BTreeSet::new();
        let mut before: &[u8] = &[];
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..);
        for run in source.as_bytes().chunk_by(|a, b| is_part(a) == is_part(b)) {
            if run.first().is_some_and(is_part)
                && let Ok(word) = std::str::from_utf8(run)
            {
                if asking.contains(word) {
                    found.insert(word.to_owned());
                }
                // Three dots spread what follows.
                if before.ends_with(b".") && !before.ends_with(b"...") {
                    let member = format!(".{word}");
                    if asking.contains(&member) {
                        found.insert(member);
                    }
                }
            }
            before = run;
        }
        found.into_iter().collect()
    })
}
