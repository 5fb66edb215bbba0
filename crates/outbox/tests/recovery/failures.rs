//! What comes again.

use outbox::Recovery;
use outbox::publish::CallError;
use outbox::testing::{Quarantine, messages};
use serde_json::{json, to_value};
use tokio::time::Instant;

use super::shards::{Stream, refused};
use super::{TIME_LEFT, events, positions, recover};

#[tokio::test(start_paused = true)]
async fn an_error_of_the_stream_or_of_the_quarantine_fails_its_message_alone() {
    // GIVEN a stream that fails once, in each of the ways that pass
    for error in [
        refused("LimitExceededException"),
        refused("ExpiredIteratorException"),
        refused("AccessDeniedException"),
        CallError::NoAnswer("reset".to_owned()),
    ] {
        let stream = Stream::with_records(9).fail_call(error);
        // WHEN two messages come
        let outcome = recover(
            &stream,
            Quarantine::new(),
            [positions(1, 1), positions(2, 2)],
        )
        .await;
        // THEN the first comes again and the second is done
        assert_eq!(outcome.failed, ["message-1"]);
        assert_eq!(outcome.recovered(), events(2..=2));
        assert!(outcome.log.contains("comes again"), "{}", outcome.log);
    }
    // and so with a quarantine that can't be reached
    let quarantine = Quarantine::new().unreachable_for(1);
    let outcome = recover(
        &Stream::with_records(9),
        quarantine,
        [positions(1, 1), positions(2, 2)],
    )
    .await;
    assert_eq!(outcome.failed.len(), 1);
    assert_eq!(outcome.recovered().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_found_in_time_comes_again() {
    // GIVEN an open shard that does not have the last record yet
    let stream = Stream::with_records(3);
    let begin = Instant::now();
    let outcome = recover(&stream, Quarantine::new(), [positions(2, 4)]).await;
    assert_eq!(outcome.failed, ["message-1"]);
    assert!(begin.elapsed() < TIME_LEFT, "{:?}", begin.elapsed());
    assert!(
        stream.calls() < 4 * 60 + 10,
        "{} calls in a minute",
        stream.calls()
    );
}

#[tokio::test(start_paused = true)]
async fn the_answer_has_the_documented_shape() {
    let recovery = Recovery::new(
        Stream::with_records(1),
        Quarantine::new().unreachable_for(9),
    );
    let deadline = Instant::now() + TIME_LEFT;
    let failures = recovery.handle(messages([positions(1, 1)]), deadline).await;
    assert_eq!(
        to_value(failures).unwrap(),
        json!({ "batchItemFailures": [{ "itemIdentifier": "message-1" }] })
    );
}
