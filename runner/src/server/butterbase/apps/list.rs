//! `GET /apps`: the apps that the key opens, newest first.

use super::super::paging::{Paging, TimeCursor, next_cursor, time_of};
use super::super::{json, time};
use crate::ops::apps::Apps;
use crate::registry::REGION;
use crate::server::auth::Owner;
use crate::server::error::ApiError;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::StatusCode;
use ramekin_model::Provisioning;
use ramekin_store::AppCursor;
use serde_json::{Value, json};

/// 200 with `{"apps": […], "next_cursor": text | null}`.
pub async fn handler(
    State(apps): State<Apps>,
    Owner(key): Owner,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let paging = Paging::<TimeCursor>::read(query.as_deref())?;
    let after = paging.after.and_then(|cursor| Some(AppCursor { created_at: time_of(&cursor)?, id: cursor.1 }));
    let page = apps.page(&key, after.as_ref(), paging.limit).await?;
    let last = page.items.last().map(|(app, _)| (app.created_at.timestamp_micros(), app.id.as_str()));
    let next = next_cursor(page.has_more, last);
    let apps: Vec<Value> = page
        .items
        .into_iter()
        .map(|(app, database)| {
            json!({
                "id": app.id,
                "name": app.name,
                "subdomain": app.subdomain,
                "db_name": app.id,
                "db_provisioned": database == Provisioning::Ready,
                "provisioning_status": super::status(&database),
                "region": REGION,
                "owner_id": app.owner_id,
                "organization_id": null,
                "created_at": time(app.created_at),
            })
        })
        .collect();
    Ok(json(StatusCode::OK, &json!({ "apps": apps, "next_cursor": next })))
}
