//! `environment`: the function's variables. The server's own are never among them.

use crate::bindings::ramekin::function::environment;
use crate::state::CallState;
use ramekin_model::Secret;
use std::collections::BTreeMap;

/// Environment variables of one function. Never printed.
#[derive(Debug, Clone, Default)]
pub struct Environment(Secret<BTreeMap<String, String>>);

impl Environment {
    /// These variables.
    pub fn new(variables: BTreeMap<String, String>) -> Self {
        Self(Secret::new(variables))
    }

    /// The variables, to hand them on; never to print them.
    pub fn expose(&self) -> &BTreeMap<String, String> {
        self.0.expose()
    }
}

impl environment::Host for CallState {
    fn get(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        Ok(self.environment.expose().get(&name).cloned())
    }

    fn entries(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        Ok(self.environment.expose().clone().into_iter().collect())
    }
}
