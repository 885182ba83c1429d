//! A deployed function and its figures.

use crate::{AppId, FunctionName, Trigger, TriggerType};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A deployed function, as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Stable across redeploys, and across delete and redeploy.
    pub id: Uuid,
    /// The app it belongs to.
    pub app_id: AppId,
    /// Its name in the app.
    pub name: FunctionName,
    /// Free text.
    pub description: Option<String>,
    /// Source as deployed.
    pub code: String,
    /// Environment variables as one encrypted JSON object, see `runner`'s vault; `None` when there are none.
    pub encrypted_env: Option<String>,
    /// Wall-clock limit of a call.
    pub timeout_ms: u32,
    /// Memory limit of a call.
    pub memory_limit_mb: u32,
    /// Whether a key of the app may call it for a user.
    pub allow_impersonation: bool,
    /// At most one of each type, ordered by type.
    pub triggers: Vec<Trigger>,
    /// When the current source was deployed: its version stamp.
    pub deployed_at: DateTime<Utc>,
}

impl Function {
    /// The trigger of this type, when it is there and enabled.
    pub fn trigger(&self, kind: TriggerType) -> Option<&Trigger> {
        self.triggers.iter().find(|t| t.kind == kind && t.enabled)
    }
}

/// What a deploy stores. `None` keeps the stored value, or takes the default on a first deploy.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFunction {
    /// Name in the app.
    pub name: FunctionName,
    /// Source text.
    pub code: String,
    /// Free text.
    pub description: Option<String>,
    /// Replaces the whole environment.
    pub encrypted_env: Option<String>,
    /// Milliseconds.
    pub timeout_ms: Option<u32>,
    /// MiB.
    pub memory_limit_mb: Option<u32>,
    /// Whether a key of the app may call it for a user; it may, unless said.
    pub allow_impersonation: Option<bool>,
    /// Replaces all triggers. On a first deploy `None` means [`Trigger::default_http`].
    pub triggers: Option<Vec<Trigger>>,
    /// Who deploys.
    pub deployed_by: Option<Uuid>,
    /// When, in whole microseconds. A stored one that is not earlier is raised by one instead.
    pub deployed_at: DateTime<Utc>,
}

/// Figures of a function, kept as calls are recorded (Butterbase §7.4).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FunctionStats {
    /// Calls in its lifetime.
    pub invocations: i64,
    /// Of these, calls that ended in an error.
    pub errors: i64,
    /// Mean duration in its lifetime, in milliseconds.
    pub avg_duration_ms: f64,
    /// Newest call.
    pub last_invoked_at: Option<DateTime<Utc>>,
    /// Its status.
    pub last_status: Option<u16>,
    /// Calls in the last 24 hours.
    pub day_invocations: i64,
    /// Of these, calls that ended in an error.
    pub day_errors: i64,
    /// Mean duration over the last 24 hours, in milliseconds.
    pub day_avg_duration_ms: f64,
}

/// Figures of a function's calls since a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FunctionMetrics {
    /// Calls.
    pub invocations: i64,
    /// Of these, calls that ended in an error.
    pub errors: i64,
    /// Mean duration, in milliseconds.
    pub avg_duration_ms: f64,
    /// Duration that half of the calls did not exceed, in milliseconds; `None` without calls in the log.
    pub p50_ms: Option<i64>,
    /// The same of 95 in a hundred.
    pub p95_ms: Option<i64>,
    /// The same of 99 in a hundred.
    pub p99_ms: Option<i64>,
    /// Mean CPU time, in microseconds.
    pub avg_cpu_us: f64,
    /// Mean of the largest linear memories, in bytes.
    pub avg_memory_bytes: f64,
    /// Newest call of its lifetime.
    pub last_invoked_at: Option<DateTime<Utc>>,
    /// Its status.
    pub last_status: Option<u16>,
}
