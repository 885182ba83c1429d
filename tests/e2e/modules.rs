//! Sources and packages that mean harm: each costs its author a clear error, and nobody else anything. And what holds when
//! there is no registry.

use crate::Started;
use ramekin_tests::client::{Answer, Sent};
use ramekin_tests::owner::App;
use ramekin_tests::registry::Registry;
use ramekin_tests::server::{Home, Server};
use ramekin_tests::{Error, Result, ensure, runtime};
use serde_json::{Value, json};
use sqlx::Connection as _;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

const EXPORT: &str = "export default () => new Response('x');";

async fn deploy(app: &App, name: &str, source: Value) -> Result<Answer> {
    let mut form = json!({ "name": name, "triggers": [{ "type": "http", "config": { "auth": "none" } }] });
    if let (Some(form), Value::Object(source)) = (form.as_object_mut(), source) {
        form.extend(source);
    }
    let target = format!("/v1/{}/functions", app.id);
    app.client.send(&Sent::post(target, &form).as_owner().within(Duration::from_secs(180))).await
}

async fn import(app: &App, package: &str) -> Result<Answer> {
    let code = format!("import it from 'npm:@fixture/{package}@1';\nit;\n{EXPORT}");
    deploy(app, &format!("hostile-{package}"), json!({ "code": code })).await
}

fn refused(answer: &Answer, status: u16, parts: &[&str]) -> Result<()> {
    let text = answer.text();
    ensure!(answer.status == status, "{} {text}", answer.status);
    for part in parts {
        ensure!(text.contains(part), "no `{part}` in {text}");
    }
    Ok(())
}

/// Packages whose archive does harm when it is unpacked.
pub fn hostile_archives(started: &Started) -> Result<()> {
    let app = &started.world.app;
    runtime()?.block_on(async {
        for (package, part) in [
            ("bomb", "larger than 167772160 bytes when it is unpacked"),
            ("dots", "leads out of it"),
            ("absolute", "leads out of it"),
            ("link", "it holds a link"),
            ("tampered", "its sha512 is another one"),
            ("crowd", "more than 20000 files"),
        ] {
            let label = format!("cannot import `npm:@fixture/{package}@1`");
            refused(&import(app, package).await?, 400, &[part, &label, ".ts:1:16", "hint: "])?;
        }
        Ok::<(), Error>(())
    })?;
    for outside in ["/tmp/ramekin-outside.js", "/tmp/outside.js", "/tmp/ramekin-install-script"] {
        ensure!(!Path::new(outside).exists(), "{outside} was written");
    }
    let packages = started.home.data().join("packages");
    let kept = std::fs::read_dir(&packages)?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let odd: Vec<String> = kept
        .filter(|name| {
            ["bomb", "dots", "absolute", "link", "tampered", "crowd", ".partial"].iter().any(|bad| name.contains(bad))
        })
        .collect();
    ensure!(odd.is_empty(), "left in the folder of packages: {odd:?}");
    ensure!(!started.home.data().join("outside.js").exists(), "written beside the packages");
    Ok(())
}

/// Registries that do not do their part.
pub fn broken_registries(started: &Started) -> Result<()> {
    let app = &started.world.app;
    runtime()?.block_on(async {
        refused(&import(app, "broken").await?, 503, &["the npm registry 127.0.0.1 does not give", "500"])?;
        refused(&import(app, "circle").await?, 503, &["the npm registry 127.0.0.1 does not give", "redirect"])?;
        refused(&import(app, "nonsense").await?, 503, &["is not readable"])?;
        refused(&import(app, "wordy").await?, 503, &["larger than 67108864 bytes"])
    })
}

/// A registry that is silent keeps nobody from deploying and calling, and the deploy ends within a limit.
pub fn a_silent_registry_keeps_nobody(started: &Started) -> Result<()> {
    let app = &started.world.app;
    runtime()?.block_on(async {
        let begun = Instant::now();
        let others = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let begun = Instant::now();
            deploy(app, "beside-the-silent", json!({ "code": EXPORT })).await?.expect(200)?;
            app.get("beside-the-silent").await?.expect(200)?;
            ensure!(begun.elapsed() < Duration::from_secs(10), "others waited {:?}", begun.elapsed());
            Ok::<(), Error>(())
        };
        let silent = || import(app, "silent");
        let (first, second, third, others) = tokio::join!(silent(), silent(), silent(), others);
        others?;
        for answer in [first, second, third] {
            refused(
                &answer?,
                503,
                &["the npm registry 127.0.0.1 does not give `@fixture/silent`: it does not answer in time"],
            )?;
        }
        ensure!(begun.elapsed() < Duration::from_secs(60), "it took {:?}", begun.elapsed());
        Ok(())
    })
}

