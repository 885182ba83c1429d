//! What an app and a function of the registry say of themselves.

use super::{AppEntry, FunctionEntry};
use crate::images::{ImageCell, file_name};
use chrono::{DateTime, TimeDelta, Utc};
use ramekin_model::FunctionName;
use std::sync::Arc;

impl AppEntry {
    /// Whether its variables could be decrypted.
    pub fn env_readable(&self) -> bool {
        self.variables.is_ok()
    }

    /// How many functions it has.
    pub fn functions_count(&self) -> usize {
        self.functions.len()
    }

    /// The names of its functions, in order.
    pub fn function_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.functions.keys().map(FunctionName::as_str).collect();
        names.sort_unstable();
        names
    }

    /// One of its functions.
    pub fn function(&self, name: &str) -> Option<&Arc<FunctionEntry>> {
        self.functions.get(name)
    }
}

impl FunctionEntry {
    /// The image, when it serves a later entry too: it is of the same version, and of the same environment as far as it may
    /// hold that. One that is not finished may hold all of it.
    pub(super) fn image_for(&self, later: &Self) -> Option<Arc<ImageCell>> {
        let version = self.function.id == later.function.id && self.function.deployed_at == later.function.deployed_at;
        let same = self.image.ready().map_or_else(
            || self.environment.expose() == later.environment.expose(),
            |image| image.serves(&self.environment, &later.environment),
        );
        (version && same).then(|| Arc::clone(&self.image))
    }

    /// This entry makes way for another, or for none: its image goes, unless the other one has it too. Says whether it
    /// goes.
    pub(super) fn retire(&self, later: Option<&Self>) -> bool {
        let goes = !later.is_some_and(|later| Arc::ptr_eq(&self.image, &later.image));
        if goes {
            self.image.discard();
        }
        goes
    }

    /// Later than its version, and earlier than any that follows.
    pub(super) fn after(&self) -> DateTime<Utc> {
        self.function.deployed_at + TimeDelta::microseconds(1)
    }

    pub(super) fn source_name(&self) -> String {
        file_name(&self.function.name)
    }
}
