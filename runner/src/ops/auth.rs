//! API keys: which key is valid, and what it opens (Butterbase §1.2). Only hashes are looked at. Answers are kept for a
//! while, so that a key costs a query once a minute. And the key of an app by which the platform calls its functions (§1.5).

use super::page::{Page, reach};
use crate::config::ApiKeyText;
use ramekin_model::{ApiKey, AppId, By, KeyScope, ListedKey, Secret};
use ramekin_store::{Change, KeyCursor, Store, StoreError};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq as _;
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
        let (known, turn) = self.cache.get(&hash);
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
                self.cache.put(hash, Entry::new(key.clone(), now), turn);
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

    /// Makes a key of the one who asks valid. Returns the id of its row.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create(&self, text: &ApiKeyText, name: &str, scope: &KeyScope, by: &By) -> Result<Uuid, StoreError> {
        let hash = hash(text.expose());
        let (hex, prefix) = (hex(&hash), key_prefix(text));
        let id = self.store.keys().create_by(by.user_id, name, scope, &hex, prefix, Some(by)).await?;
        // Whoever tried it before it was there.
        self.cache.forget(&hash);
        Ok(id)
    }

    /// A user's keys, newest first, those after `after`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(
        &self,
        owner: Uuid,
        after: Option<&KeyCursor>,
        limit: u32,
    ) -> Result<Page<ListedKey>, StoreError> {
        Ok(Page::of(self.store.keys().page(owner, after, reach(limit)).await?, limit))
    }

    /// Makes a user's key useless: here at once, on other servers as soon as they hear of it. False when there is no such key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke(&self, id: Uuid, by: &By) -> Result<bool, StoreError> {
        let revoked = self.store.keys().revoke_by(by.user_id, id, Some(by)).await?;
        if revoked.is_some() {
            self.cache.forget_id(id);
        }
        Ok(revoked.is_some())
    }

    /// What another server has done.
    pub fn heard(&self, change: &Change) {
        match change {
            Change::Key { id } => self.cache.forget_id(*id),
            Change::Reconnected => self.cache.doubt(),
            Change::App { .. } | Change::Function { .. } => {}
        }
    }
}

/// What people recognise a key by.
pub fn key_prefix(key: &ApiKeyText) -> &str {
    key.expose().get(..12).unwrap_or_default()
}

/// A token that is known beforehand. It is kept as a hash.
pub struct KnownToken(Hash);

impl KnownToken {
    /// This token.
    pub fn new(token: &Secret<String>) -> Self {
        Self(hash(token.expose()))
    }

    /// Whether a token is this one. Takes the same time for every other one.
    pub fn is(&self, token: &str) -> bool {
        self.0.ct_eq(&hash(token)).into()
    }
}

/// The key by which the platform calls functions of an app. It is kept as a hash.
pub struct FunctionKey(KnownToken);