/// Sources that are too much.
pub fn hostile_sources(started: &Started) -> Result<()> {
    let app = &started.world.app;
    runtime()?.block_on(async {
        let files = |other: &str| json!({ "files": { "index.ts": format!("import './other.ts';\n{EXPORT}"), "other.ts": other } });
        let nested = format!("export const x = {}{};", "[".repeat(1_000_000), "]".repeat(1_000_000));
        refused(&deploy(app, "nested", files(&nested)).await?, 400, &["other.ts:1:", "SOURCE_NESTED_TOO_DEEPLY"])?;
        let long = format!("export const x = '{}';", "x".repeat(50_000_000));
        let answer = deploy(app, "long", files(&long)).await?;
        ensure!(matches!(answer.status, 400 | 413), "{}", answer.status);
        let types: String = (0..2_000).map(|n| format!("type T{n}<A> = A extends [infer B] ? T{}<[B, B]> : never;\n", n + 1)).collect();
        let types = format!("{types}type T2000<A> = A;\nexport type X = T0<[1]>;\nexport const x: X = 1 as never;");
        deploy(app, "types", files(&types)).await?.expect(200)?;
        let many: BTreeMap<String, &str> = (0..1_001).map(|n| (format!("f{n}.ts"), "")).collect();
        refused(&deploy(app, "many", json!({ "files": many })).await?, 400, &["files: must be 1 to 1000 files"])?;
        for package in ["deep", "endless"] {
            let begun = Instant::now();
            let answer = import(app, package).await?;
            refused(&answer, 400, &["BUNDLE_FAILED"])?;
            ensure!(begun.elapsed() < Duration::from_secs(60), "{package}: {:?}", begun.elapsed());
        }
        deploy(app, "after-the-hostile", json!({ "code": EXPORT })).await?.expect(200)?;
        Ok(())
    })
}

/// The same files give the same module, whenever they are deployed.
pub fn the_same_source_gives_the_same_bundle(started: &Started) -> Result<()> {
    let app = &started.world.app;
    let source =
        || json!({ "code": format!("import {{ greet }} from 'npm:@fixture/greeter@1';\ngreet('x');\n{EXPORT}") });
    let bundle = || async {
        deploy(app, "the-same", source()).await?.expect(200)?;
        let mut database = sqlx::postgres::PgConnection::connect(&started.home.database_url()?).await?;
        let read = "SELECT bundle || bundle_map || packages::text FROM ramekin.functions WHERE name = 'the-same'";
        let text: String = sqlx::query_scalar(read).fetch_one(&mut database).await?;
        Ok::<_, Error>(text)
    };
    runtime()?.block_on(async {
        let (one, two) = (bundle().await?, bundle().await?);
        ensure!(one == two, "two deploys gave different bundles");
        ensure!(!one.contains(started.home.path().to_str().unwrap_or("?")), "a path of this machine is in it: {one}");
        Ok(())
    })
}

/// What was fetched once needs no registry: neither another deploy, nor another function, nor a new start.
pub fn offline_after_the_first_use() -> Result<()> {
    let registry = runtime()?.block_on(Registry::start())?;
    let home = Home::new()?;
    let setup = registry.setup(&home)?;
    let code = json!({ "code": format!("import {{ greet }} from 'npm:@fixture/greeter@1.2';\nconst it = greet('x');\n{}",
        "export default () => new Response(it);") });
    let serve = |name: &'static str, server: &Server| -> Result<App> {
        let (client, code) = (server.client(), code.clone());
        runtime()?.block_on(async move {
            let app = App::create(client, "offline").await?;
            deploy(&app, name, code).await?.expect(200)?;
            let answer = app.get(name).await?.expect(200)?;
            ensure!(answer.text() == "HELLO x!", "{}", answer.text());
            Ok(app)
        })
    };
    let server = Server::start(&home, &setup)?;
    serve("one", &server)?;
    registry.set_down(true);
    let asked = registry.asked();
    serve("one", &server)?;
    serve("two", &server)?;
    ensure!(registry.asked() == asked, "the registry was asked again");
    server.stop()?;
    // Images are made again from what is stored.
    std::fs::remove_dir_all(home.data().join("cache/images"))?;
    std::fs::remove_dir_all(home.data().join("packages"))?;
    let server = Server::start(&home, &setup)?;
    runtime()?.block_on(async {
        let app = App::create(server.client(), "offline").await?;
        let answer = app.get("two").await?.expect(200)?;
        ensure!(answer.text() == "HELLO x!", "{}", answer.text());
        refused(&deploy(&app, "three", code.clone()).await?, 503, &["does not give"])
    })?;
    server.stop()
}

/// An operator can have no package downloaded.
pub fn downloads_can_be_switched_off() -> Result<()> {
    let registry = runtime()?.block_on(Registry::start())?;
    let home = Home::new()?;
    let setup = registry.setup(&home)?.with("RAMEKIN_PACKAGES", "false");
    let server = Server::start(&home, &setup)?;
    runtime()?.block_on(async {
        let app = App::create(server.client(), "off").await?;
        refused(&import(&app, "greeter").await?, 400, &["may not download packages"])?;
        ensure!(registry.asked() == 0, "it was asked");
        Ok::<(), Error>(())
    })?;
    server.stop()
}
