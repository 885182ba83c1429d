//! What handlers are given. Each takes the part that its signature names.

use crate::config::BaseDomain;
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
pub struct PublicUrl {
    url: Arc<str>,
    domain: Option<Arc<BaseDomain>>,
}

impl PublicUrl {
    /// This address, without a slash at the end, and the domain in which apps have names.
    pub fn new(url: Arc<str>, domain: Option<Arc<BaseDomain>>) -> Self {
        Self { url, domain }
    }

    /// Where an app is by its name in the domain of the server, if it has one there.
    pub fn of_subdomain(&self, app: &App) -> Option<String> {
        let host = self.domain.as_ref()?.host_of(app.subdomain.as_deref()?);
        let mut url = url::Url::parse(&self.url).ok()?;
        url.set_host(Some(&host)).ok()?;
        url.set_path("");
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    /// Where an app's API is.
    pub fn of_app(&self, app: &App) -> String {
        format!("{}/v1/{}", self.url, app.id)
    }

    /// Where a function is called.
    pub fn of_function(&self, app: &str, name: &FunctionName) -> String {
        format!("{}/v1/{app}/fn/{name}", self.url)
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
    PublicUrl: |platform| PublicUrl::new(Arc::clone(&platform.public_url), platform.base_domain.clone());
    Schemas: |platform| platform.schemas.clone();
    Store: |platform| platform.store.clone();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_apps_are_by_their_names() {
        let of = |url: &str, subdomain: Option<&str>| {
            let domain = Some(Arc::new(BaseDomain::parse("apps.example").unwrap()));
            let app = App {
                id: "app_000000000000".parse().unwrap(),
                name: "shop".into(),
                owner_id: uuid::Uuid::nil(),
                subdomain: subdomain.map(str::to_owned),
                created_at: chrono::DateTime::UNIX_EPOCH,
            };
            PublicUrl::new(url.into(), domain).of_subdomain(&app)
        };
        assert_eq!(of("http://127.0.0.1:4000", Some("shop")).as_deref(), Some("http://shop.apps.example:4000"));
        assert_eq!(of("https://api.example/base", Some("shop")).as_deref(), Some("https://shop.apps.example"));
        assert_eq!(of("https://api.example", None), None);
    }
}
