//! `ramekin keys`: API keys, which [`remote`] does over the API, and the keys that encrypt what is stored, which are dealt
//! with where the data is.

use super::exit_code::CliError;
use super::folder;
use super::output::Terminal;
use super::remote;
use crate::config::{self, Config, Variables, env_var};
use crate::ops::rotation::{Rotation, rotate};
use crate::platform::{Database, Opened, PlatformError, open_database};
use crate::telemetry::{self, LogFormat};
use crate::vault::{KeyFile, Vault, VaultError};
use clap::{Args, Subcommand};
use ramekin_model::Secret;
use std::path::{Path, PathBuf};

/// Make and end API keys; encrypt what is stored anew.
#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(remote::keys::List),
    Create(remote::keys::Create),
    Revoke(remote::keys::Revoke),
    Rotate(Rotate),
}

/// On the server's machine: encrypt everything that is stored encrypted anew, under a new key.
///
/// That is: environment variables of functions and apps, signing keys, function keys, secrets of webhooks. It can be
/// interrupted at any point and run again.
///
/// With the key file (`secret.key` in the data directory) no server may run on the database meanwhile. A new key is made and
/// put above the old one in the file; when nothing needs the old one any more, it is removed.
///
/// With RAMEKIN_ENCRYPTION_KEY servers may go on running, in this order: (1) start every server anew with
/// RAMEKIN_ENCRYPTION_KEY set to a new key (`openssl rand -hex 32`) and RAMEKIN_OLD_ENCRYPTION_KEYS to the old one; (2) run
/// this with the same two variables; (3) start the servers without RAMEKIN_OLD_ENCRYPTION_KEYS. Several old keys are
/// separated by commas.
///
/// Backups of the database from before need the old key.
#[derive(Debug, Args)]
struct Rotate {
    /// Folder of the embedded database and the key file [default: as of `ramekin serve`].
    #[arg(long, env = env_var::DATA_DIR)]
    data_dir: Option<PathBuf>,
    /// PostgreSQL that the servers use. Without it the embedded one in the data directory.
    #[arg(long, env = env_var::DATABASE_URL, hide_env_values = true, value_parser = super::serve::secret)]
    database_url: Option<Secret<String>>,
}

/// Does it.
///
/// # Errors
/// When it was not done, or not all of it.
pub async fn run(keys: Keys, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    match keys.verb {
        Verb::List(verb) => remote::keys::list(verb, variables, terminal).await,
        Verb::Create(verb) => remote::keys::create(verb, variables, terminal).await,
        Verb::Revoke(verb) => remote::keys::revoke(verb, variables, terminal).await,
        Verb::Rotate(verb) => rotate_keys(verb, variables, terminal).await,
    }
}

async fn rotate_keys(options: Rotate, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    telemetry::start(LogFormat::Text, "warn,sqlx=error", terminal.color());
    let config = Config::read(variables)?;
    let data_dir = folder(options.data_dir, || config::default_data_dir(variables))?;
    let database = match options.database_url.filter(|url| !url.expose().is_empty()) {
        Some(url) => Database::Url(url),
        None => {
            let state_dir = data_dir.join("postgres");
            // A new one would have nothing to encrypt, and is a mistyped folder.
            if !state_dir.exists() {
                return Err(CliError::NoData(data_dir));
            }
            let cache_dir = config::default_cache_dir(variables).unwrap_or_else(|_| data_dir.join("downloads"));
            Database::Embedded { state_dir, cache_dir }
        }
    };
    let opened = open_database(database).await?;
    let done = rotate_in(&opened, &config, &data_dir.join("secret.key")).await;
    opened.close().await;
    terminal.say(&done?);
    Ok(())
}

async fn rotate_in(opened: &Opened, config: &Config, key_file: &Path) -> Result<String, CliError> {
    let store = opened.store();
    store.migrate().await.map_err(PlatformError::from)?;
    if let Some(key) = &config.encryption_key {
        let vault = Vault::new(key, &config.old_encryption_keys);
        let rotation = complete(rotate(store, &vault).await?)?;
        return Ok(format!(
            "{}\nEvery value is encrypted with {} now. Start the servers without {}.",
            said(&rotation),
            env_var::ENCRYPTION_KEY,
            env_var::OLD_ENCRYPTION_KEYS
        ));
    }
    let alone = store.sealed().alone().await.map_err(PlatformError::from)?.ok_or(CliError::ServerRuns)?;
    let rotated = rotate_file(store, config, key_file).await;
    alone.end().await;
    rotated
}

async fn rotate_file(store: &ramekin_store::Store, config: &Config, path: &Path) -> Result<String, CliError> {
    // Making a key file here would hide that the one with the key is somewhere else.
    if !path.exists() {
        return Err(CliError::NoKeyFile(path.to_path_buf()));
    }
    let failed = |error: VaultError| CliError::from(PlatformError::from(error));
    let file = KeyFile::open(path).map_err(failed)?;
    // Two keys mean that it was interrupted: the first is the new one already.
    let file = if file.older().is_empty() { file.renew().map_err(failed)? } else { file };
    let vault = Vault::new(file.key(), &[file.older(), &config.old_encryption_keys].concat());
    let rotation = complete(rotate(store, &vault).await?)?;
    file.forget_older().map_err(failed)?;
    Ok(format!(
        "{}\n`{}` holds the new key, and the old one no more. Keep a copy of the file; every server on this database needs \
         it. Backups of the database from before need the old key.",
        said(&rotation),
        path.display()
    ))
}

/// What cannot be decrypted is in no state to give up a key.
fn complete(rotation: Rotation) -> Result<Rotation, CliError> {
    if rotation.unreadable.is_empty() {
        return Ok(rotation);
    }
    let rows = rotation.unreadable.iter().map(|(what, row)| format!("  {what}: {row}")).collect::<Vec<_>>();
    Err(CliError::Unreadable { renewed: rotation.count(), rows: rows.join("\n") })
}

fn said(rotation: &Rotation) -> String {
    if rotation.count() == 0 {
        return "Nothing had to be encrypted anew.".into();
    }
    let kinds: Vec<String> = rotation.renewed.iter().map(|(what, count)| format!("{count} {what}")).collect();
    format!("Encrypted anew: {}.", kinds.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_done() {
        let mut rotation = Rotation::default();
        assert_eq!(said(&rotation), "Nothing had to be encrypted anew.");
        rotation.renewed.insert("variables of functions", 2);
        rotation.renewed.insert("signing keys", 1);
        assert_eq!(said(&rotation), "Encrypted anew: 1 signing keys, 2 variables of functions.");
        assert_eq!(complete(rotation).unwrap().count(), 3);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let rotation = Rotation { unreadable: vec![("signing keys", "app_x".into())], ..Rotation::default() };
        let text = complete(rotation).unwrap_err().to_string();
        assert!(text.contains("signing keys: app_x") && text.contains("RAMEKIN_OLD_ENCRYPTION_KEYS"), "{text}");
    }
}
