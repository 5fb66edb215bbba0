//! What the stream has trimmed.

use outbox::quarantine::ReasonKind;
use outbox::testing::Quarantine;
use serde_json::{Value, json};

use super::shards::Stream;
use super::{Outcome, events, positions, record, recover};

#[track_caller]
fn assert_lost(outcome: &Outcome, lost: u32, named: &Value) {
    // The message is done: nothing would be found the next time either.
    assert_eq!(outcome.failed, [""; 0]);
    // The log tells it as the metric filter expects it.
    let lines: Vec<Value> = outcome
        .log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| !line["lost_records"].is_null())
        .collect();
    let [line] = &lines[..] else {
        panic!("one line was expected: {}", outcome.log)
    };
    let batch = &named["DDBStreamBatchInfo"];
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["lost_records"], lost);
    assert_eq!(line["stream_arn"], batch["streamArn"]);
    assert_eq!(line["shard_id"], batch["shardId"]);
    assert_eq!(line["start_sequence_number"], batch["startSequenceNumber"]);
    assert_eq!(line["end_sequence_number"], batch["endSequenceNumber"]);
    // The positions themselves do not vanish.
    let kept = outcome.quarantined.last().unwrap();
    assert_eq!(kept.reason.kind, ReasonKind::Trimmed);
    assert_eq!(&record(kept), named);
}

#[tokio::test(start_paused = true)]
async fn what_the_stream_has_trimmed_is_told_and_its_positions_are_kept() {
    for stream in [
        Stream::with_records(9).trimmed(5),
        Stream::with_records(9).gone(),
    ] {
        let outcome = recover(&stream, Quarantine::new(), [positions(2, 4)]).await;
        assert_lost(&outcome, 3, &positions(2, 4));
        assert_eq!(outcome.recovered(), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_open_shard_behind_what_is_trimmed_is_not_waited_for() {
    // GIVEN a shard that is still open, of which all that was written is trimmed
    let stream = Stream::with_records(4).trimmed(4);
    let outcome = recover(&stream, Quarantine::new(), [positions(2, 4)]).await;
    assert_lost(&outcome, 3, &positions(2, 4));
}

#[tokio::test(start_paused = true)]
async fn of_half_trimmed_positions_the_other_half_is_recovered() {
    // GIVEN positions of which the first two records are trimmed, before or while they are read
    for stream in [
        Stream::with_records(9).trimmed(3),
        Stream::with_records(9).trimmed_meanwhile(3),
    ] {
        let outcome = recover(&stream, Quarantine::new(), [positions(2, 6)]).await;
        assert_eq!(outcome.recovered(), events(4..=6));
        assert_lost(&outcome, 2, &positions(2, 6));
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_missing_at_an_end_is_lost_though_the_count_is_right() {
    // GIVEN a closed shard without the last of the records, and a filter that had left one out
    let mut named = positions(5, 8);
    named["DDBStreamBatchInfo"]["batchSize"] = json!(2);
    let outcome = recover(
        &Stream::with_records(7).closed(),
        Quarantine::new(),
        [named.clone()],
    )
    .await;
    assert_eq!(outcome.recovered(), events(5..=7));
    assert_lost(&outcome, 1, &named);
}

#[tokio::test(start_paused = true)]
async fn lost_positions_are_told_only_once_they_are_kept() {
    let stream = Stream::with_records(9).trimmed(5);
    let outcome = recover(
        &stream,
        Quarantine::new().unreachable_for(1),
        [positions(2, 4)],
    )
    .await;
    assert_eq!(outcome.failed, ["message-1"]);
    assert!(!outcome.log.contains("lost_records"), "{}", outcome.log);
}
