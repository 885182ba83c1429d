//! The engine's own JavaScript modules, compiled, in one archive: for each its name and its bytecode, each after its length
//! in four bytes, low byte first.

use std::collections::BTreeMap;

/// Modules by name.
#[derive(Debug, Default)]
pub struct Modules(BTreeMap<String, Vec<u8>>);

/// It is no archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the archive of the engine's modules is damaged")]
pub struct MalformedArchive;

impl Modules {
    /// Reads an archive.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(mut archive: &[u8]) -> Result<Self, MalformedArchive> {
        let mut modules = BTreeMap::new();
        while !archive.is_empty() {
            let name = take(&mut archive)?;
            let name = String::from_utf8(name.to_vec()).map_err(|_| MalformedArchive)?;
            modules.insert(name, take(&mut archive)?.to_vec());
        }
        Ok(Self(modules))
    }

    /// Writes the archive: in the order of names, so that the same modules give the same bytes.
    pub fn write(&self) -> Vec<u8> {
        let mut archive = Vec::new();
        for (name, bytecode) in &self.0 {
            for part in [name.as_bytes(), bytecode] {
                archive.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
                archive.extend(part);
            }
        }
        archive
    }

    /// Bytecode of a module.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }
}

impl FromIterator<(String, Vec<u8>)> for Modules {
    fn from_iter<I: IntoIterator<Item = (String, Vec<u8>)>>(modules: I) -> Self {
        Self(modules.into_iter().collect())
    }
}

fn take<'a>(archive: &mut &'a [u8]) -> Result<&'a [u8], MalformedArchive> {
    let (length, rest) = archive.split_first_chunk().ok_or(MalformedArchive)?;
    let (part, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(MalformedArchive)?;
    *archive = rest;
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::{MalformedArchive, Modules};

    #[test]
    fn what_is_written_is_read() {
        let modules = [("b".to_owned(), vec![1, 2]), ("a".to_owned(), vec![])].into_iter().collect::<Modules>();
        let archive = modules.write();
        let read = Modules::read(&archive).unwrap();
        assert_eq!((read.get("a"), read.get("b"), read.get("c")), (Some(&[][..]), Some(&[1, 2][..]), None));
        for cut in 1..archive.len() {
            let whole = Modules::read(&archive[..cut]);
            assert!(
                whole.is_ok_and(|read| read.get("b").is_none()) || Modules::read(&archive[..cut]).is_err(),
                "{cut}"
            );
        }
        assert_eq!(Modules::read(&[1, 0, 0]).unwrap_err(), MalformedArchive);
    }
}
