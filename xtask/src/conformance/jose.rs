//! Runs the suite of the package jose inside deployed functions, each of its files as a function of its own, with what the
//! package is for the web and with what it is for Node.

use super::expectations::Expectations;
use super::outcome::Outcome;
use super::stage::Stage;
use super::{Arguments, folder, parallel, told};
use anyhow::{Context, Result};
use ramekin_tests::client::Sent;
use ramekin_tests::server::Setup;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What a file may take: keys are generated in some.
const PATIENCE: Duration = Duration::from_secs(240);

/// One of the forms in which the package comes.
#[derive(Debug, Clone, Copy)]
struct Flavour {
    /// What the table and the file of expectations call it.
    name: &'static str,
    /// The name by which the suite asks for it.
    specifier: &'static str,
    /// Where it is.
    folder: &'static str,
}

const FLAVOURS: [Flavour; 2] = [
    Flavour { name: "web", specifier: "#dist/webapi", folder: "dist/browser" },
    Flavour { name: "node", specifier: "#dist", folder: "dist/node/esm" },
];

/// Files of the suite that are no tests.
const HELPERS: &[&str] = &["env.ts", "fixtures.ts", "noop.ts", "random.ts", "encrypt.ts", "sign.ts", "run"];

/// Runs the suite. Returns whether everything is as expected.
pub fn run(suite: &Path, arguments: &Arguments) -> Result<bool> {
    let suite = suite.canonicalize().with_context(|| format!("`{}`", suite.display()))?;
    let own = std::fs::read_to_string(folder().join("jose.js"))?;
    let stage = Stage::new(&Setup::default(), "export const handler = () => new Response();\n", &[], PATIENCE)?;
    let site = Arc::new(Site { stage, suite: suite.clone(), own });
    let mut complaints = Vec::new();
    let mut reports = Vec::new();
    let mut table =
        String::from("| Build | Files | Skipped | Broken off | Passed | Tests |\n|---|---:|---:|---:|---:|---:|\n");
    for flavour in FLAVOURS {
        let path = folder().join("jose").join(format!("{}.toml", flavour.name));
        let mut expected = Expectations::read(&path)?;
        let all = files(&suite)?;
        let (skipped, files): (Vec<_>, Vec<_>) = all.into_iter().partition(|file| expected.skips(file).is_some());
        let site = Arc::clone(&site);
        let numbered = files.into_iter().enumerate().collect();
        let outcomes = parallel::run(numbered, move |(number, file): (usize, String)| {
            let site = Arc::clone(&site);
            async move {
                let outcome = site.run(flavour, &format!("{}-{number}", flavour.name), &file).await;
                outcome.unwrap_or_else(|error| Outcome::failed(file, format!("{error:#}")))
            }
        })?;
        if arguments.bless {
            expected.bless(&outcomes, true);
            super::write_or_remove(&path, &expected.write())?;
        }
        complaints.append(&mut expected.compare(&outcomes, true));
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} |",
            flavour.name,
            outcomes.len(),
            skipped.len(),
            outcomes.iter().filter(|outcome| outcome.broken.is_some()).count(),
            outcomes.iter().map(Outcome::passed).sum::<usize>(),
            outcomes.iter().map(|outcome| outcome.subtests.len()).sum::<usize>(),
        );
        reports.extend(outcomes);
    }
    told(arguments, &reports, &complaints, &table)
}

/// The suite's files with tests, by path below its root.
fn files(suite: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in crate::inputs::files(&suite.join("test"))?.into_iter().chain(crate::inputs::files(&suite.join("tap"))?)
    {
        let path = file.strip_prefix(suite)?.to_string_lossy().replace('\\', "/");
        let helper = |name: &str| HELPERS.iter().any(|helper| name.starts_with(helper));
        match path.split_once('/') {
            Some(("test", name)) if name.ends_with(".test.mjs") => names.push(path),
            Some(("tap", name))
                if name.ends_with(".ts") && !name.contains('/') && !name.starts_with('.') && !helper(name) =>
            {
                names.push(path);
            }
            _ => {}
        }
    }
    Ok(names)
}

/// Where the files run.
struct Site {
    stage: Stage,
    suite: PathBuf,
    own: String,
}

impl Site {
    async fn run(&self, flavour: Flavour, name: &str, file: &str) -> Result<Outcome> {
        let form = json!({
            "name": name,
            "files": Value::Object(self.files(flavour, file)?),
            "entry": "index.js",
            "triggers": [{ "type": "http", "config": { "auth": "none" } }],
            "timeoutMs": u64::try_from(PATIENCE.as_millis())?,
        });
        let deploy = Sent::post(format!("/v1/{}/functions", self.stage.app.id), &form).as_owner().within(PATIENCE);
        let app = &self.stage.app;
        app.client.send(&deploy).await?.expect(200)?;
        let answer = app.client.send(&Sent::get(app.path(name)).within(PATIENCE)).await?.expect(200)?;
        Ok(Outcome::read(file.to_owned(), &answer.body))
    }

