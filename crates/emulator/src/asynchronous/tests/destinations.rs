use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{
    FAILURES, FUNCTION, config, failure_record, failures_queue, function, function_with,
    on_failure, payload, run,
};
use crate::front::Service as _;
use crate::testing::{Functions, failed, resource, stack};
use crate::{Clock, Store};

#[tokio::test(start_paused = true)]
async fn row_6_1_failure_to_a_bucket_after_the_declared_retries() {
    let store = Store::in_memory().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut declared = on_failure("arn:aws:s3:::failed-events");
    declared["maximumRetryAttempts"] = json!(0.0);
    let bucket = json!({"arn": "arn:aws:s3:::failed-events"});
    let bucket = resource("aws:s3/bucket:Bucket", "failed-events", &bucket);
    let stack = stack(vec![function(), config(&declared), bucket]);
    let functions = Functions::that_end(Clock::system(), [failed("A")]);
    let run = run(&store, &stack, folder.path(), functions);

    run.queue.enqueue(FUNCTION, &payload()).unwrap();

    let object = loop {
        if let Some(object) = first_file(&folder.path().join("failed-events/aws")) {
            break object;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let record: Value = serde_json::from_slice(&std::fs::read(&object).unwrap()).unwrap();
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 1);
    let key = object
        .strip_prefix(folder.path())
        .unwrap()
        .to_str()
        .unwrap();
    assert!(
        key.starts_with("failed-events/aws/lambda/async/consumer/20"),
        "{key}"
    );
    assert_eq!(run.functions.count(), 1);
}

fn first_file(folder: &Path) -> Option<std::path::PathBuf> {
    let mut entries = std::fs::read_dir(folder).ok()?;
    let path = entries.next()?.ok()?.path();
    if path.is_dir() {
        first_file(&path)
    } else {
        Some(path)
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_whose_destination_is_out_of_reach_is_kept_and_the_function_is_left_alone() {
    let store = Store::in_memory().unwrap();
    let without_queue = stack(vec![function(), config(&on_failure(FAILURES))]);
    let failures = [failed("A"), failed("B"), failed("C")];
    {
        // GIVEN a failure destination that does not exist
        let functions = Functions::that_end(Clock::system(), failures);
        let run = run(&store, &without_queue, Path::new(""), functions);
        run.queue.enqueue(FUNCTION, &payload()).unwrap();
        run.functions.seen(3).await;
        tokio::time::sleep(Duration::from_hours(30)).await;
        assert_eq!(run.functions.count(), 3);
    }

    // WHEN it is there after a restart
    let with_queue = stack(vec![
        function(),
        config(&on_failure(FAILURES)),
        failures_queue(),
    ]);
    let functions = Functions::that_end(Clock::system(), []);
    let run = run(&store, &with_queue, Path::new(""), functions);

    // THEN the record arrives, without another run
    let record = failure_record(&run.queues).await;
    assert_eq!(record["responsePayload"]["errorType"], "C");
    assert_eq!(run.functions.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn row_6_1_dead_letter_queue_gets_the_event_itself_beside_the_record() {
    let store = Store::in_memory().unwrap();
    let dead = "arn:aws:sqs:us-east-1:000000000000:dead";
    let queue = json!({"name": "dead", "arn": dead, "url": "http://localhost/000000000000/dead"});
    let stack = stack(vec![
        function_with(&json!({"deadLetterConfig": {"targetArn": dead}})),
        config(&on_failure(FAILURES)),
        failures_queue(),
        resource("aws:sqs/queue:Queue", "dead", &queue),
    ]);
    let functions = Functions::that_end(Clock::system(), [failed("A"), failed("B"), failed("C")]);
    let run = run(&store, &stack, Path::new(""), functions);

    let request_id = run.queue.enqueue(FUNCTION, &payload()).unwrap();

    let record = failure_record(&run.queues).await;
    assert_eq!(record["responsePayload"]["errorType"], "C");
    let receive = json!({
        "QueueUrl": "http://localhost/000000000000/dead",
        "MessageAttributeNames": ["All"],
        "WaitTimeSeconds": 1,
    });
    let answer = run.queues.call("ReceiveMessage", receive).await.unwrap();
    let message = &answer["Messages"][0];
    assert_eq!(message["Body"], r#"{"id":"1"}"#);
    let attributes = &message["MessageAttributes"];
    let text = |name: &str| attributes[name]["StringValue"].clone();
    assert_eq!(text("RequestID"), request_id);
    assert_eq!(text("ErrorCode"), "200");
    assert_eq!(text("ErrorMessage"), "it failed");
    assert_eq!(attributes["ErrorCode"]["DataType"], "Number");
}
