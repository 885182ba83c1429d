//! What an app's owner sets of the app itself: which origins it allows, and whether it is paused (Butterbase appendix A).
//! When a change has succeeded, the next call sees it, and calls of other servers as soon as the news of it is there.

use super::deploy::Issues;
use super::environment::Change;
use crate::origins;
use crate::registry::Registry;
use chrono::{DateTime, Utc};
use ramekin_model::{App, AppSettings, AuditEvent, AuditKind, Precondition, limits};
use ramekin_store::{Store, StoreError};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_util::task::TaskTracker;

/// Changes of the same configuration at once that are tried again until each has seen the others.
const ATTEMPTS: usize = 20;

/// Looks at configurations and changes them.
#[derive(Clone)]
pub struct Configurations {
    /// Where they are stored.
    pub store: Store,
    /// Where they are known.
    pub registry: Arc<Registry>,
    /// Runs what must not stop half-way.
    pub tasks: TaskTracker,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The request.
    #[error("{0}")]
    Form(Issues),
    /// It is of another version.
    #[error("the configuration is not of the version that the request names")]
    Precondition,
    /// Others change it all the time.
    #[error("the configuration is being changed by others; try again")]
    Busy,
    /// The app was deleted.
    #[error("the app is not there any more")]
    NoApp,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was not done.
    #[error("{0}")]
    Task(#[from] tokio::task::JoinError),
}

/// Whether an app is to be paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseForm {
    /// It is.
    pub paused: bool,
    /// What its owner says of it; counts only when it is.
    pub reason: Option<String>,
}

