use super::SequenceNumber;
use crate::batch_item_failures::{self, Reported};

/// What a function's answer says about its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// Every record is done.
    Succeeded,
    /// The record at this place in the batch and all after it are to be tried again.
    FailedFrom(usize),
    /// The whole batch is to be tried again.
    Failed,
}

/// Reads the answer of a function whose mapping has `ReportBatchItemFailures`.
///
/// `batch` are the sequence numbers it was given, in order. A misspelt `batchItemFailures` reads as
/// success, as on AWS: there too the records are lost.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>
#[must_use]
pub fn read_response(body: &[u8], batch: &[&SequenceNumber]) -> Response {
    let items = match batch_item_failures::read(body) {
        Reported::Nothing => return Response::Succeeded,
        Reported::Unreadable => return Response::Failed,
        Reported::Items(items) => items,
    };
    let place = |item: Option<String>| {
        let item = item?;
        batch.iter().position(|record| record.as_str() == item)
    };
    let places: Option<Vec<usize>> = items.into_iter().map(place).collect();
    // There is at least one.
    let lowest = places.and_then(|places| places.into_iter().min());
    lowest.map_or(Response::Failed, Response::FailedFrom)
}
