use serde_json::{Value, json};

use super::settings::{declared, refused};
use super::world::{HOUR, World, defaults, failing, not_run, number, poisoned_by};
use crate::mapping::{Discard, GivenUp, Settings, failure_key, failure_record};
use crate::{Outcome, Time};

const GIVEN_UP: GivenUp<'_> = GivenUp {
    function_arn: "arn:aws:lambda:eu-west-1:123456789012:function:relay",
    stream_arn: "arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026-11-21T00:00:00.000",
    shard_id: "shardId-00000000000000000001-00000000",
};

const NOW: Time = Time(1_795_238_220_007);

/// The batch of two records that a mapping gives up after one retry.
fn discard(settings: Settings, function: impl FnMut(&[u64]) -> Outcome + 'static) -> Discard<u64> {
    let mut world = World::new(settings, function);
    world.write([1, 2]);
    world.pass(HOUR);
    world.discarded.remove(0)
}

fn one_retry() -> Settings {
    Settings {
        maximum_retry_attempts: Some(1),
        ..defaults()
    }
}

#[test]
fn a_destination_that_is_down_holds_the_shard_and_loses_nothing() {
    let mut world = World::new(
        Settings {
            maximum_retry_attempts: Some(0),
            batch_size: 1,
            ..defaults()
        },
        poisoned_by(&[1]),
    );
    world.destination_up = false;
    world.write([1, 2]);
    world.pass(HOUR);
    assert_eq!(world.invoked, [vec![1]]);
    assert_eq!(world.checkpoint(), None);
    // WHEN it comes back
    world.destination_up = true;
    world.pass(HOUR);
    assert_eq!(world.discarded_records(), [vec![1]]);
    assert_eq!(world.invoked, [vec![1], vec![2]]);
}

#[test]
fn row_2_4_destinations_are_standard_queues_and_buckets_and_others_are_refused_by_name() {
    let to = |arn: &str| json!({ "destinationConfig": { "onFailure": { "destinationArn": arn } } });
    for arn in [
        "arn:aws:sqs:eu-west-1:123456789012:failures",
        "arn:aws:s3:::failures",
    ] {
        let settings = declared(to(arn)).unwrap();
        assert_eq!(settings.on_failure.as_deref(), Some(arn));
    }
    for (arn, named) in [
        ("arn:aws:sqs:r:a:failures.fifo", "no FIFO ones"),
        ("arn:aws:sns:r:a:failures.fifo", "no FIFO ones"),
        ("arn:aws:sns:r:a:failures", "SNS topics"),
        ("kafka://failures", "Kafka topics"),
        (
            "arn:aws:lambda:r:a:function:f",
            "standard queue or a bucket",
        ),
        ("arn:aws:s3:r:a:failures", "standard queue or a bucket"),
    ] {
        refused(to(arn), arn);
        refused(to(arn), named);
    }
}

#[test]
fn row_2_4_queue_record_names_the_records_and_holds_none() {
    let discard = discard(one_retry(), poisoned_by(&[1]));
    assert_eq!(
        failure_record(GIVEN_UP, &discard, None, NOW),
        json!({
            "requestContext": {
                "requestId": "run-2",
                "functionArn": GIVEN_UP.function_arn,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 2,
            },
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            },
            "version": "1.0",
            "timestamp": "2026-11-21T05:17:00.007Z",
            "DDBStreamBatchInfo": {
                "shardId": GIVEN_UP.shard_id,
                "startSequenceNumber": number(1).as_str(),
                "endSequenceNumber": number(2).as_str(),
                "approximateArrivalOfFirstRecord": "1970-01-01T00:16:40.000Z",
                "approximateArrivalOfLastRecord": "1970-01-01T00:16:40.000Z",
                "batchSize": 2,
                "streamArn": GIVEN_UP.stream_arn,
            },
        })
    );
}

#[test]
fn row_2_4_queue_record_has_no_function_error_where_the_function_reported_its_failures() {
    let reporting = Settings {
        report_batch_item_failures: true,
        ..one_retry()
    };
    let record = failure_record(GIVEN_UP, &discard(reporting, |_| failing(&[1])), None, NOW);
    assert_eq!(record["responseContext"]["functionError"], Value::Null);
    assert_eq!(record["responseContext"]["statusCode"], 200);
}

