//! From what the pipe gives up to the quarantine: the pipe, the queues and the function as they are declared, the
//! function's own binary, and a day that passes at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use delivery::Time;
use emulator::Occurrence;
use emulator::front::ServiceError;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use crate::declared::named;
use crate::functions::{binaries, pass, until};
use crate::shop::{Shop, open_with_functions, start};

const RECOVERY: &str = "orders-recovery";
const QUARANTINE: &str = "ordersQuarantineQueueUrl";
const POSITIONS: &str = "ordersPipeFailuresQueueUrl";
const NOTIFY: &str = "notifyRestaurantQueueUrl";

/// Longer than the pipe tries to publish a record, and shorter than the stream holds it.
const TOO_LONG_FOR_THE_PIPE: Duration = Duration::from_mins(20 * 60 + 1);
/// What is left of the day then, and more.
const TOO_LONG_FOR_THE_STREAM: Duration = Duration::from_hours(5);

/// Until it is told otherwise, the bus answers every call so.
fn bus_fails(shop: &Shop, status: u16, code: &str) {
    let error = ServiceError {
        status,
        ..ServiceError::bad_request(code, "ordered by the test")
    };
    shop.emulating.bus_outage().begin(error, Time(u64::MAX));
}

fn bus_works(shop: &Shop) {
    let now = shop.emulating.clock().now();
    let error = ServiceError::internal("over");
    shop.emulating.bus_outage().begin(error, now);
}

/// Four changes of three orders: their records, as a function behind the stream would get them.
async fn changes(shop: &Shop) -> Vec<Value> {
    for id in ["o-1", "o-2", "o-3"] {
        post(shop, id).await;
    }
    assert_eq!(shop.patch("o-1", "ACCEPTED").await.status, 200);
    let written = records(shop).await;
    assert_eq!(written.len(), 4);
    written
}

async fn post(shop: &Shop, id: &str) {
    let order = json!({ "status": "CREATED", "id": id, "restaurant": "Zum \"Löwen\"\n<Bar>" });
    assert_eq!(shop.post(&order).await.status, 201);
}

async fn records(shop: &Shop) -> Vec<Value> {
    let table = named(&shop.stack, "aws:dynamodb/table:Table", "orders");
    let stream = &table.outputs["streamArn"];
    let call = async |operation: &str, request: Value| {
        let target = format!("DynamoDBStreams_20120810.{operation}");
        shop.call(&target, &request).await
    };
    let described = call("DescribeStream", json!({ "StreamArn": stream })).await;
    let shard = &described["StreamDescription"]["Shards"][0]["ShardId"];
    let from =
        json!({ "StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" });
    let iterator = call("GetShardIterator", from).await["ShardIterator"].clone();
    let page = call("GetRecords", json!({ "ShardIterator": iterator })).await;
    let mut records = page["Records"].as_array().unwrap().clone();
    for record in &mut records {
        record["eventSourceARN"] = stream.clone();
    }
    records
}

/// The records among messages of the quarantine, in their order in the stream.
fn whole(messages: &[Value]) -> Vec<Value> {
    let mut records: Vec<Value> = messages
        .iter()
        .filter(|message| message["reason"]["kind"] == "givenUp")
        .map(|message| message["record"].clone())
        .collect();
    records.sort_by_key(|record| record["dynamodb"]["SequenceNumber"].to_string());
    records
}

/// Waits until the quarantine has these records, whole, and nothing more is to be done about them.
async fn recovered(shop: &Shop, written: &[Value], condition: &str) {
    let quarantined = shop.receive(QUARANTINE, written.len()).await;
    assert_eq!(whole(&quarantined), written);
    let pipe = named(&shop.stack, "aws:pipes/pipe:Pipe", "orders-pipe");
    let arn = pipe.text("arn").unwrap();
    for message in &quarantined {
        let reason = format!("{arn} gave the record up: {condition}");
        assert_eq!(message["reason"]["message"], reason);
        assert_eq!(message["function"]["name"], "outbox-dev-orders-recovery");
    }
    until("no positions are left", async || {
        (shop.waiting(POSITIONS).await == 0).then_some(())
    })
    .await;
    assert_eq!(lost(shop), 0);
}

#[tokio::test]
async fn given_records_that_the_bus_refuses_then_each_is_quarantined_whole_and_the_pipe_goes_on() {
    // GIVEN a pipe without patience
    let shop = start(None, &[], &binaries(&[RECOVERY]).await, |stack| {
        let mut resources = stack.resources.iter_mut();
        let pipe = resources.find(|one| one.name == "orders-pipe").unwrap();
        for properties in [&mut pipe.inputs, &mut pipe.outputs] {
            let stream = &mut properties["sourceParameters"]["dynamodbStreamParameters"];
            stream["maximumRetryAttempts"] = json!(0);
        }
    })
    .await;
    // WHEN the bus refuses what it publishes
    bus_fails(&shop, 400, "AccessDeniedException");
    let written = changes(&shop).await;
    // THEN it is given up and recovered
    recovered(&shop, &written, "RetryAttemptsExhausted").await;
    // and what comes when the bus works again is published
    bus_works(&shop);
    post(&shop, "o-4").await;
    let published = &shop.receive(NOTIFY, 1).await[0];
    assert_eq!(published["detail"]["id"], "o-4");
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_a_bus_that_is_down_for_20_hours_then_each_record_is_quarantined_whole() {
    // GIVEN the pipe as it is declared
    let shop = open_with_functions(&[], &binaries(&[RECOVERY]).await).await;
    bus_fails(&shop, 503, "InternalFailure");
    let written = changes(&shop).await;
    // WHEN the bus stays down
    pass(TOO_LONG_FOR_THE_PIPE).await;
    // THEN
    recovered(&shop, &written, "RecordAgeExceeded").await;
    shop.emulating.stop().await;
}

/// The function, but as long as the file `mended` is not there it ends at once, as after a broken deployment.
async fn broken(directory: &Path) -> BTreeMap<String, PathBuf> {
    let mut binaries = binaries(&[RECOVERY]).await;
    let script = directory.join(RECOVERY);
    let text = format!(
        "#!/bin/sh\n[ -e '{}' ] || exit 1\nexec '{}'\n",
        directory.join("mended").display(),
        binaries[RECOVERY].display()
    );
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, Permissions::from_mode(0o700)).unwrap();
    binaries.insert(RECOVERY.to_owned(), script);
    binaries
}

