//! What is asked for: forms, and what is checked before the database is asked.

use super::{Fields, RlsError};
use crate::ops::sql_text::{check_expression, is_name};
use ramekin_model::DatabaseRole;
use ramekin_store::{Described, Policy};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the name of a policy must be.
pub(super) const NAME: &str = "policy_name: must be 1 to 63 characters of a-z, 0-9 and `_`, not starting with a digit";

/// Rows belong to the user whose id they carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Isolation {
    /// The table.
    pub table: String,
    /// The column with the id.
    pub user_column: String,
    /// A column that says that everybody may read the row.
    pub public_read_column: Option<String>,
}

impl Isolation {
    /// Reads one as it is sent.
    ///
    /// # Errors
    /// [`RlsError::Form`] says what is wrong with its fields.
    pub fn read(body: Value) -> Result<Self, RlsError> {
        let mut fields = Fields::of(body);
        let wish = Self {
            table: fields.text("table_name"),
            user_column: fields.text("user_column"),
            public_read_column: fields.optional("public_read_column"),
        };
        fields.done()?;
        Ok(wish)
    }
}

/// Which statements a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Command {
    /// Every kind.
    #[default]
    All,
    /// SELECT.
    Select,
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
}

impl Command {
    /// From the word on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::All, Self::Select, Self::Insert, Self::Update, Self::Delete].into_iter().find(|it| it.as_sql() == text)
    }

    /// The word in SQL.
    pub fn as_sql(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// Whether a policy lets rows through, or holds them back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// A row passes when any such policy lets it.
    #[default]
    Permissive,
    /// A row passes only when every such policy lets it.
    Restrictive,
}

/// A policy that is wished for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPolicy {
    /// The table.
    pub table: String,
    /// Its name.
    pub name: String,
    /// For which statements.
    pub command: Command,
    /// For whom; for everybody unless said.
    pub role: Option<DatabaseRole>,
    /// Which rows are there.
    pub using: Option<String>,
    /// Which rows may be written.
    pub with_check: Option<String>,
    /// Lets through or holds back.
    pub side: Side,
    /// A column that new rows get the user's id in.
    pub user_column: Option<String>,
}

impl NewPolicy {
    /// Checks what the types do not.
    pub(super) fn check(&self) -> Result<(), RlsError> {
        if !is_name(&self.name) {
            return Err(RlsError::Form(NAME.into()));
        }
        if self.using.is_none() && self.with_check.is_none() {
            return Err(RlsError::Form("using_expression or with_check_expression: one of them must be there".into()));
        }
        for (field, expression) in self.expressions() {
            check_expression(expression).map_err(|why| RlsError::Unsafe { field, why })?;
        }
        Ok(())
    }

    fn expressions(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let both = [("using_expression", &self.using), ("with_check_expression", &self.with_check)];
        both.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?)))
    }

    /// What the audit log says of it: all but its expressions, which the database has.
    pub(super) fn told(&self) -> Value {
        json!({
            "table": self.table,
            "command": self.command.as_sql(),
            "role": self.role.and_then(DatabaseRole::group),
            "restrictive": self.side == Side::Restrictive,
            "user_column": self.user_column,
        })
    }

    /// An expression that reads another table sees there what its role sees: nothing, unless a policy lets it.
    pub(super) fn warnings(&self, tables: &BTreeMap<String, Described>, policies: &[Policy]) -> Vec<String> {
        let Some(group) = self.role.and_then(DatabaseRole::group) else { return Vec::new() };
        let mut named: Vec<String> = self.expressions().flat_map(|(_, text)| read_tables(text)).collect();
        named.sort();
        named.dedup();
        named.retain(|name| *name != self.table && tables.get(name).is_some_and(|table| table.row_security));
        named.retain(|name| {
            !policies.iter().any(|policy| {
                policy.tablename == *name
                    && matches!(policy.cmd.as_str(), "SELECT" | "ALL")
                    && policy.permissive == "PERMISSIVE"
                    && policy.roles.iter().any(|role| role == group || role == "public")
            })
        });
        let warn = |name: String| {
            format!(
                "the expression reads `{name}`, where row-level security lets {group} see no row; make a SELECT policy \
                 on `{name}` for this role, or the expression is never true"
            )
        };
        named.into_iter().map(warn).collect()
    }
}

/// Names after FROM and JOIN, as far as they are plain: enough for a warning.
fn read_tables(expression: &str) -> Vec<String> {
    let words: Vec<&str> =
        expression.split(|c: char| !(c == '_' || c == '"' || c.is_alphanumeric())).filter(|w| !w.is_empty()).collect();
    let follows = |pair: &[&str]| match pair {
        [word, name] if word.eq_ignore_ascii_case("from") || word.eq_ignore_ascii_case("join") => {
            Some(name.trim_matches('"').to_owned())
        }
        _ => None,
    };
    words.windows(2).filter_map(follows).collect()
}