#[test]
fn row_2_4_queue_record_has_no_response_where_the_function_never_ran() {
    let minute = Settings {
        maximum_record_age: Some(HOUR / 60),
        ..defaults()
    };
    let record = failure_record(GIVEN_UP, &discard(minute, |_| not_run()), None, NOW);
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 0);
    assert_eq!(record["requestContext"]["requestId"], Value::Null);
    assert_eq!(record.get("responseContext"), None);
}

#[test]
fn row_2_4_condition_says_which_limit_was_reached() {
    let condition = |discard: &Discard<u64>| {
        let record = failure_record(GIVEN_UP, discard, None, NOW);
        record["requestContext"]["condition"].clone()
    };
    let exhausted = discard(one_retry(), poisoned_by(&[1]));
    assert_eq!(condition(&exhausted), "RetryAttemptsExhausted");
    let old = Settings {
        maximum_record_age: Some(HOUR / 60),
        ..defaults()
    };
    let exceeded = discard(old, poisoned_by(&[1]));
    assert_eq!(condition(&exceeded), "RecordAgeExceeded");
}

#[test]
fn row_2_4_bucket_record_also_holds_the_event_as_text_under_a_key_of_its_own() {
    let discard = discard(one_retry(), poisoned_by(&[1]));
    let event = "{\"Records\":[]}";
    let record = failure_record(GIVEN_UP, &discard, Some(event), NOW);
    assert_eq!(record["payload"], event);
    let mut without = record;
    without.as_object_mut().unwrap().remove("payload");
    assert_eq!(without, failure_record(GIVEN_UP, &discard, None, NOW));
    assert_eq!(
        failure_key("uuid-of-mapping", GIVEN_UP.shard_id, NOW, "random"),
        "aws/lambda/uuid-of-mapping/shardId-00000000000000000001-00000000/2026/11/21/\
         2026-11-21T05.17.00-random"
    );
}

/// A mapping that bisects four records, of which two and three are poison, with so many retries.
fn neighbours_given_up_after(retries: u32) -> World {
    let mut world = World::new(
        Settings {
            bisect_batch_on_function_error: true,
            maximum_retry_attempts: Some(retries),
            ..defaults()
        },
        poisoned_by(&[2, 3]),
    );
    world.write(1..=4);
    world
}

#[test]
fn row_2_4_merged_metadata_is_that_of_pieces_given_up_one_right_after_the_other() {
    let mut world = neighbours_given_up_after(0);
    world.pass(HOUR);
    assert_eq!(world.discarded_records(), [vec![2, 3]]);
    let record = failure_record(GIVEN_UP, &world.discarded[0], None, NOW);
    let info = &record["DDBStreamBatchInfo"];
    assert_eq!(info["batchSize"], 2);
    assert_eq!(info["startSequenceNumber"], number(2).as_str());
    assert_eq!(info["endSequenceNumber"], number(3).as_str());
    // The runs of the batch, its half and the last piece.
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(world.checkpoint(), Some(number(4)));
}

#[test]
fn row_2_4_merged_metadata_does_not_wait_for_a_piece_that_is_tried_again() {
    let mut world = neighbours_given_up_after(1);
    world.pass(HOUR);
    assert_eq!(world.discarded_records(), [vec![2], vec![3]]);
    assert_eq!(world.checkpoint(), Some(number(4)));
}

#[test]
fn row_2_4_merged_metadata_is_not_lost_where_the_destination_is_down_or_the_mapping_restarts() {
    let mut world = neighbours_given_up_after(0);
    world.destination_up = false;
    world.pass(HOUR);
    // All halves ran, and nothing behind the first poison record counts.
    assert_eq!(world.invoked.last(), Some(&vec![4]));
    assert_eq!(world.checkpoint(), Some(number(1)));
    // A restart gives up the same without another try, since what follows may be done.
    world.invoked.clear();
    world.restart();
    world.pass(HOUR);
    assert_eq!(world.discarded, []);
    assert_eq!(world.invoked, Vec::<Vec<u64>>::new());
    world.destination_up = true;
    world.pass(HOUR);
    assert_eq!(world.discarded_records(), [vec![2, 3]]);
    assert_eq!(world.checkpoint(), Some(number(4)));
}

#[test]
fn row_2_4_merged_metadata_expires_with_the_stream() {
    let mut world = neighbours_given_up_after(0);
    world.retention = HOUR * 24;
    world.destination_up = false;
    world.pass(HOUR * 25);
    assert_eq!(world.expired, [vec![2, 3]]);
    assert_eq!(world.checkpoint(), Some(number(4)));
}
