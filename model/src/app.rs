//! Apps and the keys that open them.

use crate::{AppId, Secret};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An app: the owner of functions, and the boundary no function can look over.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Unique per owner.
    pub name: String,
    /// Platform user who created it.
    pub owner_id: Uuid,
    /// Its name in the domain of the server; `None` when it has none there.
    pub subdomain: Option<String>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
}

/// What belongs to an app besides its name: what its callers are known by, and its variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSettings {
    /// Told to every function; opens nothing.
    pub anon_key: String,
    /// Its name in the domain of the server; `None` when it has none there.
    pub subdomain: Option<String>,
    /// By which the platform calls its functions, encrypted; `None` until a server has made it.
    pub encrypted_function_key: Option<String>,
    /// Variables of all its functions as one encrypted JSON object; `None` when there are none.
    pub encrypted_env: Option<String>,
    /// The key that signs the tokens of its users; `None` until the first of them signs in.
    pub signing_key: Option<PublicKey>,
    /// Origins whose pages may read what the app answers (Butterbase §4.6).
    pub allowed_origins: Vec<String>,
    /// Since when it is paused, and why; `None` while it is not.
    pub pause: Option<Pause>,
    /// When its configuration was last changed: origins, pause.
    pub updated_at: Option<DateTime<Utc>>,
}

/// An app does not serve its callers (Butterbase §2.2, `APP_PAUSED`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub since: DateTime<Utc>,
    /// What its owner says of it.
    pub reason: Option<String>,
}

/// The public half of an app's RSA key, as in a JWK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id.
    pub kid: String,
    /// `n`: base64url.
    pub modulus: String,
    /// `e`: base64url.
    pub exponent: String,
}

/// An app's key with its private half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// The public half.
    pub public: PublicKey,
    /// The private half: PKCS#8 in PEM, encrypted.
    pub encrypted_private: String,
}

/// A user of an app.
#[derive(Debug, Clone, PartialEq)]
pub struct AppUser {
    /// The `sub` of their tokens.
    pub id: Uuid,
    /// In lower case.
    pub email: String,
    /// Argon2id.
    pub password_hash: Secret<String>,
    /// How they signed up.
    pub provider: String,
    /// Whether the address was proven to be theirs.
    pub email_verified: bool,
    /// How they want to be called.
    pub display_name: Option<String>,
    /// Their picture.
    pub avatar_url: Option<String>,
    /// When they signed up.
    pub created_at: DateTime<Utc>,
    /// When they last signed in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

/// What an API key opens (Butterbase §1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyScope {
    /// Every app of its owner.
    Account,
    /// One app.
    App(AppId),
}

/// A valid API key, as found by its hash. The key itself is never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Row id.
    pub id: Uuid,
    /// Whose key it is.
    pub user_id: Uuid,
    /// What it opens.
    pub scope: KeyScope,
}

/// An API key as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// Row id.
    pub id: Uuid,
    /// First characters of the key.
    pub prefix: String,
    /// What its owner calls it.
    pub name: String,
    /// What it opens.
    pub scope: KeyScope,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// From when it is not valid.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
