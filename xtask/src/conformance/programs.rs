//! Files of test262, in the form in which Mozilla exports them: what a file needs stands in the `shell.js` of its folders, and
//! how it is run in its first lines.

use anyhow::{Context, Result};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Parts of test262 that are about the language and what comes with it.
const PARTS: [&str; 2] = ["built-ins", "language"];

/// One file, ready to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Program {
    /// Its path below the suite's root.
    #[serde(skip)]
    pub path: String,
    /// What is evaluated before it.
    pub prelude: String,
    /// The file.
    pub source: String,
    /// The class of the error that it has to throw.
    pub error: Option<String>,
    /// It ends when it says so, not when it has been evaluated.
    pub waits: bool,
}

/// So many of the files, evenly spread over all of them, in one order on every machine. Modules are left out: a function's
/// modules are joined at deploy, so that files of the suite cannot be modules of their own.
pub fn sample(root: &Path, count: usize) -> Result<Vec<Program>> {
    let mut all = Vec::new();
    for part in PARTS {
        for file in crate::inputs::files(&root.join(part))? {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.ends_with(".js") && name != "shell.js" && name != "browser.js" && !name.contains("_FIXTURE") {
                all.push(file);
            }
        }
    }
    let mut programs = Vec::new();
    for file in all {
        let source = String::from_utf8_lossy(&std::fs::read(&file)?).into_owned();
        if let Some((error, waits)) = directions(&source) {
            programs.push((file, source, error, waits));
        }
    }
    let total = programs.len();
    let chosen = spread(total, count);
    let mut next = chosen.iter().copied().peekable();
    let mut sample = Vec::with_capacity(chosen.len());
    for (place, (file, source, error, waits)) in programs.into_iter().enumerate() {
        if next.next_if_eq(&place).is_some() {
            let path = file.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            sample.push(Program { path, prelude: prelude(root, &file)?, source, error, waits });
        }
    }
    Ok(sample)
}

/// Places of `count` things spread over `total`, the first one included.
fn spread(total: usize, count: usize) -> Vec<usize> {
    let count = count.min(total);
    (0..count).map(|index| index * total / count).collect()
}

/// Which error a file has to throw, and whether it ends later than its evaluation; nothing for modules.
fn directions(source: &str) -> Option<(Option<String>, bool)> {
    let first = source.lines().next().unwrap_or_default();
    let Some(words) = first.strip_prefix("// |reftest|") else { return Some((None, false)) };
    let words = words.split(" -- ").next().unwrap_or_default();
    let mut directions = (None, false);
    for word in words.split_whitespace() {
        match word {
            "module" => return None,
            "async" => directions.1 = true,
            word => {
                if let Some(error) = word.strip_prefix("error:") {
                    directions.0 = Some(error.to_owned());
                }
            }
        }
    }
    Some(directions)
}

/// The `shell.js` of the root and of every folder down to the file.
fn prelude(root: &Path, file: &Path) -> Result<String> {
    let mut folders: Vec<PathBuf> =
        file.ancestors().skip(1).take_while(|folder| folder.starts_with(root)).map(Path::to_path_buf).collect();
    folders.reverse();
    let mut text = String::new();
    for shell in folders.iter().map(|folder| folder.join("shell.js")).filter(|shell| shell.is_file()) {
        let source = std::fs::read_to_string(&shell).with_context(|| format!("reading `{}`", shell.display()))?;
        text.extend(source.lines().flat_map(|line| [lasting(line), "\n".to_owned()]));
    }
    Ok(text)
}

/// A line of a prelude such that what it declares at the top outlives the evaluation of the prelude: `const`, `let` and `class`
/// would not.
fn lasting(line: &str) -> String {
    if let Some(rest) = line.strip_prefix("const ").or_else(|| line.strip_prefix("let ")) {
        return format!("var {rest}");
    }
    match line.strip_prefix("class ").and_then(|rest| rest.split(|c: char| !c.is_alphanumeric()).next()) {
        Some(name) => format!("var {name} = {line}"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{directions, lasting, spread};

    #[test]
    fn what_a_prelude_declares_lasts() {
        assert_eq!(lasting("const a = 1;"), "var a = 1;");
        assert_eq!(lasting("let a = 1;"), "var a = 1;");
        assert_eq!(lasting("class A extends B {"), "var A = class A extends B {");
        for line in ["  const a = 1;", "constant();", "function a() {", ""] {
            assert_eq!(lasting(line), line);
        }
    }

    #[test]
    fn the_first_line_says_how_to_run_a_file() {
        assert_eq!(directions("// Copyright\n// |reftest| async\n"), Some((None, false)));
        assert_eq!(directions("// |reftest| async\n"), Some((None, true)));
        let error = directions("// |reftest| skip-if(a||b) error:SyntaxError -- not async, it is said\n");
        assert_eq!(error, Some((Some("SyntaxError".into()), false)));
        assert_eq!(directions("// |reftest| error:SyntaxError module\n"), None);
    }

    #[test]
    fn a_sample_is_spread_evenly() {
        assert_eq!(spread(10, 5), [0, 2, 4, 6, 8]);
        assert_eq!(spread(10, 3), [0, 3, 6]);
        assert_eq!(spread(2, 5), [0, 1]);
        assert!(spread(0, 5).is_empty() && spread(5, 0).is_empty());
    }
}
