//! Apps and functions in memory, so that a call makes no query and takes no lock: readers load one pointer. Kept current
//! by what this server deploys and deletes, and by the news of what others do.
//!
//! The source of a function is not kept; its image comes lazily, see [`crate::images`].

mod apps;
mod entries;

use crate::config::env_var;
use crate::exec::ImageFiles;
use crate::images::ImageCell;
use crate::ops::auth::FunctionKey;
use crate::tokens::Verifier;
use crate::vault::{CannotOpen, Vault};
use apps::Apps;
use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use ramekin_compiler::MODE_VARIABLE;
use ramekin_host_api::{AppInfo, Environment};
use ramekin_model::{App, AppId, AppSettings, AuthMode, Function, FunctionName, Pause, TriggerType};
use ramekin_store::{Change, Changes, Store, StoreError};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard};
use uuid::Uuid;

/// What `BUTTERBASE_REGION` and the app lists say: a server of one's own has no regions.
pub const REGION: &str = "local";
/// What [`MODE_VARIABLE`] says to a function whose variables say nothing of it.
const DEFAULT_MODE: &str = "production";

/// An app and its functions.
#[derive(Clone)]
pub struct AppEntry {
    /// The app.
    pub app: Arc<App>,
    /// What functions are told of it.
    pub info: Arc<AppInfo>,
    /// By what its callers are known.
    pub callers: Arc<Callers>,
    /// Origins whose pages may read what it answers.
    pub origins: Arc<[String]>,
    /// Since when it does not serve its callers, and why; `None` while it does.
    pub pause: Option<Arc<Pause>>,
    /// Variables of all its functions, when they could be decrypted.
    variables: Result<Arc<Environment>, CannotOpen>,
    functions: HashMap<FunctionName, Arc<FunctionEntry>>,
}

/// By what the callers of an app are known, besides API keys.
#[derive(Default)]
pub struct Callers {
    /// Verifies the tokens of its users; `None` before the first of them has signed in.
    pub tokens: Option<Verifier>,
    /// By which the platform calls its functions; `None` when it cannot be decrypted.
    pub function_key: Option<FunctionKey>,
}

/// A function, ready to be called as soon as its image is there.
pub struct FunctionEntry {
    /// As stored, without its code.
    pub function: Function,
    /// Its name, shared by the contexts of its calls.
    pub name: Arc<str>,
    /// Its app.
    pub app: Arc<AppInfo>,
    /// By what callers of its app are known.
    pub callers: Arc<Callers>,
    /// Auth mode of its HTTP trigger; `None` when it has none that is enabled.
    pub http_auth: Option<AuthMode>,
    /// Its variables and the platform's.
    pub environment: Arc<Environment>,
    /// Whether its own variables and those of its app could be decrypted. It is not called without them.
    pub env_readable: bool,
    /// What its calls start from.
    pub image: Arc<ImageCell>,
}

/// What is at a public address.
pub enum Found {
    /// No such app.
    NoApp,
    /// The app is paused, whatever function it may have there.
    Paused(Arc<Pause>),
    /// The app has no such function.
    NoFunction,
    /// A function.
    Function(Arc<FunctionEntry>),
}

/// Locks that writers of the same function take turns on.
const STRIPES: usize = 64;

/// See the module's documentation.
pub struct Registry {
    apps: ArcSwap<Apps>,
    store: Store,
    vault: Vault,
    /// Under which functions reach the platform: part of their environment.
    api_url: String,
    files: ImageFiles,
    owner: Uuid,
    /// A change to one function holds it shared; reading everything again holds it alone.
    gate: RwLock<()>,
    stripes: [Mutex<()>; STRIPES],
    hasher: RandomState,
}

/// The right to change one function in the database and here, in one step for everybody else.
pub struct ChangeGuard<'a> {
    _gate: RwLockReadGuard<'a, ()>,
    _stripe: MutexGuard<'a, ()>,
}

