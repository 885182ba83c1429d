//! Deploying a function: check, build, store, make it callable. In this order, so that a deploy that fails changes nothing,
//! and one that has succeeded is what the next call sees.

mod form;
mod warning;

pub use form::{Issues, REDACTED, check_variable, read};
pub use warning::{Warning, warnings};

use crate::exec::{BuildError, Built, Image, Sandbox, StartupKind};
use crate::images::{ImageCell, file_name, source};
use crate::modules::{COMPILER_FILES, Locked, Made, Modules, ModulesError, Project};
use crate::registry::Registry;
use crate::vault::{Vault, VaultError};
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use ramekin_compiler::{DiagnosticCode, Diagnostics};
use ramekin_host_api::AppInfo;
use ramekin_model::{
    AgentToolChange, App, AppId, AuditEvent, AuditKind, By, ConsoleLine, Function, FunctionName, NewFunction,
    Precondition, Receipt, Secret, Trigger, TriggerState, TriggerType, limits,
};
use ramekin_store::{DeployKey, DeployTerms, Kept, KnownDeploy, NotDeployed, Store, StoreError};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Deploys that run at once. Few, because they take turns at building with calls that wait for an image.
const PARALLEL: usize = 2;
/// Deploys that may wait for their turn; each holds its source.
const WAITING: usize = 64;
/// Deploys that may wait for packages at once: a registry that is slow keeps nobody else from deploying.
const FETCHING: usize = 8;

/// Deploys functions.
#[derive(Clone)]
pub struct Deploys {
    store: Store,
    sandbox: Sandbox,
    registry: Arc<Registry>,
    vault: Vault,
    modules: Modules,
    max_functions: u32,
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    fetching: Arc<Semaphore>,
}

/// A deploy to make. What is `None` keeps what is stored, or takes its default the first time. Holds secrets, so it cannot
/// be printed.
pub struct Deploy {
    /// Name in the app.
    pub name: FunctionName,
    /// Source; of several files, that of the entry.
    pub code: String,
    /// The files, when they were sent as such.
    pub project: Option<Arc<Project>>,
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
    /// What agents are told of it.
    pub agent_tool: AgentToolChange,
}

/// Who deploys, and under which condition.
pub struct Terms {
    /// Who.
    pub by: By,
    /// For which version of the function it is meant.
    pub precondition: Precondition,
    /// By what it is known when it is asked for again, see [`Deploys::key`].
    pub key: Option<DeployKey>,
}

impl Terms {
    /// A deploy that is made whatever is there.
    pub fn plain(by: By) -> Self {
        Self { by, precondition: Precondition::None, key: None }
    }
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
    /// What it answers. The function is callable now.
    pub receipt: Receipt,
    /// Whether it was made before, under the same key.
    pub repeated: bool,
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
    /// The function is of another version than the deploy is meant for.
    #[error("the function is not of the version that the request names")]
    Precondition,
    /// The app has as many functions as it may.
    #[error("the app has {0} functions, which is the most that one may have here")]
    Full(u32),
    /// Something else was deployed under its key.
    #[error(
        "the Idempotency-Key was used for another deploy of this app within the last {} hours",
        limits::DEPLOY_KEY_HOURS
    )]
    KeyReused,
    /// The app was deleted.
    #[error("the app is not there any more")]
    NoApp,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret could not be encrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The sandbox, or the bundler.
    #[error("{0}")]
    Host(String),
    /// The registry of packages does not do its part.
    #[error("{0}")]
    Registry(String),
}

impl From<BuildError> for DeployError {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Source(diagnostics) => Self::Source(diagnostics),
            BuildError::Host(text) => Self::Host(text),
        }
    }
}

impl From<ModulesError> for DeployError {
    fn from(error: ModulesError) -> Self {
        match error {
            ModulesError::Source(diagnostics) => Self::Source(diagnostics),
            ModulesError::Registry(text) => Self::Registry(text),
            ModulesError::Host(text) => Self::Host(text),
        }
    }
}

