//! The passwords of the logins of apps. They are derived from one secret of the platform, so every server has the same and
//! none is stored. PostgreSQL is told only what it needs to check them: no statement and no log of it holds a password.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac as _};
use ramekin_model::{AppId, DatabaseRole, Secret};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Rounds of the key derivation: what PostgreSQL itself uses.
const ROUNDS: u32 = 4096;

/// Derives passwords.
#[derive(Debug, Clone)]
pub(super) struct Logins(Secret<[u8; 32]>);

impl Logins {
    pub(super) fn new(secret: Secret<[u8; 32]>) -> Self {
        Self(secret)
    }

    /// The password of an app's login.
    pub(super) fn password(&self, app: &AppId, role: DatabaseRole) -> Secret<String> {
        Secret::new(hex(&self.derive("password", &role.login(app))))
    }

    /// What PostgreSQL checks that password with (RFC 5803). It holds nothing that needs quoting.
    pub(super) fn verifier(&self, app: &AppId, role: DatabaseRole) -> String {
        let login = role.login(app);
        let salt = self.derive("salt", &login);
        let salted = salted(self.password(app, role).expose().as_bytes(), &salt);
        let stored = Sha256::digest(mac(&salted, &[b"Client Key"]));
        let server = mac(&salted, &[b"Server Key"]);
        let [salt, stored, server] = [&salt[..], &stored[..], &server[..]].map(|bytes| BASE64.encode(bytes));
        format!("SCRAM-SHA-256${ROUNDS}:{salt}${stored}:{server}")
    }

    /// Tells servers with different secrets apart.
    pub(super) fn check(&self) -> String {
        hex(&self.derive("check", "")).chars().take(16).collect()
    }

    fn derive(&self, what: &str, login: &str) -> [u8; 32] {
        mac(self.0.expose(), &[what.as_bytes(), b"\0", login.as_bytes()])
    }
}

/// PBKDF2 with HMAC-SHA-256 for one block, as SCRAM-SHA-256 has it.
fn salted(password: &[u8], salt: &[u8]) -> [u8; 32] {
    let mut last = mac(password, &[salt, &1_u32.to_be_bytes()]);
    let mut all = last;
    for _ in 1..ROUNDS {
        last = mac(password, &[&last]);
        for (all, last) in all.iter_mut().zip(last) {
            *all ^= last;
        }
    }
    all
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC fills a key up to the block of its hash, and no key here is longer.
    debug_assert!(key.len() <= 64);
    let mut block = [0_u8; 64];
    block.iter_mut().zip(key).for_each(|(block, key)| *block = *key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_derivation_is_the_one_of_scram() {
        // RFC 7677 §3: user `user`, password `pencil`.
        let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let salted = salted(b"pencil", &salt);
        let message = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
                       r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
                       c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let server = mac(&mac(&salted, &[b"Server Key"]), &[message.as_bytes()]);
        assert_eq!(BASE64.encode(server), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    #[test]
    fn every_login_has_a_password_of_its_own() {
        let logins = Logins::new(Secret::new([7; 32]));
        let apps: [AppId; 2] = ["app_000000000000".parse().unwrap(), "app_000000000001".parse().unwrap()];
        let mut passwords = Vec::new();
        for app in &apps {
            for role in DatabaseRole::ALL {
                let password = logins.password(app, role).into_inner();
                assert_eq!(password.len(), 64);
                assert!(!logins.verifier(app, role).contains(&password));
                assert_eq!(logins.verifier(app, role), logins.verifier(app, role), "the same on every server");
                passwords.push(password);
            }
        }
        let other = Logins::new(Secret::new([8; 32]));
        passwords.push(other.password(&apps[0], DatabaseRole::User).into_inner());
        passwords.sort();
        passwords.dedup();
        assert_eq!(passwords.len(), 9);
        assert_ne!(logins.check(), other.check());
        assert!(!format!("{logins:?}").contains('7'));
    }
}
