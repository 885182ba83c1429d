//! What the command line remembers: servers, a key to each, and the app that is worked on. A file that only its owner can
//! read, in a folder that only its owner can enter.

use crate::cli::exit_code::CliError;
use crate::cli::output::Terminal;
use crate::cli::private_file;
use crate::config::{self, ApiKeyText, ConfigError, Variables, env_var};
use ramekin_model::AppId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::PathBuf;

/// The file, in its folder.
const FILE: &str = "servers.json";

/// An app of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedApp {
    /// Its id.
    pub id: AppId,
    /// Its name, for people; empty where it is not known.
    #[serde(default)]
    pub name: String,
}

/// A server.
#[derive(Default, PartialEq, Serialize, Deserialize)]
struct SavedServer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app: Option<SavedApp>,
}

/// All of it.
#[derive(Default, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// The server that is talked to when none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    current: Option<String>,
    #[serde(default)]
    servers: BTreeMap<String, SavedServer>,
}

impl Saved {
    /// The server that is talked to when none is named.
    pub fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// The key to a server.
    pub fn key(&self, server: &str) -> Option<ApiKeyText> {
        ApiKeyText::parse(self.servers.get(server)?.key.as_deref()?)
    }

    /// The app of a server that is worked on when none is named.
    pub fn app(&self, server: &str) -> Option<&SavedApp> {
        self.servers.get(server)?.app.as_ref()
    }

    /// Keeps a key, and talks to its server from now on.
    pub fn log_in(&mut self, server: &str, key: &ApiKeyText) {
        self.current = Some(server.to_owned());
        self.servers.entry(server.to_owned()).or_default().key = Some(key.expose().to_owned());
    }

    /// Forgets a server. Returns whether there was a key to it.
    pub fn log_out(&mut self, server: &str) -> bool {
        self.servers.remove(server).is_some_and(|server| server.key.is_some())
    }

    /// The app that is worked on when none is named.
    pub fn choose(&mut self, server: &str, app: Option<SavedApp>) {
        self.servers.entry(server.to_owned()).or_default().app = app;
    }
}

/// Where it is kept.
pub struct Place {
    folder: PathBuf,
    /// Whether the folder is the program's own, and not one that somebody has named.
    own: bool,
}

impl Place {
    /// The usual one, or the one that is named.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(variables: &Variables) -> Result<Self, ConfigError> {
        let own = variables.get(env_var::CONFIG_DIR)?.is_none();
        Ok(Self { folder: config::config_dir(variables)?, own })
    }

    /// The file.
    pub fn file(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// Reads it. What is not there is empty.
    ///
    /// # Errors
    /// Names the file that cannot be read.
    pub fn read(&self, terminal: &Terminal) -> Result<Saved, CliError> {
        let path = self.file();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Saved::default()),
            Err(source) => return Err(CliError::Folder { path: path.display().to_string(), source }),
        };
        if fs::metadata(&path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0) {
            terminal.warn(&format!("others can read the keys in `{0}`; run `chmod 600 {0}`", path.display()));
        }
        // An error of the parser could quote a key.
        serde_json::from_str(&text).map_err(|_| CliError::Saved(path))
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// Names the file that cannot be written.
    pub fn write(&self, saved: &Saved) -> Result<(), CliError> {
        let path = self.file();
        let failed = |source| CliError::NotSaved { path: path.clone(), source };
        let text = serde_json::to_vec_pretty(saved).map_err(|error| failed(error.into()))?;
        self.prepare().and_then(|()| private_file::replace(&path, &text)).map_err(failed)
    }

    fn prepare(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        if self.own {
            fs::set_permissions(&self.folder, Permissions::from_mode(0o700))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_saved_is_for_its_owner_only() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("ramekin");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        let place = Place { folder: folder.clone(), own: true };
        assert!(place.read(&Terminal::plain()).unwrap() == Saved::default());
        let key = ApiKeyText::random().unwrap();
        let mut saved = Saved::default();
        saved.log_in("http://a", &key);
        let app = SavedApp { id: "app_000000000000".parse().unwrap(), name: "shop".into() };
        saved.choose("http://a", Some(app.clone()));
        fs::write(place.file(), "{}").unwrap();
        place.write(&saved).unwrap();
        assert_eq!((mode(&folder), mode(&place.file())), (0o700, 0o600));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing else is left");
        let mut read = place.read(&Terminal::plain()).unwrap();
        assert_eq!((read.current(), read.key("http://a"), read.key("http://b")), (Some("http://a"), Some(key), None));
        assert_eq!((read.app("http://a"), read.app("http://b")), (Some(&app), None));
        assert!(read.log_out("http://a") && !read.log_out("http://a"));
        assert_eq!((read.key("http://a"), read.app("http://a")), (None, None));
    }

    #[test]
    fn a_folder_that_somebody_names_keeps_its_mode() {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
        let place = |folder: PathBuf| Place { folder, own: false };
        place(home.path().into()).write(&Saved::default()).unwrap();
        place(home.path().join("a/b")).write(&Saved::default()).unwrap();
        assert_eq!((mode(home.path()), mode(&home.path().join("a/b"))), (0o755, 0o700));
        assert_eq!(mode(&home.path().join(FILE)), 0o600);
    }

    #[test]
    fn a_damaged_file_is_named_and_not_quoted() {
        let home = tempfile::tempdir().unwrap();
        let place = Place { folder: home.path().into(), own: false };
        fs::write(place.file(), r#"{"servers": {"http://a": {"key": canary}}}"#).unwrap();
        let error = place.read(&Terminal::plain()).err().unwrap().to_string();
        assert!(error.contains(FILE) && !error.contains("canary"), "{error}");
    }
}
