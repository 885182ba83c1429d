//! What tests say often, without the terms that they are not about.

use super::{Deleted, DeployTerms, Functions, NotDeployed};
use crate::StoreError;
use ramekin_model::{AppId, Function, FunctionStats, NewFunction, Precondition, Receipt, TriggerState};

/// What a deploy of this function answers.
pub(crate) fn receipt(function: &Function) -> Receipt {
    let state = |trigger: &ramekin_model::Trigger| TriggerState { kind: trigger.kind, enabled: trigger.enabled };
    Receipt {
        id: function.id,
        name: function.name.clone(),
        triggers: function.triggers.iter().map(state).collect(),
        deployed_at: function.deployed_at,
        updated_at: function.updated_at,
        per_request: None,
        console: Vec::new(),
        agent_tool: function.agent_tool.enabled,
    }
}

impl Functions<'_> {
    pub(crate) async fn deploy(&self, app: &AppId, new: &NewFunction) -> Result<Function, StoreError> {
        match self.deploy_on(app, new, &DeployTerms::default(), receipt).await {
            Ok(deployed) => Ok(deployed.function),
            Err(NotDeployed::Store(error)) => Err(error),
            Err(other) => panic!("{other}"),
        }
    }

    pub(crate) async fn delete(&self, app: &AppId, name: &str) -> Result<bool, StoreError> {
        Ok(self.delete_on(app, name, &Precondition::None, None).await?.unwrap())
    }

    pub(crate) async fn get(&self, app: &AppId, name: &str) -> Result<Option<(Function, FunctionStats)>, StoreError> {
        self.look(app, name, Deleted::Excluded).await
    }

    pub(crate) async fn list(&self, app: &AppId) -> Result<Vec<(Function, FunctionStats)>, StoreError> {
        self.page(app, Deleted::Excluded, "", u32::MAX).await
    }
}
