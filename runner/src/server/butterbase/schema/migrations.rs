//! `GET /v1/{app}/migrations`: changes of an app's tables that were made over the API, newest first.

use super::super::paging::{Paging, next_cursor};
use super::super::{json, time};
use crate::ops::schema::Schemas;
use crate::server::auth::OwnedApp;
use crate::server::error::ApiError;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

/// 200 with `{app_id, migrations: […], template_migrations: [], next_cursor}`.
pub async fn handler(
    State(schemas): State<Schemas>,
    OwnedApp { app, .. }: OwnedApp,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let paging = Paging::<i64>::read(query.as_deref())?;
    let page = schemas.changes(&app, paging.after, paging.limit).await?;
    let next = next_cursor(page.has_more, page.notes.last().map(|note| note.id));
    let migrations: Vec<Value> = page
        .notes
        .into_iter()
        .map(|note| {
            json!({
                "id": note.id,
                "description": note.name,
                "applied_sql": note.sql,
                "applied_at": time(note.applied_at),
            })
        })
        .collect();
    let body = json!({
        "app_id": app.id,
        "migrations": migrations,
        // What the platform itself puts into the database is not the app's.
        "template_migrations": [],
        "next_cursor": next,
    });
    Ok(json(StatusCode::OK, &body))
}
