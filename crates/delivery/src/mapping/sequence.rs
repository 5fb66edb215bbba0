use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A stream record's sequence number: a decimal of 21 to 40 digits, too long for an integer.
///
/// They grow with time within a shard, with gaps, and are ordered as numbers are: the longer is the
/// larger, equally long ones are ordered as text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SequenceNumber(String);

impl SequenceNumber {
    /// The digits as the stream wrote them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn digits(&self) -> &str {
        self.0.trim_start_matches('0')
    }
}

impl From<String> for SequenceNumber {
    fn from(digits: String) -> Self {
        Self(digits)
    }
}

impl From<&str> for SequenceNumber {
    fn from(digits: &str) -> Self {
        Self(digits.to_owned())
    }
}

impl Ord for SequenceNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, two) = (self.digits(), other.digits());
        (one.len(), one)
            .cmp(&(two.len(), two))
            .then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for SequenceNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
