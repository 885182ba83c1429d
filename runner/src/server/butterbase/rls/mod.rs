//! `/v1/{app}/rls`: row-level security of an app's tables (Butterbase §8.5).

pub mod delete;
pub mod enable;
pub mod isolate;
pub mod list;
pub mod policies;
