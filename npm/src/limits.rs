//! How much of a registry is taken for one function.

use std::time::Duration;

/// Caps on what is downloaded and unpacked.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Packages that one function may need.
    pub packages: usize,
    /// What the registry says of one package, in bytes.
    pub metadata: u64,
    /// One package as it is sent, in bytes.
    pub packed: u64,
    /// One package when it is unpacked, in bytes.
    pub unpacked: u64,
    /// Files of one package.
    pub files: usize,
    /// One answer of the registry.
    pub request: Duration,
    /// Everything that one function needs.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            packages: 500,
            metadata: 64 * 1024 * 1024,
            packed: 32 * 1024 * 1024,
            unpacked: 160 * 1024 * 1024,
            files: 20_000,
            request: Duration::from_secs(20),
            total: Duration::from_secs(90),
        }
    }
}
