//! The tables of the folder's app. `_schema.json` has them as `POST /v1/{app}/schema/apply` takes them, and in `rls` beside
//! them who sees which rows, as `POST /v1/{app}/rls` takes it.

use super::folder::{SCHEMA_FILE, schema_path};
use super::settings;
use crate::ops::rls::{Isolation, Listing, Policies};
use crate::ops::schema::{Mode, Named, Schema, SchemaError, Table};
use crate::platform::Platform;
use ramekin_model::{App, By};
use ramekin_store::{Policy, StoreError};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// Fields of an entry of `rls`.
const RLS_FIELDS: &[&str] = &["table_name", "user_column", "public_read_column"];

/// Why the tables are not as the file says.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// The file cannot be read, or is not of its form.
    #[error("{0}")]
    File(String),
    /// The tables are not changed.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The tables are changed, and who sees their rows is not.
    #[error(
        "the tables are as the file says, but who sees their rows is as before (a new table is open to all callers): {}",
        .0.join("; ")
    )]
    Rls(Vec<String>),
    /// The database failed when the tables were changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TablesError {
    /// What has become of the file.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::File(_) | Self::Schema(_) => "not applied; the tables stay as they are",
            Self::Rls(_) | Self::Store(_) => "applied in part",
        }
    }
}

/// What was changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Statements that changed tables.
    statements: usize,
    /// Tables whose rows others see than before.
    secured: Vec<String>,
}