impl From<NotDeployed> for DeployError {
    fn from(error: NotDeployed) -> Self {
        match error {
            NotDeployed::Precondition => Self::Precondition,
            NotDeployed::Full(most) => Self::Full(most),
            NotDeployed::Known(_) => Self::KeyReused,
            NotDeployed::Store(error) => no_app(error),
        }
    }
}

impl Deploys {
    /// Deploys to this store, sandbox and registry, at most so many functions to one app.
    pub fn new(
        store: Store,
        sandbox: Sandbox,
        registry: Arc<Registry>,
        vault: Vault,
        modules: Modules,
        max_functions: u32,
    ) -> Self {
        let permits = |count| Arc::new(Semaphore::new(count));
        let (turns, queue, fetching) = (permits(PARALLEL), permits(PARALLEL + WAITING), permits(FETCHING));
        Self { store, sandbox, registry, vault, modules, max_functions, turns, queue, fetching }
    }

    /// By what a deploy is known that is asked for with this text and body.
    pub fn key(&self, text: String, body: &[u8]) -> DeployKey {
        DeployKey { key: text, fingerprint: self.vault.fingerprint(body) }
    }

    /// Deploys a function.
    ///
    /// # Errors
    /// See [`DeployError`]. Nothing was changed then.
    pub async fn deploy(&self, app: &Arc<App>, mut deploy: Deploy, terms: Terms) -> Result<Deployed, DeployError> {
        if let Some(key) = &terms.key
            && let Some(known) = self.store.functions().known_deploy(&app.id, key).await?
        {
            return repeated(known);
        }
        let _place = self.queue.try_acquire().map_err(|_| DeployError::Busy)?;
        // Only closing a semaphore fails, and nobody closes it.
        let turn = self.turns.acquire().await;
        let known = self.registry.know(app).await.map_err(no_app)?;
        if !known.env_readable() {
            let text = "the app's variables cannot be decrypted; set them again with PATCH /v1/{app}/env";
            return Err(DeployError::Form(Issues::one("envVars", text)));
        }
        let kept = self.store.functions().kept(&app.id, &deploy.name).await?;
        // Looked at again when it is stored; but what cannot be stored need not be built.
        let there = kept.as_ref().and_then(|kept| kept.updated_at);
        if !terms.precondition.holds(there) {
            return Err(DeployError::Precondition);
        }
        if there.is_none() && known.functions_count() >= self.max_functions as usize {
            return Err(DeployError::Full(self.max_functions));
        }
        let triggers = deploy.triggers.take().map(|triggers| self.triggers(triggers, kept.as_ref())).transpose()?;
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
        let scope = Scope { app: &app.id, info: &known.info, version, environment: &environment };
        let packages = kept.as_ref().and_then(|kept| kept.packages.clone());
        let (Built { image, console }, made) = match self.plain(&deploy, &scope).await? {
            Some(built) => (built, None),
            None => {
                drop(turn);
                let (built, made) = self.with_modules(&deploy, &scope, packages).await?;
                (built, Some(made))
            }
        };
        let limit = deploy.memory_limit_mb.or(kept.map(|kept| kept.memory_limit_mb));
        check_memory(image.memory(), limit.unwrap_or(limits::DEFAULT_MEMORY_MB)).map_err(DeployError::Form)?;
        let audit = event(&deploy.name, deploy.environment.as_ref(), &terms.by);
        let new = NewFunction {
            name: deploy.name,
            code: deploy.code,
            files: deploy.project.map(|project| project.stored()),
            packages: made.as_ref().and_then(stored_packages),
            bundle: made.map(|made| made.bundle),
            description: deploy.description,
            encrypted_env: deploy.environment.map(|variables| self.vault.seal_environment(&variables)).transpose()?,
            timeout_ms: deploy.timeout_ms,
            memory_limit_mb: deploy.memory_limit_mb,
            allow_impersonation: deploy.allow_impersonation,
            triggers,
            agent_tool: deploy.agent_tool,
            deployed_by: Some(terms.by.user_id),
            deployed_at: version,
        };
        let terms = DeployTerms {
            precondition: terms.precondition,
            max_functions: Some(self.max_functions),
            key: terms.key,
            audit: Some(audit),
        };
        let built = BuiltWith { image, environment, console };
        match self.activate(Arc::clone(app), new, terms, built).await? {
            Ok(receipt) => Ok(Deployed { receipt, repeated: false }),
            Err(NotDeployed::Known(known)) => repeated(known),
            Err(error) => Err(error.into()),
        }
    }

