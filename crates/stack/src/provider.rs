use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};

/// A resource that a program asks for, before it is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// The URN it will have.
    pub urn: String,
    /// For example `aws:sqs/queue:Queue`.
    pub type_token: String,
    /// The name in the program.
    pub name: String,
    /// The properties; secrets unwrapped, nulls left out. In a preview parts may be [`crate::UNKNOWN`].
    pub inputs: Map<String, Value>,
    /// The names of properties that are, or hold, a secret: never to be shown.
    pub secrets: BTreeSet<String>,
}

/// Why a resource or a call was refused, as one sentence a user can act on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(String);

impl Refusal {
    /// A refusal for this reason.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// What stands behind the engine: answers what real infrastructure would answer.
pub trait Provider: Send + Sync {
    /// The outputs of a new resource, among them `id`, a string that is not empty.
    fn create(&self, request: &Declared) -> Result<Map<String, Value>, Refusal>;

    /// The answer of a provider function, for example `aws:index/getRegion:getRegion`.
    fn invoke(
        &self,
        token: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Refusal>;

    /// What no second resource of the stack may claim, for example `queue orders`. Asked for after
    /// `create` with its outputs, and not in a preview.
    fn claim(&self, _request: &Declared, _outputs: &Map<String, Value>) -> Option<String> {
        None
    }

    /// How long the request is on its way before it counts. Real infrastructure takes its time; a
    /// test that wants registrations in another order makes each wait at random.
    fn delay(&self, _request: &Declared) -> Duration {
        Duration::ZERO
    }
}
