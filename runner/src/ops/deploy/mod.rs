//! Deploying a function: check, build, store, make it callable. In this order, so that a deploy that fails changes nothing,
//! and one that has succeeded is what the next call sees.

mod form;

pub use form::{Issues, REDACTED, check_variable, read};

use crate::exec::{BuildError, Built, Image, Sandbox, StartupKind};
use crate::images::{ImageCell, source};
use crate::registry::{FunctionEntry, Registry};
use crate::vault::{Vault, VaultError};
use chrono::{DurationRound as _, TimeDelta, Utc};
use ramekin_compiler::Diagnostics;
use ramekin_model::{App, ConsoleLine, Function, FunctionName, NewFunction, Secret, Trigger, TriggerType, limits};
use ramekin_store::{Store, StoreError};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Deploys that run at once. Few, because they take turns at building with calls that wait for an image.
const PARALLEL: usize = 2;
/// Deploys that may wait for their turn; each holds its source.
const WAITING: usize = 64;

/// Deploys functions.
#[derive(Clone)]
pub struct Deploys {
    store: Store,
    sandbox: Sandbox,
    registry: Arc<Registry>,
    vault: Vault,
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// A deploy to make. What is `None` keeps what is stored, or takes its default the first time. Holds secrets, so it cannot
/// be printed.
pub struct Deploy {
    /// Name in the app.
    pub name: FunctionName,
    /// Source.
    pub code: String,
    /// Free text.
    pub description: Option<String>,
    /// Replaces all variables.
    pub environment: Option<BTreeMap<String, String>>,
    /// Wall-clock limit.
    pub timeout_ms: Option<u32>,
    /// Memory limit.
    pub memory_limit_mb: Option<u32>,
    /// Whether a key of the app may call it for a user.
    pub allow_impersonation: Option<bool>,
    /// Replaces all triggers.
    pub triggers: Option<Vec<TriggerForm>>,
    /// Who deploys.
    pub deployed_by: Option<uuid::Uuid>,
}

/// A trigger as it was sent. May hold a secret, so it cannot be printed.
pub struct TriggerForm {
    /// Where it stands in the form.
    pub path: String,
    /// Which kind of event.
    pub kind: TriggerType,
    /// Its settings; a webhook's secret is in clear here.
    pub config: Map<String, Value>,
    /// Whether it starts anything.
    pub enabled: bool,
}

/// A finished deploy.
pub struct Deployed {
    /// The function, callable now.
    pub entry: Arc<FunctionEntry>,
    /// When its module is evaluated.
    pub startup: StartupKind,
    /// What the module wrote with `console` while it was evaluated.
    pub console: Vec<ConsoleLine>,
}

/// Why a deploy changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// Fields of the form.
    #[error("{0}")]
    Form(Issues),
    /// The source does not build.
    #[error("{0}")]
    Source(Diagnostics),
    /// Too many deploys are waiting.
    #[error("{WAITING} deploys are waiting already")]
    Busy,
    /// The app was deleted.
    #[error("the app is not there any more")]
    NoApp,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret could not be encrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The sandbox.
    #[error("{0}")]
    Host(String),
}

impl Deploys {
    /// Deploys to this store, sandbox and registry.
    pub fn new(store: Store, sandbox: Sandbox, registry: Arc<Registry>, vault: Vault) -> Self {
        let (turns, queue) = (Semaphore::new(PARALLEL), Semaphore::new(PARALLEL + WAITING));
        Self { store, sandbox, registry, vault, turns: Arc::new(turns), queue: Arc::new(queue) }
    }

    /// Deploys a function.
    ///
    /// # Errors
    /// See [`DeployError`]. Nothing was changed then.
    pub async fn deploy(&self, app: &Arc<App>, deploy: Deploy) -> Result<Deployed, DeployError> {
        let _place = self.queue.try_acquire().map_err(|_| DeployError::Busy)?;
        // Only closing a semaphore fails, and nobody closes it.
        let _turn = self.turns.acquire().await;
        let known = self.registry.know(app).await.map_err(no_app)?;
        if !known.env_readable() {
            let text = "the app's variables cannot be decrypted; set them again with PATCH /v1/{app}/env";
            return Err(DeployError::Form(Issues::one("envVars", text)));
        }
        let before = known.function(deploy.name.as_str()).cloned();
        let triggers = deploy.triggers.map(|triggers| self.triggers(triggers, before.as_deref())).transpose()?;
        let kept = self.store.functions().kept(&app.id, &deploy.name).await?;
        let own = match &deploy.environment {
            Some(variables) => variables.clone(),
            None => {
                let stored = kept.as_ref().and_then(|kept| kept.encrypted_env.as_deref());
                self.registry.own_variables(stored).map_err(|error| {
                    let text = format!("is required, to replace the stored variables: {error}");
                    DeployError::Form(Issues::one("envVars", text))
                })?
            }
        };
        let environment = self.registry.environment(&known, own);
        // The database keeps microseconds.
        let version = Utc::now().duration_trunc(TimeDelta::microseconds(1)).unwrap_or_else(|_| Utc::now());
        let source = source(&deploy.name, deploy.code.clone());
        let Built { image, console } =
            self.sandbox.build(source, &app.id, version, &environment).await.map_err(|error| match error {
                BuildError::Source(diagnostics) => DeployError::Source(diagnostics),
                BuildError::Host(text) => DeployError::Host(text),
            })?;
        let limit = deploy.memory_limit_mb.or(kept.map(|kept| kept.memory_limit_mb));
        check_memory(image.memory(), limit.unwrap_or(limits::DEFAULT_MEMORY_MB)).map_err(DeployError::Form)?;
        let new = NewFunction {
            name: deploy.name,
            code: deploy.code,
            description: deploy.description,
            encrypted_env: deploy.environment.map(|variables| self.vault.seal_environment(&variables)).transpose()?,
            timeout_ms: deploy.timeout_ms,
            memory_limit_mb: deploy.memory_limit_mb,
            allow_impersonation: deploy.allow_impersonation,
            triggers,
            deployed_by: deploy.deployed_by,
            deployed_at: version,
        };
        let startup = image.startup().clone();
        let built = BuiltWith { image, environment };
        let entry = self.activate(Arc::clone(app), new, built).await?;
        Ok(Deployed { entry, startup, console })
    }

