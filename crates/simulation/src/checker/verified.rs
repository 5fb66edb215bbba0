//! What the sweeper of the outbox says, against what was seen.

use delivery::Time;

use super::Checker;
use super::ledger::{Changed, about};
use super::violation::{Violation, ViolationKind};
use crate::observation::Verified;

impl Checker {
    /// The sweeper has looked at every row. Whatever it finds must be as it says; at the end nothing may lie nowhere.
    pub(super) fn verified(&self, at: Time, found: &Verified, last: bool) -> Vec<Violation> {
        let mut violations = Vec::new();
        let kind = ViolationKind::Unverified;
        let mut published = 0;
        for (index, row) in self.ledger.rows() {
            if row.is_gone {
                continue;
            }
            let id = &row.change.key;
            let named = |list: &[String]| list.contains(id);
            let is_marked = row.marked.is_some();
            published += u64::from(is_marked);
            let (quarantined, failed) = (row.quarantined, row.in_failure_record);
            let nowhere = !is_marked && !quarantined && !failed;
            let damaged = found.damaged.iter().find(|(of, _)| of == id);
            let is_told = damaged.is_some_and(|(_, lies_nowhere)| *lies_nowhere == nowhere)
                || (named(&found.in_quarantine) == (!is_marked && quarantined)
                    && named(&found.in_failure_records) == (!is_marked && failed && !quarantined)
                    && named(&found.nowhere) == nowhere);
            let text = if !is_told {
                format!("the sweeper does not say of {id} where it is")
            } else if last && nowhere && !self.is_forgotten_poison(row) {
                format!("{id} is still not published, nor does it lie anywhere")
            } else {
                continue;
            };
            violations.push(self.ledger.violation(at, kind, index, text));
        }
        if published != found.published || found.young > 0 {
            let text = format!(
                "the sweeper found {} published and {} young rows, but {published} are marked and none is young",
                found.published, found.young
            );
            violations.push(about(at, kind, None, text));
        }
        violations
    }

    /// What the stream forgot and nobody can publish.
    fn is_forgotten_poison(&self, row: &Changed) -> bool {
        row.expected.is_none() && row.trimmed && !self.scenario.is_inside_the_envelope()
    }
}
