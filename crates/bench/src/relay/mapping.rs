//! The event source mapping of one shard: batch after batch, and again from the first failure.

use std::time::Duration;

use sandbox::{Answer, Function};
use serde::Deserialize;
use tokio::time::sleep;

use super::stream;
use crate::Error;

/// What the function's time-out is set to.
const TIME_OUT: Duration = Duration::from_mins(1);

/// Lambda waits between attempts, how long is not documented.
const BEFORE_RETRY: Duration = Duration::from_millis(100);

/// With the function's own patience behind each attempt, this is minutes.
const ATTEMPTS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchResponse {
    #[serde(default)]
    batch_item_failures: Vec<Failure>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

/// Hands over all records and returns the number of invocations it took.
pub(crate) async fn run(
    relay: &Function,
    records: &[String],
    batch: usize,
) -> Result<usize, Error> {
    let mut position = 0;
    let mut attempts = 0;
    let mut invocations = 0;
    while position < records.len() {
        let end = records.len().min(position + batch);
        let event = format!(r#"{{"Records":[{}]}}"#, records[position..end].join(","));
        invocations += 1;
        let (next, reason) = match relay.invoke(event, TIME_OUT).await {
            Answer::Response(body) => (
                first_failure(&body, position, end)?,
                "a partial failure".to_owned(),
            ),
            Answer::Error(error) | Answer::NotStarted(error) => (position, error.to_string()),
            Answer::Ended => {
                return Err(Error::Ended {
                    records: position,
                    last_line: relay.log().pop().unwrap_or_default(),
                });
            }
        };
        attempts = if next == position { attempts + 1 } else { 0 };
        if attempts == ATTEMPTS {
            return Err(Error::Stuck {
                sequence_number: stream::sequence_number(position),
                attempts,
                reason,
            });
        }
        if next < end {
            sleep(BEFORE_RETRY).await;
        }
        position = next;
    }
    Ok(invocations)
}

/// The position from which Lambda sends the records again; `end` if all are done.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>.
fn first_failure(body: &[u8], position: usize, end: usize) -> Result<usize, Error> {
    let answer = || Error::Answer {
        answer: String::from_utf8_lossy(body).into_owned(),
    };
    let response: BatchResponse = serde_json::from_slice(body).map_err(|_| answer())?;
    let mut first = end;
    for failure in response.batch_item_failures {
        let failed = (position..end)
            .find(|&record| stream::sequence_number(record) == failure.item_identifier)
            .ok_or_else(answer)?;
        first = first.min(failed);
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    fn answer(positions: &[usize]) -> Vec<u8> {
        let failures: Vec<_> = positions
            .iter()
            .map(|&position| json!({"itemIdentifier": stream::sequence_number(position)}))
            .collect();
        json!({"batchItemFailures": failures})
            .to_string()
            .into_bytes()
    }

    #[test]
    fn records_are_sent_again_from_the_lowest_failure() {
        assert_eq!(first_failure(&answer(&[17, 12, 15]), 10, 20).unwrap(), 12);
    }

    #[test]
    fn an_answer_without_failures_finishes_the_batch() {
        assert_eq!(first_failure(&answer(&[]), 10, 20).unwrap(), 20);
        assert_eq!(first_failure(b"{}", 10, 20).unwrap(), 20);
    }

    #[test]
    fn an_answer_that_lambda_would_not_understand_is_an_error() {
        for body in [&b"done"[..], &answer(&[42])] {
            assert!(matches!(
                first_failure(body, 10, 20),
                Err(Error::Answer { .. })
            ));
        }
    }
}
