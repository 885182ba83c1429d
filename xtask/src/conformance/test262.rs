//! Runs a sample of test262 inside deployed functions, and compares with what QuickJS itself passes: the language is the
//! engine's affair, so what counts is that nothing of it is lost on the way into the sandbox.

use super::language::{Language, OF_QUICKJS};
use super::programs::{self, Program, Sample};
use super::stage::Stage;
use super::{Arguments, SAMPLE, folder, native, parallel};
use anyhow::{Context, Result};
use ramekin_tests::server::Setup;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What a call may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Of a hundred files that QuickJS passes, so many pass in functions at least.
const BAR: usize = 98;

/// What a file came to: nothing when it passes, else why it does not.
type Verdict = Option<String>;

/// Runs the sample. Returns whether everything is as expected, and enough of it passes.
pub fn run(suite: &Path, arguments: &Arguments) -> Result<bool> {
    let suite = suite.canonicalize().with_context(|| format!("`{}`", suite.display()))?;
    let path = folder().join("test262.toml");
    let mut expected = Language::read(&path)?;
    let Sample { programs: sample, without } = programs::sample(&suite, arguments.sample, &expected.absent())?;
    let ours = in_functions(&suite, &sample)?;
    let names = || sample.iter().map(|program| program.path.as_str());
    let native: Vec<bool> = match &arguments.qjs {
        Some(qjs) => native::run(qjs, &sample)?.iter().map(Option::is_none).collect(),
        None => names().map(|name| expected.why(name) != Some(OF_QUICKJS)).collect(),
    };
    if let Some(path) = &arguments.report {
        let rows: Vec<_> = names().zip(&ours).zip(&native).map(|((name, own), native)| (name, own, native)).collect();
        std::fs::write(path, serde_json::to_vec_pretty(&rows)?)?;
    }
    if arguments.bless {
        let outcomes = names().zip(&ours).zip(&native);
        expected.bless(outcomes.filter(|((_, own), _)| own.is_some()).map(|((name, _), native)| (name, !native)));
        std::fs::write(&path, expected.write())?;
    }
    let mut out = std::io::stdout();
    // Another sample has files that nobody has looked at.
    let complaints = match arguments.sample {
        SAMPLE => expected.compare(names().zip(ours.iter().map(Option::as_deref))),
        _ => Vec::new(),
    };
    for complaint in &complaints {
        writeln!(out, "{complaint}")?;
    }
    write!(out, "{}", table(&sample, &ours, &native))?;
    writeln!(out, "{without} files use features that the engine does not have: {}", expected.absent().join(", "))?;
    let (kept, of) = kept(&ours, &native);
    writeln!(out, "of {of} files that QuickJS passes, {kept} pass in functions")?;
    Ok(complaints.is_empty() && kept * 100 >= of * BAR)
}

/// How many of the files that pass natively pass here, and how many those are.
fn kept(ours: &[Verdict], native: &[bool]) -> (usize, usize) {
    let pass: Vec<_> = ours.iter().zip(native).filter(|(_, native)| **native).collect();
    (pass.iter().filter(|(own, _)| own.is_none()).count(), pass.len())
}

/// The part of the suite that a file counts to.
fn part(program: &Program) -> &str {
    if program.module { "modules" } else { program.path.split('/').next().unwrap_or_default() }
}

fn table(sample: &[Program], ours: &[Verdict], native: &[bool]) -> String {
    let mut parts = BTreeMap::<&str, [usize; 3]>::new();
    for ((program, own), native) in sample.iter().zip(ours).zip(native) {
        let counts = parts.entry(part(program)).or_default();
        for (count, one) in counts.iter_mut().zip([1, usize::from(own.is_none()), usize::from(*native)]) {
            *count += one;
        }
    }
    let mut text = String::from("| Part | Files | Passed in functions | Passed in QuickJS |\n|---|---:|---:|---:|\n");
    for (part, [files, own, native]) in parts {
        let _ = writeln!(text, "| {part} | {files} | {own} | {native} |");
    }
    text
}

