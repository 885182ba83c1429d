//! Files of test262 in QuickJS as a program: what it passes is what functions are measured by.

use super::programs::Program;
use super::{folder, parallel};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Why each of these does not pass in this program, if so.
pub fn run(qjs: &Path, sample: &[Program]) -> Result<Vec<Option<String>>> {
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
    fn run(&self, number: usize, program: &Program) -> Result<Option<String>> {
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
