//! Another application on the same emulator: other names, a key of two parts, two relays on one
//! stream, seven records a batch.

use std::collections::BTreeMap;
use std::path::Path;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::outbox::root;
use crate::support::{Client, PATIENCE, Ports, Up, until};

const SHELVES: u32 = 40;

/// Hall and number of a shelf, and how often its event came with which difference.
type Noted = BTreeMap<(String, u64), Vec<Option<i64>>>;

#[tokio::test(flavor = "multi_thread")]
async fn another_application_runs_on_the_same_emulator() {
    // GIVEN the stack of another program
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("state");
    let project = root().join("crates/cli/tests/fixtures/warehouse");
    let arguments = ["--stack", "test", "--poll", "aws"];
    let up = Up::start_project(&project, &state, Ports::free(), &arguments).await;
    let client = up.client();

    // WHEN shelves are put up and one is filled
    join_all((0..SHELVES).map(|number| put(&client, number, 10))).await;
    put(&client, 3, 4).await;

    // THEN each relay's events reach the consumer that asked for them
    let mut added: Noted = Noted::new();
    for number in 0..SHELVES {
        added.insert(shelf(number), vec![None]);
    }
    let mut counted: Noted = added.clone();
    for differences in counted.values_mut() {
        *differences = vec![Some(10)];
    }
    counted.insert(shelf(3), vec![Some(10), Some(-6)]);
    for (consumer, expected) in [("floor-plan", added), ("purchasing", counted)] {
        let log = state.join(format!("logs/depot-{consumer}.log"));
        let mut last = Noted::new();
        let complete = until(consumer, PATIENCE, async || {
            last = noted(&log);
            (total(&last) >= total(&expected)).then(|| last.clone())
        });
        assert_eq!(complete.await, expected, "{consumer}");
    }
    // AND no batch has more records than declared, while full ones came about
    for relay in ["depot-shelves-relay", "depot-stock-relay"] {
        let sizes = batches(&up.narration(), relay);
        assert_eq!(sizes.iter().max(), Some(&7), "{relay}: {sizes:?}");
        assert_eq!(sizes.iter().sum::<u32>(), SHELVES + 1, "{relay}");
    }
    up.stop().await;
}

fn shelf(number: u32) -> (String, u64) {
    let hall = if number.is_multiple_of(2) {
        "north"
    } else {
        "south"
    };
    (hall.to_owned(), number.into())
}

async fn put(client: &Client, number: u32, pieces: u32) {
    let item = json!({
        "hall": { "S": shelf(number).0 },
        "number": { "N": number.to_string() },
        "article": { "S": "screws" },
        "pieces": { "N": pieces.to_string() },
    });
    let request = json!({ "TableName": "depot-shelves", "Item": item });
    client.ask("DynamoDB_20120810.PutItem", &request).await;
}

/// What a consumer logged of each shelf.
fn noted(log: &Path) -> Noted {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let mut noted = Noted::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_default();
        if let (Some(hall), Some(number)) = (line["hall"].as_str(), line["number"].as_u64()) {
            let shelf = noted.entry((hall.to_owned(), number)).or_default();
            shelf.push(line["difference"].as_i64());
        }
    }
    noted
}

fn total(noted: &Noted) -> usize {
    noted.values().map(Vec::len).sum()
}

/// How many records each of a relay's batches had, from `<time> <relay> 7 records, answered in …`.
fn batches(narration: &str, relay: &str) -> Vec<u32> {
    let size = |line: &str| {
        let (_, what) = line.split_once(relay)?;
        let (size, rest) = what.trim().split_once(' ')?;
        rest.starts_with("record").then(|| size.parse().ok())?
    };
    narration.lines().filter_map(size).collect()
}
