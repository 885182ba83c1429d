//! Environment variables of functions, as they are given on the command line: from its words, from this program's own
//! environment, and from files.

use super::error::RemoteError;
use crate::cli::dotenv::dotenv;
use crate::cli::exit_code::CliError;
use crate::config::Variables;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Reads them. Of what is given twice the last one counts, and words count more than files.
///
/// # Errors
/// Names the word or file that cannot be used.
pub fn read(words: &[String], files: &[PathBuf], here: &Variables) -> Result<Map<String, Value>, CliError> {
    let mut read = Map::new();
    for file in files {
        read.extend(dotenv(&text(file)?).into_iter().map(|(name, value)| (name, value.into())));
    }
    for word in words {
        let (name, value) = pair(word, here)?;
        read.insert(name.to_owned(), value.into());
    }
    Ok(read)
}

/// What a file holds; `-` is the standard input.
///
/// # Errors
/// Names the file that cannot be read.
pub fn text(path: &Path) -> Result<String, CliError> {
    let text =
        if path.as_os_str() == "-" { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    text.map_err(|source| CliError::Folder { path: path.display().to_string(), source })
}

/// `NAME=value`, or `NAME` for the value that it has here: so a secret needs to be in no command line.
fn pair<'a>(word: &'a str, here: &'a Variables) -> Result<(&'a str, &'a str), RemoteError> {
    match word.split_once('=') {
        Some(("", _)) => {
            Err(RemoteError::Usage("a variable has the form NAME=value, and its name is not empty".into()))
        }
        Some(pair) => Ok(pair),
        None => here.text(word).map(|value| (word, value)).ok_or_else(|| {
            let text = format!("the variable `{word}` is not set here, or is no text; give its value as {word}=value");
            RemoteError::Usage(text)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let here = Variables::of([("SET", "here"), ("EMPTY", "")]);
        for (word, expected) in [
            ("A=b=c", Some(("A", "b=c"))),
            ("A=", Some(("A", ""))),
            ("SET", Some(("SET", "here"))),
            ("EMPTY", Some(("EMPTY", ""))),
            ("UNSET", None),
            ("=canary", None),
        ] {
            assert_eq!(pair(word, &here).ok(), expected, "{word}");
        }
        assert!(!pair("=canary", &here).unwrap_err().to_string().contains("canary"));
    }

    #[test]
    fn words_count_more_than_files() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(".env");
        std::fs::write(&file, "A=file\nB=file\n").unwrap();
        let given = read(&["A=word".into()], &[file], &Variables::default()).unwrap();
        assert_eq!(Value::from(given), serde_json::json!({ "A": "word", "B": "file" }));
        let missing = read(&[], &[dir.path().join("none")], &Variables::default()).unwrap_err();
        assert!(missing.to_string().contains("none"));
    }
}
