//! The statements. Names are quoted; expressions have been checked to be whole.

use super::RlsError;
use super::form::{Command, Isolation, NewPolicy, Side};
use crate::ops::sql_text::{is_name, quoted};
use ramekin_model::DatabaseRole;

/// Secures a table, for its owner too, and lets the service past.
pub(super) fn secure(table: &str) -> Result<Vec<String>, RlsError> {
    let bypass = derived(table, "_service_bypass")?;
    let on = quoted(table);
    Ok(vec![
        format!("ALTER TABLE {on} ENABLE ROW LEVEL SECURITY"),
        format!("ALTER TABLE {on} FORCE ROW LEVEL SECURITY"),
        drop_policy(table, &bypass),
        format!("CREATE POLICY {} ON {on} TO butterbase_service USING (true) WITH CHECK (true)", quoted(&bypass)),
    ])
}

/// Statements, and the names of the policies for reading.
pub(super) fn isolate(wish: &Isolation, kind: &str) -> Result<(Vec<String>, Vec<String>), RlsError> {
    let table = &wish.table;
    let on = quoted(table);
    let mine = format!("{} = {}", quoted(&wish.user_column), current_user(kind));
    let name = derived(table, "_user_isolation")?;
    let mut statements = secure(table)?;
    statements.push(drop_policy(table, &name));
    statements.push(format!(
        "CREATE POLICY {} ON {on} FOR ALL TO butterbase_user USING ({mine}) WITH CHECK ({mine})",
        quoted(&name)
    ));
    statements.extend(set_user(table, &wish.user_column, kind)?);
    let mut reading = Vec::new();
    if let Some(column) = &wish.public_read_column {
        for (suffix, group) in [("_public_read_user", "butterbase_user"), ("_public_read_anon", "butterbase_anon")] {
            let name = derived(table, suffix)?;
            statements.push(drop_policy(table, &name));
            statements.push(format!(
                "CREATE POLICY {} ON {on} FOR SELECT TO {group} USING ({} = true)",
                quoted(&name),
                quoted(column)
            ));
            reading.push(name);
        }
    }
    Ok((statements, reading))
}

/// New rows get the id of the user who inserts them, whatever the statement says.
pub(super) fn set_user(table: &str, column: &str, kind: &str) -> Result<Vec<String>, RlsError> {
    let function = format!("public.{}", quoted(&derived(table, "_set_user_id")?));
    let trigger = quoted(&derived(table, "_set_user_id_trigger")?);
    let (on, user) = (quoted(table), current_user(kind));
    Ok(vec![
        format!(
            "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $ramekin$
             BEGIN
                 IF coalesce(current_setting('app.role', true), '') NOT IN ('butterbase_service', 'butterbase_anon')
                    AND public.current_user_id() IS NOT NULL THEN
                     NEW.{} := {user};
                 END IF;
                 RETURN NEW;
             END
             $ramekin$",
            quoted(column)
        ),
        format!("DROP TRIGGER IF EXISTS {trigger} ON {on}"),
        format!("CREATE TRIGGER {trigger} BEFORE INSERT ON {on} FOR EACH ROW EXECUTE FUNCTION {function}()"),
    ])
}

/// A policy in place of the one of its name.
pub(super) fn policy(wish: &NewPolicy) -> Vec<String> {
    let mut sql = format!("CREATE POLICY {} ON {}", quoted(&wish.name), quoted(&wish.table));
    if wish.side == Side::Restrictive {
        sql.push_str(" AS RESTRICTIVE");
    }
    if wish.command != Command::All {
        sql.push_str(&format!(" FOR {}", wish.command.as_sql()));
    }
    if let Some(group) = wish.role.and_then(DatabaseRole::group) {
        sql.push_str(&format!(" TO {group}"));
    }
    for (word, expression) in [("USING", &wish.using), ("WITH CHECK", &wish.with_check)] {
        if let Some(expression) = expression {
            sql.push_str(&format!(" {word} ({expression})"));
        }
    }
    vec![drop_policy(&wish.table, &wish.name), sql]
}

/// Every policy of a table goes, with what came with them.
pub(super) fn disable(table: &str, policies: &[String]) -> Vec<String> {
    let on = quoted(table);
    let mut statements: Vec<String> = policies.iter().map(|policy| drop_policy(table, policy)).collect();
    // Where these names would be too long, there is no such trigger.
    if let (Ok(trigger), Ok(function)) = (derived(table, "_set_user_id_trigger"), derived(table, "_set_user_id")) {
        statements.push(format!("DROP TRIGGER IF EXISTS {} ON {on}", quoted(&trigger)));
        statements.push(format!("DROP FUNCTION IF EXISTS public.{}()", quoted(&function)));
    }
    statements.push(format!("ALTER TABLE {on} NO FORCE ROW LEVEL SECURITY"));
    statements.push(format!("ALTER TABLE {on} DISABLE ROW LEVEL SECURITY"));
    statements
}

pub(super) fn drop_policy(table: &str, name: &str) -> String {
    format!("DROP POLICY IF EXISTS {} ON {}", quoted(name), quoted(table))
}

fn current_user(kind: &str) -> &'static str {
    if kind == "uuid" { "public.current_user_id()::uuid" } else { "public.current_user_id()" }
}

/// A name made from that of the table. PostgreSQL would cut one that is too long, and two tables could share it.
fn derived(table: &str, suffix: &str) -> Result<String, RlsError> {
    let name = format!("{table}{suffix}");
    if is_name(&name) {
        return Ok(name);
    }
    Err(RlsError::Form(format!(
        "table_name: `{table}` has a name of which no `{name}` can be made; it must be shorter, and of a-z, 0-9 and `_`"
    )))
}
