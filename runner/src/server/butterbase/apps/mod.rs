//! `/init` and `/apps`: what clients need of apps (Butterbase appendix A).

pub mod init;
pub mod list;
pub mod status;
