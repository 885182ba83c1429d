//! What the search for the npm configuration sees of the machine, as a value, so that a test can show it another machine.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use sys_traits::BaseEnvVar;

/// Environment variables.
#[derive(Clone, Default)]
pub struct Environment {
    vars: HashMap<OsString, OsString>,
}

impl Environment {
    /// The real one.
    pub fn of_process() -> Self {
        Self::new(std::env::vars_os())
    }

    /// Of these variables.
    pub fn new(vars: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut vars: HashMap<_, _> = vars.into_iter().collect();
        // npm takes its settings in either case; scripts it runs get them in lower case.
        if let Some(registry) = vars.get(OsStr::new("npm_config_registry")) {
            vars.insert("NPM_CONFIG_REGISTRY".into(), registry.clone());
        }
        Self { vars }
    }

    /// A variable, when it is set and not empty.
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// All variables, for a program that reads the user's configuration.
    pub fn vars(&self) -> &HashMap<OsString, OsString> {
        &self.vars
    }

    /// The program of this name on the `PATH`.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        std::env::split_paths(self.var("PATH")?)
            .map(|dir| dir.join(name))
            .find(|path| path.is_absolute() && path.is_file())
    }
}

impl std::fmt::Debug for Environment {
    /// Variables hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").field("variables", &self.vars.len()).finish()
    }
}

impl BaseEnvVar for Environment {
    fn base_env_var_os(&self, key: &OsStr) -> Option<OsString> {
        self.vars.get(key).cloned()
    }
}
