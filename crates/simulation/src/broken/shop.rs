//! Where the flow of checkout asks its variant.

use super::Variant;
use crate::observation::Answer;
use crate::table::Action;

impl Variant {
    /// What is sent for a transaction in place of these actions under this token. `attempt` counts a caller's requests
    /// from 1.
    pub(crate) fn transaction(self, actions: &mut [Action], token: &mut String, attempt: u32) {
        for action in actions {
            let key = action.key();
            match self {
                Self::CountsUnchecked if key.starts_with("sequence#") => action.condition = None,
                Self::SellsUnchecked if key.starts_with("stock#") => action.condition = None,
                Self::RepeatsAsNewOperation if attempt > 1 && action.row().is_some() => {
                    action.rename(&format!("{key}-{attempt}"));
                }
                _ => {}
            }
        }
        if self == Self::RepeatsAsNewOperation && attempt > 1 {
            *token = format!("{token}-{attempt}");
        }
    }

    /// What a caller of the shop understands.
    pub(crate) fn understood(self, answer: Answer) -> Answer {
        match answer {
            Answer::Unknown { reason, .. } if self == Self::TakesUnknownForRefused => {
                Answer::NotWritten(reason)
            }
            answer => answer,
        }
    }

    /// Whether the relay marks rows before it publishes them.
    pub(crate) fn marks_first(self) -> bool {
        self == Self::MarksBeforePublishing
    }

    /// Whether a lease is somebody's until it is over.
    pub(crate) fn minds_leases(self) -> bool {
        self != Self::IgnoresLease
    }

    /// Whether an idempotency record is in progress at first.
    pub(crate) fn begins_in_progress(self) -> bool {
        self != Self::CompletesBeforeWork
    }
}
