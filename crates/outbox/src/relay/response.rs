use serde::Serialize;

/// What the relay answers to Lambda: the first record of the batch that is not finished, or nothing
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>).
///
/// Lambda sends that record and everything behind it again, so one identifier says it all. This is the only place
/// where the answer is written: a misspelt key would read as complete success.
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
    pub(super) fn none() -> Self {
        Self {
            batch_item_failures: Vec::new(),
        }
    }

    /// Everything from the record with this sequence number on is to be sent again. Lambda takes an empty identifier
    /// for a failure of the whole batch: right for a record whose number can't be read.
    pub(super) fn from(sequence_number: &str) -> Self {
        Self {
            batch_item_failures: vec![Failure {
                item_identifier: sequence_number.to_owned(),
            }],
        }
    }

    /// Whether every record is finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch_item_failures.is_empty()
    }

    /// The sequence number of the first unfinished record.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.batch_item_failures
            .first()
            .map(|failure| failure.item_identifier.as_str())
    }
}
