//! Files of test262, in the form in which Mozilla exports them: what a file needs stands in the `shell.js` of its folders, and
//! how it is run in its first lines.

use anyhow::{Context, Result};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Parts of test262 that are about the language and what comes with it.
const PARTS: [&str; 2] = ["built-ins", "language"];

/// One file, ready to run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Program {
    /// Its path below the suite's root.
    #[serde(skip)]
    pub path: String,
    /// Where it is on this machine.
    pub place: PathBuf,
    /// What is evaluated before it.
    pub prelude: String,
    /// The file.
    pub source: String,
    /// The class of the error that it has to throw.
    pub error: Option<String>,
    /// It ends when it says so, not when it has been evaluated.
    pub waits: bool,
    /// It is a module.
    pub module: bool,
    /// What of the language it uses, by the suite's names.
    #[serde(skip)]
    pub features: Vec<String>,
}

/// What a run is made of.
pub struct Sample {
    /// In one order on every machine.
    pub programs: Vec<Program>,
    /// How many files use a feature that is left out.
    pub without: usize,
}

/// So many of the files, evenly spread over all of them but those that use one of these features.
pub fn sample(root: &Path, count: usize, absent: &[&str]) -> Result<Sample> {
    let mut all = Vec::new();
    let mut without = 0;
    for part in PARTS {
        for file in crate::inputs::files(&root.join(part))? {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !name.ends_with(".js") || name == "shell.js" || name == "browser.js" || name.contains("_FIXTURE") {
                continue;
            }
            let source = String::from_utf8_lossy(&std::fs::read(&file)?).into_owned();
            if features(&source).iter().any(|feature| absent.contains(feature)) {
                without += 1;
            } else {
                all.push(file);
            }
        }
    }
    let mut programs = Vec::new();
    for file in spread(all.len(), count).into_iter().filter_map(|place| all.get(place)) {
        let source = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
        let directions = directions(&source);
        programs.push(Program {
            path: file.strip_prefix(root)?.to_string_lossy().replace('\\', "/"),
            place: file.clone(),
            prelude: prelude(root, file)?,
            features: features(&source).into_iter().map(str::to_owned).collect(),
            source,
            ..directions
        });
    }
    Ok(Sample { programs, without })
}

/// The features that a file says it uses, in a list of one of the two forms that YAML has.
fn features(source: &str) -> Vec<&str> {
    let Some((_, rest)) = source.split_once("\nfeatures:") else { return Vec::new() };
    let rest = rest.trim_start_matches(' ');
    let list = match rest.strip_prefix('[') {
        Some(list) => list.split(']').next().unwrap_or_default(),
        None => {
            let items = rest.lines().skip(1).take_while(|line| line.trim_start().starts_with("- "));
            return items.map(|line| line.trim_start().trim_start_matches("- ").trim()).collect();
        }
    };
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
}

/// Places of `count` things spread over `total`, the first one included.
fn spread(total: usize, count: usize) -> Vec<usize> {
    let count = count.min(total);
    (0..count).map(|index| index * total / count).collect()
}

/// How a file is run: which error it has to throw, whether it ends later than its evaluation, whether it is a module.
fn directions(source: &str) -> Program {
    let mut directions = Program::default();
    let first = source.lines().next().unwrap_or_default();
    let words = first.strip_prefix("// |reftest|").and_then(|words| words.split(" -- ").next()).unwrap_or_default();
    for word in words.split_whitespace() {
        match word {
            "module" => directions.module = true,
            "async" => directions.waits = true,
            word => {
                if let Some(error) = word.strip_prefix("error:") {
                    directions.error = Some(error.to_owned());
                }
            }
        }
    }
    directions
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
    use super::{directions, features, lasting, spread};

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
        let how = |source| {
            let found = directions(source);
            (found.error, found.waits, found.module)
        };
        assert_eq!(how("// Copyright\n// |reftest| async\n"), (None, false, false));
        assert_eq!(how("// |reftest| async\n"), (None, true, false));
        let error = how("// |reftest| skip-if(a||b) error:SyntaxError -- not async, it is said\n");
        assert_eq!(error, (Some("SyntaxError".into()), false, false));
        assert_eq!(how("// |reftest| error:SyntaxError module\n"), (Some("SyntaxError".into()), false, true));
    }

    #[test]
    fn a_file_says_what_it_uses() {
        assert_eq!(features("/*---\nfeatures: [a.b, c]\n---*/"), ["a.b", "c"]);
        assert_eq!(features("/*---\nfeatures:\n  - a\n  - b\nincludes: [x.js]\n---*/"), ["a", "b"]);
        assert!(features("/*---\n---*/").is_empty());
    }

    #[test]
    fn a_sample_is_spread_evenly() {
        assert_eq!(spread(10, 5), [0, 2, 4, 6, 8]);
        assert_eq!(spread(10, 3), [0, 3, 6]);
        assert_eq!(spread(2, 5), [0, 1]);
        assert!(spread(0, 5).is_empty() && spread(5, 0).is_empty());
    }
}
