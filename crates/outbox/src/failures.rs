use serde::Serialize;

/// What a function answers to Lambda about a batch: the parts of it that are not finished, or nothing
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>).
///
/// Of a stream's batch the first identifier counts: Lambda sends that record and everything behind it again. Of a
/// queue's batch exactly the messages named come again. This is the only place where the answer is written: a
/// misspelt key would read as complete success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failures {
    batch_item_failures: Vec<Failure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

impl Failures {
    pub(crate) fn none() -> Self {
        Self {
            batch_item_failures: Vec::new(),
        }
    }

    /// Everything from the record with this sequence number on is to be sent again. Lambda takes an empty identifier
    /// for a failure of the whole batch: right for a record whose number can't be read.
    pub(crate) fn from(sequence_number: &str) -> Self {
        [sequence_number.to_owned()].into_iter().collect()
    }

    /// Whether everything is finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch_item_failures.is_empty()
    }

    /// The sequence number of the first unfinished record.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.identifiers().next()
    }

    /// What is not finished: the sequence number of a record, or the ids of messages.
    pub fn identifiers(&self) -> impl Iterator<Item = &str> {
        let failures = self.batch_item_failures.iter();
        failures.map(|failure| failure.item_identifier.as_str())
    }
}

impl FromIterator<String> for Failures {
    fn from_iter<I: IntoIterator<Item = String>>(identifiers: I) -> Self {
        let failures = identifiers.into_iter();
        Self {
            batch_item_failures: failures
                .map(|item_identifier| Failure { item_identifier })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn the_answer_has_the_documented_keys() {
        for (identifiers, expected) in [
            (vec![], json!({ "batchItemFailures": [] })),
            (
                vec!["059f36b4-87a3-44ab-83d2-661975830a7d", "id4"],
                json!({ "batchItemFailures": [
                    { "itemIdentifier": "059f36b4-87a3-44ab-83d2-661975830a7d" },
                    { "itemIdentifier": "id4" },
                ] }),
            ),
        ] {
            let failures: Failures = identifiers.into_iter().map(str::to_owned).collect();
            assert_eq!(to_value(failures).unwrap(), expected);
        }
    }
}
