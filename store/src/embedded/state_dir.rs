//! The directory an embedded database lives in: private, locked to one server at a time, with its passwords.
//!
//! It belongs to the database's account, so nothing here follows a link that this account might have left in it.

use super::account::Account;
use super::error::{Doing, EmbeddedError};
use rustix::fs::OFlags;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A locked state directory. The lock ends with it.
#[derive(Debug)]
pub(super) struct StateDir {
    path: PathBuf,
    pub(super) account: Account,
    socket: SocketDir,
    _lock: File,
}

/// Where the socket is.
#[derive(Debug)]
enum SocketDir {
    Inside(PathBuf),
    /// The path of the state directory is too long for a socket's address.
    Short(TempDir),
}

/// Longest address of a socket on the systems we run on, with its final NUL (macOS; Linux has 108).
const SOCKET_ADDRESS: usize = 104;
/// What PostgreSQL calls its socket.
const SOCKET_NAME: &str = ".s.PGSQL.5432";
/// Also the mark by which a state directory is known.
const LOCK: &str = "lock";
/// A larger log is put aside at the next start.
const MAX_LOG: u64 = 10 * 1024 * 1024;

impl StateDir {
    /// Creates the directory if need be, locks it, and makes it the account's.
    pub(super) fn open(path: &Path) -> Result<Self, EmbeddedError> {
        let absolute = std::path::absolute(path).doing("find", path)?;
        if let Some(parent) = absolute.parent() {
            fs::create_dir_all(parent).doing("create", parent)?;
        }
        match DirBuilder::new().mode(0o700).create(&absolute) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => created.doing("create", &absolute)?,
        }
        // PostgreSQL runs in `/`, and the check of what its account may enter must see the real directories.
        let path = absolute.canonicalize().doing("find", &absolute)?;
        let account = Account::choose(&path.join("data"))?;
        let owner = fs::metadata(&path).doing("inspect", &path)?.uid();
        if account == Account::Own && owner != rustix::process::geteuid().as_raw() {
            return Err(EmbeddedError::OtherOwner { dir: path, owner });
        }
        let mut entries = path.read_dir().doing("read", &path)?;
        if entries.next().is_some() && !path.join(LOCK).exists() {
            return Err(EmbeddedError::Foreign(path));
        }
        account.check_reach(&path)?;
        let lock = lock(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o700)).doing("set the mode of", &path)?;
        account.give(&path)?;
        account.give(&path.join(LOCK))?;
        let socket = SocketDir::choose(&path, &account)?;
        Ok(Self { path, account, socket, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The cluster.
    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// The major version that made the cluster; `None` when there is no cluster.
    pub(super) fn major(&self) -> Option<u32> {
        fs::read_to_string(self.data().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// The log of the server processes.
    pub(super) fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }

    /// Opens the log for writing at its end.
    pub(super) fn open_log(&self) -> Result<File, EmbeddedError> {
        let path = self.log();
        if fs::symlink_metadata(&path).is_ok_and(|meta| meta.len() > MAX_LOG) {
            fs::rename(&path, self.path.join("server.log.1")).doing("put aside", &path)?;
        }
        let file = private().append(true).read(true).open(&path).doing("open", &path)?;
        self.account.give(&path)?;
        Ok(file)
    }

    /// The directory of the socket.
    pub(super) fn socket_dir(&self) -> &Path {
        match &self.socket {
            SocketDir::Inside(path) => path,
            SocketDir::Short(dir) => dir.path(),
        }
    }

    /// The file of a role's password, and the password: 32 random bytes in hex, made at first use.
    pub(super) fn password(&self, role: &str) -> Result<(PathBuf, String), EmbeddedError> {
        let path = self.path.join(format!("{role}.password"));
        match OpenOptions::new().read(true).custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(&path) {
            Ok(mut file) => {
                let mut password = String::new();
                file.read_to_string(&mut password).doing("read", &path)?;
                return Ok((path, password));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).doing("open", &path),
        }
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(crate::StoreError::from)?;
        let password: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        // Complete or not there: a half-written password would lock us out of our own database.
        let mut file = tempfile::NamedTempFile::new_in(&self.path).doing("create a file in", &self.path)?;
        file.write_all(password.as_bytes()).doing("write", file.path())?;
        file.as_file().sync_all().doing("write", file.path())?;
        self.account.give(file.path())?;
        file.persist(&path).map_err(|error| error.error).doing("create", &path)?;
        Ok((path, password))
    }
}

impl SocketDir {
    fn choose(state: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        let inside = state.join("socket");
        // The setting is a list, in which these characters have a meaning.
        let plain = !state.as_os_str().as_bytes().iter().any(|byte| matches!(byte, b',' | b'"' | b'\\' | b'\n'));
        if plain && fits(&inside) && state.to_str().is_some() {
            match DirBuilder::new().mode(0o700).create(&inside) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                created => created.doing("create", &inside)?,
            }
            account.give(&inside)?;
            return Ok(Self::Inside(inside));
        }
        // As root, a temporary directory of our own need not be one that the account can enter.
        let own = (*account == Account::Own).then(std::env::temp_dir);
        let base = own.filter(|base| fits(&base.join("ramekin-aB3dE5"))).unwrap_or_else(|| "/tmp".into());
        let short =
            tempfile::Builder::new().prefix("ramekin-").permissions(Permissions::from_mode(0o700)).tempdir_in(&base);
        let short = short.doing("create a directory in", &base)?;
        account.check_reach(short.path())?;
        account.give(short.path())?;
        Ok(Self::Short(short))
    }
}

fn fits(dir: &Path) -> bool {
    dir.join(SOCKET_NAME).as_os_str().len() < SOCKET_ADDRESS
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

/// Takes the lock of a state directory, and leaves our process id in it for whoever comes second.
fn lock(dir: &Path) -> Result<File, EmbeddedError> {
    let path = dir.join(LOCK);
    let mut file = private().read(true).write(true).truncate(false).open(&path).doing("open", &path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let read = file.read_to_string(&mut pid);
            let holder = if read.is_ok() && !pid.is_empty() { format!(" (process {pid})") } else { String::new() };
            return Err(EmbeddedError::InUse { dir: dir.to_owned(), holder });
        }
        Err(TryLockError::Error(error)) => return Err(error).doing("lock", &path),
    }
    file.set_len(0).doing("write", &path)?;
    file.rewind().doing("write", &path)?;
    write!(file, "{}", std::process::id()).doing("write", &path)?;
    Ok(file)
}
