//! Which version of something a change is meant for.

use chrono::{DateTime, Utc};

/// A change that is made only if what it changes is as its author has seen it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Precondition {
    /// Whatever is there.
    #[default]
    None,
    /// There is one.
    Exists,
    /// There is none.
    Absent,
    /// There is one, and it is of one of these versions: microseconds since 1970 of its last change.
    Version(Vec<i64>),
}

impl Precondition {
    /// Whether it holds for something that was last changed then, or is not there.
    pub fn holds(&self, changed: Option<DateTime<Utc>>) -> bool {
        match self {
            Self::None => true,
            Self::Exists => changed.is_some(),
            Self::Absent => changed.is_none(),
            Self::Version(versions) => changed.is_some_and(|at| versions.contains(&at.timestamp_micros())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds() {
        let at = DateTime::from_timestamp_micros(5);
        let version = |versions: &[i64]| Precondition::Version(versions.to_vec());
        for (precondition, there, absent) in [
            (Precondition::None, true, true),
            (Precondition::Exists, true, false),
            (Precondition::Absent, false, true),
            (version(&[4, 5]), true, false),
            (version(&[4]), false, false),
            (version(&[]), false, false),
        ] {
            assert_eq!((precondition.holds(at), precondition.holds(None)), (there, absent), "{precondition:?}");
        }
    }
}
