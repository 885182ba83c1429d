//! API keys: which key is valid, and what it opens (Butterbase §1.2). Only hashes are looked at. Answers are kept for a
//! while, so that a key costs a query once a minute.

use crate::config::ApiKeyText;
use ramekin_model::{ApiKey, AppId, KeyScope};
use ramekin_store::{Store, StoreError};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// For how long a key that was valid counts as valid.
const VALID_FOR: Duration = Duration::from_secs(60);
/// For how long a key that was not valid counts as not valid.
const INVALID_FOR: Duration = Duration::from_secs(10);
/// While the database is away, a key that was valid goes on being valid for so long: functions keep serving.
const GRACE: Duration = Duration::from_mins(10);
/// Answers kept.
const CACHED: usize = 10_000;

type Hash = [u8; 32];

/// See the module's documentation.
#[derive(Clone)]
pub struct Keys {
    store: Store,
    cache: Arc<Cache>,
    tasks: TaskTracker,
}

impl Keys {
    /// Keys of this database. Work that nobody waits for goes to `tasks`.
    pub fn new(store: Store, tasks: TaskTracker) -> Self {
        Self { store, cache: Arc::default(), tasks }
    }

    /// The valid key with this text.
    ///
    /// # Errors
    /// When the database fails and the key is not known.
    pub async fn find(&self, text: &str) -> Result<Option<Arc<ApiKey>>, StoreError> {
        if ApiKeyText::parse(text).is_none() {
            return Ok(None);
        }
        let hash = hash(text);
        let now = Instant::now();
        let known = self.cache.get(&hash);
        if let Some(known) = &known
            && known.fresh_until > now
        {
            return Ok(known.key.clone());
        }
        match self.store.keys().find(&hex(&hash)).await {
            Ok(found) => {
                let key = found.map(Arc::new);
                if let Some(key) = &key {
                    let (store, id) = (self.store.clone(), key.id);
                    // Only for people to look at: a failure costs nothing.
                    self.tasks.spawn(async move { store.keys().touch(id).await });
                }
                self.cache.put(hash, Entry::new(key.clone(), now));
                Ok(key)
            }
            Err(error) => match known {
                Some(Entry { key: Some(key), fresh_until }) if error.is_unavailable() && fresh_until + GRACE > now => {
                    Ok(Some(key))
                }
                _ => Err(error),
            },
        }
    }

    /// Makes a key valid.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create(&self, text: &ApiKeyText, owner: Uuid, name: &str) -> Result<(), StoreError> {
        let text = text.expose();
        let prefix: String = text.chars().take(12).collect();
        self.store.keys().create(owner, name, &KeyScope::Account, &hex(&hash(text)), &prefix).await?;
        Ok(())
    }
}

/// Whether a key opens the app of this id and owner.
pub fn opens(key: &ApiKey, app: &AppId, owner: Uuid) -> bool {
    match &key.scope {
        KeyScope::Account => key.user_id == owner,
        KeyScope::App(id) => id == app,
    }
}

/// A scope as clients see it.
pub fn scope_text(scope: &KeyScope) -> String {
    match scope {
        KeyScope::Account => "*".into(),
        KeyScope::App(app) => format!("app:{app}"),
    }
}

fn hash(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Default)]
struct Cache(Mutex<HashMap<Hash, Entry>>);

#[derive(Clone)]
struct Entry {
    key: Option<Arc<ApiKey>>,
    fresh_until: Instant,
}

impl Entry {
    fn new(key: Option<Arc<ApiKey>>, now: Instant) -> Self {
        let lifetime = if key.is_some() { VALID_FOR } else { INVALID_FOR };
        Self { key, fresh_until: now + lifetime }
    }
}

impl Cache {
    fn get(&self, hash: &Hash) -> Option<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    fn put(&self, hash: Hash, entry: Entry) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= CACHED && !entries.contains_key(&hash) {
            let now = Instant::now();
            // Guessed keys must not push out real ones.
            entries.retain(|_, entry| entry.key.is_some() && entry.fresh_until + GRACE > now);
            if entries.len() >= CACHED {
                return;
            }
        }
        entries.insert(hash, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_its_scope_only() {
        let owner = Uuid::new_v4();
        let (mine, other): (AppId, AppId) = ("app_00000000000a".parse().unwrap(), "app_00000000000b".parse().unwrap());
        let key = |scope| ApiKey { id: Uuid::new_v4(), user_id: owner, scope };
        let account = key(KeyScope::Account);
        assert!(opens(&account, &mine, owner) && opens(&account, &other, owner));
        assert!(!opens(&account, &mine, Uuid::new_v4()));
        let narrow = key(KeyScope::App(mine.clone()));
        assert!(opens(&narrow, &mine, owner) && !opens(&narrow, &other, owner));
        assert_eq!(
            (scope_text(&account.scope), scope_text(&narrow.scope)),
            ("*".into(), "app:app_00000000000a".into())
        );
    }

    #[test]
    fn guessed_keys_do_not_push_out_real_ones() {
        let cache = Cache::default();
        let key = Arc::new(ApiKey { id: Uuid::new_v4(), user_id: Uuid::new_v4(), scope: KeyScope::Account });
        let now = Instant::now();
        cache.put(hash("real"), Entry::new(Some(key), now));
        for guess in 0..CACHED * 2 {
            cache.put(hash(&guess.to_string()), Entry::new(None, now));
        }
        assert!(cache.get(&hash("real")).is_some());
        assert!(cache.0.lock().unwrap().len() <= CACHED);
    }

    #[test]
    fn hashes_are_sha_256_in_hex() {
        assert_eq!(hex(&hash("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
