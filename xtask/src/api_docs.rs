//! `api-docs`: `docs/api.md`, from what the program says of its API.

use crate::inputs;
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Writes it.
pub fn run() -> Result<()> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["run", "--quiet", "--package", "ramekin-runner", "--", "openapi", "--format", "markdown"])
        .current_dir(inputs::root())
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("running `ramekin openapi`")?;
    if !output.status.success() {
        bail!("`ramekin openapi` failed: {}", output.status);
    }
    let page = inputs::root().join("docs/api.md");
    std::fs::write(&page, output.stdout).with_context(|| format!("writing `{}`", page.display()))
}
