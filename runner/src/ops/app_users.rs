//! Users of apps: signing up, in and out (Butterbase §1.4). What a caller learns of an address that has no user is what it
//! learns of a wrong password, and takes as long.

use crate::passwords::{PasswordError, Passwords};
use crate::rate_limits::{Asker, RateLimit, TooOften};
use crate::registry::{AppEntry, Registry};
use crate::tokens::{self, TokenError};
use crate::vault::{CannotOpen, Vault, VaultError};
use ramekin_model::{AppId, AppUser, Secret, SigningKey, limits};
use ramekin_store::{NewAppUser, Rotation, Store, StoreError};
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// Signs users up, in and out.
#[derive(Clone)]
pub struct AppUsers {
    store: Store,
    registry: Arc<Registry>,
    vault: Vault,
    passwords: Passwords,
    limits: Arc<Limits>,
    /// One key is made at a time: it takes a core for a while.
    making: Arc<Mutex<()>>,
    tasks: TaskTracker,
}

struct Limits {
    signups: RateLimit<Asker>,
    logins: RateLimit<Asker>,
    refreshes: RateLimit<Asker>,
    /// Log-ins as one user, from wherever: by app, and by the hash of the address.
    accounts: RateLimit<(AppId, [u8; 32])>,
}

impl Limits {
    fn new() -> Self {
        Self {
            signups: RateLimit::a_quarter(limits::SIGNUPS),
            logins: RateLimit::a_quarter(limits::LOGINS),
            refreshes: RateLimit::a_quarter(limits::REFRESHES),
            accounts: RateLimit::a_quarter(limits::ACCOUNT_LOGINS),
        }
    }

    /// Counts a log-in as a user, who need not exist.
    fn account(&self, app: &AppId, email: &str) -> Result<(), TooOften> {
        let hash = Sha256::digest(email.as_bytes()).into();
        self.accounts.count((app.clone(), hash)).map(|_| ())
    }
}

/// Who wants to sign up. Holds a password, so it cannot be printed.
pub struct SignUp {
    /// Address, in lower case.
    pub email: String,
    /// Password.
    pub password: Secret<String>,
    /// How they want to be called.
    pub display_name: Option<String>,
}

/// Who signs in.
pub struct LogIn {
    /// Address, in lower case.
    pub email: String,
    /// Password.
    pub password: Secret<String>,
}

/// What a user is given.
pub struct Session {
    /// JWT.
    pub access_token: Secret<String>,
    /// Opaque, good for one use.
    pub refresh_token: Secret<String>,
    /// The user.
    pub user: AppUser,
}

