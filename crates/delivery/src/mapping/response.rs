use serde_json::Value;

use super::SequenceNumber;

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
    if body.iter().all(u8::is_ascii_whitespace) {
        return Response::Succeeded;
    }
    let failures = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Null) => return Response::Succeeded,
        Ok(Value::Object(mut answer)) => answer.remove("batchItemFailures"),
        Ok(_) | Err(_) => return Response::Failed,
    };
    match failures {
        None | Some(Value::Null) => Response::Succeeded,
        Some(Value::Array(failures)) => lowest(&failures, batch),
        Some(_) => Response::Failed,
    }
}

fn lowest(failures: &[Value], batch: &[&SequenceNumber]) -> Response {
    let mut lowest = None;
    for failure in failures {
        let place = failure
            .get("itemIdentifier")
            .and_then(Value::as_str)
            .and_then(|number| batch.iter().position(|record| record.as_str() == number));
        match place {
            None => return Response::Failed,
            Some(place) => lowest = Some(lowest.map_or(place, |lowest: usize| lowest.min(place))),
        }
    }
    lowest.map_or(Response::Succeeded, Response::FailedFrom)
}