    /// Stores and makes callable, in a task of its own: once it is stored it must be callable, whoever stops waiting.
    async fn activate(
        &self,
        app: Arc<App>,
        new: NewFunction,
        built: BuiltWith,
    ) -> Result<Arc<FunctionEntry>, DeployError> {
        let (store, registry) = (self.store.clone(), Arc::clone(&self.registry));
        let activate = async move {
            let guard = registry.change(&app.id, &new.name).await;
            let known = registry.know(&app).await.map_err(no_app)?;
            let function = store.functions().deploy(&app.id, &new).await.map_err(no_app)?;
            let function = Function { code: String::new(), ..function };
            // Another deploy may have changed the variables while the image was built.
            let actual = registry.own_variables(function.encrypted_env.as_deref());
            let actual = registry.environment(&known, actual.unwrap_or_default());
            let usable = *built.image.startup() != StartupKind::Sealed || actual.expose() == built.environment.expose();
            let cell = if usable { ImageCell::filled(&built.image) } else { Arc::default() };
            let entry = registry.put(&guard, &known, function, Some(cell));
            tracing::info!(
                app.id = %app.id, function.name = %new.name, function.id = %entry.function.id,
                "deployed `{}` to {}", new.name, app.id
            );
            Ok(entry)
        };
        let done = self.sandbox.tasks().spawn(activate).await;
        done.unwrap_or_else(|error| Err(DeployError::Host(error.to_string())))
    }

    /// Triggers as they are stored: with the default mode, and secrets encrypted (Butterbase §3.4).
    fn triggers(&self, forms: Vec<TriggerForm>, before: Option<&FunctionEntry>) -> Result<Vec<Trigger>, DeployError> {
        forms.into_iter().map(|form| self.trigger(form, before)).collect()
    }

    fn trigger(&self, form: TriggerForm, before: Option<&FunctionEntry>) -> Result<Trigger, DeployError> {
        let TriggerForm { path, kind, mut config, enabled } = form;
        if kind == TriggerType::Http {
            config.entry("auth").or_insert_with(|| "required".into());
        }
        if kind == TriggerType::Webhook
            && let Some(Value::String(secret)) = config.get_mut("secret")
        {
            if secret == REDACTED {
                let triggers = before.map(|before| before.function.triggers.iter()).into_iter().flatten();
                let stored =
                    triggers.filter(|trigger| trigger.kind == kind).find_map(|trigger| trigger.config.get("secret"));
                let missing = || {
                    Issues::one(&format!("{path}.config.secret"), "`***` keeps the stored secret, and there is none")
                };
                *secret = stored.and_then(Value::as_str).ok_or_else(|| DeployError::Form(missing()))?.to_owned();
            } else if !secret.is_empty() {
                let plain = Secret::new(std::mem::take(secret));
                *secret = self.vault.seal(plain.expose())?;
            }
        }
        Ok(Trigger { kind, config, enabled })
    }
}

/// An app that is not there has no functions.
fn no_app(error: StoreError) -> DeployError {
    match error {
        StoreError::Missing(_) => DeployError::NoApp,
        other => DeployError::Store(other),
    }
}

/// A call begins with the memory that the top level has taken, so that has to fit into what a call may have.
fn check_memory(bytes: u64, limit_mb: u32) -> Result<(), Issues> {
    let needed_mb = bytes.div_ceil(1024 * 1024);
    if needed_mb <= limit_mb.into() {
        return Ok(());
    }
    let text = format!(
        "is {limit_mb} MB, and every call begins with the {needed_mb} MB that the module's top level takes; set it to more \
         than {needed_mb}, or let the top level take less at once"
    );
    Err(Issues::one("memoryLimitMb", text))
}

struct BuiltWith {
    image: Arc<Image>,
    environment: ramekin_host_api::Environment,
}

/// A trigger's settings as they are shown: without its secret.
pub fn shown_config(trigger: &Trigger) -> Map<String, Value> {
    let mut config = trigger.config.clone();
    if trigger.kind == TriggerType::Webhook
        && let Some(secret) = config.get_mut("secret")
    {
        *secret = REDACTED.into();
    }
    config
}

#[cfg(test)]
mod tests {
    use super::check_memory;

    #[test]
    fn the_memory_of_a_module_on_and_past_the_limit() {
        let mb = |mb: u64| mb << 20;
        assert_eq!(check_memory(mb(64), 64), Ok(()));
        let text = check_memory(mb(64) + 65_536, 64).unwrap_err().to_string();
        assert!(text.starts_with("memoryLimitMb: is 64 MB") && text.contains("65 MB"), "{text}");
    }
}
