//! Deploying over HTTP, and the first request after it.

use crate::stats::{Sorted, millis};
use crate::table::Row;
use anyhow::Result;
use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::runtime;
use ramekin_tests::server::{Server, Setup};
use serde_json::json;

const DEPLOYS: usize = 100;

pub(crate) fn measure() -> Result<Vec<Row>> {
    let server = Server::new(&Setup::default())?;
    let (deploys, firsts) = runtime()?.block_on(async {
        let app = App::create(server.client(), "bench").await?;
        let (mut deploys, mut firsts) = (Vec::new(), Vec::new());
        // As a client would: one connection that is kept.
        let mut connection = server.client().connect().await?;
        let anonymous = json!([{ "type": "http", "config": { "auth": "none" } }]);
        for n in 0..DEPLOYS {
            let name = format!("hello-{n}");
            let code = format!("export default () => new Response('Hello {n}');");
            let form = json!({ "name": name, "code": code, "triggers": anonymous });
            let deploy = Sent::post(format!("/v1/{}/functions", app.id), &form).as_owner();
            deploys.push(connection.send(&deploy).await?.expect(200)?.total);
            firsts.push(connection.send(&Sent::get(app.path(&name))).await?.expect(200)?.total);
        }
        anyhow::Ok((Sorted::new(deploys), Sorted::new(firsts)))
    })?;
    server.stop()?;
    Ok(vec![
        Row::new("deploy of hello over HTTP, p50", millis(deploys.median()), "≤ 50 ms"),
        Row::note("deploy of hello over HTTP, p99", millis(deploys.permille(990))),
        Row::new("first request after it, p50", millis(firsts.median()), "≤ 3 ms"),
    ])
}