/// Waits until the function has got the positions of so many records.
async fn failed_for(journal: &mut Receiver<Occurrence>, mut records: u64) {
    let all = async {
        while records > 0 {
            let told = journal.recv().await.unwrap();
            let Occurrence::Invoked {
                function, payload, ..
            } = told
            else {
                continue;
            };
            assert_eq!(function, "outbox-dev-orders-recovery");
            let batch: Value = serde_json::from_slice(&payload).unwrap();
            for message in batch["Records"].as_array().unwrap() {
                let body: Value = serde_json::from_str(message["body"].as_str().unwrap()).unwrap();
                records -= body["DDBStreamBatchInfo"]["batchSize"].as_u64().unwrap();
            }
        }
    };
    let all = tokio::time::timeout(Duration::from_mins(1), all).await;
    all.expect("the pipe did not give them up");
}

#[tokio::test]
async fn given_a_recovery_that_comes_when_the_day_is_over_then_what_is_trimmed_raises_the_alarm() {
    let directory = tempfile::tempdir().unwrap();
    let shop = open_with_functions(&[], &broken(directory.path()).await).await;
    let mut journal = shop.emulating.journal().listen();
    // GIVEN records that the pipe gave up while the recovery was broken
    bus_fails(&shop, 503, "InternalFailure");
    let written = changes(&shop).await;
    pass(TOO_LONG_FOR_THE_PIPE).await;
    failed_for(&mut journal, written.len() as u64).await;

    // WHEN it is mended in the 25th hour
    std::fs::write(directory.path().join("mended"), "").unwrap();
    pass(TOO_LONG_FOR_THE_STREAM).await;

    // THEN the function's log has one number for each record that is lost
    until("the lost records are told", async || {
        (lost(&shop) >= written.len() as u64).then_some(())
    })
    .await;
    assert_eq!(lost(&shop), written.len() as u64);
    // which is what the alarm goes off at
    let alarm = alarm_on_lost_records(&shop);
    assert_eq!(alarm["comparisonOperator"], "GreaterThanThreshold");
    assert_eq!(alarm["statistic"], "Sum");
    assert_eq!(alarm["threshold"], 0.0);
    // and their positions are kept, from the first to the last
    let messages = shop.waiting(QUARANTINE).await;
    let kept = shop
        .receive(QUARANTINE, usize::try_from(messages).unwrap())
        .await;
    assert!(
        kept.iter()
            .all(|message| message["reason"]["kind"] == "trimmed")
    );
    let positions = |end: &str| -> BTreeSet<String> {
        let position = |message: &Value| message["record"]["DDBStreamBatchInfo"][end].to_string();
        kept.iter().map(position).collect()
    };
    let number = |record: &Value| record["dynamodb"]["SequenceNumber"].to_string();
    let (first, last) = (number(&written[0]), number(&written[written.len() - 1]));
    assert_eq!(positions("startSequenceNumber").first(), Some(&first));
    assert_eq!(positions("endSequenceNumber").last(), Some(&last));
    shop.emulating.stop().await;
}

const FILTER: &str = "aws:cloudwatch/logMetricFilter:LogMetricFilter";

/// What the declared metric filter makes of the function's log: the sum that its alarm looks at.
fn lost(shop: &Shop) -> u64 {
    let filter = named(&shop.stack, FILTER, "orders-recovery-lost-records-filter");
    let pattern = filter.text("pattern").unwrap();
    let member = pattern.strip_prefix("{ $.").unwrap();
    let member = member.strip_suffix(" = * }").unwrap();
    assert_eq!(
        filter.inputs["metricTransformation"]["value"],
        format!("$.{member}")
    );
    let log = shop.log(RECOVERY);
    log.iter().filter_map(|line| line[member].as_u64()).sum()
}

fn alarm_on_lost_records(shop: &Shop) -> &serde_json::Map<String, Value> {
    let filter = named(&shop.stack, FILTER, "orders-recovery-lost-records-filter");
    let metric = &filter.inputs["metricTransformation"];
    let watches = |alarm: &&stack::Resource| {
        let watched = |input: &str| alarm.inputs.get(input).cloned().unwrap_or_default();
        watched("namespace") == metric["namespace"] && watched("metricName") == metric["name"]
    };
    let mut alarms = shop.stack.of_type("aws:cloudwatch/metricAlarm:MetricAlarm");
    &alarms.find(watches).unwrap().inputs
}
