//! Changing variables without a deploy: those of an app and those of one function (Butterbase §2.9, §2.11). When a change
//! has succeeded, the next call sees it.

use super::deploy::{Issues, check_variable};
use crate::registry::Registry;
use crate::vault::{Vault, VaultError};
use chrono::{DateTime, Utc};
use ramekin_model::{App, AppId, AuditEvent, AuditKind, By, FunctionName, Precondition, limits};
use ramekin_store::{Store, StoreError};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// What a change of variables cannot name: it is the platform's.
const RESERVED: &str = "BUTTERBASE_";
/// Changes of the same variables at once that are tried again until each has seen the others.
const ATTEMPTS: usize = 20;

/// Changes to make: a value, or `None` to delete. Holds secrets, so it cannot be printed.
pub struct EnvChanges(BTreeMap<String, Option<String>>);

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EnvError {
    /// The request, or what would come of it.
    #[error("{0}")]
    Form(Issues),
    /// There is no such function.
    #[error("the function is not there")]
    NoFunction,
    /// What is to be changed is of another version.
    #[error("it is not of the version that the request names")]
    Precondition,
    /// Others change the same variables all the time.
    #[error("the variables are being changed by others; try again")]
    Busy,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// They could not be encrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The work was not done.
    #[error("{0}")]
    Task(#[from] tokio::task::JoinError),
}

/// Names of an app's variables.
pub struct AppKeys {
    /// In order.
    pub keys: Vec<String>,
    /// When they were last changed.
    pub updated_at: Option<DateTime<Utc>>,
}

/// What became of a change to an app.
pub struct AppChanged {
    /// Names of all variables afterwards.
    pub keys: Vec<String>,
    /// Functions that see them.
    pub functions: Vec<String>,
}

/// Who changes something, and what of.
#[derive(Clone)]
pub struct Change {
    /// Who.
    pub by: By,
    /// For which version it is meant.
    pub precondition: Precondition,
}

/// A function whose variables or switches were changed.
pub struct FunctionChanged {
    /// Its id.
    pub id: Uuid,
    /// Names of all its own variables afterwards; none where only switches were changed.
    pub keys: Vec<String>,
    /// When.
    pub updated_at: DateTime<Utc>,
}

impl EnvChanges {
    /// Reads `{"envVars": {NAME: text | null}}`.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn read(body: &Value) -> Result<Self, Issues> {
        let Some(Value::Object(given)) = body.get("envVars") else {
            return Err(Issues::one("envVars", "must be an object of names and values; null deletes a variable"));
        };
        if given.is_empty() {
            return Err(Issues::one("envVars", "must name at least one variable"));
        }
        let mut changes = BTreeMap::new();
        for (name, value) in given {
            let issue = |reason: &str| Issues::one(&format!("envVars.{name}"), reason);
            let reserved = name.get(..RESERVED.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED));
            if reserved {
                return Err(issue("names that begin with `BUTTERBASE_` belong to the platform"));
            }
            let value = match value {
                Value::Null => None,
                Value::String(value) => {
                    check_variable(name, value).map_err(|why| issue(&why))?;
                    Some(value.clone())
                }
                _ => return Err(issue("must be a string, or null to delete it")),
            };
            changes.insert(name.clone(), value);
        }
        Ok(Self(changes))
    }

    /// Names of the variables that are set or deleted.
    fn names(&self) -> Vec<&String> {
        self.0.keys().collect()
    }

    fn apply(&self, variables: &mut BTreeMap<String, String>) -> Result<(), EnvError> {
        for (name, value) in &self.0 {
            match value {
                Some(value) => variables.insert(name.clone(), value.clone()),
                None => variables.remove(name),
            };
        }
        if variables.len() > limits::MAX_ENV_VARS {
            let text = format!("there would be more than {} variables", limits::MAX_ENV_VARS);
            return Err(EnvError::Form(Issues::one("envVars", text)));
        }
        Ok(())
    }
}

/// Looks at variables and changes them.
#[derive(Clone)]
pub struct Environments {
    store: Store,
    registry: Arc<Registry>,
    vault: Vault,
    tasks: TaskTracker,
}

impl Environments {
    /// Variables in this store. What must not stop half-way is run in `tasks`.
    pub fn new(store: Store, registry: Arc<Registry>, vault: Vault, tasks: TaskTracker) -> Self {
        Self { store, registry, vault, tasks }
    }

