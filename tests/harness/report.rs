//! What a test run prints besides its results.
#![expect(clippy::print_stderr, reason = "a test's report goes to the terminal")]

/// A figure that a test has measured.
pub fn figure(test: &str, text: impl std::fmt::Display) {
    eprintln!("    {test}: {text}");
}

/// Something that whoever runs the tests should know.
pub fn note(text: impl std::fmt::Display) {
    eprintln!("{text}");
}

/// An error, with its causes, as the test runner prints it.
pub fn failed(error: &anyhow::Error) -> libtest_mimic::Failed {
    format!("{error:#}").into()
}
