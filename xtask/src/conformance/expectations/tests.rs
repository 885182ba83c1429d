use super::{Expectations, Fail, Skip};
use crate::conformance::outcome::{Outcome, Subtest};

fn outcome(run: &str, tests: &[(&str, bool)]) -> Outcome {
    let subtests =
        tests.iter().map(|(name, passes)| Subtest { name: (*name).into(), passes: *passes, message: "why".into() });
    Outcome { run: run.into(), broken: None, subtests: subtests.collect() }
}

fn listed(run: &str, because: &str, tests: &[&str]) -> Expectations {
    let tests = tests.iter().map(|name| (*name).to_owned()).collect();
    Expectations { skip: Vec::new(), fail: vec![Fail { run: run.into(), because: because.into(), tests }] }
}

#[test]
fn what_is_listed_may_fail_and_nothing_else() {
    let known = listed("x", "no such thing", &["a"]);
    assert_eq!(known.compare(&[outcome("x", &[("a", false), ("b", true)])], true), Vec::<String>::new());
    let complaints = known.compare(&[outcome("x", &[("a", false), ("b", false)])], true);
    assert_eq!(complaints, ["x: b\n    why"]);
}

#[test]
fn what_is_listed_must_fail() {
    let complaints = listed("x", "no such thing", &["a"]).compare(&[outcome("x", &[("a", true)])], true);
    assert_eq!(complaints, ["x: a\n    passes although it is listed as failing"]);
}

#[test]
fn a_file_that_breaks_off_is_a_failure() {
    let broken = Outcome::failed("x".into(), "status 500".into());
    assert_eq!(Expectations::default().compare(&[broken], true), ["x: (the whole file)\n    status 500"]);
}

#[test]
fn entries_need_a_reason_and_a_run() {
    let mut known = listed("gone", " ", &["a"]);
    known.skip.push(Skip { path: "y/".into(), because: String::new() });
    let complaints = known.compare(&[], true);
    assert_eq!(complaints.len(), 3, "{complaints:?}");
    assert_eq!(known.compare(&[], false).len(), 2, "a part of the area says nothing of the rest");
}

#[test]
fn folders_files_and_runs_are_skipped() {
    let skip = ["a/", "b/c.any.js", "b/d.any.js?1"].map(|path| Skip { path: path.into(), because: "so".into() });
    let known = Expectations { skip: skip.into(), fail: Vec::new() };
    for run in ["a/x.any.js", "a/b/x.any.js?2", "b/c.any.js", "b/c.any.js?9", "b/d.any.js?1"] {
        assert_eq!(known.skips(run), Some("so"), "{run}");
    }
    for run in ["ab/x.any.js", "b/d.any.js", "b/d.any.js?2", "b/c.any.js.any.js"] {
        assert_eq!(known.skips(run), None, "{run}");
    }
}

#[test]
fn blessing_keeps_reasons_and_forgets_what_passes() {
    let mut known = listed("x", "no such thing", &["a", "b"]);
    known.fail.push(Fail { run: "y".into(), because: "never".into(), tests: ["z".to_owned()].into() });
    let seen = [outcome("x", &[("a", false), ("b", true), ("c", false)])];
    known.bless(&seen, false);
    assert_eq!(known.fail.len(), 3);
    assert_eq!(known.compare(&seen, false), ["x: its failures are listed without a reason"]);
    known.bless(&seen, true);
    assert!(known.fail.iter().all(|fail| fail.run == "x"), "a whole area leaves nothing over");
}

#[test]
fn what_is_written_is_read() {
    let mut known = listed("x?1", "it says \"no\"", &["a\n\u{1}b", "c'd\"e", "ü"]);
    known.skip.push(Skip { path: "y/".into(), because: "that".into() });
    let read: Expectations = toml::from_str(&known.write()).unwrap();
    assert_eq!(read, known);
    assert_eq!(Expectations::default().write(), "");
}
