use serde_json::json;

use super::world::{HOUR, World, defaults, number, poisoned_by};
use crate::Time;
use crate::mapping::{GivenUp, Settings, failure_key, failure_record};

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
fn row_2_4_the_failure_record_is_the_one_aws_sends() {
    // GIVEN a batch that was given up
    let mut world = World::new(
        Settings {
            maximum_retry_attempts: Some(1),
            ..defaults()
        },
        poisoned_by(&[1]),
    );
    world.write([1, 2]);
    world.pass(HOUR);
    let given_up = GivenUp {
        function_arn: "arn:aws:lambda:eu-west-1:123456789012:function:relay",
        stream_arn: "arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026-11-21T00:00:00.000",
        shard_id: "shardId-00000000000000000001-00000000",
    };
    let now = Time(1_795_238_220_007);
    // WHEN it goes to a queue THEN it names the records
    let record = failure_record(given_up, &world.discarded[0], None, now);
    assert_eq!(
        record,
        json!({
            "requestContext": {
                "requestId": "run-2",
                "functionArn": given_up.function_arn,
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
                "shardId": given_up.shard_id,
                "startSequenceNumber": number(1).as_str(),
                "endSequenceNumber": number(2).as_str(),
                "approximateArrivalOfFirstRecord": "1970-01-01T00:16:40.000Z",
                "approximateArrivalOfLastRecord": "1970-01-01T00:16:40.000Z",
                "batchSize": 2,
                "streamArn": given_up.stream_arn,
            },
        })
    );
    // WHEN it goes to a bucket THEN it also holds the event, as text
    let record = failure_record(given_up, &world.discarded[0], Some("{\"Records\":[]}"), now);
    assert_eq!(record["payload"], "{\"Records\":[]}");
    assert_eq!(
        failure_key("uuid-of-mapping", given_up.shard_id, now, "random"),
        "aws/lambda/uuid-of-mapping/shardId-00000000000000000001-00000000/2026/11/21/\
         2026-11-21T05.17.00-random"
    );
}