/// Why a user was not signed up or in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no such app.
    #[error("App not found")]
    NoApp,
    /// Too many requests of this kind from this address.
    #[error("too many attempts; try again later")]
    TooOften(TooOften),
    /// The address has a user already.
    #[error("a user with this e-mail address exists already")]
    Exists,
    /// Address or password.
    #[error("invalid e-mail address or password")]
    Credentials,
    /// No such token, or not any more.
    #[error("the token is not valid")]
    Token,
    /// Password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Key or token.
    #[error(transparent)]
    Sign(#[from] TokenError),
    /// Encrypting a key.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Decrypting a key.
    #[error("the signing key of the app cannot be decrypted: {0}")]
    Key(#[from] CannotOpen),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was not done.
    #[error("{0}")]
    Task(#[from] tokio::task::JoinError),
}

impl From<TooOften> for SignInError {
    fn from(error: TooOften) -> Self {
        Self::TooOften(error)
    }
}

impl AppUsers {
    /// Users in this store. Work that must not stop half-way is run in `tasks`.
    pub fn new(store: Store, registry: Arc<Registry>, vault: Vault, tasks: TaskTracker) -> Self {
        Self {
            store,
            registry,
            vault,
            passwords: Passwords::new(),
            limits: Arc::new(Limits::new()),
            making: Arc::default(),
            tasks,
        }
    }

    /// An app by the text of its id.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn app(&self, id: &str) -> Result<Arc<AppEntry>, SignInError> {
        let id: AppId = id.parse().map_err(|_| SignInError::NoApp)?;
        self.registry.look_up(&id).await?.ok_or(SignInError::NoApp)
    }

    /// Counts a sign-up from an address, before anything is read of it.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn count_sign_up(&self, app: &AppEntry, address: IpAddr) -> Result<(), SignInError> {
        self.limits.signups.count(Asker::new(&app.app.id, address))?;
        Ok(())
    }

    /// Counts a log-in from an address.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn count_log_in(&self, app: &AppEntry, address: IpAddr) -> Result<(), SignInError> {
        self.limits.logins.count(Asker::new(&app.app.id, address))?;
        Ok(())
    }

    /// Counts a refresh from an address.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn count_refresh(&self, app: &AppEntry, address: IpAddr) -> Result<(), SignInError> {
        self.limits.refreshes.count(Asker::new(&app.app.id, address))?;
        Ok(())
    }

    /// Signs a user up.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn sign_up(&self, app: &AppEntry, form: SignUp) -> Result<AppUser, SignInError> {
        let hash = self.passwords.hash(form.password).await?;
        let new = NewAppUser { email: &form.email, password_hash: &hash, display_name: form.display_name.as_deref() };
        let user = self.store.app_users().create(&app.app.id, &new).await?.ok_or(SignInError::Exists)?;
        tracing::info!(app.id = %app.app.id, user.id = %user.id, "a user of {} signed up", app.app.id);
        Ok(user)
    }

    /// Signs a user in.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn log_in(&self, app: &AppEntry, form: LogIn) -> Result<Session, SignInError> {
        self.limits.account(&app.app.id, &form.email)?;
        let user = self.store.app_users().by_email(&app.app.id, &form.email).await?;
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let same = self.passwords.verify(hash, form.password).await?;
        let user = user.filter(|_| same).ok_or(SignInError::Credentials)?;
        let refresh_token = tokens::refresh_token()?;
        let access_token = self.access_token(&app.app.id, &user).await?;
        self.store.app_users().sign_in(user.id, &hash_hex(&refresh_token)).await?;
        Ok(Session { access_token, refresh_token, user })
    }

    /// Gives new tokens for a refresh token, which is used up. One that was used up before ends all that came of its
    /// log-in: somebody has a copy.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn refresh(&self, app: &AppEntry, used: &Secret<String>) -> Result<Session, SignInError> {
        let next = tokens::refresh_token()?;
        let id = &app.app.id;
        let user = match self.store.app_users().rotate(id, &hash_hex(used), &hash_hex(&next)).await? {
            Rotation::Next(user) => *user,
            Rotation::Unknown => return Err(SignInError::Token),
            Rotation::Reused(user) => {
                tracing::warn!(
                    app.id = %id, user.id = %user,
                    "a refresh token of a user of {id} was used twice: its log-in is ended"
                );
                return Err(SignInError::Token);
            }
        };
        let access_token = self.access_token(id, &user).await?;
        Ok(Session { access_token, refresh_token: next, user })
    }

    /// The user of an access token.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn me(&self, app: &AppEntry, token: &str) -> Result<AppUser, SignInError> {
        let id = user_of(app, token)?;
        self.store.app_users().get(&app.app.id, id).await?.ok_or(SignInError::Token)
    }

    /// Makes all refresh tokens useless of the user of this access token.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn log_out(&self, app: &AppEntry, token: &str) -> Result<(), SignInError> {
        let id = user_of(app, token)?;
        Ok(self.store.app_users().sign_out(id).await?)
    }

    async fn access_token(&self, app: &AppId, user: &AppUser) -> Result<Secret<String>, SignInError> {
        let key = self.signing_key(app).await?;
        let private = self.vault.open(&key.encrypted_private)?;
        let (app, user) = (app.clone(), user.clone());
        // Signing takes a millisecond of CPU time.
        let sign = move || tokens::access_token(&app, &user, &key.public.kid, &private);
        Ok(Secret::new(tokio::task::spawn_blocking(sign).await??))
    }

    /// The key of an app, which is made for its first user.
    async fn signing_key(&self, app: &AppId) -> Result<SigningKey, SignInError> {
        if let Some(key) = self.store.settings().signing_key(app).await? {
            return Ok(key);
        }
        let (this, app) = (self.clone(), app.clone());
        // In a task of its own: what is stored must be known here, whoever stops waiting.
        self.tasks.spawn(async move { this.make_key(&app).await }).await?
    }

    async fn make_key(&self, app: &AppId) -> Result<SigningKey, SignInError> {
        let _turn = self.making.lock().await;
        let stored = async || self.store.settings().signing_key(app).await;
        // Another log-in may have had it made while this one waited.
        if let Some(key) = stored().await? {
            return Ok(key);
        }
        let new = tokio::task::spawn_blocking(tokens::generate).await??;
        let encrypted_private = self.vault.seal(new.private.expose())?;
        let made = SigningKey { public: new.public, encrypted_private };
        self.store.settings().add_signing_key(app, &made).await?;
        self.registry.refresh_app(app).await?;
        tracing::info!(app.id = %app, key.id = %made.public.kid, "made the signing key of {app}");
        // Another server may have been faster; then its key is the one.
        Ok(stored().await?.ok_or(StoreError::Missing("app of the key"))?)
    }
}

fn user_of(app: &AppEntry, token: &str) -> Result<Uuid, SignInError> {
    let user = app.callers.tokens.as_ref().and_then(|tokens| tokens.verify(token));
    user.and_then(|user| user.parse().ok()).ok_or(SignInError::Token)
}

fn hash_hex(token: &Secret<String>) -> String {
    Sha256::digest(token.expose().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_tried_so_often_from_wherever() {
        let limits = Limits::new();
        let [app, other]: [AppId; 2] = ["app_00000000000a", "app_00000000000b"].map(|id| id.parse().unwrap());
        for _ in 0..limits::ACCOUNT_LOGINS {
            limits.account(&app, "a@example.org").unwrap();
        }
        assert!(limits.account(&app, "a@example.org").is_err(), "one more");
        assert!(limits.account(&app, "b@example.org").is_ok() && limits.account(&other, "a@example.org").is_ok());
    }
}
