//! A session of the login that owns an app's objects: for the management API, which looks at tables and policies and changes
//! them. One session is one transaction.
//!
//! Statements hold expressions that people have written, so nobody with more rights than this login ever runs them.

use super::AppDatabases;
use crate::StoreError;
use chrono::{DateTime, Utc};
use ramekin_model::{AppId, DatabaseRole};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::collections::BTreeMap;

/// Statements of people find the app's own types and functions, and do not wait long for a table in use.
const FOR_PEOPLE: &str =
    "SET LOCAL search_path = public; SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '60s'";
/// Sessions that change an app's tables take turns on it. It is a lock of the app's database.
const TURN: i64 = 0x7261_6d65_6b69_6e01;
/// What the catalog queries see: tables of the app, none of the platform's.
const TABLES: &str = "n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE '\\_%'";

/// See the module's documentation. Dropped without [`OwnerSession::commit`], it has changed nothing.
#[derive(Debug)]
pub struct OwnerSession(PgConnection);

/// A table as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// In the order of the table.
    pub columns: Vec<DescribedColumn>,
    /// Columns of the primary key, in its order.
    pub primary_key: Vec<String>,
    /// Unique constraints on one column: column to constraint.
    pub unique: BTreeMap<String, String>,
    /// Foreign keys of one column.
    pub foreign_keys: Vec<ForeignKey>,
    /// Indexes on columns that no constraint rests on, by name.
    pub indexes: BTreeMap<String, DescribedIndex>,
    /// Whether row-level security is on.
    pub row_security: bool,
}

/// A column as it is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DescribedColumn {
    #[sqlx(rename = "table")]
    table: String,
    /// Its name.
    pub name: String,
    /// As PostgreSQL spells it.
    pub type_name: String,
    /// NOT NULL.
    pub required: bool,
    /// Expression, as PostgreSQL spells it.
    pub default: Option<String>,
    /// Identity or computed: it has no default that could be changed.
    pub generated: bool,
}

/// A foreign key as it is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ForeignKey {
    #[sqlx(rename = "table")]
    table: String,
    /// Name of the constraint.
    pub name: String,
    /// The column.
    pub column: String,
    /// The table that it points into.
    pub to_table: String,
    /// The column there.
    pub to_column: String,
    /// What happens when the row there is deleted, as SQL.
    pub on_delete: String,
    /// What happens when its key changes, as SQL.
    pub on_update: String,
}

/// An index as it is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DescribedIndex {
    #[sqlx(rename = "table")]
    table: String,
    name: String,
    /// In its order.
    pub columns: Vec<String>,
    /// Whether it is unique.
    pub unique: bool,
    /// Such as `btree`.
    pub method: String,
    /// Operator class, when it is not the default one.
    pub opclass: Option<String>,
}

/// A policy of row-level security, as the view `pg_policies` has it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Policy {
    /// Its table.
    pub tablename: String,
    /// Its name.
    pub policyname: String,
    /// `PERMISSIVE` or `RESTRICTIVE`.
    pub permissive: String,
    /// For whom; `public` is everybody.
    pub roles: Vec<String>,
    /// `SELECT`, …, `ALL`.
    pub cmd: String,
    /// USING.
    pub qual: Option<String>,
    /// WITH CHECK.
    pub with_check: Option<String>,
}

/// A change of the schema that was noted.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Note {
    /// Its number.
    pub id: i64,
    /// What it was called.
    pub name: String,
    /// Its statements.
    #[sqlx(rename = "sql_up")]
    pub sql: String,
    /// When it was made.
    pub applied_at: DateTime<Utc>,
    behind: i64,
}

/// Changes of the schema, newest first.
#[derive(Debug, PartialEq, Eq)]
pub struct NotePage {
    /// The changes.
    pub notes: Vec<Note>,
    /// Whether there are older ones.
    pub has_more: bool,
}