impl Registry {
    /// Reads everything.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(
        store: Store,
        vault: Vault,
        api_url: String,
        files: ImageFiles,
        owner: Uuid,
    ) -> Result<Self, StoreError> {
        let registry = Self {
            apps: ArcSwap::default(),
            store,
            vault,
            api_url,
            files,
            owner,
            gate: RwLock::default(),
            stripes: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
        };
        registry.reload().await?;
        Ok(registry)
    }

    /// Looks up a function for somebody who calls it.
    pub fn find(&self, app: &str, name: &str) -> Found {
        self.look(app, name, |entry| entry.pause.clone())
    }

    /// Looks up a function for the owner of its app, also while that is paused.
    pub fn find_for_owner(&self, app: &str, name: &str) -> Found {
        self.look(app, name, |_| None)
    }

    fn look(&self, app: &str, name: &str, paused: impl Fn(&AppEntry) -> Option<Arc<Pause>>) -> Found {
        let apps = self.apps.load();
        let Some(entry) = apps.get(app) else { return Found::NoApp };
        match paused(entry) {
            Some(pause) => Found::Paused(pause),
            None => match entry.functions.get(name) {
                None => Found::NoFunction,
                Some(function) => Found::Function(Arc::clone(function)),
            },
        }
    }

    /// The app with this name in the domain of the server, in lower case.
    pub fn app_of_subdomain(&self, label: &str) -> Option<Arc<AppEntry>> {
        let apps = self.apps.load();
        let id = apps.subdomains.get(label)?;
        apps.get(id.as_str()).cloned()
    }

    /// Looks up an app that is known here. One that another server has just made may not be.
    pub fn app(&self, id: &str) -> Option<Arc<AppEntry>> {
        self.apps.load().get(id).cloned()
    }

    /// How many functions there are.
    pub fn functions(&self) -> usize {
        self.apps.load().by_id.values().map(|app| app.functions.len()).sum()
    }

    /// Images that are loaded, and the linear memory that calls of them begin with, in bytes.
    pub fn images(&self) -> (usize, u64) {
        let apps = self.apps.load();
        let images = apps.by_id.values().flat_map(|app| app.functions.values()).filter_map(|entry| entry.image.ready());
        images.fold((0, 0), |(count, bytes), image| (count + 1, bytes + image.memory()))
    }

    /// Gives back the memory of images that nobody calls. To be said from time to time.
    pub fn rest(&self) {
        for app in self.apps.load().by_id.values() {
            for image in app.functions.values().filter_map(|entry| entry.image.ready()) {
                image.rest();
            }
        }
    }

    /// Takes the right to change a function: no other change to it happens here until the guard is dropped.
    pub async fn change(&self, app: &AppId, name: &FunctionName) -> ChangeGuard<'_> {
        let at = usize::try_from(self.hasher.hash_one((app, name)) % STRIPES as u64).unwrap_or_default();
        let gate = self.gate.read().await;
        // The remainder is below the length.
        let stripe = self.stripes.get(at).unwrap_or(&self.stripes[0]).lock().await;
        ChangeGuard { _gate: gate, _stripe: stripe }
    }

    /// An app that is known here, or that another server has made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look_up(&self, id: &AppId) -> Result<Option<Arc<AppEntry>>, StoreError> {
        if let Some(entry) = self.app(id.as_str()) {
            return Ok(Some(entry));
        }
        match self.store.apps().get(id).await? {
            Some(app) => Ok(Some(self.know(&app).await?)),
            None => Ok(None),
        }
    }

    /// Makes an app known, or leaves it as it is.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it was deleted meanwhile, otherwise when the database fails.
    pub async fn know(&self, app: &App) -> Result<Arc<AppEntry>, StoreError> {
        if let Some(entry) = self.app(app.id.as_str()) {
            return Ok(entry);
        }
        let settings = self.settings(&app.id).await?;
        let new = Arc::new(self.app_entry(app.clone(), settings));
        self.apps.rcu(|apps| {
            let mut apps = Apps::clone(apps);
            if apps.get(app.id.as_str()).is_none() {
                apps.insert(Arc::clone(&new));
            }
            apps
        });
        // Deleted before this look, it goes again here; deleted after it, by whoever hears of that.
        if self.store.apps().get(&app.id).await?.is_none() {
            self.forget(&app.id);
            return Err(StoreError::Missing("app"));
        }
        Ok(self.app(app.id.as_str()).unwrap_or(new))
    }

    /// Makes an app that was deleted unknown, with its functions. Changes to these that have begun end first.
    pub async fn forget_app(&self, id: &AppId) {
        let _alone = self.gate.write().await;
        self.forget(id);
    }

    fn forget(&self, id: &AppId) {
        let Some(before) = self.app(id.as_str()) else { return };
        self.apps.rcu(|apps| {
            let mut apps = Apps::clone(apps);
            apps.remove(id);
            apps
        });
        let gone = before.functions.values().map(|old| &**old);
        self.remove_files(gone.map(|old| {
            old.retire(None);
            (old, old.after())
        }));
    }

    /// Reads again what belongs to an app, after it was changed. One that was deleted is forgotten.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it was deleted, otherwise when the database fails.
    pub async fn refresh_app(&self, id: &AppId) -> Result<(), StoreError> {
        let _alone = self.gate.write().await;
        let Some(before) = self.app(id.as_str()) else {
            // Another server has made it. Whoever else makes it known meanwhile may have read it before the change.
            self.look_up(id).await?;
            return Ok(());
        };
        let settings = match self.settings(id).await {
            Err(error @ StoreError::Missing(_)) => {
                self.forget(id);
                return Err(error);
            }
            settings => settings?,
        };
        let app = App { subdomain: settings.subdomain.clone(), ..App::clone(&before.app) };
        let mut after = self.app_entry(app, settings);
        for (name, old) in &before.functions {
            let mut entry = self.entry(&after, old.function.clone());
            entry.image = old.image_for(&entry).unwrap_or_default();
            after.functions.insert(name.clone(), Arc::new(entry));
        }
        let after = Arc::new(after);
        self.apps.rcu(|apps| {
            let mut apps = Apps::clone(apps);
            apps.insert(Arc::clone(&after));
            apps
        });
        for (name, old) in &before.functions {
            old.retire(after.functions.get(name).map(|entry| &**entry));
        }
        warn_unreadable(after.functions.values().map(|entry| &**entry));
        Ok(())
    }

    /// What belongs to an app. One that has no function key gets one.
    async fn settings(&self, id: &AppId) -> Result<AppSettings, StoreError> {
        let settings = self.read_settings(id).await?;
        if settings.encrypted_function_key.is_some() {
            return Ok(settings);
        }
        self.make_function_key(id).await?;
        self.read_settings(id).await
    }

    async fn read_settings(&self, id: &AppId) -> Result<AppSettings, StoreError> {
        self.store.settings().get(id).await?.ok_or(StoreError::Missing("app"))
    }

    async fn make_function_key(&self, id: &AppId) -> Result<(), StoreError> {
        let failed = |error: &dyn std::fmt::Display| StoreError::Entropy(error.to_string());
        let key = FunctionKey::random().map_err(|error| failed(&error))?;
        let sealed = self.vault.seal(key.expose()).map_err(|error| failed(&error))?;
        self.store.settings().set_function_key(id, &sealed).await?;
        Ok(())
    }

    /// Makes a function as stored callable, with this image if it is built already. The app is as it is known under the
    /// guard.
    pub fn put(
        &self,
        _: &ChangeGuard<'_>,
        known: &AppEntry,
        function: Function,
        image: Option<Arc<ImageCell>>,
    ) -> Arc<FunctionEntry> {
        let mut entry = self.entry(known, function);
        warn_unreadable([&entry]);
        let before = known.functions.get(entry.function.name.as_str());
        entry.image = image.or_else(|| before.and_then(|before| before.image_for(&entry))).unwrap_or_default();
        let entry = Arc::new(entry);
        self.update(&known.app.id, |functions| {
            functions.insert(entry.function.name.clone(), Arc::clone(&entry));
        });
        if before.is_none_or(|before| before.retire(Some(&*entry))) {
            self.remove_files([(&*entry, entry.function.deployed_at)]);
        }
        entry
    }

    /// Makes a function unknown.
    pub fn remove(&self, _: &ChangeGuard<'_>, app: &AppId, name: &str) {
        let before = self.app(app.as_str()).and_then(|app| app.function(name).cloned());
        self.update(app, |functions| {
            functions.remove(name);
        });
        if let Some(before) = before {
            before.retire(None);
            self.remove_files([(&*before, before.after())]);
        }
    }

    /// Removes the images of versions of these functions that are older than so.
    fn remove_files<'a>(&self, functions: impl IntoIterator<Item = (&'a FunctionEntry, DateTime<Utc>)>) {
        let functions: Vec<_> = functions.into_iter().map(|(entry, than)| (entry.source_name(), entry, than)).collect();
        let versions = functions.iter().map(|(name, entry, than)| (&entry.function.app_id, name.as_str(), *than));
        self.files.remove_older(versions);
    }

    /// The environment of a function: its app's variables, over which its own win, over which the platform's win
    /// (Butterbase §5.6). It is that of production unless one of these says otherwise.
    pub fn environment(&self, entry: &AppEntry, own: BTreeMap<String, String>) -> Environment {
        let app = &entry.app;
        let mut variables = BTreeMap::from([(MODE_VARIABLE.to_owned(), DEFAULT_MODE.to_owned())]);
        variables.extend(entry.variables.as_ref().map(|shared| shared.expose().clone()).unwrap_or_default());
        variables.extend(own);
        for (name, value) in [
            ("BUTTERBASE_APP_ID", app.id.as_str()),
            ("BUTTERBASE_APP_NAME", &app.name),
            ("BUTTERBASE_API_URL", &self.api_url),
            ("BUTTERBASE_REGION", REGION),
            ("BUTTERBASE_ANON_KEY", &entry.info.anon_key),
        ] {
            variables.insert(name.to_owned(), value.to_owned());
        }
        if let Some(subdomain) = &app.subdomain {
            variables.insert("BUTTERBASE_SUBDOMAIN".to_owned(), subdomain.clone());
        }
        Environment::new(variables)
    }

    /// Variables of a function or an app, as they are stored.
    ///
    /// # Errors
    /// When they were encrypted with another key.
    pub fn own_variables(&self, encrypted: Option<&str>) -> Result<BTreeMap<String, String>, CannotOpen> {
        match encrypted {
            None => Ok(BTreeMap::new()),
            Some(encrypted) => Ok(self.vault.open_environment(encrypted)?.expose().clone()),
        }
    }

    /// Follows the changes that other servers make, for as long as it is polled. Tells `heard` of each first, for not all of
    /// what changes is known here.
    pub async fn follow(&self, mut changes: Changes, heard: impl Fn(&Change)) {
        loop {
            let change = changes.next().await;
            heard(&change);
            let mut wait = std::time::Duration::from_millis(100);
            // What is not read now would be missing until the next change, so it is tried until it works.
            while let Err(error) = self.apply(&change).await {
                tracing::warn!(%error, "cannot read what another server changed: {error}");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(std::time::Duration::from_secs(5));
            }
        }
    }

    async fn apply(&self, change: &Change) -> Result<(), StoreError> {
        match change {
            Change::Reconnected => self.reload().await,
            Change::Key { .. } => Ok(()),
            Change::Function { app, name } => self.refresh(app, name).await,
            Change::App { app } => match self.refresh_app(app).await {
                // It was deleted, and is forgotten.
                Err(StoreError::Missing(_)) => Ok(()),
                other => other,
            },
        }
    }

    /// Reads a function again, after it was changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh(&self, app: &AppId, name: &FunctionName) -> Result<(), StoreError> {
        let guard = self.change(app, name).await;
        let Some(function) = self.store.functions().load(app, name.as_str()).await? else {
            self.remove(&guard, app, name.as_str());
            return Ok(());
        };
        if let Some(known) = self.look_up(app).await? {
            self.put(&guard, &known, Function { code: String::new(), ..function }, None);
        }
        Ok(())
    }

    async fn reload(&self) -> Result<(), StoreError> {
        let _alone = self.gate.write().await;
        let apps = self.store.apps().list(self.owner).await?;
        let functions = self.store.functions().all().await?;
        let mut settings: HashMap<AppId, AppSettings> =
            self.store.settings().all(self.owner).await?.into_iter().collect();
        let before = self.apps.load_full();
        let mut next: HashMap<AppId, AppEntry> = HashMap::with_capacity(apps.len());
        for app in apps {
            let settings = match settings.remove(&app.id) {
                Some(settings) if settings.encrypted_function_key.is_some() => settings,
                _ => self.settings(&app.id).await?,
            };
            next.insert(app.id.clone(), self.app_entry(app, settings));
        }
        for function in functions {
            let Some(app) = next.get_mut(&function.app_id) else { continue };
            let mut entry = self.entry(app, function);
            let old = find(&before, &entry);
            entry.image = old.and_then(|old| old.image_for(&entry)).unwrap_or_default();
            app.functions.insert(entry.function.name.clone(), Arc::new(entry));
        }
        let mut apps = Apps::default();
        next.into_values().for_each(|app| apps.insert(Arc::new(app)));
        let next = Arc::new(apps);
        self.apps.store(Arc::clone(&next));
        warn_unreadable(entries(&next));
        let gone = entries(&before).filter(|old| {
            let now = find(&next, old);
            old.retire(now);
            now.is_none()
        });
        let gone = gone.map(|old| (old, old.after()));
        self.remove_files(gone.chain(entries(&next).map(|entry| (entry, entry.function.deployed_at))));
        Ok(())
    }

    fn app_entry(&self, app: App, settings: AppSettings) -> AppEntry {
        let function_key = settings.encrypted_function_key.and_then(|sealed| self.vault.open(&sealed).ok());
        let variables = self.own_variables(settings.encrypted_env.as_deref());
        let info = AppInfo {
            id: app.id.to_string(),
            name: app.name.clone(),
            owner_id: app.owner_id,
            subdomain: app.subdomain.clone(),
            anon_key: settings.anon_key,
        };
        let callers = Callers {
            tokens: settings.signing_key.and_then(|key| Verifier::new(&app.id, key)),
            function_key: function_key.map(|key| FunctionKey::new(&key)),
        };
        AppEntry {
            app: Arc::new(app),
            info: Arc::new(info),
            callers: Arc::new(callers),
            origins: settings.allowed_origins.into(),
            pause: settings.pause.map(Arc::new),
            variables: variables.map(|variables| Arc::new(Environment::new(variables))),
            functions: HashMap::new(),
        }
    }

    fn entry(&self, app: &AppEntry, function: Function) -> FunctionEntry {
        let own = self.own_variables(function.encrypted_env.as_deref());
        FunctionEntry {
            name: function.name.as_str().into(),
            app: Arc::clone(&app.info),
            callers: Arc::clone(&app.callers),
            http_auth: function.trigger(TriggerType::Http).map(ramekin_model::Trigger::auth),
            env_readable: own.is_ok() && app.variables.is_ok(),
            environment: Arc::new(self.environment(app, own.unwrap_or_default())),
            image: Arc::default(),
            function,
        }
    }

    fn update(&self, app: &AppId, change: impl Fn(&mut HashMap<FunctionName, Arc<FunctionEntry>>)) {
        self.apps.rcu(|apps| {
            let mut apps = Apps::clone(apps);
            if let Some(entry) = apps.by_id.get_mut(app) {
                change(&mut Arc::make_mut(entry).functions);
            }
            apps
        });
    }
}

fn entries(apps: &Apps) -> impl Iterator<Item = &FunctionEntry> {
    apps.by_id.values().flat_map(|app| app.functions.values().map(|entry| &**entry))
}

/// What goes by the name of this function.
fn find<'a>(apps: &'a Apps, entry: &FunctionEntry) -> Option<&'a FunctionEntry> {
    apps.get(entry.function.app_id.as_str())?.functions.get(&entry.function.name).map(|entry| &**entry)
}

/// Tells of functions that cannot be called. One line for all of them: with a wrong key it is every function that has
/// variables.
fn warn_unreadable<'a>(entries: impl IntoIterator<Item = &'a FunctionEntry>) {
    let mut unreadable = entries.into_iter().filter(|entry| !entry.env_readable);
    let Some(FunctionEntry { function, .. }) = unreadable.next() else { return };
    let more = match unreadable.count() {
        0 => String::new(),
        others => format!(" and of {others} more"),
    };
    tracing::error!(
        app.id = %function.app_id, function.name = %function.name,
        "the environment variables of `{}` in {}{more} cannot be decrypted, so calls are refused: start the server with the \
         {} they were encrypted with (or its key file), or deploy with new envVars",
        function.name, function.app_id, env_var::ENCRYPTION_KEY
    );
}