/// Reads `{"allowed_origins": […]}`, which newer clients spell `allowedOrigins`. Each origin is kept in the form in which
/// browsers send it, and once.
///
/// # Errors
/// Says what is wrong.
pub fn read_origins(body: &Value) -> Result<Vec<String>, Issues> {
    let newer = body.get("allowed_origins").is_none() && body.get("allowedOrigins").is_some();
    let path = if newer { "allowedOrigins" } else { "allowed_origins" };
    let Some(Value::Array(given)) = body.get(path) else {
        return Err(Issues::one(path, "must be an array of origins such as `https://example.org`"));
    };
    if given.len() > limits::MAX_ORIGINS {
        return Err(Issues::one(path, format_args!("must be at most {} origins", limits::MAX_ORIGINS)));
    }
    let mut origins = Vec::with_capacity(given.len());
    for (at, value) in given.iter().enumerate() {
        let wrong = || {
            let text = "must be an origin: scheme, host and port without a path, such as `https://example.org`; there are no \
                        patterns";
            Issues::one(&format!("{path}.{at}"), text)
        };
        let origin = value.as_str().and_then(origins::normalized).ok_or_else(wrong)?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

/// Reads `{"paused": bool, "reason"?: text}`.
///
/// # Errors
/// Says what is wrong.
pub fn read_pause(body: &Value) -> Result<PauseForm, Issues> {
    let paused = body.get("paused").and_then(Value::as_bool);
    let paused = paused.ok_or_else(|| Issues::one("paused", "must be true or false"))?;
    let reason = match body.get("reason") {
        None | Some(Value::Null) => None,
        Some(Value::String(reason)) if reason.chars().count() > limits::MAX_PAUSE_REASON => {
            let text = format_args!("must be at most {} characters", limits::MAX_PAUSE_REASON);
            return Err(Issues::one("reason", text));
        }
        Some(Value::String(reason)) if reason.contains('\0') => {
            return Err(Issues::one("reason", "must not hold a NUL character"));
        }
        Some(Value::String(reason)) => Some(reason.clone()),
        Some(_) => return Err(Issues::one("reason", "must be a string")),
    };
    Ok(PauseForm { paused, reason: reason.filter(|reason| paused && !reason.is_empty()) })
}

impl Configurations {
    /// The configuration of an app, as it is stored.
    ///
    /// # Errors
    /// When the database fails, or the app is gone.
    pub async fn get(&self, app: &App) -> Result<AppSettings, ConfigurationError> {
        self.store.settings().get(&app.id).await?.ok_or(ConfigurationError::NoApp)
    }

    /// Replaces the origins that an app allows.
    ///
    /// # Errors
    /// See [`ConfigurationError`]. Nothing was changed then.
    pub async fn set_origins(&self, app: &App, origins: Vec<String>, change: Change) -> Result<(), ConfigurationError> {
        let (this, app) = (self.clone(), app.clone());
        // In a task of its own: what is changed in the database must be seen here, whoever stops waiting.
        let set = async move {
            let data = json!({ "allowed_origins": &origins });
            let event = AuditEvent::new(AuditKind::AppCorsUpdate, "cors", change.by, data);
            for _ in 0..ATTEMPTS {
                let before = this.before(&app, &change.precondition).await?;
                if this.store.settings().set_origins(&app.id, &before, &origins, &event).await? {
                    this.registry.refresh_app(&app.id).await?;
                    tracing::info!(app.id = %app.id, "{} allows {} origins", app.id, origins.len());
                    return Ok(());
                }
            }
            Err(ConfigurationError::Busy)
        };
        self.tasks.spawn(set).await?
    }

    /// Pauses an app, or lets it go on. Returns since when it is paused.
    ///
    /// # Errors
    /// See [`ConfigurationError`]. Nothing was changed then.
    pub async fn pause(
        &self,
        app: &App,
        form: PauseForm,
        change: Change,
    ) -> Result<Option<DateTime<Utc>>, ConfigurationError> {
        let (this, app) = (self.clone(), app.clone());
        let set = async move {
            let data = json!({ "paused": form.paused, "reason": form.reason });
            let event = AuditEvent::new(AuditKind::AppPausedUpdate, "paused", change.by, data);
            for _ in 0..ATTEMPTS {
                let before = this.before(&app, &change.precondition).await?;
                let reason = form.reason.as_deref();
                let changed = this.store.settings().pause(&app.id, &before, form.paused, reason, &event).await?;
                if let Some(changed) = changed {
                    this.registry.refresh_app(&app.id).await?;
                    tracing::info!(app.id = %app.id, "{} {}", if form.paused { "paused" } else { "resumed" }, app.id);
                    return Ok(form.paused.then_some(changed));
                }
            }
            Err(ConfigurationError::Busy)
        };
        self.tasks.spawn(set).await?
    }

    /// The configuration that is to be changed, if it is of the right version.
    async fn before(&self, app: &App, precondition: &Precondition) -> Result<AppSettings, ConfigurationError> {
        let before = self.get(app).await?;
        let version = before.updated_at.unwrap_or(app.created_at);
        if precondition.holds(Some(version)) { Ok(before) } else { Err(ConfigurationError::Precondition) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_kept_once_and_in_one_form() {
        let body = json!({ "allowed_origins": ["https://A.example/", "https://a.example", "http://b.example:8080"] });
        assert_eq!(read_origins(&body).unwrap(), ["https://a.example", "http://b.example:8080"]);
        assert_eq!(read_origins(&json!({ "allowed_origins": [] })).unwrap(), [""; 0]);
        assert_eq!(read_origins(&json!({ "allowedOrigins": ["https://a.example"] })).unwrap(), ["https://a.example"]);
        for (body, path) in [
            (json!({}), "allowed_origins: "),
            (json!({ "allowedOrigins": 1 }), "allowedOrigins: "),
            (json!({ "allowed_origins": null, "allowedOrigins": [] }), "allowed_origins: "),
            (json!({ "allowed_origins": "https://a.example" }), "allowed_origins: "),
            (json!({ "allowed_origins": ["https://a.example", "*"] }), "allowed_origins.1: "),
            (json!({ "allowed_origins": [1] }), "allowed_origins.0: "),
        ] {
            assert!(read_origins(&body).unwrap_err().to_string().starts_with(path), "{body}");
        }
        let many = |count: usize| {
            let origins: Vec<String> = (0..count).map(|n| format!("https://h{n}.example")).collect();
            read_origins(&json!({ "allowed_origins": origins }))
        };
        assert!(many(limits::MAX_ORIGINS).is_ok() && many(limits::MAX_ORIGINS + 1).is_err());
    }

    #[test]
    fn a_reason_is_kept_while_it_counts() {
        let read = |body: Value| read_pause(&body).map_err(|issues| issues.to_string());
        let form = |paused, reason: Option<&str>| Ok(PauseForm { paused, reason: reason.map(str::to_owned) });
        assert_eq!(read(json!({ "paused": true, "reason": "why" })), form(true, Some("why")));
        assert_eq!(read(json!({ "paused": true })), form(true, None));
        assert_eq!(read(json!({ "paused": true, "reason": null })), form(true, None));
        assert_eq!(read(json!({ "paused": false, "reason": "why" })), form(false, None));
        for bad in [
            json!({}),
            json!({ "paused": "yes" }),
            json!({ "paused": null }),
            json!({ "paused": true, "reason": 1 }),
            json!({ "paused": true, "reason": "\0" }),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
        let long = |length: usize| read(json!({ "paused": true, "reason": "ä".repeat(length) }));
        assert!(long(limits::MAX_PAUSE_REASON).is_ok() && long(limits::MAX_PAUSE_REASON + 1).is_err());
    }
}
