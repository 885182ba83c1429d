//! The tables of an app: what they are, and bringing them to what its owner wishes (Butterbase appendix A).

mod diff;
mod form;
#[cfg(test)]
mod tests;
mod types;

pub use diff::Statement;
pub use form::{Column, Index, LongReference, Named, Reference, Schema, Table};

use super::audit;
use ramekin_model::{App, AuditEvent, AuditKind, By, limits};
use ramekin_store::{AppDatabases, Described, Store, StoreError};
use serde_json::json;
use std::collections::BTreeMap;

/// Statements that the audit log names.
const TOLD: usize = 100;
/// Characters of what it says of each.
const TOLD_TEXT: usize = 200;

/// Looks at the schemas of apps, and changes them.
#[derive(Clone)]
pub struct Schemas {
    /// Where they are.
    pub databases: AppDatabases,
    /// Where it is written down who changed them.
    pub store: Store,
}

/// Why a schema is not applied. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// It cannot be read, or wishes for what there is not.
    #[error("{}", .0.join("; "))]
    Form(Vec<String>),
    /// Something would be lost that was not named.
    #[error("the schema would lose what it does not name: {}", .0.join("; "))]
    Destructive(Vec<String>),
    /// The database refused a statement.
    #[error("the database refused the change: {message}")]
    Refused {
        /// SQLSTATE.
        sqlstate: String,
        /// The database's words.
        message: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for SchemaError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Statement { sqlstate: Some(sqlstate), message } => Self::Refused { sqlstate, message },
            other => Self::Store(other),
        }
    }
}

/// What is to be done with a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Say what would be done.
    DryRun,
    /// Do it.
    Apply,
}

/// What was done, or would be.
#[derive(Debug)]
pub struct Applied {
    /// In their order.
    pub statements: Vec<Statement>,
    /// Number of the change; none when nothing was changed.
    pub migration_id: Option<i64>,
}

impl Schemas {
    /// The app's tables.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(&self, app: &App) -> Result<Schema, StoreError> {
        let mut session = self.databases.owner_session(&app.id).await?;
        let tables = session.tables().await?;
        session.close().await;
        Ok(shown(tables))
    }

    /// Brings the app's tables to what is wished for, all or nothing.
    ///
    /// # Errors
    /// See [`SchemaError`].
    pub async fn apply(
        &self,
        app: &App,
        wish: &Schema,
        name: &str,
        mode: Mode,
        by: &By,
    ) -> Result<Applied, SchemaError> {
        let issues = wish.issues();
        if !issues.is_empty() {
            return Err(SchemaError::Form(issues));
        }
        let mut session = self.databases.owner_session(&app.id).await.map_err(SchemaError::Store)?;
        session.turn().await?;
        let statements = diff::diff(&session.tables().await?, wish);
        let lost: Vec<String> = statements.iter().filter(|s| !s.authorized).map(|s| s.description.clone()).collect();
        if !lost.is_empty() {
            return Err(SchemaError::Destructive(lost));
        }
        if mode == Mode::DryRun || statements.is_empty() {
            session.close().await;
            return Ok(Applied { statements, migration_id: None });
        }
        let sql: Vec<String> = statements.iter().map(|statement| statement.sql.clone()).collect();
        session.run(&sql).await?;
        let name: String = name.chars().take(limits::MAX_DESCRIPTION).collect();
        let id = session.note(&name, &sql.join(";\n")).await?;
        let event = event(app, by, &name, id, &statements);
        audit::change(&self.store, app, session, &event).await?;
        let count = statements.len();
        tracing::info!(app.id = %app.id, "changed the schema of {} with {count} statements", app.id);
        Ok(Applied { statements, migration_id: Some(id) })
    }
}

/// What is written down of a change: what the statements are for, not their text.
fn event(app: &App, by: &By, name: &str, migration: i64, statements: &[Statement]) -> AuditEvent {
    let destructive = statements.iter().filter(|statement| statement.destructive).count();
    let clip = |text: &str| text.chars().take(TOLD_TEXT).collect::<String>();
    let data = json!({
        "name": name,
        "migration_id": migration,
        "statements": statements.len(),
        "destructive": destructive,
        "changes": statements.iter().take(TOLD).map(|statement| clip(&statement.description)).collect::<Vec<_>>(),
    });
    AuditEvent::new(AuditKind::SchemaApply, app.id.as_str(), by.clone(), data)
}

/// Tables as they are, in the form in which they are wished for.
fn shown(tables: BTreeMap<String, Described>) -> Schema {
    let tables = tables.into_iter().map(|(name, table)| (name, shown_table(&table)));
    Schema { tables: Named(tables.collect()), drop: Vec::new() }
}

fn shown_table(table: &Described) -> Table {
    let columns = table.columns.iter().map(|column| {
        let counts_up = column.default.as_ref().is_some_and(|default| default.starts_with("nextval("));
        let key = table.primary_key.contains(&column.name);
        let points = table.foreign_keys.iter().find(|key| key.column == column.name);
        let kind = types::shown(&column.type_name, counts_up);
        let shown = Column {
            primary_key: key.then_some(true),
            nullable: (column.required && !key && !types::serial(&kind)).then_some(false),
            default: column.default.clone().filter(|_| !counts_up),
            unique: table.unique.contains_key(&column.name).then_some(true),
            references: points.map(|key| {
                let said = |action: &String| (action != form::ACTIONS[0]).then(|| action.clone());
                match (said(&key.on_delete), said(&key.on_update)) {
                    (None, None) => Reference::Short(format!("{}.{}", key.to_table, key.to_column)),
                    (on_delete, on_update) => Reference::Long(LongReference {
                        table: key.to_table.clone(),
                        column: key.to_column.clone(),
                        on_delete,
                        on_update,
                    }),
                }
            }),
            kind,
        };
        (column.name.clone(), shown)
    });
    let indexes = table.indexes.iter().map(|(name, index)| {
        let shown = Index {
            columns: index.columns.clone(),
            unique: index.unique.then_some(true),
            method: Some(index.method.clone()).filter(|method| method != "btree"),
            opclass: index.opclass.clone(),
        };
        (name.clone(), shown)
    });
    Table { columns: Named(columns.collect()), indexes: Named(indexes.collect()), ..Table::default() }
}