    /// Builds one file as it is. `None` when it imports something that has to be made part of it.
    async fn plain(&self, deploy: &Deploy, scope: &Scope<'_>) -> Result<Option<Built>, DeployError> {
        // A file with another name than the function's has it in stacks; and what becomes of JSX and classes is said in other files.
        let configured = |project: &Project| COMPILER_FILES.iter().any(|file| project.files.contains_key(*file));
        let other = |project: &Project| project.entry != file_name(&deploy.name) || configured(project);
        if deploy.project.as_deref().is_some_and(other) {
            return Ok(None);
        }
        let source = source(&deploy.name, deploy.code.clone(), None).map_err(host)?;
        match self.sandbox.build(source, scope.app, scope.version, scope.environment).await {
            Ok(built) => Ok(Some(built)),
            Err(BuildError::Source(diagnostics)) if is_about_imports(&diagnostics) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes one module of the files and their packages, and builds it.
    async fn with_modules(
        &self,
        deploy: &Deploy,
        scope: &Scope<'_>,
        packages: Option<Value>,
    ) -> Result<(Built, Made), DeployError> {
        let one = || Arc::new(Project::of_one(file_name(&deploy.name), deploy.code.clone()));
        let project = deploy.project.as_ref().map_or_else(one, Arc::clone);
        let locked: Locked = packages.and_then(|packages| serde_json::from_value(packages).ok()).unwrap_or_default();
        let made = {
            let _fetching = self.fetching.acquire().await;
            self.modules.make(scope.info, Arc::clone(&project), locked).await?
        };
        let source = source(&deploy.name, String::new(), Some(made.bundle.clone())).map_err(host)?;
        let _turn = self.turns.acquire().await;
        match self.sandbox.build(source, scope.app, scope.version, scope.environment).await {
            Ok(built) => Ok((built, made)),
            Err(BuildError::Source(mut diagnostics)) => {
                for diagnostic in diagnostics.iter_mut() {
                    if let Some(text) = project.files.get(&diagnostic.file) {
                        diagnostic.illustrate(text);
                    }
                }
                Err(DeployError::Source(diagnostics))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Stores and makes callable, in a task of its own: once it is stored it must be callable, whoever stops waiting.
    async fn activate(
        &self,
        app: Arc<App>,
        new: NewFunction,
        terms: DeployTerms,
        built: BuiltWith,
    ) -> Result<Result<Receipt, NotDeployed>, DeployError> {
        let (store, registry) = (self.store.clone(), Arc::clone(&self.registry));
        let activate = async move {
            let guard = registry.change(&app.id, &new.name).await;
            let known = registry.know(&app).await?;
            let (startup, console) = (built.image.startup().clone(), built.console);
            let answer = |function: &Function| receipt(function, &startup, console);
            let deployed = store.functions().deploy_on(&app.id, &new, &terms, answer).await?;
            let function = Function { code: String::new(), ..deployed.function };
            // Another deploy may have changed the variables while the image was built.
            let actual = registry.own_variables(function.encrypted_env.as_deref());
            let actual = registry.environment(&known, actual.unwrap_or_default());
            let usable = built.image.serves(&built.environment, &actual);
            let cell = if usable { ImageCell::filled(&built.image) } else { Arc::default() };
            let entry = registry.put(&guard, &known, function, Some(cell));
            tracing::info!(
                app.id = %app.id, function.name = %new.name, function.id = %entry.function.id,
                "deployed `{}` to {}", new.name, app.id
            );
            Ok(deployed.receipt)
        };
        let done = self.sandbox.tasks().spawn(activate).await;
        done.map_err(|error| DeployError::Host(error.to_string()))
    }

    /// Triggers as they are stored: with the default mode, and secrets encrypted (Butterbase §3.4).
    fn triggers(&self, forms: Vec<TriggerForm>, kept: Option<&Kept>) -> Result<Vec<Trigger>, DeployError> {
        forms.into_iter().map(|form| self.trigger(form, kept)).collect()
    }

    fn trigger(&self, form: TriggerForm, kept: Option<&Kept>) -> Result<Trigger, DeployError> {
        let TriggerForm { path, kind, mut config, enabled } = form;
        if kind == TriggerType::Http {
            config.entry("auth").or_insert_with(|| "required".into());
        }
        if kind == TriggerType::Webhook
            && let Some(Value::String(secret)) = config.get_mut("secret")
        {
            if secret == REDACTED {
                let stored = kept.and_then(|kept| kept.webhook_secret.clone());
                let missing = || {
                    Issues::one(&format!("{path}.config.secret"), "`***` keeps the stored secret, and there is none")
                };
                *secret = stored.ok_or_else(|| DeployError::Form(missing()))?;
            } else if !secret.is_empty() {
                let plain = Secret::new(std::mem::take(secret));
                *secret = self.vault.seal(plain.expose())?;
            }
        }
        Ok(Trigger { kind, config, enabled })
    }
}

/// For which version something is built.
struct Scope<'a> {
    app: &'a AppId,
    info: &'a Arc<AppInfo>,
    version: DateTime<Utc>,
    environment: &'a ramekin_host_api::Environment,
}

fn host(error: impl std::fmt::Display) -> DeployError {
    DeployError::Host(error.to_string())
}

/// Whether nothing is wrong but that something is imported.
fn is_about_imports(diagnostics: &Diagnostics) -> bool {
    let imports = [DiagnosticCode::RelativeImport, DiagnosticCode::PackageImport];
    diagnostics.iter().all(|diagnostic| imports.contains(&diagnostic.code))
}

/// The packages of a bundle, if there are any.
fn stored_packages(made: &Made) -> Option<Value> {
    let some = made.locked != Locked::default();
    some.then(|| serde_json::to_value(&made.locked).ok()).flatten()
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
    console: Vec<ConsoleLine>,
}

/// What was made under a key before.
fn repeated(known: KnownDeploy) -> Result<Deployed, DeployError> {
    match known {
        KnownDeploy::Same(receipt) => Ok(Deployed { receipt: *receipt, repeated: true }),
        KnownDeploy::Other => Err(DeployError::KeyReused),
    }
}

/// What the audit log says of a deploy (Butterbase §3.7): names of variables, and never a value.
fn event(name: &FunctionName, variables: Option<&BTreeMap<String, String>>, by: &By) -> AuditEvent {
    let keys: Vec<&String> = variables.map(BTreeMap::keys).into_iter().flatten().collect();
    AuditEvent::new(AuditKind::FunctionDeploy, name.as_str(), by.clone(), json!({ "env_var_keys": keys }))
}

/// What a deploy answers.
fn receipt(function: &Function, startup: &StartupKind, console: Vec<ConsoleLine>) -> Receipt {
    let state = |trigger: &Trigger| TriggerState { kind: trigger.kind, enabled: trigger.enabled };
    Receipt {
        id: function.id,
        name: function.name.clone(),
        triggers: function.triggers.iter().map(state).collect(),
        deployed_at: function.deployed_at,
        updated_at: function.updated_at,
        per_request: match startup {
            // That the snapshot is sealed makes no difference to who deploys.
            StartupKind::Snapshot | StartupKind::Sealed => None,
            StartupKind::PerRequest(reason) => Some(reason.clone()),
        },
        console,
        agent_tool: function.agent_tool.enabled,
    }
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
