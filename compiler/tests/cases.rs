//! Every folder in `cases/` holds an `input.*` and what becomes of it: the code (`expected.js`) or, word for word, the
//! diagnostics (`expected.txt`). A folder with less, or with anything else, fails.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its cases fails")]

use std::fs;
use std::path::{Path, PathBuf};

use ramekin_compiler::{Source, transpile};

/// A folder and the names in it, sorted.
fn folders() -> Vec<(PathBuf, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    names(&root).into_iter().map(|name| root.join(name)).map(|folder| (folder.clone(), names(&folder))).collect()
}

fn actual(input: &Path) -> (&'static str, String) {
    let extension = input.extension().unwrap().to_str().unwrap();
    let source = Source::new(format!("hello.{extension}"), fs::read_to_string(input).unwrap());
    match transpile(&source) {
        Ok(transpiled) => ("expected.js", transpiled.code),
        Err(diagnostics) => ("expected.txt", format!("{diagnostics}\n")),
    }
}

#[test]
fn every_case_comes_out_as_expected() {
    let folders = folders();
    assert!(folders.len() > 30, "cases are missing");
    for (folder, names) in folders {
        let [expected, input] = names.as_slice() else { panic!("{} holds {names:?}", folder.display()) };
        assert!(input.starts_with("input."), "{} holds {names:?}", folder.display());
        let (name, text) = actual(&folder.join(input));
        assert_eq!(name, expected, "{}: {text}", folder.display());
        assert_eq!(text, fs::read_to_string(folder.join(expected)).unwrap(), "{}", folder.display());
    }
}
