//! scratch
#![allow(clippy::all, clippy::pedantic, clippy::restriction)]
use ramekin_compiler::{Source, transpile};
fn main() {
    for dir in std::fs::read_dir("/tmp/rk/compiler/tests/cases").unwrap() {
        let dir = dir.unwrap().path();
        for old in ["expected.js", "expected.txt"] {
            let _ = std::fs::remove_file(dir.join(old));
        }
        let input = std::fs::read_dir(&dir).unwrap().next().unwrap().unwrap().path();
        let ext = input.extension().unwrap().to_str().unwrap().to_owned();
        let source = Source::new(format!("hello.{ext}"), std::fs::read_to_string(&input).unwrap());
        match transpile(&source) {
            Ok(t) => std::fs::write(dir.join("expected.js"), t.code).unwrap(),
            Err(d) => std::fs::write(dir.join("expected.txt"), format!("{d}\n")).unwrap(),
        }
    }
}
