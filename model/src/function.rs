//! A deployed function and its figures.

use crate::{AppId, ConsoleLine, FunctionName, Trigger, TriggerType};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
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
    /// Source as deployed; of several files, that of the entry.
    pub code: String,
    /// The files, when there are several; only where the code is shown.
    pub files: Option<Files>,
    /// The packages in it; only where the code is shown.
    pub packages: Option<Value>,
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
    /// What agents are told of it.
    pub agent_tool: AgentTool,
    /// When the current source was deployed: its version stamp.
    pub deployed_at: DateTime<Utc>,
    /// When anything of it was last changed: source, variables, switches. Later with every change.
    pub updated_at: DateTime<Utc>,
    /// When it was deleted; `None` while it exists.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Whether and how a function is offered to agents as a tool (Butterbase §6.6). Stored and shown; no agent runs here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentTool {
    /// Whether it is.
    pub enabled: bool,
    /// What agents are told that it does.
    pub description: Option<String>,
    /// `read_only` or `read_write`.
    pub mode: String,
    /// `developer_only` or `end_user`.
    pub exposed_to: String,
}

impl AgentTool {
    /// What [`Self::mode`] may be, the default first.
    pub const MODES: [&'static str; 2] = ["read_only", "read_write"];
    /// What [`Self::exposed_to`] may be, the default first.
    pub const AUDIENCES: [&'static str; 2] = ["developer_only", "end_user"];
}

impl Default for AgentTool {
    fn default() -> Self {
        let [mode, _] = Self::MODES;
        let [exposed_to, _] = Self::AUDIENCES;
        Self { enabled: false, description: None, mode: mode.into(), exposed_to: exposed_to.into() }
    }
}

/// What a deploy says of [`AgentTool`]. `None` keeps what is stored, or takes the default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgentToolChange {
    /// `agent_tool`.
    pub enabled: Option<bool>,
    /// `agent_tool_description`.
    pub description: Option<String>,
    /// `agent_tool_mode`.
    pub mode: Option<String>,
    /// `agent_tool_exposed_to`.
    pub exposed_to: Option<String>,
}

impl Function {
    /// The trigger of this type, when it is there and enabled.
    pub fn trigger(&self, kind: TriggerType) -> Option<&Trigger> {
        self.triggers.iter().find(|t| t.kind == kind && t.enabled)
    }
}

/// The files of a function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    /// Which of them is the function.
    pub entry: String,
    /// Their texts by path.
    pub texts: BTreeMap<String, String>,
}

/// One module, made of files and packages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bundle {
    /// JavaScript.
    pub code: String,
    /// Its source map, as JSON.
    pub map: String,
}

/// What a deploy stores. `None` keeps the stored value, or takes the default on a first deploy.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFunction {
    /// Name in the app.
    pub name: FunctionName,
    /// Source text; of several files, that of the entry.
    pub code: String,
    /// The files, when there are several. `None` is none.
    pub files: Option<Files>,
    /// What was made of them and of packages. `None` is nothing.
    pub bundle: Option<Bundle>,
    /// The packages in it, as an object.
    pub packages: Option<Value>,
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
    /// What agents are told of it.
    pub agent_tool: AgentToolChange,
    /// Who deploys.
    pub deployed_by: Option<Uuid>,
    /// When, in whole microseconds. A stored one that is not earlier is raised by one instead.
    pub deployed_at: DateTime<Utc>,
}

/// What a deploy has answered: kept for a while, so that a deploy that is asked for twice is made once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The function.
    pub id: Uuid,
    /// Its name.
    pub name: FunctionName,
    /// Its triggers as they are after the deploy.
    pub triggers: Vec<TriggerState>,
    /// The version of its source.
    pub deployed_at: DateTime<Utc>,
    /// The version of everything of it.
    pub updated_at: DateTime<Utc>,
    /// Why its module is evaluated on each call; `None` when it was once, at the deploy.
    pub per_request: Option<String>,
    /// What the module wrote with `console` while it was evaluated.
    pub console: Vec<ConsoleLine>,
    /// Whether it asks to be offered to agents.
    pub agent_tool: bool,
}

/// A trigger without its settings, which may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerState {
    /// Which kind of event.
    #[serde(rename = "type")]
    pub kind: TriggerType,
    /// Whether it starts anything.
    pub enabled: bool,
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
