//! The account that PostgreSQL runs as: our own, or, because it refuses to run as root, an unprivileged one.

use super::error::{Doing, EmbeddedError};
use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Who the database's processes are and its files belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Account {
    /// The one this process runs as.
    Own,
    /// Another one; this process is root.
    Other { name: String, uid: u32, gid: u32 },
}

impl Account {
    /// Our own unless we are root; then the owner of an existing data directory, or `postgres`, or `nobody`.
    pub(super) fn choose(data: &Path) -> Result<Self, EmbeddedError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Own);
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        if let Ok(owner) = fs::metadata(data)
            && owner.uid() != 0
        {
            let name =
                accounts.lines().filter_map(parse).find(|(_, uid, _)| *uid == owner.uid()).map(|(name, ..)| name);
            let name = name.map_or_else(|| format!("uid {}", owner.uid()), str::to_owned);
            return Ok(Self::Other { name, uid: owner.uid(), gid: owner.gid() });
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|wanted| accounts.lines().filter_map(parse).find(|(name, uid, _)| *name == wanted && *uid != 0))
            .map(|(name, uid, gid)| Self::Other { name: name.to_owned(), uid, gid })
            .ok_or(EmbeddedError::NoAccount)
    }

    /// Makes a command run as this account, without the environment and the working directory of this process.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").current_dir("/");
        if let Self::Other { uid, gid, .. } = self {
            command.uid(*uid).gid(*gid);
        }
        command
    }

    /// Gives it a file or directory; a link is given itself, never what it points to.
    pub(super) fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        match self {
            Self::Own => Ok(()),
            Self::Other { uid, gid, .. } => lchown(path, Some(*uid), Some(*gid)).doing("change the owner of", path),
        }
    }

    /// Checks that it may enter every directory above this one.
    pub(super) fn check_reach(&self, dir: &Path) -> Result<(), EmbeddedError> {
        let Self::Other { name, uid, gid } = self else {
            return Ok(());
        };
        for above in dir.ancestors().skip(1) {
            let meta = fs::metadata(above).doing("inspect", above)?;
            let enter = match (meta.uid() == *uid, meta.gid() == *gid) {
                (true, _) => 0o100,
                (false, true) => 0o010,
                (false, false) => 0o001,
            };
            if meta.mode() & enter == 0 {
                return Err(EmbeddedError::Unreachable {
                    dir: dir.to_owned(),
                    blocked: above.to_owned(),
                    account: name.clone(),
                });
            }
        }
        Ok(())
    }
}

/// Name, uid and gid of a line of `/etc/passwd`. Some systems write the ids of `nobody` as negative numbers.
fn parse(line: &str) -> Option<(&str, u32, u32)> {
    let mut fields = line.split(':');
    let (name, _password, uid, gid) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let id = |text: &str| text.parse::<u32>().ok().or_else(|| text.parse::<i32>().ok().map(i32::cast_unsigned));
    Some((name, id(uid)?, id(gid)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn reads_passwd_lines() {
        assert_eq!(
            parse("postgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash"),
            Some(("postgres", 101, 104))
        );
        assert_eq!(parse("nobody:*:-2:-2::/:/usr/bin/false"), Some(("nobody", u32::MAX - 1, u32::MAX - 1)));
        assert_eq!(parse("# comment"), None);
        assert_eq!(parse("broken:x:abc:1"), None);
    }

    #[test]
    fn names_the_directory_that_cannot_be_entered() {
        let base = tempfile::tempdir().unwrap();
        let closed = base.path().join("closed");
        let dir = closed.join("below");
        fs::create_dir_all(&dir).unwrap();
        for (path, mode) in [(base.path(), 0o755), (&closed, 0o700)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let meta = fs::metadata(&closed).unwrap();
        let nobody = Account::Other { name: "nobody".into(), uid: meta.uid() + 1, gid: meta.gid() + 1 };
        nobody.check_reach(&closed).unwrap();
        let error = nobody.check_reach(&dir).unwrap_err();
        assert!(matches!(&error, EmbeddedError::Unreachable { blocked, .. } if *blocked == closed), "{error}");
        assert!(error.to_string().contains("`nobody`"), "{error}");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o711)).unwrap();
        nobody.check_reach(&dir).unwrap();
        Account::Own.check_reach(&dir).unwrap();
    }
}
