//! Apps by what they are found by.

use super::AppEntry;
use ramekin_model::AppId;
use std::collections::HashMap;
use std::sync::Arc;

/// Every app, by its id and by its name in the domain of the server.
#[derive(Clone, Default)]
pub(super) struct Apps {
    pub(super) by_id: HashMap<AppId, Arc<AppEntry>>,
    pub(super) subdomains: HashMap<String, AppId>,
}

impl Apps {
    pub(super) fn get(&self, id: &str) -> Option<&Arc<AppEntry>> {
        self.by_id.get(id)
    }

    pub(super) fn insert(&mut self, entry: Arc<AppEntry>) {
        let id = entry.app.id.clone();
        self.remove(&id);
        if let Some(subdomain) = &entry.app.subdomain {
            self.subdomains.insert(subdomain.clone(), id.clone());
        }
        self.by_id.insert(id, entry);
    }

    pub(super) fn remove(&mut self, id: &AppId) {
        let subdomain = self.by_id.remove(id).and_then(|entry| entry.app.subdomain.clone());
        // Another app may have got it meanwhile.
        if let Some(subdomain) = subdomain
            && self.subdomains.get(&subdomain) == Some(id)
        {
            self.subdomains.remove(&subdomain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Callers;
    use ramekin_host_api::{AppInfo, Environment};
    use ramekin_model::App;

    fn app(digit: char, subdomain: Option<&str>) -> Arc<AppEntry> {
        let id: AppId = format!("app_{}", digit.to_string().repeat(12)).parse().unwrap();
        let owner_id = uuid::Uuid::nil();
        let subdomain = subdomain.map(str::to_owned);
        let info = AppInfo {
            id: id.to_string(),
            name: "a".into(),
            owner_id,
            subdomain: subdomain.clone(),
            anon_key: String::new(),
        };
        Arc::new(AppEntry {
            app: Arc::new(App { id, name: "a".into(), owner_id, subdomain, created_at: chrono::DateTime::UNIX_EPOCH }),
            info: Arc::new(info),
            callers: Arc::new(Callers::default()),
            origins: Arc::default(),
            pause: None,
            variables: Ok(Arc::new(Environment::default())),
            functions: HashMap::new(),
        })
    }

    #[test]
    fn a_name_is_that_of_the_app_that_has_it_now() {
        let mut apps = Apps::default();
        let find = |apps: &Apps, label: &str| apps.subdomains.get(label).map(|id| id.to_string());
        let (a, b) = (app('a', None), app('b', Some("shop")));
        apps.insert(Arc::clone(&a));
        apps.insert(Arc::clone(&b));
        assert_eq!(find(&apps, "shop"), Some(b.app.id.to_string()));
        // Its name goes with it, and another app gets it.
        apps.remove(&b.app.id);
        assert_eq!(find(&apps, "shop"), None);
        apps.insert(app('a', Some("shop")));
        assert_eq!(find(&apps, "shop"), Some(a.app.id.to_string()));
        // News of the one that had it come late.
        apps.insert(app('b', None));
        apps.remove(&b.app.id);
        assert_eq!(find(&apps, "shop"), Some(a.app.id.to_string()));
        apps.insert(app('a', Some("other")));
        assert_eq!((find(&apps, "shop"), find(&apps, "other")), (None, Some(a.app.id.to_string())));
    }
}
