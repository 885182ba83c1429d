//! What somebody may have meant who wrote a name that there is not.

/// How many letters may be wrong.
const MOST_WRONG: usize = 2;
/// Longest name that is compared, in characters: the work grows with its square.
const LONGEST: usize = 80;

/// The candidate that is most like a name: the same but for case, or with a letter or two wrong.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    if wanted.len() > LONGEST {
        return None;
    }
    // Of a short name, little is left when two letters are wrong.
    let most = if wanted.len() < 5 { 1 } else { MOST_WRONG };
    let rated = candidates.filter(|candidate| *candidate != name).filter_map(|candidate| {
        let other: Vec<char> = candidate.to_lowercase().chars().take(LONGEST + 1).collect();
        let near = other.len().abs_diff(wanted.len()) <= most;
        near.then(|| distance(&wanted, &other, most)).filter(|wrong| *wrong <= most).map(|wrong| (wrong, candidate))
    });
    rated.min().map(|(_, candidate)| candidate)
}

/// How many letters have to be put in, left out, exchanged or swapped to make one of the other; any number beyond `most` when
/// it is more.
fn distance(one: &[char], other: &[char], most: usize) -> usize {
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    let mut before: Option<char> = None;
    for (line, &letter) in one.iter().enumerate() {
        let mut next = vec![line + 1];
        for (column, &against) in other.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let changed = at(&row, column) + usize::from(letter != against);
            let mut least = changed.min(at(&row, column + 1) + 1).min(at(&next, column) + 1);
            let left = column.checked_sub(1);
            if let Some(left) = left.filter(|left| other.get(*left) == Some(&letter) && before == Some(against)) {
                least = least.min(at(&above, left) + 1);
            }
            next.push(least);
        }
        if next.iter().chain(&row).all(|wrong| *wrong > most) {
            return most + 1;
        }
        above = std::mem::replace(&mut row, next);
        before = Some(letter);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        let files = ["lib/Helper.ts", "lib/helper2.ts", "src/db.ts", "crypto", "fs/promises", "url"];
        let meant = |name: &str| nearest(name, files.into_iter());
        assert_eq!(meant("lib/helper.ts"), Some("lib/Helper.ts"));
        assert_eq!(meant("lib/Helpers.ts"), Some("lib/Helper.ts"));
        assert_eq!(meant("cryptoo"), Some("crypto"));
        assert_eq!(meant("crpyto"), Some("crypto"), "swapped");
        assert_eq!(meant("fs/promise"), Some("fs/promises"));
        assert_eq!(meant("urll"), Some("url"));
        for other in ["left-pad", "fs", "ab", "", "crypto", &"x".repeat(10_000)] {
            assert_eq!(meant(other), None, "{other}");
        }
    }

    #[test]
    fn distances() {
        let of = |one: &str, other: &str| {
            let letters = |text: &str| text.chars().collect::<Vec<char>>();
            distance(&letters(one), &letters(other), 9)
        };
        assert_eq!((of("", ""), of("a", ""), of("", "ab"), of("abc", "abc")), (0, 1, 2, 0));
        assert_eq!((of("abc", "acb"), of("abcd", "abxd"), of("kitten", "sitting")), (1, 1, 3));
    }
}