fn in_functions(suite: &Path, sample: &[Program]) -> Result<Vec<Verdict>> {
    let stage = Stage::new(&Setup::default(), "", &["test262.js", "test262-function.js"], PATIENCE)?;
    let check = std::fs::read_to_string(folder().join("test262.js"))?;
    let first = format!("{check}\n{}", std::fs::read_to_string(folder().join("test262-module.js"))?);
    let site = Arc::new(Site { stage, suite: suite.to_path_buf(), first });
    parallel::run(sample.iter().cloned().enumerate().collect(), move |(number, program)| {
        let site = Arc::clone(&site);
        async move {
            let reason = if program.module { site.module(number, &program).await } else { site.script(&program).await };
            match reason {
                Ok(reason) => Some(reason).filter(|reason| !reason.is_empty()),
                Err(error) => Some(format!("{error:#}")),
            }
        }
    })
}

/// Where the files run.
struct Site {
    stage: Stage,
    suite: std::path::PathBuf,
    /// The first module of a function that is one module of the suite.
    first: String,
}

impl Site {
    async fn script(&self, program: &Program) -> Result<String> {
        let answer = self.stage.call(&serde_json::to_value(program)?).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// A module is a function of its own, for what it imports is joined with it at deploy.
    async fn module(&self, number: usize, program: &Program) -> Result<String> {
        let name = format!("module-{number}");
        let mut files = Map::new();
        self.gather(&program.path, &mut files)?;
        files.insert(
            "first.js".into(),
            format!("const PROGRAM = {};\n{}", serde_json::to_string(program)?, self.first).into(),
        );
        let entry = format!("export {{ handler }} from './first.js';\nimport './{}';\n", program.path);
        files.insert("index.js".into(), entry.into());
        let form = json!({
            "name": name,
            "files": Value::Object(files),
            "triggers": [{ "type": "http", "config": { "auth": "none" } }],
        });
        let answer = self.stage.app.try_deploy(&form).await?;
        let text = answer.text();
        Ok(match (&program.error, answer.status) {
            (None, 200) => String::from_utf8_lossy(&self.stage.app.get(&name).await?.expect(200)?.body).into_owned(),
            (None, status) => format!("the deploy: {status} {text}"),
            (Some(error), 200) => format!("did not throw {error}"),
            // What is no module at all is found before anything runs.
            (Some(error), 400..500) if error == "SyntaxError" || text.contains(error.as_str()) => String::new(),
            (Some(error), status) => format!("no {error}, but {status} {text}"),
        })
    }

    /// The files that a module is made of: itself, and those beside it that its text names.
    fn gather(&self, path: &str, files: &mut Map<String, Value>) -> Result<()> {
        let mut waiting = vec![path.to_owned()];
        while let Some(path) = waiting.pop() {
            if files.contains_key(&path) {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(self.suite.join(&path)) else { continue };
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            waiting.extend(named(&text).map(|name| format!("{folder}/{name}")));
            files.insert(path, text.into());
        }
        Ok(())
    }
}

/// Names of files in the same folder that a source has in quotes, after `./`.
fn named(source: &str) -> impl Iterator<Item = &str> {
    let rest = source.split(['\'', '"']).filter_map(|text| text.strip_prefix("./"));
    rest.filter(|name| name.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "js" | "json" | "txt")))
}

#[cfg(test)]
mod tests {
    use super::{kept, named, table};
    use crate::conformance::programs::Program;

    #[test]
    fn what_quickjs_fails_is_no_loss() {
        let no = || Some("no".to_owned());
        assert_eq!(kept(&[None, no(), no(), None], &[true, true, false, false]), (1, 2));
    }

    #[test]
    fn parts_are_counted() {
        let program = |path: &str, module| Program { path: path.into(), module, ..Program::default() };
        let sample =
            [program("language/a.js", false), program("language/b.js", true), program("built-ins/c.js", false)];
        let text = table(&sample, &[None, Some("no".into()), None], &[true, true, false]);
        assert!(
            text.ends_with("| built-ins | 1 | 1 | 0 |\n| language | 1 | 1 | 1 |\n| modules | 1 | 0 | 1 |\n"),
            "{text}"
        );
    }

    #[test]
    fn files_beside_a_module_are_found() {
        let source = "import './a_FIXTURE.js'; import x from \"./b.json\"; './c'; '../d.js'";
        assert_eq!(named(source).collect::<Vec<_>>(), ["a_FIXTURE.js", "b.json"]);
    }
}
