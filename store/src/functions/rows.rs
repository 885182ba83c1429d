//! Functions as the database has them.

use super::stats::StatsRow;
use crate::StoreError;
use chrono::{DateTime, Utc};
use ramekin_model::{AgentTool, Files, Function, FunctionStats, Trigger, TriggerType};
use serde::Deserialize;
use serde_json::{Map, Value};
use sqlx::types::Json;
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
pub(super) struct FunctionRow {
    id: Uuid,
    app_id: String,
    name: String,
    description: Option<String>,
    encrypted_env: Option<String>,
    timeout_ms: i32,
    memory_limit_mb: i32,
    deployed_at: DateTime<Utc>,
    allow_service_key_impersonation: bool,
    agent_tool: bool,
    agent_tool_description: Option<String>,
    agent_tool_mode: String,
    agent_tool_exposed_to: String,
    updated_at: DateTime<Utc>,
    deleted_at: Option<DateTime<Utc>>,
    triggers: Json<Vec<StoredTrigger>>,
}

#[derive(Deserialize)]
struct StoredTrigger {
    #[serde(rename = "type")]
    kind: String,
    config: Map<String, Value>,
    enabled: bool,
}

impl FunctionRow {
    pub(super) fn into_function(self, code: String) -> Result<Function, StoreError> {
        // A type that only a newer release knows starts nothing here, and must not hide the function.
        let known = |stored: StoredTrigger| {
            let kind = TriggerType::from_name(&stored.kind)?;
            Some(Trigger { kind, config: stored.config, enabled: stored.enabled })
        };
        let mut triggers: Vec<Trigger> = self.triggers.0.into_iter().filter_map(known).collect();
        triggers.sort_by_key(|trigger| trigger.kind.as_str());
        Ok(Function {
            id: self.id,
            app_id: self.app_id.parse().map_err(|error| StoreError::unreadable("app id", error))?,
            name: self.name.parse().map_err(|error| StoreError::unreadable("function name", error))?,
            description: self.description,
            code,
            files: None,
            packages: None,
            encrypted_env: self.encrypted_env,
            // Both are checked to be positive by the table.
            timeout_ms: self.timeout_ms.unsigned_abs(),
            memory_limit_mb: self.memory_limit_mb.unsigned_abs(),
            allow_impersonation: self.allow_service_key_impersonation,
            triggers,
            agent_tool: AgentTool {
                enabled: self.agent_tool,
                description: self.agent_tool_description,
                mode: self.agent_tool_mode,
                exposed_to: self.agent_tool_exposed_to,
            },
            deployed_at: self.deployed_at,
            updated_at: self.updated_at,
            deleted_at: self.deleted_at,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct CodeRow {
    #[sqlx(flatten)]
    pub(super) function: FunctionRow,
    pub(super) code: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct FullRow {
    #[sqlx(flatten)]
    function: CodeRow,
    entry: Option<String>,
    files: Option<Json<BTreeMap<String, String>>>,
    packages: Option<Json<Value>>,
    #[sqlx(flatten)]
    stats: StatsRow,
}

impl FullRow {
    pub(super) fn into_pair(self) -> Result<(Function, FunctionStats), StoreError> {
        let function = self.function.function.into_function(self.function.code)?;
        let files = self.entry.zip(self.files).map(|(entry, texts)| Files { entry, texts: texts.0 });
        let packages = self.packages.map(|packages| packages.0);
        Ok((Function { files, packages, ..function }, self.stats.into()))
    }
}
