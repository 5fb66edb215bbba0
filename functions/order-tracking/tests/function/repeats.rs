//! An event that comes more than once, or with other data.

use serde_json::json;

use super::{TIME_LEFT, batch, event, failed};
use crate::table::Table;

#[tokio::test]
async fn an_event_that_comes_twice_is_written_once() {
    // GIVEN two environments
    let table = Table::default();
    let environments = [table.function().await, table.function().await];
    let event = event("a", 1, "CREATED");
    // WHEN each gets the event, the first twice in a batch
    for (environment, batch) in [(0, batch([&event, &event])), (1, batch([&event]))] {
        let answer = environments[environment].invoke(batch, TIME_LEFT).await;
        // THEN each delivery succeeds
        assert_eq!(failed(&answer), [""; 0]);
    }
    // and the table was written once
    assert_eq!(table.updates(), 1);
    assert_eq!(table.item("a")["status"]["S"], "CREATED");
}

#[tokio::test]
async fn of_two_deliveries_at_a_time_one_is_tracked_and_the_other_comes_again() {
    let table = Table::default();
    let mut environments = [table.function().await, table.function().await];
    let event = event("a", 1, "CREATED");
    let payload = batch([&event]);
    // WHEN the second comes while the first is at work
    let [one, other] = &environments;
    let answers = table.records().two_at_a_time([one, other], &payload).await;
    // THEN the first tracks it and the second fails
    assert_eq!(failed(&answers[0]), [""; 0]);
    assert_eq!(failed(&answers[1]), ["message-1"]);
    assert_eq!(table.updates(), 1);
    // and when that comes again there is nothing to do
    let again = environments[1].invoke(payload, TIME_LEFT).await;
    assert_eq!(failed(&again), [""; 0]);
    assert_eq!(table.updates(), 1);
    let log = environments[1].stop().await.concat();
    for part in ["being consumed by another delivery", "consumed before"] {
        assert!(log.contains(part), "{part} in {log}");
    }
}

#[tokio::test]
async fn other_data_under_a_known_id_comes_again_and_is_not_tracked() {
    let table = Table::default();
    let mut function = table.function().await;
    let first = event("a", 1, "CREATED");
    let mut changed = first.clone();
    changed["detail"]["status"] = json!("DELIVERED");
    // However new it says it is.
    changed["detail"]["metadata"]["sequence"] = json!("2");
    let mut answers = Vec::new();
    for event in [&first, &changed] {
        answers.push(function.invoke(batch([event]), TIME_LEFT).await);
    }
    assert_eq!(failed(&answers[0]), [""; 0]);
    assert_eq!(failed(&answers[1]), ["message-1"]);
    assert_eq!(table.item("a")["status"]["S"], "CREATED");
    let log = function.stop().await.concat();
    assert!(log.contains("other data"), "{log}");
}
