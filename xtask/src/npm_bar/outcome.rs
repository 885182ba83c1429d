//! What came of a package.

use super::entry::{Fails, Point};
use serde::Serialize;
use std::fmt;

/// One package.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Its name.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The module that was made, in bytes.
    pub module: Option<u64>,
    /// The image on disk, in bytes.
    pub image: Option<u64>,
    /// How long the deploy took, with fetching packages.
    pub deploy_ms: Option<u64>,
    /// The same deploy once more: packages are there.
    pub again_ms: Option<u64>,
    /// The first call.
    pub first_ms: Option<u64>,
    /// The second call.
    pub second_ms: Option<u64>,
    /// Whether it is as expected.
    pub result: Verdict,
}

/// Whether something is as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "is", content = "why")]
pub enum Verdict {
    /// It works.
    Works,
    /// It fails, and the reason is known.
    FailsAsKnown(String),
    /// It fails.
    Fails(String),
    /// It works, although it is said to fail.
    WorksUnexpectedly,
}

impl Outcome {
    /// Whether something has to be done about it.
    pub fn is_wrong(&self) -> bool {
        matches!(self.result, Verdict::Fails(_) | Verdict::WorksUnexpectedly)
    }
}

impl Verdict {
    /// Of what went wrong, if anything did, and what was expected to.
    pub fn of(failure: Option<(Point, String)>, known: Option<&Fails>) -> Self {
        match (failure, known) {
            (None, None) => Self::Works,
            (None, Some(_)) => Self::WorksUnexpectedly,
            (Some((point, text)), Some(fails)) if point == fails.at && text.contains(&fails.with) => {
                Self::FailsAsKnown(fails.because.clone())
            }
            (Some((point, text)), _) => Self::Fails(format!("{point}: {text}")),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Works => formatter.write_str("works"),
            Self::FailsAsKnown(because) => write!(formatter, "fails: {because}"),
            Self::Fails(text) => write!(formatter, "FAILS at {text}"),
            Self::WorksUnexpectedly => formatter.write_str("WORKS, although it is said to fail"),
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Deploy => "deploy",
            Self::Call => "call",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Fails, Point, Verdict};

    #[test]
    fn only_the_known_failure_is_tolerated() {
        let fails = Fails { at: Point::Call, with: "no socket".into(), because: "it needs sockets".into() };
        let failed = |point, text: &str| Some((point, text.to_owned()));
        assert_eq!(Verdict::of(None, None), Verdict::Works);
        assert_eq!(Verdict::of(None, Some(&fails)), Verdict::WorksUnexpectedly);
        let known = Verdict::of(failed(Point::Call, "there is no socket"), Some(&fails));
        assert_eq!(known, Verdict::FailsAsKnown("it needs sockets".into()));
        for failure in [failed(Point::Deploy, "no socket"), failed(Point::Call, "something else")] {
            assert!(matches!(Verdict::of(failure, Some(&fails)), Verdict::Fails(_)));
        }
    }
}
