//! `GET /v1/{app}/audit-logs`: who changed what of an app, newest first (Butterbase §3.7).

use super::{json, point_in_time, time};
use crate::ops::audit::Audits;
use crate::server::auth::LoggedApp;
use crate::server::error::ApiError;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::StatusCode;
use ramekin_model::{AuditRecord, limits};
use ramekin_store::AuditQuery;
use serde_json::{Value, json};

/// 200 with `{"logs": […], total, limit, offset, nextOffset}`.
pub async fn handler(
    State(audits): State<Audits>,
    LoggedApp(app): LoggedApp,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = read(query.as_deref().unwrap_or_default())?;
    let page = audits.page(&app, &query).await?;
    let next = u64::from(query.offset) + page.records.len() as u64;
    let body = json!({
        "logs": page.records.iter().map(show).collect::<Vec<_>>(),
        "total": page.total,
        "limit": query.limit,
        "offset": query.offset,
        "nextOffset": (next < page.total).then_some(next),
    });
    Ok(json(StatusCode::OK, &body))
}

/// Reads the query. Of a repeated parameter the last one counts; a filter that is empty is none.
fn read(query: &str) -> Result<AuditQuery, ApiError> {
    let bad = |text: String| ApiError::request(StatusCode::BAD_REQUEST, text);
    let number = |name: &str, value: &str, least: u64| {
        let number = value.parse::<u64>().ok().filter(|number| *number >= least);
        let number = number.ok_or_else(|| bad(format!("{name}: must be a whole number from {least}")))?;
        Ok::<_, ApiError>(u32::try_from(number).unwrap_or(u32::MAX))
    };
    let mut read = AuditQuery { limit: limits::DEFAULT_AUDIT_PAGE, ..AuditQuery::default() };
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if value.contains('\0') {
            return Err(bad(format!("{name}: must not hold a NUL character")));
        }
        let text = Some(value.to_string()).filter(|value| !value.is_empty());
        match &*name {
            "limit" => read.limit = number(&name, &value, 1)?.min(limits::MAX_AUDIT_PAGE),
            "offset" => read.offset = number(&name, &value, 0)?,
            "category" => read.category = text,
            "event_type" => read.event_type = text,
            "action" => read.action = text,
            "resource_type" => read.resource_type = text,
            "resource_id" => read.resource_id = text,
            // Older clients say `user_id`.
            "actor_id" | "user_id" => read.actor_id = text,
            "from" | "to" => {
                let time = point_in_time(&value);
                let time = time.ok_or_else(|| bad(format!("{name}: must be a time such as 2030-01-31T12:00:00Z")))?;
                if name == "from" { read.from = Some(time) } else { read.to = Some(time) }
            }
            _ => {}
        }
    }
    Ok(read)
}

fn show(record: &AuditRecord) -> Value {
    json!({
        "id": record.id,
        "app_id": record.app_id,
        "category": record.category,
        "event_type": record.event_type,
        "action": record.action,
        "resource_type": record.resource_type,
        "resource_id": record.resource_id,
        "actor_type": record.actor_type,
        "actor_id": record.actor_id,
        "event_data": record.data,
        "ip_address": record.ip,
        "user_agent": record.user_agent,
        // What fails changes nothing, and is not in the log.
        "success": true,
        "error_message": null,
        "correlation_id": record.request,
        "created_at": time(record.created_at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        let plain = AuditQuery { limit: 100, ..AuditQuery::default() };
        assert_eq!(read("").unwrap(), plain);
        assert_eq!(read("category=&x=y").unwrap(), plain);
        let all = "limit=5&offset=7&category=admin&event_type=function.deploy&action=create&resource_type=function\
                   &resource_id=f&user_id=u&from=2030-01-31&to=2030-02-01T00:00:00Z";
        let expected = AuditQuery {
            limit: 5,
            offset: 7,
            category: Some("admin".into()),
            event_type: Some("function.deploy".into()),
            action: Some("create".into()),
            resource_type: Some("function".into()),
            resource_id: Some("f".into()),
            actor_id: Some("u".into()),
            from: point_in_time("2030-01-31T00:00:00Z"),
            to: point_in_time("2030-02-01"),
        };
        assert_eq!(read(all).unwrap(), expected);
        let limit = |limit: u32| read(&format!("limit={limit}")).unwrap().limit;
        assert_eq!((limit(limits::MAX_AUDIT_PAGE), limit(limits::MAX_AUDIT_PAGE + 1)), (500, 500));
        for bad in ["limit=0", "limit=x", "offset=-1", "from=yesterday", "to=", "category=%00"] {
            assert_eq!(read(bad).unwrap_err().into_parts().0, 400, "{bad}");
        }
    }
}
