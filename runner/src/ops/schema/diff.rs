//! From the schema that is to the one that is wished for, as statements. Only what is named is lost: tables in `_drop`,
//! columns in `_dropColumns`, types in `_changeTypes`. Columns that are not mentioned stay.

use super::form::{ACTIONS, Column, Index, Reference, Schema, Table};
use super::types;
use crate::ops::sql_text::quoted;
use ramekin_store::Described;
use std::collections::BTreeMap;

/// One statement of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// As it is run.
    pub sql: String,
    /// For people.
    pub description: String,
    /// Whether data may be lost.
    pub destructive: bool,
    /// Whether that was asked for.
    pub authorized: bool,
}

impl Statement {
    fn plain(sql: String, description: String) -> Self {
        Self { sql, description, destructive: false, authorized: true }
    }

    fn destructive(sql: String, description: String, authorized: bool) -> Self {
        Self { sql, description, destructive: true, authorized }
    }
}

/// The statements, in the order in which they can run.
pub fn diff(is: &BTreeMap<String, Described>, wish: &Schema) -> Vec<Statement> {
    let mut statements = Vec::new();
    for name in wish.drop.iter().filter(|name| is.contains_key(*name)) {
        let sql = format!("DROP TABLE {} CASCADE", quoted(name));
        statements.push(Statement::destructive(sql, format!("drop the table `{name}`"), true));
    }
    // Foreign keys come last: tables may point at each other.
    let mut keys = Vec::new();
    for (name, table) in &wish.tables.0 {
        match is.get(name) {
            None => create(name, table, &mut statements, &mut keys),
            Some(is) => alter(name, is, table, &mut statements, &mut keys),
        }
    }
    statements.append(&mut keys);
    for name in is.keys().filter(|name| wish.tables.get(name).is_none() && !wish.drop.contains(name)) {
        let sql = format!("DROP TABLE {} CASCADE", quoted(name));
        let description = format!("the table `{name}` is not in the schema; name it in `_drop` to drop it");
        statements.push(Statement::destructive(sql, description, false));
    }
    statements
}

fn create(name: &str, table: &Table, statements: &mut Vec<Statement>, keys: &mut Vec<Statement>) {
    let mut parts: Vec<String> = table.columns.0.iter().map(|(name, column)| definition(name, column)).collect();
    let key: Vec<String> =
        table.columns.0.iter().filter(|(_, column)| column.is_key()).map(|(name, _)| quoted(name)).collect();
    if !key.is_empty() {
        parts.push(format!("PRIMARY KEY ({})", key.join(", ")));
    }
    let sql = format!("CREATE TABLE {} ({})", quoted(name), parts.join(", "));
    statements.push(Statement::plain(sql, format!("create the table `{name}`")));
    for (column, form) in &table.columns.0 {
        if let Some(reference) = &form.references {
            keys.extend(add_key(name, column, reference));
        }
    }
    statements.extend(table.indexes.0.iter().map(|(index, form)| create_index(name, index, form)));
}

