use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How often one chain of events may run the same function; the next time it is stopped.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>.
pub const MAXIMUM_PASSES: u32 = 16;

/// How often a chain of events has come to each function, by ARN: an event, the record of it that
/// invokes another function, the record of that, and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Passes(BTreeMap<String, u32>);

impl Passes {
    /// Whether the chain has come to this function as often as it may.
    #[must_use]
    pub fn stop(&self, function_arn: &str) -> bool {
        self.0
            .get(function_arn)
            .is_some_and(|passes| *passes >= MAXIMUM_PASSES)
    }

    /// The chain after it has come to this function once more.
    #[must_use]
    pub fn through(&self, function_arn: &str) -> Self {
        let mut after = self.clone();
        let passes = after.0.entry(function_arn.to_owned()).or_default();
        *passes = passes.saturating_add(1);
        after
    }
}
