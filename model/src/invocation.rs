//! What is recorded of a call.

use crate::{AppId, By, FunctionName};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// The kind of event that started a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerType {
    /// A request to the function's public URL, or the owner's test call.
    Http,
    /// A tick of a schedule.
    Cron,
    /// An uploaded object.
    S3Upload,
    /// A signed call from a vendor.
    Webhook,
    /// A frame on an app's socket.
    Websocket,
}

impl TriggerType {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Cron => "cron",
            Self::S3Upload => "s3_upload",
            Self::Webhook => "webhook",
            Self::Websocket => "websocket",
        }
    }

    /// The type with this name on the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Http, Self::Cron, Self::S3Upload, Self::Webhook, Self::Websocket]
            .into_iter()
            .find(|t| t.as_str() == name)
    }
}

impl fmt::Display for TriggerType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How serious a console line is (Butterbase §5.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// `console.debug`
    Debug,
    /// `console.log`
    Log,
    /// `console.info`
    Info,
    /// `console.warn`
    Warn,
    /// `console.error`
    Error,
}

/// One line written with `console`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleLine {
    /// Which method of `console` wrote it.
    pub level: LogLevel,
    /// At most [`crate::limits::MAX_CONSOLE_LINE`] characters.
    pub message: String,
    /// Milliseconds since 1970.
    pub timestamp: i64,
}

/// One call of one function, as kept in the log. Never holds a header value, a body or a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct InvocationRecord {
    /// Also sent to the caller as `x-request-id`.
    pub id: Uuid,
    /// The function.
    pub function_id: Uuid,
    /// Its app.
    pub app_id: AppId,
    /// Effective user of the call; any text, for an impersonated id is not checked.
    pub user_id: Option<String>,
    /// HTTP method.
    pub method: String,
    /// Public path without the query, which may hold secrets.
    pub path: String,
    /// Status sent to the caller; `None` when the caller was gone before there was one.
    pub status_code: Option<u16>,
    /// Bytes of the request body.
    pub request_bytes: i64,
    /// Bytes of the response body.
    pub response_bytes: i64,
    /// Wall time until the response was complete, in milliseconds.
    pub duration_ms: i64,
    /// CPU time, in microseconds.
    pub cpu_us: i64,
    /// Largest linear memory, in bytes.
    pub memory_bytes: i64,
    /// `HTTP <status>` when the function answered 400 or more, else the exception's text (Butterbase §7.3).
    pub error: Option<String>,
    /// Stack of the exception, in positions of the deployed source.
    pub stack: Option<String>,
    /// When the call was admitted.
    pub started_at: DateTime<Utc>,
    /// Console lines, oldest first, background work included.
    pub console: Vec<ConsoleLine>,
    /// What started it.
    pub trigger: TriggerType,
    /// Whose key acted for the user; `None` when nobody's did. Goes to the audit log.
    pub acted: Option<Box<Acted>>,
}

/// A key has called a function for a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// Whose key, and from where.
    pub by: By,
    /// The function.
    pub function: FunctionName,
}

impl InvocationRecord {
    /// Whether it counts as an error in the metrics (Butterbase §7.4).
    pub fn is_error(&self) -> bool {
        self.status_code.is_none_or(|status| status >= 400)
    }
}
