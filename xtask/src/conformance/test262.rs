//! Runs a sample of test262 inside deployed functions and in QuickJS itself, and compares the two: the language is the
//! engine's affair, so what counts is that nothing of it is lost on the way into the sandbox.

use super::programs::{self, Program};
use super::{Arguments, folder, parallel};
use anyhow::{Context, Result};
use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Server, Setup};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// The function's name.
const NAME: &str = "test262";
/// What a call may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Of a hundred files that QuickJS passes, so many pass in functions at least.
const BAR: usize = 98;

/// What a file came to: nothing when it passes, else why it does not.
type Verdict = Option<String>;

/// Runs the sample. Returns whether enough of it passes.
pub fn run(suite: &Path, arguments: &Arguments) -> Result<bool> {
    let suite = suite.canonicalize().with_context(|| format!("`{}`", suite.display()))?;
    let sample = programs::sample(&suite, arguments.sample)?;
    let ours = in_functions(&sample)?;
    let native = arguments.qjs.as_deref().map(|qjs| natively(qjs, &sample)).transpose()?;
    if let Some(path) = &arguments.report {
        let rows: Vec<_> = sample.iter().map(|program| &program.path).zip(&ours).collect();
        std::fs::write(path, serde_json::to_vec_pretty(&rows)?)?;
    }
    let mut out = std::io::stdout();
    let Some(native) = native else {
        write!(out, "{}", table(&sample, &ours, &ours))?;
        return Ok(true);
    };
    for ((program, own), native) in sample.iter().zip(&ours).zip(&native) {
        if let (Some(why), None) = (own, native) {
            writeln!(out, "{}: passes in QuickJS, not in a function\n    {why}", program.path)?;
        }
    }
    write!(out, "{}", table(&sample, &ours, &native))?;
    let (kept, of) = kept(&ours, &native);
    writeln!(out, "of {of} files that QuickJS passes, {kept} pass in functions")?;
    Ok(kept * 100 >= of * BAR)
}

/// How many of the files that pass natively pass here, and how many those are.
fn kept(ours: &[Verdict], native: &[Verdict]) -> (usize, usize) {
    let pass: Vec<_> = ours.iter().zip(native).filter(|(_, native)| native.is_none()).collect();
    (pass.iter().filter(|(own, _)| own.is_none()).count(), pass.len())
}

fn table(sample: &[Program], ours: &[Verdict], native: &[Verdict]) -> String {
    let mut parts = BTreeMap::<&str, [usize; 3]>::new();
    for ((program, own), native) in sample.iter().zip(ours).zip(native) {
        let part = program.path.split('/').next().unwrap_or_default();
        let counts = parts.entry(part).or_default();
        let add = [1, usize::from(own.is_none()), usize::from(native.is_none())];
        for (count, one) in counts.iter_mut().zip(add) {
            *count += one;
        }
    }
    let mut text = String::from("| Part | Files | Passed in functions | Passed in QuickJS |\n|---|---:|---:|---:|\n");
    for (part, [files, own, native]) in parts {
        text.push_str(&format!("| {part} | {files} | {own} | {native} |\n"));
    }
    text
}

fn in_functions(sample: &[Program]) -> Result<Vec<Verdict>> {
    let server = Server::new(&Setup::default())?;
    let code = ["test262.js", "test262-function.js"].map(|file| std::fs::read_to_string(folder().join(file)));
    let [check, function] = code;
    let code = format!("{}\n{}", check?, function?);
    let app = ramekin_tests::runtime()?.block_on(async {
        let app = App::create(server.client(), "conformance").await?;
        let longest = u64::try_from(PATIENCE.as_millis())?;
        app.deploy(NAME, &code, &json!({ "timeoutMs": longest, "memoryLimitMb": 512 })).await?;
        anyhow::Ok(app)
    })?;
    let app = Arc::new(app);
    parallel::run(sample.to_vec(), move |program| {
        let app = Arc::clone(&app);
        async move {
            match call(&app, &program).await {
                Ok(reason) => Some(reason).filter(|reason| !reason.is_empty()),
                Err(error) => Some(format!("{error:#}")),
            }
        }
    })
}

async fn call(app: &App, program: &Program) -> Result<String> {
    let form = serde_json::to_value(program)?;
    let call = Sent::post(app.path(NAME), &form).within(PATIENCE + PATIENCE);
    let answer = app.client.send(&call).await?.expect(200)?;
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}

fn natively(qjs: &Path, sample: &[Program]) -> Result<Vec<Verdict>> {
    let room = tempfile::tempdir()?;
    let check = std::fs::read_to_string(folder().join("test262.js"))?;
    let runner = room.path().join("runner.js");
    std::fs::write(&runner, format!("{check}\n{}", std::fs::read_to_string(folder().join("test262-native.js"))?))?;
    let native = Arc::new(Native { qjs: qjs.to_path_buf(), runner, room });
    let numbered: Vec<_> = sample.iter().cloned().enumerate().collect();
    parallel::run(numbered, move |(number, program)| {
        let native = Arc::clone(&native);
        async move {
            let verdict = tokio::task::spawn_blocking(move || native.run(number, &program)).await;
            verdict.map_err(anyhow::Error::from).flatten().unwrap_or_else(|error| Some(format!("{error:#}")))
        }
    })
}

/// QuickJS as a program.
struct Native {
    qjs: PathBuf,
    runner: PathBuf,
    room: tempfile::TempDir,
}

impl Native {
    fn run(&self, number: usize, program: &Program) -> Result<Verdict> {
        let file = self.room.path().join(format!("{number}.json"));
        std::fs::write(&file, serde_json::to_vec(program)?)?;
        let output = Command::new(&self.qjs)
            .args(["--std", "--script"])
            .arg(&self.runner)
            .arg(&file)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("running `{}`", self.qjs.display()))?;
        std::fs::remove_file(&file)?;
        let said = String::from_utf8_lossy(&output.stdout);
        Ok(if said.ends_with("pass") { None } else { Some(format!("{}: {said}", output.status)) })
    }
}

#[cfg(test)]
mod tests {
    use super::{kept, table};
    use crate::conformance::programs::Program;

    #[test]
    fn what_quickjs_fails_is_no_loss() {
        let no = || Some("no".to_owned());
        assert_eq!(kept(&[None, no(), no(), None], &[None, None, no(), no()]), (1, 2));
    }

    #[test]
    fn parts_are_counted() {
        let program = |path: &str| Program {
            path: path.into(),
            prelude: String::new(),
            source: String::new(),
            error: None,
            waits: false,
        };
        let sample = [program("language/a.js"), program("language/b.js"), program("built-ins/c.js")];
        let text = table(&sample, &[None, Some("no".into()), None], &[None, None, Some("no".into())]);
        assert!(text.ends_with("| built-ins | 1 | 1 | 0 |\n| language | 2 | 1 | 2 |\n"), "{text}");
    }
}