impl Changed {
    /// In words; `None` when nothing was.
    pub fn text(&self) -> Option<String> {
        let statements = match self.statements {
            0 => None,
            1 => Some("1 statement applied".to_owned()),
            count => Some(format!("{count} statements applied")),
        };
        let secured: Vec<String> = self.secured.iter().map(|table| format!("`{table}`")).collect();
        let secured = (!secured.is_empty()).then(|| format!("row-level security set for {}", secured.join(", ")));
        let parts: Vec<String> = statements.into_iter().chain(secured).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// Brings the tables of the app to what the file of the folder says; without a file they stay as they are.
///
/// # Errors
/// See [`TablesError`].
pub async fn apply(platform: &Platform, app: &App, dir: &Path) -> Result<Changed, TablesError> {
    let Some(text) = settings::text(&schema_path(dir)).map_err(TablesError::File)? else {
        return Ok(Changed::default());
    };
    let wish = read(&text).map_err(TablesError::File)?;
    let by = By::owner(platform.owner);
    let applied = platform.schemas.apply(app, &wish.schema, SCHEMA_FILE, Mode::Apply, &by).await?;
    let secured = isolate(&platform.policies, app, &wish.isolations, &by).await?;
    Ok(Changed { statements: applied.statements.len(), secured })
}

/// Sets who sees which rows. Returns the tables where that was different before.
async fn isolate(policies: &Policies, app: &App, wishes: &[Isolation], by: &By) -> Result<Vec<String>, TablesError> {
    if wishes.is_empty() {
        return Ok(Vec::new());
    }
    let before = policies.list(app).await?;
    // One entry that is wrong leaves no other table open.
    let mut failures = Vec::new();
    for wish in wishes {
        if let Err(error) = policies.isolate(app, wish, by).await {
            failures.push(format!("`{}`: {error}", wish.table));
        }
    }
    if !failures.is_empty() {
        return Err(TablesError::Rls(failures));
    }
    let after = policies.list(app).await?;
    let changed = wishes.iter().filter(|wish| rules(&before, &wish.table) != rules(&after, &wish.table));
    Ok(changed.map(|wish| wish.table.clone()).collect())
}

/// Whether a table is secured, and its policies.
fn rules<'a>(listing: &'a Listing, table: &str) -> (bool, Vec<&'a Policy>) {
    let secured = listing.tables.iter().any(|name| name == table);
    (secured, listing.policies.iter().filter(|policy| policy.tablename == table).collect())
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `tables`")]
struct File {
    tables: Named<Table>,
    #[serde(default, rename = "_drop")]
    drop: Vec<String>,
    #[serde(default)]
    rls: Vec<Value>,
}

/// What the file wishes for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    schema: Schema,
    isolations: Vec<Isolation>,
}

fn read(text: &str) -> Result<Wish, String> {
    let file: File = serde_json::from_str(text).map_err(|error| {
        if error.is_data() { error.to_string() } else { format!("the file is not valid JSON: {error}") }
    })?;
    let mut isolations = Vec::new();
    for (at, entry) in file.rls.into_iter().enumerate() {
        isolations.push(isolation(entry).map_err(|why| format!("rls[{at}]: {why}"))?);
    }
    Ok(Wish { schema: Schema { tables: file.tables, drop: file.drop }, isolations })
}

fn isolation(entry: Value) -> Result<Isolation, String> {
    let is_unknown = |name: &&String| !RLS_FIELDS.contains(&name.as_str());
    let unknown = entry.as_object().and_then(|fields| fields.keys().find(is_unknown));
    if let Some(unknown) = unknown {
        return Err(format!("`{unknown}` is no field; fields are {}", RLS_FIELDS.join(", ")));
    }
    Isolation::read(entry).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_as_the_routes_read_what_is_sent() {
        let text = r#"{
            "tables": {
                "z": { "columns": { "b": { "type": "text" }, "a": { "type": "bool" } } },
                "a": { "columns": {} }
            },
            "_drop": ["old"],
            "rls": [{ "table_name": "z", "user_column": "b", "public_read_column": "a" }]
        }"#;
        let wish = read(text).unwrap();
        let names: Vec<&str> = wish.schema.tables.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((names, wish.schema.drop), (vec!["z", "a"], vec!["old".to_owned()]));
        let isolation =
            Isolation { table: "z".into(), user_column: "b".into(), public_read_column: Some("a".to_owned()) };
        assert_eq!(wish.isolations, [isolation]);
        let empty = read(r#"{"tables":{}}"#).unwrap();
        assert!(empty.schema == Schema::default() && empty.isolations.is_empty());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("", "not valid JSON"),
            ("{", "not valid JSON"),
            ("1", "expected an object with `tables`"),
            ("[]", "line 1"),
            ("{}", "missing field `tables`"),
            (r#"{"tables":[]}"#, "an object"),
            (r#"{"tables":{},"tabels":{}}"#, "unknown field `tabels`"),
            (r#"{"tables":{},"_drop":"t"}"#, "line 1"),
            (r#"{"tables":{"t":{}}}"#, "missing field `columns`"),
            (r#"{"tables":{"t":{"columns":{"c":{}}}}}"#, "missing field `type`"),
            (r#"{"tables":{"t":{"columns":{}},"t":{"columns":{}}}}"#, "`t` is there twice"),
            (r#"{"tables":{},"rls":{}}"#, "line 1"),
            (r#"{"tables":{},"rls":[1]}"#, "rls[0]: table_name: must be a string; user_column"),
            (r#"{"tables":{},"rls":[{"table_name":"t","user_column":1}]}"#, "rls[0]: user_column: must be a string"),
            (
                r#"{"tables":{},"rls":[{"table_name":"t","user_column":"u"},{"table_name":"t","user_colum":"u"}]}"#,
                "rls[1]: `user_colum` is no field",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn the_file_of_the_examples_is_one() {
        let wish = read(include_str!("../../../../examples/_schema.json")).unwrap();
        assert_eq!(wish.schema.issues(), Vec::<String>::new());
        assert_eq!(wish.isolations.len(), 1);
    }

    #[test]
    fn a_change_is_one_line_and_no_change_is_none() {
        let text = |statements, secured: &[&str]| {
            let secured = secured.iter().map(|table| (*table).to_owned()).collect();
            Changed { statements, secured }.text()
        };
        assert_eq!(text(0, &[]), None);
        assert_eq!(text(1, &[]).unwrap(), "1 statement applied");
        assert_eq!(text(2, &["a", "b"]).unwrap(), "2 statements applied; row-level security set for `a`, `b`");
        assert_eq!(text(0, &["a"]).unwrap(), "row-level security set for `a`");
    }

    #[test]
    fn a_failure_says_what_has_become_of_the_tables() {
        let rls = TablesError::Rls(vec!["`a`: no".into(), "`b`: no".into()]);
        assert_eq!(rls.outcome(), "applied in part");
        assert!(rls.to_string().ends_with("`a`: no; `b`: no"), "{rls}");
        assert!(TablesError::from(SchemaError::Destructive(Vec::new())).outcome().starts_with("not applied"));
    }
}
