//! What a deploy stores that this server does nothing with yet. It is said with every deploy, so that nobody waits for a
//! call that does not come.

use ramekin_model::{Receipt, TriggerType};

/// Types of triggers that start functions here.
const STARTED: &[TriggerType] = &[TriggerType::Http];

/// Something that was stored and has no effect here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// For programs.
    pub code: &'static str,
    /// The type of the trigger that it is about, if it is about one.
    pub trigger: Option<TriggerType>,
    /// For people.
    pub message: String,
}

/// What of a deploy has no effect here.
pub fn warnings(receipt: &Receipt) -> Vec<Warning> {
    let idle = receipt.triggers.iter().filter(|trigger| trigger.enabled && !STARTED.contains(&trigger.kind));
    let mut warnings: Vec<Warning> = idle
        .map(|trigger| Warning {
            code: "TRIGGER_NOT_STARTED",
            trigger: Some(trigger.kind),
            message: format!("the trigger `{}` is stored, but this version starts no function by it", trigger.kind),
        })
        .collect();
    if receipt.agent_tool {
        let message = "`agent_tool` is stored, but this version offers functions to no agent".to_owned();
        warnings.push(Warning { code: "AGENT_TOOL_NOT_OFFERED", trigger: None, message });
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use ramekin_model::TriggerState;
    use uuid::Uuid;

    #[test]
    fn what_starts_nothing_is_said() {
        let state = |kind, enabled| TriggerState { kind, enabled };
        let receipt = Receipt {
            id: Uuid::nil(),
            name: "f".parse().unwrap(),
            triggers: vec![
                state(TriggerType::Cron, true),
                state(TriggerType::Http, true),
                state(TriggerType::Webhook, false),
            ],
            deployed_at: Utc::now(),
            updated_at: Utc::now(),
            per_request: None,
            console: Vec::new(),
            agent_tool: true,
        };
        let codes: Vec<_> = warnings(&receipt).into_iter().map(|warning| (warning.code, warning.trigger)).collect();
        assert_eq!(codes, [("TRIGGER_NOT_STARTED", Some(TriggerType::Cron)), ("AGENT_TOOL_NOT_OFFERED", None)]);
        let plain = Receipt { triggers: vec![state(TriggerType::Http, true)], agent_tool: false, ..receipt };
        assert_eq!(warnings(&plain), []);
    }
}
