use std::collections::BTreeSet;

use crate::batch_item_failures::{self, Reported};

/// What a function's answer says about its batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// These messages, by their ids, stay in the queue; all others are done. None: all are done.
    Failed(BTreeSet<String>),
    /// All messages stay in the queue.
    AllFailed,
}

/// Reads the answer of a function whose mapping has `ReportBatchItemFailures`; `batch` are the ids of
/// the messages it was given.
///
/// A message is named by its `messageId`. One name that is missing, empty or unknown makes the whole
/// batch fail. A misspelt `batchItemFailures` reads as success, and the messages are deleted.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
#[must_use]
pub fn read_response(answer: &[u8], batch: &[&str]) -> Response {
    let items = match batch_item_failures::read(answer) {
        Reported::Nothing => return Response::Failed(BTreeSet::new()),
        Reported::Unreadable => return Response::AllFailed,
        Reported::Items(items) => items,
    };
    let known = |item: Option<String>| item.filter(|id| batch.contains(&id.as_str()));
    let failed: Option<BTreeSet<String>> = items.into_iter().map(known).collect();
    failed.map_or(Response::AllFailed, Response::Failed)
}
