//! `GET /v1/{app}/schema`: the tables of an app, in the form in which they are applied.

use super::super::JSON;
use crate::ops::schema::{Schema, Schemas};
use crate::server::auth::OwnedApp;
use crate::server::error::ApiError;
use crate::server::state::PublicUrl;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header;
use serde::Serialize;

/// Written as it stands: columns in the order of their table.
#[derive(Serialize)]
struct Body<'a> {
    app_id: &'a str,
    schema: &'a Schema,
    api_base: String,
    #[serde(rename = "_meta")]
    meta: Meta<'a>,
}

#[derive(Serialize)]
struct Meta<'a> {
    resource_info: ResourceInfo<'a>,
}

#[derive(Serialize)]
struct ResourceInfo<'a> {
    table_count: usize,
    tables: Vec<&'a str>,
}

/// 200 with the schema.
pub async fn handler(
    State(schemas): State<Schemas>,
    State(url): State<PublicUrl>,
    OwnedApp { app, .. }: OwnedApp,
) -> Result<Response, ApiError> {
    let schema = schemas.read(&app).await?;
    let tables: Vec<&str> = schema.tables.0.iter().map(|(name, _)| name.as_str()).collect();
    let body = Body {
        app_id: app.id.as_str(),
        schema: &schema,
        api_base: url.of_app(&app),
        meta: Meta { resource_info: ResourceInfo { table_count: tables.len(), tables } },
    };
    let body = serde_json::to_vec(&body).map_err(|error| ApiError::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, JSON)], body).into_response())
}
