//! The schema that is sent: its form, and what is checked before the database is asked. `docs/schema.md` is the reference.

use super::types;
use crate::ops::sql_text::{check_expression, is_name};
use ramekin_model::limits;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

/// Things by name, in the order in which they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T>(pub Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Named<T> {
    /// The thing of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Named<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
                let (mut all, mut names) = (Vec::new(), HashSet::new());
                while let Some((name, value)) = map.next_entry::<String, T>()? {
                    if !names.insert(name.clone()) {
                        return Err(de::Error::custom(format!("`{name}` is there twice")));
                    }
                    all.push((name, value));
                }
                Ok(Named(all))
            }
        }
        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

/// A schema as it is wished for, or as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Its tables.
    pub tables: Named<Table>,
    /// Tables that may be dropped.
    #[serde(default, rename = "_drop", skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<String>,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its columns.
    pub columns: Named<Column>,
    /// Its indexes.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub indexes: Named<Index>,
    /// Columns that may be dropped.
    #[serde(default, rename = "_dropColumns", skip_serializing_if = "Vec::is_empty")]
    pub drop_columns: Vec<String>,
    /// Columns whose type may change.
    #[serde(default, rename = "_changeTypes", skip_serializing_if = "Vec::is_empty")]
    pub change_types: Vec<String>,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Column {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Part of the primary key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_key: Option<bool>,
    /// Whether it may be null; yes unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nullable: Option<bool>,
    /// SQL expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// No two rows have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique: Option<bool>,
    /// Where it points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<Reference>,
}

/// A foreign key: short as `table.column`, long with what happens to the row when the other one goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reference {
    /// `table.column`.
    Short(String),
    /// With actions.
    Long(LongReference),
}

/// See [`Reference`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LongReference {
    /// The other table.
    pub table: String,
    /// Its column.
    pub column: String,
    /// When the row there is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_delete: Option<String>,
    /// When its key changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_update: Option<String>,
}

/// What PostgreSQL can do to a row whose other row goes; the first is what it does when nothing is said.
pub const ACTIONS: [&str; 5] = ["NO ACTION", "CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT"];

impl Reference {
    /// Table, column, and both actions.
    pub fn parts(&self) -> Option<(&str, &str, &str, &str)> {
        match self {
            Self::Short(text) => text.split_once('.').map(|(table, column)| (table, column, ACTIONS[0], ACTIONS[0])),
            Self::Long(long) => Some((
                &long.table,
                &long.column,
                long.on_delete.as_deref().unwrap_or(ACTIONS[0]),
                long.on_update.as_deref().unwrap_or(ACTIONS[0]),
            )),
        }
    }
}

/// An index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its columns, in its order.
    pub columns: Vec<String>,
    /// Whether it is unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique: Option<bool>,
    /// `btree` unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Operator class of its columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opclass: Option<String>,
}

const METHODS: [&str; 6] = ["btree", "hash", "gist", "gin", "hnsw", "ivfflat"];

impl Column {
    /// Whether it may be null.
    pub fn is_nullable(&self) -> bool {
        self.nullable != Some(false) && !self.is_key()
    }

    /// Whether it is part of the primary key.
    pub fn is_key(&self) -> bool {
        self.primary_key == Some(true)
    }
}

impl Schema {
    /// What is wrong with it: where, and what it must be.
    pub fn issues(&self) -> Vec<String> {
        let mut issues = Vec::new();
        if self.tables.0.len() > limits::MAX_SCHEMA_TABLES {
            issues.push(format!("tables: at most {} in one schema", limits::MAX_SCHEMA_TABLES));
        }
        for name in &self.drop {
            table_name("_drop", name, &mut issues);
            if self.tables.get(name).is_some() {
                issues.push(format!("_drop: `{name}` is in `tables` too"));
            }
        }
        for (name, table) in &self.tables.0 {
            table_name("tables", name, &mut issues);
            table.issues(&format!("tables.{name}"), &mut issues);
        }
        issues
    }
}

impl Table {
    fn issues(&self, at: &str, issues: &mut Vec<String>) {
        if self.columns.0.len() > limits::MAX_SCHEMA_COLUMNS {
            issues.push(format!("{at}.columns: at most {}", limits::MAX_SCHEMA_COLUMNS));
        }
        for (name, column) in &self.columns.0 {
            let at = format!("{at}.columns.{name}");
            name_issue(&at, name, issues);
            column.issues(&at, issues);
        }
        for name in &self.drop_columns {
            if self.columns.get(name).is_some() {
                issues.push(format!("{at}._dropColumns: `{name}` is in `columns` too"));
            }
        }
        for name in &self.change_types {
            if self.columns.get(name).is_none() {
                issues.push(format!("{at}._changeTypes: `{name}` is not in `columns`"));
            }
        }
        for (name, index) in &self.indexes.0 {
            let at = format!("{at}.indexes.{name}");
            name_issue(&at, name, issues);
            if index.columns.is_empty() {
                issues.push(format!("{at}.columns: names at least one"));
            }
            for column in &index.columns {
                name_issue(&format!("{at}.columns"), column, issues);
            }
            if index.method.as_ref().is_some_and(|method| !METHODS.contains(&method.as_str())) {
                issues.push(format!("{at}.method: must be one of {}", METHODS.join(", ")));
            }
            if let Some(opclass) = &index.opclass {
                name_issue(&format!("{at}.opclass"), opclass, issues);
            }
        }
    }
}

impl Column {
    fn issues(&self, at: &str, issues: &mut Vec<String>) {
        if types::canonical(&self.kind).is_none() {
            issues.push(format!("{at}.type: `{}` is not a type that can be used here", self.kind));
        }
        if let Some(default) = &self.default
            && let Err(error) = check_expression(default)
        {
            issues.push(format!("{at}.default: {error}"));
        }
        if self.default.is_some() && types::serial(&self.kind) {
            issues.push(format!("{at}.default: a serial column has one of its own"));
        }
        if self.is_key() && self.nullable == Some(true) {
            issues.push(format!("{at}.nullable: a primary key is never null"));
        }
        match self.references.as_ref().map(|reference| (reference, reference.parts())) {
            Some((_, Some((table, column, on_delete, on_update)))) => {
                name_issue(&format!("{at}.references"), table, issues);
                name_issue(&format!("{at}.references"), column, issues);
                for action in [on_delete, on_update] {
                    if !ACTIONS.contains(&action) {
                        issues.push(format!("{at}.references: `{action}` must be one of {}", ACTIONS.join(", ")));
                    }
                }
            }
            Some((_, None)) => issues.push(format!("{at}.references: must be `table.column`")),
            None => {}
        }
    }
}

fn table_name(at: &str, name: &str, issues: &mut Vec<String>) {
    name_issue(at, name, issues);
    if name.starts_with('_') {
        issues.push(format!("{at}: `{name}` begins with `_`, as only tables of the platform do"));
    }
}

fn name_issue(at: &str, name: &str, issues: &mut Vec<String>) {
    if !is_name(name) {
        let max = limits::MAX_SQL_NAME;
        issues.push(format!(
            "{at}: `{name}` must be 1 to {max} characters of a-z, 0-9 and `_`, not starting with a digit"
        ));
    }
}
