use std::time::Duration;

use super::{FaultKind, Flow, Scenario};

/// How long the mapping's failure destination may be away: a record reaches it when it is 20 h old, and the stream
/// forgets it at 24 h.
const DESTINATION_MAY_BE_AWAY: Duration = Duration::from_hours(3);

impl Scenario {
    /// Whether nothing may be lost: every outage is shorter than the age limit, or the failure destination is there in
    /// time; and whatever gives an event up can put it somewhere.
    #[must_use]
    pub fn is_inside_the_envelope(&self) -> bool {
        let mut away: Duration = self.kills.iter().map(|kill| kill.down).sum();
        for fault in &self.faults {
            match &fault.kind {
                FaultKind::DeadLetterQueueRefuses(_) => return false,
                // A pipe that is refused for its rights stops by itself.
                FaultKind::CallRefused {
                    code: "AccessDeniedException",
                    ..
                }
                | FaultKind::EntryRefused("AccessDeniedException")
                    if self.flow == Flow::Orders =>
                {
                    return false;
                }
                FaultKind::FailureDestinationUnreachable | FaultKind::StreamUnreadable => {
                    away += fault.until.saturating_sub(fault.from);
                }
                _ => {}
            }
        }
        self.settings.consumer_destination && away <= DESTINATION_MAY_BE_AWAY
    }
}
