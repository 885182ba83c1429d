//! Passwords of apps' users: Argon2id with the parameters that OWASP names first (19 MiB, two passes), as PHC strings. Each
//! takes its share of CPU time and memory, so few are worked on at once, and none on an async thread.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, Salt, SaltString};
use ramekin_model::Secret;
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// Passwords that may wait for their turn.
const WAITING: usize = 64;

/// See the module's documentation.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    nobody: Arc<OnceLock<String>>,
}

/// Why a password was not looked at.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting.
    #[error("too many passwords are being checked")]
    Busy,
    /// Hashing failed.
    #[error("a password could not be hashed: {0}")]
    Hash(argon2::password_hash::Error),
    /// No random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    Entropy(getrandom::Error),
    /// The work was not done.
    #[error("a password could not be hashed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl From<getrandom::Error> for PasswordError {
    fn from(error: getrandom::Error) -> Self {
        Self::Entropy(error)
    }
}

impl Passwords {
    /// Works on half of the cores at most.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::with((cores / 2).max(1), WAITING)
    }

    fn with(parallel: usize, waiting: usize) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(parallel)),
            queue: Arc::new(Semaphore::new(parallel + waiting)),
            nobody: Arc::default(),
        }
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// See [`PasswordError`].
    pub async fn hash(&self, password: Secret<String>) -> Result<String, PasswordError> {
        self.work(move || hash(&password)).await?
    }

    /// Whether a password is the one of this hash. Takes as long when there is no hash, and is false then.
    ///
    /// # Errors
    /// See [`PasswordError`].
    pub async fn verify(
        &self,
        hashed: Option<Secret<String>>,
        password: Secret<String>,
    ) -> Result<bool, PasswordError> {
        let nobody = Arc::clone(&self.nobody);
        let verify = move || {
            let somebody = hashed.is_some();
            let hashed = match &hashed {
                Some(hashed) => hashed.expose(),
                None => match nobody.get() {
                    Some(nobody) => nobody,
                    // Of a password that nobody has; made once.
                    None => {
                        let made = hash(&Secret::new(String::new()))?;
                        nobody.get_or_init(|| made)
                    }
                },
            };
            let parsed = PasswordHash::new(hashed).map_err(PasswordError::Hash)?;
            let same = Argon2::default().verify_password(password.expose().as_bytes(), &parsed).is_ok();
            // Nobody's has a password too, and must not be found out.
            Ok(same && somebody)
        };
        self.work(verify).await?
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let place = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        // Only closing a semaphore fails, and nobody closes it.
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
        // The turn ends with the work, not with whoever waits for it.
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((place, turn));
            done
        });
        Ok(worked.await?)
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

fn hash(password: &Secret<String>) -> Result<String, PasswordError> {
    let mut salt = [0_u8; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut salt)?;
    let salt = SaltString::encode_b64(&salt).map_err(PasswordError::Hash)?;
    let hashed = Argon2::default().hash_password(password.expose().as_bytes(), &salt);
    Ok(hashed.map_err(PasswordError::Hash)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.into())
    }

    #[tokio::test]
    async fn only_the_password_is_the_password() {
        let passwords = Passwords::new();
        let hashed = passwords.hash(secret("Sesame-1")).await.unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && !hashed.contains("Sesame"), "{hashed}");
        assert_ne!(passwords.hash(secret("Sesame-1")).await.unwrap(), hashed, "a salt of its own");
        for (password, same) in [("Sesame-1", true), ("sesame-1", false), ("", false), ("Sesame-1 ", false)] {
            let verified = passwords.verify(Some(secret(&hashed)), secret(password)).await.unwrap();
            assert_eq!(verified, same, "{password}");
        }
        assert!(!passwords.verify(None, secret("")).await.unwrap(), "not even with the one that stands for nobody");
        assert!(passwords.verify(Some(secret("damaged")), secret("x")).await.is_err());
    }

    #[tokio::test]
    async fn nobody_takes_as_long_as_somebody() {
        let passwords = Passwords::new();
        let hashed = passwords.hash(secret("Sesame-1")).await.unwrap();
        passwords.verify(None, secret("x")).await.unwrap();
        let mut fastest = [std::time::Duration::MAX; 2];
        for _ in 0..5 {
            for (fastest, hashed) in fastest.iter_mut().zip([Some(secret(&hashed)), None]) {
                let begun = Instant::now();
                assert!(!passwords.verify(hashed, secret("wrong")).await.unwrap());
                *fastest = (*fastest).min(begun.elapsed());
            }
        }
        let [somebody, nobody] = fastest.map(|time| time.as_secs_f64());
        println!("somebody {somebody:.4} s, nobody {nobody:.4} s");
        assert!(nobody > somebody / 2.0 && somebody > nobody / 2.0, "{somebody} {nobody}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn few_wait_and_no_more() {
        let passwords = Passwords::with(1, 1);
        let (release, released) = std::sync::mpsc::channel::<()>();
        let busy = tokio::spawn({
            let passwords = passwords.clone();
            async move { passwords.work(move || released.recv().is_ok()).await }
        });
        while passwords.turns.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let waiting = tokio::spawn({
            let passwords = passwords.clone();
            async move { passwords.work(|| ()).await }
        });
        while passwords.queue.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(passwords.hash(secret("x")).await, Err(PasswordError::Busy)), "one more than may wait");
        release.send(()).unwrap();
        assert!(busy.await.unwrap().unwrap());
        waiting.await.unwrap().unwrap();
        assert!(passwords.work(|| true).await.unwrap());
    }
}
