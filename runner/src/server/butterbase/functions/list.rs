//! `GET /v1/{app}/functions`: the functions of an app, by name (Butterbase §2.5). `?include_deleted=true` lists deleted ones
//! too.

use super::super::conditions::tagged;
use super::super::paging::{Paging, next_cursor};
use super::super::time;
use super::{deleted, number, shared};
use crate::ops::functions::Functions;
use crate::server::auth::OwnedApp;
use crate::server::error::ApiError;
use crate::server::state::PublicUrl;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::HeaderMap;
use ramekin_model::{Function, FunctionStats, TriggerType};
use serde_json::{Value, json};

/// Share of calls of the last day that may fail before the function's status says so.
const ERROR_RATE: f64 = 0.1;

/// 200 with `{"functions": […], "next_cursor": text | null}`, 304 when the caller has it already.
pub async fn handler(
    State(functions): State<Functions>,
    State(url): State<PublicUrl>,
    OwnedApp { app, .. }: OwnedApp,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let paging = Paging::<String>::read(query.as_deref())?;
    let after = paging.after.as_deref().unwrap_or_default();
    let page = functions.page(&app, deleted(&paging), after, paging.limit).await?;
    let next = next_cursor(page.has_more, page.items.last().map(|(function, _)| &function.name));
    let shown: Vec<Value> = page.items.iter().map(|(function, stats)| show(function, stats, &url)).collect();
    Ok(tagged(&headers, None, &json!({ "functions": shown, "next_cursor": next })))
}

fn show(function: &Function, stats: &FunctionStats, url: &PublicUrl) -> Value {
    let exists = function.deleted_at.is_none();
    let callable = exists && function.triggers.iter().any(|trigger| trigger.kind == TriggerType::Http);
    let rate = error_rate(stats);
    let mut shown = shared(function);
    shown.extend([
        ("url".to_owned(), json!(callable.then(|| url.of_function(function.app_id.as_str(), &function.name)))),
        ("status".to_owned(), json!(if rate > ERROR_RATE { "error" } else { "active" })),
        ("lastInvoked".to_owned(), json!(stats.last_invoked_at.map(time))),
        ("lastStatus".to_owned(), json!(stats.last_status)),
        ("invocationCount".to_owned(), json!(stats.invocations)),
        ("errorRate".to_owned(), number(rate)),
        ("avgDuration".to_owned(), number(stats.day_avg_duration_ms)),
    ]);
    shown.into()
}

/// Share of calls of the last day that failed.
fn error_rate(stats: &FunctionStats) -> f64 {
    if stats.day_invocations == 0 { 0.0 } else { stats.day_errors as f64 / stats.day_invocations as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ramekin_model::{AgentTool, Trigger};

    fn function(triggers: Vec<Trigger>) -> Function {
        Function {
            id: uuid::Uuid::nil(),
            app_id: "app_000000000000".parse().unwrap(),
            name: "hello".parse().unwrap(),
            description: None,
            code: String::new(),
            files: None,
            packages: None,
            encrypted_env: Some("canary".into()),
            timeout_ms: 1,
            memory_limit_mb: 64,
            allow_impersonation: true,
            triggers,
            agent_tool: AgentTool::default(),
            deployed_at: chrono::DateTime::from_timestamp_millis(1_700_000_000_123).unwrap(),
            updated_at: chrono::DateTime::from_timestamp_millis(1_700_000_000_124).unwrap(),
            deleted_at: None,
        }
    }

    fn shown(triggers: Vec<Trigger>, stats: &FunctionStats) -> Value {
        show(&function(triggers), stats, &PublicUrl::new("http://h".into(), None))
    }

    #[test]
    fn figures_and_address() {
        let stats = FunctionStats { invocations: 9, day_invocations: 10, day_errors: 1, ..FunctionStats::default() };
        let value = shown(vec![Trigger::default_http()], &stats);
        assert_eq!(value["url"], "http://h/v1/app_000000000000/fn/hello");
        assert_eq!(
            (&value["status"], &value["errorRate"], &value["invocationCount"]),
            (&json!("active"), &json!(0.1), &json!(9))
        );
        assert_eq!(value["deployedAt"], "2023-11-14T22:13:20.123Z");
        let failing = FunctionStats { day_invocations: 10, day_errors: 2, ..stats };
        assert_eq!(shown(vec![], &failing)["status"], "error");
        assert_eq!(shown(vec![], &FunctionStats::default())["url"], Value::Null);
    }

    #[test]
    fn no_secret_is_shown() {
        let config = serde_json::from_value(json!({ "provider": "stripe", "secret": "canary" })).unwrap();
        let webhook = Trigger { kind: TriggerType::Webhook, config, enabled: true };
        let value = shown(vec![webhook], &FunctionStats::default());
        assert_eq!(value["triggers"][0]["config"], json!({ "provider": "stripe", "secret": "***" }));
        assert!(!value.to_string().contains("canary"));
    }
}
