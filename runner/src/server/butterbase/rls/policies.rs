//! `POST /v1/{app}/rls/policies` and `PATCH /v1/{app}/rls/policies/{name}`: a policy of one's own.

use super::super::{json, read_json};
use crate::ops::rls::{Command, Fields, NewPolicy, Policies, Side};
use crate::server::auth::{OwnedApp, OwnedFunction, Trace};
use crate::server::error::ApiError;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use ramekin_model::DatabaseRole;

/// 200 with the policy, which takes the place of one of the same name.
pub async fn create(
    State(policies): State<Policies>,
    OwnedApp { app, key }: OwnedApp,
    trace: Trace,
    request: Request,
) -> Result<Response, ApiError> {
    let mut fields = Fields::of(read_json(request).await?);
    let (name, user_column) = (fields.text("policy_name"), fields.optional("user_column"));
    let wish = NewPolicy { user_column, ..read(fields, name)? };
    let warnings = policies.create(&app, &wish, &trace.by(&key)).await?;
    Ok(answer(&wish, &warnings))
}

/// 200 with the policy, 404 when there is none to be replaced.
pub async fn replace(
    State(policies): State<Policies>,
    OwnedFunction { app, key, name }: OwnedFunction,
    trace: Trace,
    request: Request,
) -> Result<Response, ApiError> {
    let wish = read(Fields::of(read_json(request).await?), name)?;
    let warnings = policies.replace(&app, &wish, &trace.by(&key)).await?;
    Ok(answer(&wish, &warnings))
}

fn read(mut fields: Fields, name: String) -> Result<NewPolicy, ApiError> {
    let role = |word: &str| match word {
        "anon" => Some(DatabaseRole::Anon),
        "user" => Some(DatabaseRole::User),
        _ => None,
    };
    let wish = NewPolicy {
        table: fields.text("table_name"),
        name,
        command: fields.word("command", "SELECT, INSERT, UPDATE, DELETE or ALL", Command::parse).unwrap_or_default(),
        role: fields.word("role", "anon or user", role),
        using: fields.optional("using_expression"),
        with_check: fields.optional("with_check_expression"),
        side: if fields.flag("restrictive") { Side::Restrictive } else { Side::Permissive },
        user_column: None,
    };
    fields.done()?;
    Ok(wish)
}

fn answer(wish: &NewPolicy, warnings: &[String]) -> Response {
    let mut body = serde_json::json!({ "success": true, "policy_name": wish.name, "table": wish.table });
    if let (false, Some(body)) = (warnings.is_empty(), body.as_object_mut()) {
        body.insert("warnings".into(), warnings.into());
    }
    json(StatusCode::OK, &body)
}
