//! `POST /v1/{app}/schema/apply`: brings the tables of an app to what is sent.

use super::super::{json, read_text};
use crate::ops::schema::{Mode, Schema, SchemaError, Schemas, Statement};
use crate::server::auth::{OwnedApp, Trace};
use crate::server::error::ApiError;
use axum::extract::{Request, State};
use axum::response::Response;
use chrono::Utc;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

/// Read as it stands: columns keep the order in which they are written.
#[derive(Deserialize)]
struct Body {
    schema: Schema,
    #[serde(default)]
    dry_run: bool,
    name: Option<String>,
}

/// 200 with the statements.
pub async fn handler(
    State(schemas): State<Schemas>,
    OwnedApp { app, key }: OwnedApp,
    trace: Trace,
    request: Request,
) -> Result<Response, ApiError> {
    let text = read_text(request).await?;
    let body: Body = serde_json::from_slice(&text).map_err(|error| {
        if error.is_data() { SchemaError::Form(vec![error.to_string()]).into() } else { super::super::not_json(&error) }
    })?;
    let mode = if body.dry_run { Mode::DryRun } else { Mode::Apply };
    let name = body.name.unwrap_or_else(|| format!("schema_{}", Utc::now().format("%Y-%m-%dT%H-%M-%SZ")));
    let applied = schemas.apply(&app, &body.schema, &name, mode, &trace.by(&key)).await?;
    let statements: Vec<Value> = applied.statements.iter().map(shown).collect();
    let message = match (statements.len(), mode) {
        (0, _) => "Schema is up to date".to_owned(),
        (count, Mode::DryRun) => format!("{count} statements would be applied"),
        (count, Mode::Apply) => format!("{count} statements were applied"),
    };
    let mut answer = json!({ "applied": statements.len(), "statements": statements, "message": message });
    if let Some(fields) = answer.as_object_mut() {
        if mode == Mode::DryRun {
            fields.insert("dry_run".into(), true.into());
        }
        if let Some(id) = applied.migration_id {
            fields.insert("migration_id".into(), id.into());
        }
    }
    Ok(json(StatusCode::OK, &answer))
}

fn shown(statement: &Statement) -> Value {
    json!({ "sql": statement.sql, "description": statement.description, "destructive": statement.destructive })
}
