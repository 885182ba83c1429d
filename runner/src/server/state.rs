//! What handlers are given. Each takes the part that its signature names.

use crate::ops::app_users::AppUsers;
use crate::ops::apps::Apps;
use crate::ops::audit::Audits;
use crate::ops::auth::Keys;
use crate::ops::call::Calls;
use crate::ops::configuration::Configurations;
use crate::ops::deploy::Deploys;
use crate::ops::environment::Environments;
use crate::ops::functions::Functions;
use crate::ops::logs::Logs;
use crate::ops::rls::Policies;
use crate::ops::schema::Schemas;
use crate::platform::Platform;
use crate::recorder::Recorder;
use axum::extract::FromRef;
use ramekin_model::{App, FunctionName};
use ramekin_store::Store;
use std::sync::Arc;

/// Everything behind the wire.
#[derive(Clone)]
pub struct AppState(pub Arc<Platform>);

/// Under which clients reach the server.
#[derive(Clone)]
pub struct PublicUrl(Arc<str>);

impl PublicUrl {
    /// This address, without a slash at the end.
    pub fn new(url: Arc<str>) -> Self {
        Self(url)
    }

    /// Where an app's API is.
    pub fn of_app(&self, app: &App) -> String {
        format!("{}/v1/{}", self.0, app.id)
    }

    /// Where a function is called.
    pub fn of_function(&self, app: &str, name: &FunctionName) -> String {
        format!("{}/v1/{app}/fn/{name}", self.0)
    }
}

macro_rules! parts {
    ($($part:ty: $take:expr;)*) => {$(
        impl FromRef<AppState> for $part {
            fn from_ref(state: &AppState) -> Self {
                let take: fn(&Platform) -> $part = $take;
                take(&state.0)
            }
        }
    )*};
}

parts! {
    AppUsers: |platform| platform.app_users.clone();
    Apps: |platform| platform.apps.clone();
    Audits: |platform| platform.audits.clone();
    Arc<Recorder>: |platform| Arc::clone(&platform.calls.recorder);
    Calls: |platform| platform.calls.clone();
    Configurations: |platform| platform.configurations.clone();
    Deploys: |platform| platform.deploys.clone();
    Environments: |platform| platform.environment.clone();
    Functions: |platform| platform.functions.clone();
    Keys: |platform| platform.keys.clone();
    Logs: |platform| platform.logs.clone();
    Policies: |platform| platform.policies.clone();
    PublicUrl: |platform| PublicUrl::new(Arc::clone(&platform.public_url));
    Schemas: |platform| platform.schemas.clone();
    Store: |platform| platform.store.clone();
}
