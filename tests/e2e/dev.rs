//! `ramekin dev` with the examples, some of which need packages.

use ramekin_tests::dev::Dev;
use ramekin_tests::registry::Registry;
use ramekin_tests::server::Home;
use ramekin_tests::{Result, ensure, repository, runtime};
use std::path::Path;
use std::time::Duration;

/// How long a change may take to be noticed and deployed.
const SOON: Duration = Duration::from_secs(30);
/// Examples that need a registry, and the package.
const WITH_PACKAGES: [(&str, &str); 6] = [
    ("drizzle-orders", "drizzle-orm"),
    ("hono-api", "hono"),
    ("jwt-session", "jose"),
    ("openai-relay", "openai"),
    ("stripe-webhook", "stripe"),
    ("zod-validation", "zod"),
];

/// Without a registry, all examples but those with packages are served, and of those it is said why they are not. Once the
/// registry answers, a file that is saved is deployed.
pub fn examples_without_a_registry() -> Result<()> {
    let registry = runtime()?.block_on(Registry::start())?;
    let home = Home::new()?;
    let folder = home.path().join("examples");
    copy(&repository().join("examples"), &folder)?;
    registry.set_down(true);
    let mut dev = Dev::start(&home, &folder, &registry.setup(&home)?)?;
    let printed = dev.printed();
    for (function, package) in WITH_PACKAGES {
        let why = format!("the npm registry 127.0.0.1 does not give `{package}`: it answers 500");
        ensure!(printed.contains(&why), "no {why:?} in:\n{printed}");
        let about = |line: &&str| line.contains(function) && line.contains("not deployed");
        ensure!(printed.lines().any(|line| about(&line)), "`{function}` is not named in:\n{printed}");
    }
    ensure!(printed.contains("save the file to deploy it again"), "{printed}");
    ensure!(printed.matches("not deployed").count() == WITH_PACKAGES.len(), "others are not there:\n{printed}");
    let answer = dev.call("hello", "?name=you")?.expect(200)?;
    ensure!(answer.text() == "Hello, you!\n", "{}", answer.text());
    dev.call("file-upload", "")?.expect(400)?;

    registry.set_down(false);
    touch(&folder.join("zod-validation.ts"))?;
    dev.wait_for("added in", SOON)?;
    dev.call("zod-validation", "")?.expect(405)?;
    dev.stop()
}

/// A function is deployed again when what says the versions of its packages is written, or changes.
pub fn package_json_is_watched() -> Result<()> {
    let registry = runtime()?.block_on(Registry::start())?;
    let home = Home::new()?;
    let folder = home.path().join("functions");
    std::fs::create_dir(&folder)?;
    std::fs::write(
        folder.join("greets.ts"),
        "import { version } from '@fixture/greeter';\nexport default () => new Response(version);\n",
    )?;
    let mut dev = Dev::start(&home, &folder, &registry.setup(&home)?)?;
    let version = |dev: &Dev| Ok::<_, ramekin_tests::Error>(dev.call("greets", "")?.expect(200)?.text());
    ensure!(version(&dev)? == "1.2.0", "not the latest");
    let json = folder.join("package.json");
    std::fs::write(&json, r#"{ "dependencies": { "@fixture/greeter": "~1.0.0" } }"#)?;
    dev.wait_for("updated in", SOON)?;
    ensure!(version(&dev)? == "1.0.0", "not what package.json says");
    std::fs::write(&json, r#"{ "dependencies": { "@fixture/greeter": "^9.0.0" } }"#)?;
    dev.wait_for("not updated; the version before goes on serving", SOON)?;
    dev.wait_for("no version of `@fixture/greeter` is `^9.0.0`; the latest is `1.2.0`", SOON)?;
    ensure!(version(&dev)? == "1.0.0", "it does not go on");
    dev.stop()
}

/// Files of a folder, without those below it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)?.flatten() {
        let name = entry.file_name();
        if entry.path().is_file() && !name.to_string_lossy().starts_with('.') {
            std::fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// Saves a file with another line.
fn touch(path: &Path) -> Result<()> {
    let text = std::fs::read_to_string(path)?;
    Ok(std::fs::write(path, format!("{text}// saved\n"))?)
}
