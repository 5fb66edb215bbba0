use super::Run;
use crate::undocumented::REFUSALS_THAT_STOP_A_PIPE;

/// Whether a pipe goes on: nearly continuous errors of the 4xx kind stop it by itself.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    refusals: u32,
}

impl Health {
    /// Takes in a run; whether it stops the pipe.
    pub fn stops_after(&mut self, run: &Run) -> bool {
        if run.is_refusal() {
            self.refusals = self.refusals.saturating_add(1);
        } else if run.accepted_any() {
            self.refusals = 0;
        }
        self.refusals >= REFUSALS_THAT_STOP_A_PIPE
    }
}