/// The size of a page of changes.
#[derive(Debug, Clone, Copy)]
pub struct MostNotes {
    /// Changes.
    pub changes: u32,
    /// Bytes of their statements.
    pub bytes: i64,
}

impl AppDatabases {
    /// Opens a session of the owner, when the app's database can be used.
    ///
    /// # Errors
    /// When it cannot, or does not answer.
    pub async fn owner_session(&self, app: &AppId) -> Result<OwnerSession, StoreError> {
        let mut connection = self.log_in(app, DatabaseRole::Owner).await?;
        connection.execute("BEGIN").await?;
        Ok(OwnerSession(connection))
    }
}

impl OwnerSession {
    /// Waits until no other session is changing the app's tables.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn turn(&mut self) -> Result<(), StoreError> {
        self.0.execute(FOR_PEOPLE).await?;
        sqlx::query("SELECT pg_catalog.pg_advisory_xact_lock($1)").bind(TURN).execute(&mut self.0).await?;
        self.0.execute("SET LOCAL search_path = pg_catalog").await?;
        Ok(())
    }

    /// The app's tables, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tables(&mut self) -> Result<BTreeMap<String, Described>, StoreError> {
        let mut tables: BTreeMap<String, Described> = BTreeMap::new();
        let ask = format!(
            "SELECT c.relname::text, c.relrowsecurity,
                    coalesce((SELECT array_agg(a.attname::text ORDER BY k.at)
                              FROM pg_constraint p, unnest(p.conkey) WITH ORDINALITY k (attnum, at), pg_attribute a
                              WHERE p.conrelid = c.oid AND p.contype = 'p' AND a.attrelid = c.oid
                                AND a.attnum = k.attnum), '{{}}')
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {TABLES}"
        );
        let rows: Vec<(String, bool, Vec<String>)> = self.all(ask).await?;
        for (name, row_security, primary_key) in rows {
            tables.insert(name, Described { row_security, primary_key, ..Described::default() });
        }
        let ask = format!(
            "SELECT c.relname::text AS table, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type_name,
                    a.attnotnull AS required, a.attidentity <> '' OR a.attgenerated <> '' AS generated,
                    CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
             WHERE {TABLES} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
        );
        for column in self.all::<DescribedColumn>(ask).await? {
            if let Some(table) = tables.get_mut(&column.table) {
                table.columns.push(column);
            }
        }
        let ask = format!(
            "SELECT c.relname::text, a.attname::text, u.conname::text
             FROM pg_constraint u JOIN pg_class c ON c.oid = u.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.conkey[1]
             WHERE {TABLES} AND u.contype = 'u' AND cardinality(u.conkey) = 1"
        );
        for (table, column, constraint) in self.all::<(String, String, String)>(ask).await? {
            if let Some(table) = tables.get_mut(&table) {
                table.unique.insert(column, constraint);
            }
        }
        for key in self.foreign_keys().await? {
            if let Some(table) = tables.get_mut(&key.table) {
                table.foreign_keys.push(key);
            }
        }
        let ask = format!(
            "SELECT c.relname::text AS table, i.relname::text AS name, x.indisunique AS unique, m.amname::text AS method,
                    (SELECT array_agg(a.attname::text ORDER BY k.at)
                     FROM unnest(x.indkey::smallint[]) WITH ORDINALITY k (attnum, at), pg_attribute a
                     WHERE a.attrelid = c.oid AND a.attnum = k.attnum AND k.at <= x.indnkeyatts) AS columns,
                    (SELECT o.opcname::text FROM pg_opclass o WHERE o.oid = x.indclass[0] AND NOT o.opcdefault) AS opclass
             FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = i.relam
             WHERE {TABLES} AND x.indexprs IS NULL AND x.indpred IS NULL
               AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))"
        );
        for index in self.all::<DescribedIndex>(ask).await? {
            if let Some(table) = tables.get_mut(&index.table) {
                table.indexes.insert(index.name.clone(), index);
            }
        }
        Ok(tables)
    }

    async fn foreign_keys(&mut self) -> Result<Vec<ForeignKey>, StoreError> {
        let action = |column: &str| {
            format!(
                "CASE {column} WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
                 WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END"
            )
        };
        let (on_delete, on_update) = (action("f.confdeltype"), action("f.confupdtype"));
        self.all(format!(
            "SELECT c.relname::text AS table, f.conname::text AS name, a.attname::text AS column,
                    t.relname::text AS to_table, b.attname::text AS to_column,
                    {on_delete} AS on_delete, {on_update} AS on_update
             FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             JOIN pg_class t ON t.oid = f.confrelid
             JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
             JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = f.confkey[1]
             WHERE {TABLES} AND f.contype = 'f' AND cardinality(f.conkey) = 1 ORDER BY f.conname"
        ))
        .await
    }

    /// The policies of the app's tables, by table and name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn policies(&mut self) -> Result<Vec<Policy>, StoreError> {
        let ask = "SELECT tablename::text, policyname::text, permissive, roles::text[], cmd, qual, with_check
                   FROM pg_catalog.pg_policies WHERE schemaname = 'public' AND tablename NOT LIKE '\\_%'
                   ORDER BY tablename, policyname";
        self.all(ask.to_owned()).await
    }

    /// Runs statements in their order. Each text is one statement, whatever it holds.
    ///
    /// # Errors
    /// When one fails; nothing that this session did is kept then.
    pub async fn run(&mut self, statements: &[String]) -> Result<(), StoreError> {
        self.0.execute(FOR_PEOPLE).await?;
        for statement in statements {
            // Prepared: the protocol for it takes one statement only, so that no text can smuggle in a second.
            let one = sqlx::query(AssertSqlSafe(statement.clone())).persistent(false);
            one.execute(&mut self.0).await?;
        }
        self.0.execute("SET LOCAL search_path = pg_catalog").await?;
        Ok(())
    }

    /// Notes a change of the schema; returns its number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note(&mut self, name: &str, sql: &str) -> Result<i64, StoreError> {
        let note = "INSERT INTO public._ai_migrations (name, sql_up) VALUES ($1, $2) RETURNING id";
        Ok(sqlx::query_scalar(note).bind(name).bind(sql).fetch_one(&mut self.0).await?)
    }

    /// Changes of the schema that were noted, newest first: those before this one, as many as may be told and at least one,
    /// whatever its size.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notes(&mut self, before: Option<i64>, most: MostNotes) -> Result<NotePage, StoreError> {
        // Sizes are known without reading the texts, so that what is not told is not read.
        let ask = "SELECT id, name, sql_up, applied_at, behind FROM (
                       SELECT *, count(*) OVER () AS behind,
                              sum(octet_length(sql_up)) OVER (ORDER BY id DESC) AS bytes,
                              row_number() OVER (ORDER BY id DESC) AS place
                       FROM public._ai_migrations WHERE $1::bigint IS NULL OR id < $1) noted
                   WHERE place = 1 OR (place <= $2 AND bytes <= $3) ORDER BY id DESC";
        let asked = sqlx::query_as::<_, Note>(ask).persistent(false);
        let asked = asked.bind(before).bind(i64::from(most.changes)).bind(most.bytes);
        let notes = asked.fetch_all(&mut self.0).await?;
        let has_more =
            notes.first().is_some_and(|note| usize::try_from(note.behind).is_ok_and(|all| all > notes.len()));
        Ok(NotePage { notes, has_more })
    }

    /// Keeps what was done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.0.execute("COMMIT").await?;
        // What is done is done, however the connection ends.
        let _ = self.0.close().await;
        Ok(())
    }

    /// Ends the session without a change.
    pub async fn close(self) {
        let _ = self.0.close().await;
    }

    async fn all<T>(&mut self, ask: String) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
    {
        Ok(sqlx::query_as(AssertSqlSafe(ask)).persistent(false).fetch_all(&mut self.0).await?)
    }
}