impl FunctionKey {
    /// A new key: 48 characters of hex.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn random() -> Result<Secret<String>, getrandom::Error> {
        let mut bytes = [0_u8; 24];
        getrandom::fill(&mut bytes)?;
        Ok(Secret::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// This key.
    pub fn new(key: &Secret<String>) -> Self {
        Self(KnownToken::new(key))
    }

    /// Whether a token has the form of such a key; then it is nothing else.
    pub fn has_form(token: &str) -> bool {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (40..=80).contains(&token.len()) && token.bytes().all(hex)
    }

    /// Whether a token is this key. Takes the same time for every other one.
    pub fn is(&self, token: &str) -> bool {
        self.0.is(token)
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
struct Cache(Mutex<Known>);

#[derive(Default)]
struct Known {
    entries: HashMap<Hash, Entry>,
    /// Counts what was forgotten: an answer that was asked for before may be wrong.
    turn: u64,
}

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
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known, and the turn of a question that is asked now.
    fn get(&self, hash: &Hash) -> (Option<Entry>, u64) {
        let known = self.known();
        (known.entries.get(hash).cloned(), known.turn)
    }

    fn forget(&self, hash: &Hash) {
        let mut known = self.known();
        known.turn += 1;
        known.entries.remove(hash);
    }

    /// Forgets a key, and which keys were not valid: it may be one of them.
    fn forget_id(&self, id: Uuid) {
        let mut known = self.known();
        known.turn += 1;
        known.entries.retain(|_, entry| entry.key.as_ref().is_some_and(|key| key.id != id));
    }

    /// Any of them may have changed. They are kept for when the database is away.
    fn doubt(&self) {
        let (mut known, now) = (self.known(), Instant::now());
        known.turn += 1;
        for entry in known.entries.values_mut() {
            entry.fresh_until = entry.fresh_until.min(now);
        }
    }

    /// Keeps an answer, unless something was forgotten since it was asked for.
    fn put(&self, hash: Hash, entry: Entry, turn: u64) {
        let mut known = self.known();
        if known.turn != turn {
            return;
        }
        let entries = &mut known.entries;
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
        cache.put(hash("real"), Entry::new(Some(key), now), 0);
        for guess in 0..CACHED * 2 {
            cache.put(hash(&guess.to_string()), Entry::new(None, now), 0);
        }
        assert!(cache.get(&hash("real")).0.is_some());
        assert!(cache.known().entries.len() <= CACHED);
    }

    #[test]
    fn a_revoked_key_is_forgotten_and_no_other() {
        let cache = Cache::default();
        let now = Instant::now();
        let keys = ["a", "b"].map(|text| {
            let key = Arc::new(ApiKey { id: Uuid::new_v4(), user_id: Uuid::new_v4(), scope: KeyScope::Account });
            cache.put(hash(text), Entry::new(Some(Arc::clone(&key)), now), 0);
            key
        });
        cache.put(hash("c"), Entry::new(None, now), 0);
        let has = |text: &str| cache.get(&hash(text)).0.is_some();
        cache.forget_id(keys[0].id);
        assert!(!has("a") && has("b") && !has("c"), "one that was not valid may be the one that has changed");
        cache.forget(&hash("b"));
        assert!(!has("b"));
    }

    #[test]
    fn an_answer_that_was_asked_for_before_a_revocation_is_not_kept() {
        let cache = Cache::default();
        let key = Arc::new(ApiKey { id: Uuid::new_v4(), user_id: Uuid::new_v4(), scope: KeyScope::Account });
        let (_, turn) = cache.get(&hash("a"));
        cache.forget_id(key.id);
        cache.put(hash("a"), Entry::new(Some(Arc::clone(&key)), Instant::now()), turn);
        assert!(cache.get(&hash("a")).0.is_none());
        let (_, turn) = cache.get(&hash("a"));
        cache.put(hash("a"), Entry::new(Some(key), Instant::now()), turn);
        // Where news may have been missed it is asked for again, and kept for when nobody answers.
        cache.doubt();
        let entry = cache.get(&hash("a")).0.unwrap();
        assert!(entry.fresh_until <= Instant::now() && entry.key.is_some());
    }

    #[test]
    fn function_keys_have_one_form() {
        let text = FunctionKey::random().unwrap();
        assert_eq!(text.expose().len(), 48);
        assert!(FunctionKey::has_form(text.expose()));
        let key = FunctionKey::new(&text);
        assert!(key.is(text.expose()) && !key.is(&"0".repeat(48)) && !key.is(""));
        for (token, form) in [
            ("0".repeat(39), false),
            ("0".repeat(40), true),
            ("f".repeat(80), true),
            ("0".repeat(81), false),
            ("F".repeat(48), false),
            ("g".repeat(48), false),
        ] {
            assert_eq!(FunctionKey::has_form(&token), form, "{token}");
        }
    }

    #[test]
    fn hashes_are_sha_256_in_hex() {
        assert_eq!(hex(&hash("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
