//! The PostgreSQL of a cluster that was stopped, run by a test with settings of its own.

use super::account::Account;
use super::environment::Environment;
use super::{EmbeddedOptions, binaries};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};

/// Starts it; the caller ends it. It has these files, name and content, in its data directory, readable by nobody else.
pub(crate) fn start(options: &EmbeddedOptions, files: &[(&str, &str)], settings: &[String]) -> Child {
    let data: PathBuf = options.state_dir.join("data");
    let account = Account::choose(&data).unwrap();
    let binaries = binaries::locate(options, &Environment::of_process(), &account, None).unwrap();
    for (name, content) in files {
        let path = data.join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        account.give(&path).unwrap();
    }
    let mut server = account.command(&binaries.dir.join("postgres"));
    server.arg("-D").arg(&data);
    for setting in settings {
        server.arg("-c").arg(setting);
    }
    server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
