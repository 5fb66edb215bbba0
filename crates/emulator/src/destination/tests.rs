#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use serde_json::json;

use super::*;
use crate::testing::{resource, stack};
use crate::{Clock, Store, sqs};

const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:failures";
const BUCKET: &str = "arn:aws:s3:::failures";

fn destination(folder: &Path) -> (Destination, Queues) {
    let url = "http://localhost/000000000000/failures";
    let queue = json!({"name": "failures", "arn": QUEUE, "url": url});
    let stack = stack(vec![
        resource("aws:sqs/queue:Queue", "failures", &queue),
        resource("aws:s3/bucket:Bucket", "failures", &json!({"arn": BUCKET})),
    ]);
    let store = Store::in_memory().unwrap();
    let chance = Chance::seeded(1);
    let declared = sqs::declared(&stack).unwrap();
    let queues = Queues::new(declared, store, Clock::system(), chance.clone()).unwrap();
    let destination = Destination::new(&stack, queues.clone(), folder.to_owned(), chance);
    (destination, queues)
}

fn message(body: &str) -> Outgoing {
    Outgoing {
        body: body.to_owned(),
        ..Outgoing::default()
    }
}

#[tokio::test]
async fn a_record_lies_in_the_queue_or_under_its_key_in_the_buckets_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (destination, queues) = destination(folder.path());
    let record = message(r#"{"version": "1.0"}"#);

    for (arn, key) in [
        (QUEUE, "unused"),
        (BUCKET, "aws/lambda/a"),
        (BUCKET, "aws/lambda/b"),
    ] {
        destination.put(arn, key, &record).await.unwrap();
    }

    assert_eq!(queues.next_body("failures").await, record.body);
    let bucket = folder.path().join("failures");
    for key in ["aws/lambda/a", "aws/lambda/b"] {
        let object = std::fs::read_to_string(bucket.join(key)).unwrap();
        assert_eq!(object, record.body);
    }
    // Nothing half written is left.
    let names = std::fs::read_dir(&bucket).unwrap();
    assert_eq!(names.count(), 1);
}

#[tokio::test]
async fn what_can_t_be_reached_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let (destination, _queues) = destination(folder.path());
    for (arn, key, error) in [
        (
            "arn:aws:sns:us-east-1:000000000000:topic",
            "k",
            "a queue, a bucket or a bus can",
        ),
        (
            "arn:aws:sqs:us-east-1:000000000000:other",
            "k",
            "was not sent to arn:aws:sqs",
        ),
        ("arn:aws:s3:::other", "k", "the bucket other does not exist"),
        (BUCKET, "../outside", "leads out of the bucket's folder"),
        (BUCKET, "/etc/outside", "leads out of the bucket's folder"),
        (BUCKET, "", "leads out of the bucket's folder"),
    ] {
        let refused = destination.put(arn, key, &message("{}")).await.unwrap_err();
        assert!(refused.to_string().contains(error), "{refused}");
    }
    // A file stands where the bucket's folder should be.
    std::fs::write(folder.path().join("failures"), "").unwrap();
    let refused = destination
        .put(BUCKET, "k", &message("{}"))
        .await
        .unwrap_err();
    assert!(matches!(refused, DestinationError::File { .. }));
}
