//! Compiled images in the cache folder: there for the next start, gone when nobody will look for them, not needed to serve.

use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Home, Server, Setup};
use ramekin_tests::{Result, bail, ensure, runtime};
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A text that is in the log of a server that cannot write images.
const IN_MEMORY: &str = "images of functions cannot be kept";

fn version(number: u64) -> String {
    format!("export default () => Response.json({{ version: {number} }});")
}

fn folder(home: &Home) -> PathBuf {
    home.path().join("data/cache/images")
}

/// Waits until there are so many images, each with its sidecar. What goes goes in the background.
async fn images(home: &Home, expected: usize, when: &str) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        let files: Vec<_> = fs::read_dir(folder(home))?.flatten().map(|entry| entry.file_name()).collect();
        if files.len() == expected * 2 {
            return Ok(());
        }
        if Instant::now() >= until {
            bail!("{when} there are {files:?} instead of {expected} images with their sidecars");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub fn an_image_goes_with_its_version() -> Result<()> {
    let home = Home::new()?;
    let server = Server::start(&home, &Setup::default())?;
    let app = runtime()?.block_on(async {
        let app = App::create(server.client(), "images").await?;
        app.deploy("called", &version(1), &json!({})).await?;
        app.deploy("other", &version(1), &json!({})).await?;
        app.get("called").await?.expect(200)?;
        images(&home, 2, "after two deploys").await?;
        app.deploy("called", &version(2), &json!({})).await?;
        images(&home, 2, "after a redeploy").await?;

        // Refused after it was built.
        let large = "const data = new Uint8Array(100 << 20); export default () => new Response();";
        let form = json!({ "name": "called", "code": large, "memoryLimitMb": 64 });
        app.try_deploy(&form).await?.expect(400)?;
        images(&home, 2, "after a deploy that was refused").await?;

        // Its deployer leaves, each time a little later.
        let form = json!({ "name": "called", "code": version(3) });
        for ms in (0..60).step_by(3) {
            let mut deploy = Sent::post(format!("/v1/{}/functions", app.id), &form).as_owner();
            deploy.leave_after = Some(Duration::from_millis(ms));
            let _ = app.client.send(&deploy).await;
        }
        // Two at once. The one that is stored last may be the one that was built first, and then has no file: its version
        // is a later one than its image was built for.
        let (four, five) = (version(4), version(5));
        let fields = json!({});
        let (first, second) = tokio::join!(app.deploy("called", &four, &fields), app.deploy("called", &five, &fields));
        first.and(second)?;
        // None of them has left anything behind.
        app.deploy("called", &version(6), &json!({})).await?;
        images(&home, 2, "after deploys that were left").await?;
        Result::<_>::Ok(app)
    })?;
    server.stop()?;

    // Not called since the start, so this server has looked at no image.
    let server = Server::start(&home, &Setup::default())?;
    let app = App { client: server.client(), ..app };
    runtime()?.block_on(async {
        images(&home, 2, "after a restart").await?;
        app.deploy("called", &version(7), &json!({})).await?;
        images(&home, 2, "after a redeploy of what was not called").await?;
        for (name, left) in [("other", 1), ("called", 0)] {
            let delete = Sent::new("DELETE", format!("/v1/{}/functions/{name}", app.id)).as_owner();
            app.client.send(&delete).await?.expect(200)?;
            images(&home, left, "after a delete").await?;
        }
        Result::<_>::Ok(())
    })?;
    server.stop()
}

pub fn images_that_cannot_be_written_are_served_from_memory() -> Result<()> {
    let home = Home::new()?;
    let server = Server::start(&home, &Setup::default())?;
    runtime()?.block_on(async {
        let app = App::create(server.client(), "memory").await?;
        // As good as a full disk, and it works for root too.
        fs::remove_dir_all(folder(&home))?;
        fs::write(folder(&home), "")?;
        for name in ["one", "two"] {
            app.deploy(name, &version(1), &json!({})).await?;
            app.get(name).await?.expect(200)?;
        }
        Result::<_>::Ok(())
    })?;
    let said = home.log().matches(IN_MEMORY).count();
    ensure!(said == 1, "the log says {said} times that images are served from memory:\n{}", home.log_tail());
    server.stop()
}