    /// Names of an app's variables; none when they cannot be decrypted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_keys(&self, app: &App) -> Result<AppKeys, StoreError> {
        let stored = self.store.settings().env(&app.id).await?;
        let variables = self.registry.own_variables(stored.as_ref().map(|stored| stored.encrypted.as_str()));
        Ok(AppKeys {
            keys: variables.unwrap_or_default().into_keys().collect(),
            updated_at: stored.map(|stored| stored.updated_at),
        })
    }

    /// Changes the variables of an app.
    ///
    /// # Errors
    /// See [`EnvError`]. Nothing was changed then.
    pub async fn change_app(&self, app: &App, changes: EnvChanges, change: Change) -> Result<AppChanged, EnvError> {
        let (this, app) = (self.clone(), app.id.clone());
        // In a task of its own: what is changed in the database must be seen here, whoever stops waiting.
        self.tasks.spawn(async move { this.apply_to_app(&app, &changes, &change).await }).await?
    }

    async fn apply_to_app(&self, app: &AppId, changes: &EnvChanges, change: &Change) -> Result<AppChanged, EnvError> {
        let by = &change.by;
        let names = json!({ "env_var_keys": changes.names() });
        let event = AuditEvent::new(AuditKind::AppEnvUpdate, app.as_str(), by.clone(), names);
        for _ in 0..ATTEMPTS {
            let stored = self.store.settings().env(app).await?;
            if !change.precondition.holds(stored.as_ref().map(|stored| stored.updated_at)) {
                return Err(EnvError::Precondition);
            }
            let stored = stored.map(|stored| stored.encrypted);
            let (sealed, keys) = self.merged(stored.as_deref(), changes, &format!("the app {app}"))?;
            let (before, user) = (stored.as_deref(), Some(by.user_id));
            if self.store.settings().replace_env(app, before, &sealed, user, Some(&event)).await? {
                self.registry.refresh_app(app).await?;
                let entry = self.registry.app(app.as_str());
                let names = entry.iter().flat_map(|entry| entry.function_names()).map(str::to_owned).collect();
                tracing::info!(app.id = %app, "changed the variables of {app}");
                return Ok(AppChanged { keys, functions: names });
            }
        }
        Err(EnvError::Busy)
    }

    /// Changes the variables of a function.
    ///
    /// # Errors
    /// See [`EnvError`]. Nothing was changed then.
    pub async fn change_function(
        &self,
        app: &App,
        name: &str,
        changes: EnvChanges,
        change: Change,
    ) -> Result<FunctionChanged, EnvError> {
        let name: FunctionName = name.parse().map_err(|_| EnvError::NoFunction)?;
        let (this, app) = (self.clone(), app.id.clone());
        self.tasks.spawn(async move { this.apply_to_function(&app, &name, &changes, &change).await }).await?
    }

    async fn apply_to_function(
        &self,
        app: &AppId,
        name: &FunctionName,
        changes: &EnvChanges,
        change: &Change,
    ) -> Result<FunctionChanged, EnvError> {
        let names = json!({ "env_var_keys": changes.names() });
        let event = AuditEvent::new(AuditKind::FunctionEnvUpdate, name.as_str(), change.by.clone(), names);
        for _ in 0..ATTEMPTS {
            let function = self.store.functions().load(app, name.as_str()).await?.ok_or(EnvError::NoFunction)?;
            if !change.precondition.holds(Some(function.updated_at)) {
                return Err(EnvError::Precondition);
            }
            let stored = function.encrypted_env.as_deref();
            let (sealed, keys) = self.merged(stored, changes, &format!("`{name}` of {app}"))?;
            if let Some(updated_at) = self.store.functions().replace_env(&function, &sealed, Some(&event)).await? {
                self.registry.refresh(app, name).await?;
                tracing::info!(app.id = %app, function.name = %name, "changed the variables of `{name}` of {app}");
                return Ok(FunctionChanged { id: function.id, keys, updated_at });
            }
        }
        Err(EnvError::Busy)
    }

    /// Says whether a key of the app may call a function for a user.
    ///
    /// # Errors
    /// See [`EnvError`]. Nothing was changed then.
    pub async fn set_impersonation(
        &self,
        app: &App,
        name: &str,
        allowed: bool,
        change: Change,
    ) -> Result<FunctionChanged, EnvError> {
        let name: FunctionName = name.parse().map_err(|_| EnvError::NoFunction)?;
        let (this, app) = (self.clone(), app.id.clone());
        let set = async move {
            let functions = this.store.functions();
            let data = json!({ "allow_service_key_impersonation": allowed });
            let event = AuditEvent::new(AuditKind::FunctionSettingsUpdate, name.as_str(), change.by, data);
            for _ in 0..ATTEMPTS {
                let function = functions.load(&app, name.as_str()).await?.ok_or(EnvError::NoFunction)?;
                if !change.precondition.holds(Some(function.updated_at)) {
                    return Err(EnvError::Precondition);
                }
                if let Some(updated_at) = functions.set_impersonation(&function, allowed, Some(&event)).await? {
                    this.registry.refresh(&app, &name).await?;
                    return Ok(FunctionChanged { id: function.id, keys: Vec::new(), updated_at });
                }
            }
            Err(EnvError::Busy)
        };
        self.tasks.spawn(set).await?
    }

    /// The variables after the changes: encrypted, and their names. What cannot be decrypted is replaced, for it is of no
    /// use to anybody and would be in the way for ever (Butterbase §2.9).
    fn merged(
        &self,
        stored: Option<&str>,
        changes: &EnvChanges,
        whose: &str,
    ) -> Result<(String, Vec<String>), EnvError> {
        let mut variables = self.registry.own_variables(stored).unwrap_or_else(|_| {
            tracing::warn!(
                "the variables of {whose} could not be decrypted and are replaced by those that are set now"
            );
            BTreeMap::new()
        });
        changes.apply(&mut variables)?;
        Ok((self.vault.seal_environment(&variables)?, variables.into_keys().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn issue(body: &Value) -> String {
        EnvChanges::read(body).map(|changes| changes.0.len()).unwrap_err().to_string()
    }

    #[test]
    fn a_change_sets_and_deletes_and_leaves_the_rest() {
        let changes = EnvChanges::read(&json!({ "envVars": { "A": "2", "B": null, "N": null } })).unwrap();
        let mut variables: BTreeMap<String, String> =
            [("A", "1"), ("B", "1"), ("C", "1")].map(|(name, value)| (name.into(), value.into())).into();
        changes.apply(&mut variables).unwrap();
        assert_eq!(serde_json::to_value(&variables).unwrap(), json!({ "A": "2", "C": "1" }));
    }

    #[test]
    fn what_is_no_change_is_told_where() {
        for bad in [json!(null), json!([]), json!("x"), json!({}), json!({ "A": "1" }), json!({ "envVars": [] })] {
            assert!(issue(&bad).starts_with("envVars: must be an object"), "{bad}");
        }
        assert!(issue(&json!({ "envVars": {} })).contains("at least one"));
        for name in ["BUTTERBASE_APP_ID", "butterbase_x", "Butterbase_"] {
            for value in [json!("x"), Value::Null] {
                assert!(issue(&json!({ "envVars": { name: value } })).starts_with(&format!("envVars.{name}: ")));
            }
        }
        assert!(EnvChanges::read(&json!({ "envVars": { "BUTTERBASE": "x", "é": "x", "": null } })).is_ok());
        for (name, value) in
            [("A", json!(1)), ("A", json!({})), ("", json!("x")), ("A=B", json!("x")), ("A", json!("\0"))]
        {
            assert!(issue(&json!({ "envVars": { name: value } })).starts_with(&format!("envVars.{name}: ")), "{name}");
        }
    }

    #[test]
    fn variables_on_and_past_their_limits() {
        let sized = |size: usize| json!({ "envVars": { "A": "b".repeat(size - 1) } });
        assert!(EnvChanges::read(&sized(limits::MAX_ENV_VAR)).is_ok());
        assert!(EnvChanges::read(&sized(limits::MAX_ENV_VAR + 1)).is_err());
        let changes = EnvChanges::read(&json!({ "envVars": { "NEW": "x" } })).unwrap();
        let some = |count: usize| (0..count).map(|n| (format!("V{n}"), String::new())).collect::<BTreeMap<_, _>>();
        assert!(changes.apply(&mut some(limits::MAX_ENV_VARS - 1)).is_ok());
        assert!(changes.apply(&mut some(limits::MAX_ENV_VARS)).is_err());
    }
}
