//! Test files of web-platform-tests: which there are, and what their first lines say of how to run them.

use anyhow::{Context, Result};
use std::path::Path;

/// One run of a test file: a file without variants has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Path of the file below the suite's root.
    pub file: String,
    /// A query such as `?1-1000`, or nothing.
    pub variant: String,
    /// What is evaluated before it, as paths below the suite's root.
    pub scripts: Vec<String>,
    /// It says that it takes long.
    pub long: bool,
}

impl Run {
    /// What expectations call it.
    pub fn name(&self) -> String {
        format!("{}{}", self.file, self.variant)
    }
}

/// Every run below this folder of the suite, in one order on every machine.
pub fn runs(root: &Path, folder: &str) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    for file in crate::inputs::files(&root.join(folder))? {
        let name = file.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        if name.ends_with(".any.js") {
            let source = std::fs::read(&file).with_context(|| format!("reading `{}`", file.display()))?;
            runs.extend(parse(&name, &String::from_utf8_lossy(&source)));
        }
    }
    Ok(runs)
}

/// The runs of one file; none when it is not for workers.
fn parse(file: &str, source: &str) -> Vec<Run> {
    let (mut scripts, mut variants, mut long, mut for_workers) = (Vec::new(), Vec::new(), false, true);
    for line in source.lines() {
        let Some(meta) = line.strip_prefix("//") else { break };
        let Some((key, value)) = meta.trim().strip_prefix("META:").and_then(|meta| meta.split_once('=')) else {
            continue;
        };
        let value = value.trim();
        match key.trim() {
            "script" => scripts.push(absolute(file, value)),
            "variant" => variants.push(value.to_owned()),
            "timeout" => long = value == "long",
            "global" => {
                for_workers =
                    value.split(',').any(|global| matches!(global.trim(), "worker" | "dedicatedworker" | "jsshell"));
            }
            _ => {}
        }
    }
    if !for_workers {
        return Vec::new();
    }
    if variants.is_empty() {
        variants.push(String::new());
    }
    variants.into_iter().map(|variant| Run { file: file.to_owned(), variant, scripts: scripts.clone(), long }).collect()
}

/// A script's path below the root, from what a file names.
fn absolute(file: &str, script: &str) -> String {
    if let Some(path) = script.strip_prefix('/') {
        return path.to_owned();
    }
    let mut path: Vec<&str> = file.split('/').collect();
    path.pop();
    for part in script.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_the_first_lines_say_counts() {
        let source = "// META: title=A\n// META: script=/common/x.js\n// META: script=../y.js\n// META: timeout=long\n\
                      // META: variant=?1-10\n// a remark\n// META: variant=?11-last\n\n// META: script=late.js\n";
        let runs = parse("a/b/c.any.js", source);
        assert_eq!(
            runs.iter().map(super::Run::name).collect::<Vec<_>>(),
            ["a/b/c.any.js?1-10", "a/b/c.any.js?11-last"]
        );
        assert!(runs.iter().all(|run| run.long && run.scripts == ["common/x.js", "a/y.js"]));
    }

    #[test]
    fn a_file_without_them_is_one_run() {
        let runs = parse("c.any.js", "'use strict';\n// META: timeout=long\n");
        assert_eq!(runs.len(), 1);
        assert!(runs[0].name() == "c.any.js" && !runs[0].long && runs[0].scripts.is_empty());
    }

    #[test]
    fn files_for_windows_alone_are_left_out() {
        assert!(parse("c.any.js", "// META: global=window,serviceworker\n").is_empty());
        assert_eq!(parse("c.any.js", "// META: global=window,dedicatedworker\n").len(), 1);
        assert_eq!(parse("c.any.js", "// META: global=jsshell\n").len(), 1);
    }
}
