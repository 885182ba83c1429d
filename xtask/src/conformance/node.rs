//! Runs Node's own suite inside deployed functions, a fresh instance for each file.

use super::areas::asked;
use super::expectations::Expectations;
use super::node_files::{self, Script};
use super::outcome::Outcome;
use super::stage::Stage;
use super::{Arguments, folder, parallel, told};
use anyhow::{Context, Result, bail};
use ramekin_tests::server::Setup;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What a file may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// Runs what the arguments ask for. Returns whether everything is as expected.
pub fn run(suite: &Path, arguments: &Arguments) -> Result<bool> {
    let suite = root(suite)?;
    let stage = Arc::new(Stage::new(&Setup::default(), "", &["node-common.js", "node.js"], PATIENCE)?);
    let keepsakes = node_files::keepsakes(&suite)?;
    let mut rows = Vec::new();
    let mut complaints = Vec::new();
    let mut reports = Vec::new();
    for area in node_files::AREAS {
        let names = node_files::names(&suite, area)?;
        let all = names.len();
        let chosen: Vec<_> = names.into_iter().filter(|name| asked(&arguments.areas, area, name)).collect();
        if chosen.is_empty() {
            continue;
        }
        let whole = chosen.len() == all;
        let files = chosen.len();
        let path = folder().join("node").join(format!("{}.toml", area.name));
        let mut expected = Expectations::read(&path)?;
        let mut scripts = Vec::new();
        for name in chosen {
            let file = suite.join("parallel").join(&name);
            let source = String::from_utf8_lossy(&std::fs::read(&file)?).into_owned();
            if node_files::out_of_reach(&name, &source).is_none() && expected.skips(&name).is_none() {
                scripts.push(Script::read(&suite, &name, source, &keepsakes)?);
            }
        }
        let outcomes = run_all(&stage, scripts)?;
        if arguments.bless {
            expected.bless(&outcomes, whole);
            super::write_or_remove(&path, &expected.write())?;
        }
        complaints.append(&mut expected.compare(&outcomes, whole));
        let passed = outcomes.iter().filter(|outcome| outcome.broken.is_none()).count();
        rows.push(Row { name: area.name, files, run: outcomes.len(), passed });
        reports.extend(outcomes);
    }
    told(arguments, &reports, &complaints, &table(&rows))
}

/// The suite, or the folder `test` in Node's sources.
fn root(given: &Path) -> Result<PathBuf> {
    let given = given.canonicalize().with_context(|| format!("`{}`", given.display()))?;
    let found = [given.join("test"), given.clone()].into_iter().find(|folder| folder.join("parallel").is_dir());
    let Some(found) = found else { bail!("`{}` has no folder `parallel`: name Node's `test`", given.display()) };
    Ok(found)
}

fn run_all(stage: &Arc<Stage>, scripts: Vec<Script>) -> Result<Vec<Outcome>> {
    let stage = Arc::clone(stage);
    parallel::run(scripts, move |script| {
        let stage = Arc::clone(&stage);
        async move {
            let name = script.name.clone();
            match call(&stage, &script).await {
                Ok(reason) => Outcome {
                    run: name,
                    broken: Some(reason).filter(|reason| !reason.is_empty()),
                    subtests: Vec::new(),
                },
                Err(error) => Outcome::failed(name, format!("{error:#}")),
            }
        }
    })
}

async fn call(stage: &Stage, script: &Script) -> Result<String> {
    let mut form = serde_json::to_value(script)?;
    if let Some(form) = form.as_object_mut() {
        form.insert("patience".into(), u64::try_from(PATIENCE.as_millis())?.into());
    }
    Ok(String::from_utf8_lossy(&stage.call(&form).await?).into_owned())
}

/// An area that has been run.
struct Row {
    name: &'static str,
    files: usize,
    run: usize,
    passed: usize,
}

fn table(rows: &[Row]) -> String {
    let mut text = String::from("| Area | Files | Run | Passed |\n|---|---:|---:|---:|\n");
    let all = rows.iter().fold(Row { name: "**all**", files: 0, run: 0, passed: 0 }, |sum, row| Row {
        name: sum.name,
        files: sum.files + row.files,
        run: sum.run + row.run,
        passed: sum.passed + row.passed,
    });
    for Row { name, files, run, passed } in rows.iter().chain([&all]) {
        text.push_str(&format!("| {name} | {files} | {run} | {passed} |\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Row, table};

    #[test]
    fn areas_are_summed_up() {
        let rows = [("url", 9), ("util", 4)].map(|(name, passed)| Row { name, files: 12, run: 10, passed });
        let text = table(&rows);
        assert!(text.contains("| url | 12 | 10 | 9 |\n"), "{text}");
        assert!(text.ends_with("| **all** | 24 | 20 | 13 |\n"), "{text}");
    }
}
