use std::fmt::{self, Display, Formatter};

use serde_json::{Map, Value};

/// What tells one change of one item from all others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Change {
    /// The item's key.
    pub(crate) key: String,
    /// The state that the item came into; none where an item is written once.
    pub(crate) state: Option<String>,
}

/// Which fields of an item, as it was answered and as an event tells it, make its [`Change`].
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The field with the key.
    pub(crate) key: String,
    /// The field with the state: an item is never twice in one.
    pub(crate) state: Option<&'static str>,
}

impl Identity {
    /// None if a field is not there.
    pub(crate) fn of(&self, item: &Map<String, Value>) -> Option<Change> {
        let text = |name: &str| item.get(name)?.as_str().map(str::to_owned);
        let state = match self.state {
            Some(name) => Some(text(name)?),
            None => None,
        };
        Some(Change {
            key: text(&self.key)?,
            state,
        })
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.state {
            Some(state) => write!(f, "{} {state}", self.key),
            None => f.write_str(&self.key),
        }
    }
}
