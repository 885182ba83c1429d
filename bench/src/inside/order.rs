//! An order with ten lines, checked by zod: what a call costs whose work is a library's.

use super::{Bench, FEWER_CALLS};
use crate::packages::ZOD;
use crate::table::Row;
use anyhow::Result;
use bytes::Bytes;
use ramekin_bundler::Bundlers;
use ramekin_compiler::{Source, SourceMap};
use ramekin_host_api::AppInfo;
use ramekin_npm::{Environment, Limits, Packages};
use ramekin_runner::modules::{Locked, Modules, ModulesError, Project};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

/// Checks an order and answers with its sum.
const ORDER: &str = "
const Line = z.object({
  sku: z.string().min(3).max(20).regex(/^[A-Z]+-[0-9]+$/),
  name: z.string().min(1).max(100),
  quantity: z.number().int().positive().max(1000),
  price: z.number().nonnegative(),
  note: z.string().optional(),
});
const Order = z.object({
  id: z.string().uuid(),
  customer: z.object({ name: z.string().min(1), email: z.string().email() }),
  currency: z.enum(['EUR', 'USD', 'GBP']),
  express: z.boolean().default(false),
  lines: z.array(Line).min(1).max(100),
});
export default async (request) => {
  const { lines } = Order.parse(await request.json());
  return Response.json({ sum: lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0) });
};
";

/// Has an order checked at the deploy.
const WARMUP: &str = "
export const warmup = () => Order.parse({
  id: '00000000-0000-4000-8000-000000000000',
  customer: { name: 'x', email: 'x@example.com' },
  currency: 'EUR',
  lines: [{ sku: 'X-1', name: 'x', quantity: 1, price: 1 }],
});
";

fn order() -> Bytes {
    let line = |n: u32| json!({ "sku": format!("ABC-{n}"), "name": format!("thing {n}"), "quantity": n, "price": 2.5 });
    let lines: Vec<_> = (1..=10).map(line).collect();
    let customer = json!({ "name": "Ada", "email": "ada@example.com" });
    let id = "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";
    json!({ "id": id, "customer": customer, "currency": "EUR", "lines": lines }).to_string().into()
}

/// The figures, without and with a `warmup`.
pub(super) async fn rows(bench: &Bench, folder: &Path) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (what, more) in [("zod order of ten lines inside the process", ""), ("the same with `warmup`", WARMUP)] {
        let code = format!("import {{ z }} from '{ZOD}';\n{ORDER}{more}");
        let source = match bundled(folder, code).await {
            Ok(source) => source,
            Err(ModulesError::Registry(_)) => {
                rows.push(Row::new(what, "not measured: no npm registry", "≤ 700 µs"));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let function = bench.function(source, order(), Bytes::from_static(b"{\"sum\":137.5}")).await?;
        rows.extend(bench.rows(what, &function, FEWER_CALLS, "≤ 700 µs").await?);
    }
    Ok(rows)
}

/// The code with zod in it. Packages are kept in this folder.
async fn bundled(folder: &Path, code: String) -> Result<Source, ModulesError> {
    let failed = |error: &dyn std::fmt::Display| ModulesError::Host(error.to_string());
    let packages = Packages::open(&folder.join("packages"), Environment::of_process(), true, Limits::default());
    let program = ramekin_tests::server::binary().map_err(|error| failed(&error))?;
    let bundlers = Bundlers::new(program, ["bundle".into()]);
    let modules = Modules::new(bundlers, packages.map_err(|error| failed(&error))?, None);
    let app = AppInfo {
        id: String::new(),
        name: String::new(),
        owner_id: Uuid::nil(),
        subdomain: None,
        anon_key: String::new(),
    };
    let project = Project::of_one("order.ts".into(), code);
    let bundle = modules.make(&Arc::new(app), Arc::new(project), Locked::default()).await?.bundle;
    let map = SourceMap::from_json(&bundle.map).map_err(|error| failed(&error))?;
    Ok(Source::bundled("order.ts", bundle.code, map))
}
