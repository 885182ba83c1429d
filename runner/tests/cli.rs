//! The binary as a user meets it. That this test exists also makes `cargo test --workspace` build the binary, which the
//! cases of the package `ramekin-tests` run against.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

fn ramekin(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ramekin")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn help_names_the_commands() {
    let (code, out, _) = ramekin(&["--help"]);
    assert_eq!(code, Some(0));
    for command in ["serve", "dev", "login", "apps", "functions", "metrics", "keys", "completions"] {
        assert!(out.contains(command), "{out}");
    }
}

#[test]
fn an_unknown_command_is_refused_with_a_hint() {
    let (code, _, err) = ramekin(&["srve"]);
    assert_ne!(code, Some(0));
    assert!(err.contains("srve") && err.contains("--help"), "{err}");
}
