//! Apps: making and finding them.

use crate::registry::Registry;
use ramekin_model::{ApiKey, App, KeyScope};
use ramekin_store::{Store, StoreError};
use std::sync::Arc;

/// Longest name of an app, in characters.
const MAX_NAME: usize = 63;

/// Makes and finds apps.
#[derive(Clone)]
pub struct Apps {
    /// Where they are stored.
    pub store: Store,
    /// Where they are known.
    pub registry: Arc<Registry>,
}

/// Why there is no new app.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The name.
    #[error("name: must be 1 to {MAX_NAME} characters of a-z, 0-9, `_` and `-`, starting with a letter or a digit")]
    Name,
    /// The key opens one app.
    #[error("this key opens one app only; making apps takes an account key")]
    Scope,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Apps {
    /// The app of this name, and whether it was made now.
    ///
    /// # Errors
    /// See [`CreateError`].
    pub async fn create(&self, key: &ApiKey, name: &str) -> Result<(App, bool), CreateError> {
        if key.scope != KeyScope::Account {
            return Err(CreateError::Scope);
        }
        if !is_name(name) {
            return Err(CreateError::Name);
        }
        let (app, created) = self.store.apps().create(key.user_id, name).await?;
        self.registry.know(&app).await?;
        if created {
            tracing::info!(app.id = %app.id, "made the app {} (`{}`)", app.id, app.name);
        }
        Ok((app, created))
    }

    /// The apps that a key opens, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, key: &ApiKey) -> Result<Vec<App>, StoreError> {
        match &key.scope {
            KeyScope::Account => self.store.apps().list(key.user_id).await,
            KeyScope::App(id) => Ok(self.store.apps().get(id).await?.into_iter().collect()),
        }
    }

    /// An app that a key opens. One that it does not open is not there for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, key: &ApiKey, id: &str) -> Result<Option<Arc<App>>, StoreError> {
        let Ok(id) = id.parse() else { return Ok(None) };
        let app = match self.registry.app(ramekin_model::AppId::as_str(&id)) {
            Some(entry) => Some(Arc::clone(&entry.app)),
            // Another server may have made it just now.
            None => self.store.apps().get(&id).await?.map(Arc::new),
        };
        Ok(app.filter(|app| super::auth::opens(key, &app.id, app.owner_id)))
    }
}

/// Whether a text can be the name of an app.
pub fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut bytes = text.bytes();
    text.len() <= MAX_NAME
        && bytes.next().is_some_and(plain)
        && bytes.all(|byte| plain(byte) || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_apps() {
        for good in ["a", "my-app", "0_x", &"a".repeat(63)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "-a", "_a", "A", "a b", "ä", &"a".repeat(64)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