/// A column as it stands in CREATE TABLE and ADD COLUMN.
fn definition(name: &str, column: &Column) -> String {
    let mut sql = format!("{} {}", quoted(name), types::canonical(&column.kind).unwrap_or_default());
    if column.nullable == Some(false) && !column.is_key() {
        sql.push_str(" NOT NULL");
    }
    if column.unique == Some(true) && !column.is_key() {
        sql.push_str(" UNIQUE");
    }
    if let Some(default) = &column.default {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    sql
}

fn add_key(table: &str, column: &str, reference: &Reference) -> Option<Statement> {
    let (to_table, to_column, on_delete, on_update) = reference.parts()?;
    let mut sql = format!(
        "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({})",
        quoted(table),
        quoted(&format!("fk_{table}_{column}")),
        quoted(column),
        quoted(to_table),
        quoted(to_column)
    );
    for (event, action) in [("DELETE", on_delete), ("UPDATE", on_update)] {
        if action != ACTIONS[0] {
            sql.push_str(&format!(" ON {event} {action}"));
        }
    }
    Some(Statement::plain(sql, format!("let `{table}.{column}` point to `{to_table}.{to_column}`")))
}

fn create_index(table: &str, name: &str, index: &Index) -> Statement {
    let opclass = index.opclass.as_ref().map_or_else(String::new, |opclass| format!(" {}", quoted(opclass)));
    let columns: Vec<String> = index.columns.iter().map(|column| format!("{}{opclass}", quoted(column))).collect();
    let unique = if index.unique == Some(true) { "UNIQUE " } else { "" };
    let method = index.method.as_ref().map_or_else(String::new, |method| format!(" USING {method}"));
    let sql = format!("CREATE {unique}INDEX {} ON {}{method} ({})", quoted(name), quoted(table), columns.join(", "));
    Statement::plain(sql, format!("create the index `{name}` on `{table}`"))
}

fn alter(name: &str, is: &Described, wish: &Table, statements: &mut Vec<Statement>, keys: &mut Vec<Statement>) {
    let table = quoted(name);
    for column in wish.drop_columns.iter().filter(|column| is.columns.iter().any(|is| is.name == **column)) {
        let sql = format!("ALTER TABLE {table} DROP COLUMN {}", quoted(column));
        statements.push(Statement::destructive(sql, format!("drop the column `{name}.{column}`"), true));
    }
    for index in is.indexes.keys().filter(|index| wish.indexes.get(index).is_none()) {
        let sql = format!("DROP INDEX {}", quoted(index));
        statements.push(Statement::plain(sql, format!("drop the index `{index}` of `{name}`")));
    }
    for (column, form) in &wish.columns.0 {
        if is.columns.iter().any(|is| is.name == *column) {
            alter_column(name, column, is, form, wish, statements);
        } else {
            let sql = format!("ALTER TABLE {table} ADD COLUMN {}", definition(column, form));
            statements.push(Statement::plain(sql, format!("add the column `{name}.{column}`")));
        }
        alter_key(name, column, is, form, statements, keys);
    }
    primary_key(name, is, wish, statements);
    for (index, form) in &wish.indexes.0 {
        match is.indexes.get(index) {
            Some(is) if same_index(is, form) => {}
            Some(_) => {
                let sql = format!("DROP INDEX {}", quoted(index));
                statements.push(Statement::plain(sql, format!("drop the index `{index}` of `{name}` to make it anew")));
                statements.push(create_index(name, index, form));
            }
            None => statements.push(create_index(name, index, form)),
        }
    }
}

fn same_index(is: &ramekin_store::DescribedIndex, wish: &Index) -> bool {
    is.columns == wish.columns
        && is.unique == (wish.unique == Some(true))
        && is.method == wish.method.as_deref().unwrap_or("btree")
        && (wish.opclass.is_none() || is.opclass == wish.opclass)
}

fn alter_column(
    name: &str,
    column: &str,
    is: &Described,
    form: &Column,
    wish: &Table,
    statements: &mut Vec<Statement>,
) {
    let Some(now) = is.columns.iter().find(|is| is.name == *column) else { return };
    let alter = format!("ALTER TABLE {} ALTER COLUMN {}", quoted(name), quoted(column));
    let counts_up = now.default.as_ref().is_some_and(|default| default.starts_with("nextval("));
    let (kind_is, kind) = (types::shown(&now.type_name, counts_up), types::canonical(&form.kind).unwrap_or_default());
    // A column that counts up is of a plain type with a default.
    let plain = |kind: &str| match kind {
        "serial" => "integer".to_owned(),
        "bigserial" => "bigint".to_owned(),
        "smallserial" => "smallint".to_owned(),
        other => other.to_owned(),
    };
    if plain(&kind) != plain(&kind_is) {
        let to = plain(&kind);
        let sql = format!("{alter} TYPE {to} USING {}::{to}", quoted(column));
        let description = format!("change the type of `{name}.{column}` from {kind_is} to {to}");
        let authorized = wish.change_types.iter().any(|named| named == column);
        statements.push(Statement::destructive(sql, description, authorized));
    }
    let key = is.primary_key.iter().any(|key| key == column) || form.is_key();
    let decided = form.nullable.is_some() || !types::serial(&form.kind);
    if !key && decided && form.is_nullable() == now.required {
        let (verb, what) = if form.is_nullable() { ("DROP", "may be null") } else { ("SET", "must not be null") };
        statements.push(Statement::plain(format!("{alter} {verb} NOT NULL"), format!("`{name}.{column}` {what}")));
    }
    if !now.generated && !types::serial(&form.kind) {
        match (&form.default, &now.default) {
            (Some(wished), is) if !is.as_ref().is_some_and(|is| types::same_default(wished, is)) => {
                let sql = format!("{alter} SET DEFAULT {wished}");
                statements.push(Statement::plain(sql, format!("change the default of `{name}.{column}`")));
            }
            (None, Some(_)) if !counts_up => {
                statements.push(Statement::plain(
                    format!("{alter} DROP DEFAULT"),
                    format!("drop the default of `{name}.{column}`"),
                ));
            }
            _ => {}
        }
    }
    match (form.unique == Some(true) && !form.is_key(), is.unique.get(column)) {
        (true, None) => {
            let sql = format!("ALTER TABLE {} ADD UNIQUE ({})", quoted(name), quoted(column));
            statements.push(Statement::plain(sql, format!("make `{name}.{column}` unique")));
        }
        (false, Some(constraint)) => {
            let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", quoted(name), quoted(constraint));
            statements.push(Statement::plain(sql, format!("`{name}.{column}` need not be unique")));
        }
        _ => {}
    }
}

fn alter_key(
    name: &str,
    column: &str,
    is: &Described,
    form: &Column,
    statements: &mut Vec<Statement>,
    keys: &mut Vec<Statement>,
) {
    let now = is.foreign_keys.iter().find(|key| key.column == *column);
    let wished = form.references.as_ref();
    let same = match (now, wished.and_then(Reference::parts)) {
        (None, None) => true,
        (Some(is), Some(parts)) => {
            (is.to_table.as_str(), is.to_column.as_str(), is.on_delete.as_str(), is.on_update.as_str()) == parts
        }
        _ => false,
    };
    if same {
        return;
    }
    if let Some(is) = now {
        let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", quoted(name), quoted(&is.name));
        let description = format!("`{name}.{column}` does not point to `{}.{}` any more", is.to_table, is.to_column);
        statements.push(Statement::plain(sql, description));
    }
    keys.extend(wished.and_then(|reference| add_key(name, column, reference)));
}

fn primary_key(name: &str, is: &Described, wish: &Table, statements: &mut Vec<Statement>) {
    let wished: Vec<&String> =
        wish.columns.0.iter().filter(|(_, column)| column.is_key()).map(|(name, _)| name).collect();
    let mut now: Vec<&String> = is.primary_key.iter().collect();
    // A column that is not mentioned stays, and stays what it is.
    let mentioned = |column: &String| wish.columns.0.iter().any(|(name, _)| name == column);
    let kept = now.iter().copied().filter(|column| !mentioned(column));
    let mut sorted: Vec<&String> = wished.iter().copied().chain(kept).collect();
    sorted.sort();
    now.sort();
    if sorted == now {
        return;
    }
    let columns: Vec<String> = wished.iter().map(|column| quoted(column)).collect();
    let sql = format!("ALTER TABLE {} ADD PRIMARY KEY ({})", quoted(name), columns.join(", "));
    if now.is_empty() {
        statements.push(Statement::plain(sql, format!("give `{name}` a primary key")));
    } else {
        let description =
            format!("the primary key of `{name}` cannot be changed; make another table and drop this one");
        statements.push(Statement::destructive(sql, description, false));
    }
}