    /// The files of the function that runs one of the suite.
    fn files(&self, flavour: Flavour, file: &str) -> Result<Map<String, Value>> {
        let mut files = Map::new();
        for path in crate::inputs::files(&self.suite.join(flavour.folder))? {
            let name = path.strip_prefix(&self.suite)?.to_string_lossy().replace('\\', "/");
            if name.ends_with(".js")
                && !name.contains(".bundle.")
                && !name.contains(".umd.")
                && !name.ends_with(".min.js")
            {
                files.insert(name, std::fs::read_to_string(&path)?.into());
            }
        }
        let to_root = "../".repeat(file.matches('/').count());
        let package = format!("{to_root}{}", flavour.folder);
        for helper in crate::inputs::files(&self.suite.join("tap"))?
            .into_iter()
            .chain(crate::inputs::files(&self.suite.join("cookbook"))?)
        {
            let name = helper.strip_prefix(&self.suite)?.to_string_lossy().replace('\\', "/");
            if !name.contains("/run") && (name.ends_with(".ts") || name.ends_with(".mjs")) {
                files.insert(name, std::fs::read_to_string(&helper)?.into());
            }
        }
        let source = std::fs::read_to_string(self.suite.join(file))?;
        files.insert(file.to_owned(), literal(&source, &package).into());
        files.insert("suite.js".into(), format!("const FLAVOUR = {:?};\n{}", flavour.specifier, self.own).into());
        files.insert("ava.js".into(), "export { test as default } from './suite.js';\n".into());
        files.insert("timekeeper.js".into(), "export { timekeeper as default } from './suite.js';\n".into());
        files.insert("test/dist.mjs".into(), DIST.into());
        files.insert("tap/env.ts".into(), environment(flavour).into());
        let index = format!("./{}/index.js", flavour.folder);
        let imports = json!({
            "imports": { "ava": "./ava.js", "timekeeper": "./timekeeper.js", "#dist": index, "#dist/webapi": index },
        });
        files.insert("deno.json".into(), imports.to_string().into());
        let entry = if file.starts_with("tap/") {
            format!(
                "export {{ handler }} from './suite.js';\nimport {{ QUnit }} from './suite.js';\nimport * as lib from '{index}';\n\
                 import define from './{file}';\nawait define(QUnit, lib);\n"
            )
        } else {
            format!("export {{ handler }} from './suite.js';\nimport './{file}';\n")
        };
        files.insert("index.js".into(), entry.into());
        Ok(files)
    }
}

/// `import()` of the package under a name that is known at deploy.
fn literal(source: &str, package: &str) -> String {
    let source = source.replace("import(root)", &format!("import('{package}/index.js')"));
    let source = source.replace("import(keyRoot)", &format!("import('{package}/index.js')"));
    let mut parts = source.split("import(`${root}/");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (path, rest) = part.split_once('`').unwrap_or((part, ""));
        let _ = write!(text, "import('{package}/{path}.js'{rest}");
    }
    text
}

/// The suite's `test/dist.mjs`: which tests are known to fail with what the package is for the web.
const DIST: &str = "import test from 'ava';
export const root = 'WEBAPI' in process.env ? 'web' : 'node';
export const keyRoot = root;
export const conditional = ({ webcrypto = 1 } = {}) => (!webcrypto && 'WEBAPI' in process.env ? test.failing : test);
";

/// The suite's `tap/env.ts`: what it says of what it runs in.
fn environment(flavour: Flavour) -> String {
    let node = flavour.specifier == "#dist";
    let names = ["isBun", "isElectron", "isDeno", "isEdgeRuntime", "isBrowser", "isWorkers", "isChromium"];
    let mut text: String = names.iter().map(|name| format!("export const {name} = false;\n")).collect();
    for (name, value) in [("isNode", true), ("isNodeCrypto", node), ("isNodeWebCrypto", !node), ("hasZlib", node)] {
        let _ = writeln!(text, "export const {name} = {value};");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn imports_are_of_names_known_at_deploy() {
        let source = "await import(root); import(`${root}/lib/cek`); import('./x')";
        assert_eq!(literal(source, "../d"), "await import('../d/index.js'); import('../d/lib/cek.js'); import('./x')");
    }
}
