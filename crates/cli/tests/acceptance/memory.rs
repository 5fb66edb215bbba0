//! A mapping that exhausts its function's memory over one record.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::outbox::example::example;
use crate::outbox::root;
use crate::support::{PATIENCE, Ports, Up, until};

const SHELVES: u32 = 20;
const ELEPHANTS: u32 = 9;

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_exhausts_the_memory_ends_in_the_failure_bucket_and_the_others_go_on() {
    // GIVEN a relay that takes memory without end over one record
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("state");
    let project = root().join("crates/cli/tests/fixtures/warehouse");
    let relay = format!("shelves-relay={}", example("overfed-relay").await.display());
    let arguments = ["--stack", "test", "--poll", "aws", "--binary", &relay];
    let up = Up::start_project(&project, &state, Ports::free(), &arguments).await;
    let client = up.client();

    // WHEN that record comes in the middle of others
    for number in 0..SHELVES {
        let article = if number == ELEPHANTS {
            "elephants"
        } else {
            "screws"
        };
        let item = json!({
            "hall": { "S": "north" },
            "number": { "N": number.to_string() },
            "article": { "S": article },
            "pieces": { "N": "1" },
        });
        let request = json!({ "TableName": "depot-shelves", "Item": item });
        client.ask("DynamoDB_20120810.PutItem", &request).await;
    }

    // THEN its environment is killed each time, and in the end the record lies whole in the bucket
    let bucket = state.join("s3/depot-failures");
    let object = until("a failure record", PATIENCE, async || files(&bucket).pop()).await;
    let record: Value = serde_json::from_slice(&fs::read(object).unwrap()).unwrap();
    let context = &record["requestContext"];
    assert_eq!(context["condition"], "RetryAttemptsExhausted", "{record}");
    let payload: Value = serde_json::from_str(record["payload"].as_str().unwrap()).unwrap();
    let records = payload["Records"].as_array().unwrap();
    assert_eq!(records.len(), 1, "{records:?}");
    let image = &records[0]["dynamodb"]["NewImage"];
    assert_eq!(image["article"], json!({ "S": "elephants" }));
    assert_eq!(image["number"], json!({ "N": ELEPHANTS.to_string() }));
    // AND every other shelf's event has reached the consumer
    let log = state.join("logs/depot-floor-plan.log");
    let others: BTreeSet<u64> = (0..SHELVES)
        .filter(|number| *number != ELEPHANTS)
        .map(u64::from)
        .collect();
    let drawn = until("the other shelves", PATIENCE, async || {
        let drawn = drawn(&log);
        (drawn.len() >= others.len()).then_some(drawn)
    });
    assert_eq!(drawn.await, others);
    // AND it was told why
    let told = up.narration();
    assert!(told.contains("and 256 MB are declared"), "{told}");
    assert!(told.contains("signal: killed"), "{told}");
    assert_eq!(files(&bucket).len(), 1);
    up.stop().await;
}

/// The numbers of the shelves that the consumer was told of.
fn drawn(log: &Path) -> BTreeSet<u64> {
    let text = fs::read_to_string(log).unwrap_or_default();
    let number = |line: &str| {
        let line: Value = serde_json::from_str(line).ok()?;
        line["number"].as_u64()
    };
    text.lines().filter_map(number).collect()
}

/// All objects of a bucket, as far as they are whole.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let half_written = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            found.extend(files(&path));
        } else if !half_written {
            found.push(path);
        }
    }
    found
}
