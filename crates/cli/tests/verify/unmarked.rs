//! A row that was published again, and whose mark the table does not take.

use serde_json::{Value, json};

use crate::shop::Shop;

const ID: &str = "01a1fe10-4dad-7172-be70-000000000001";

/// A row to which DynamoDB lets nobody add an attribute: it has almost the 400 KB that an item may have.
fn full_row() -> Value {
    let row = |text: &str| {
        let metadata = json!({
            "eventId": ID,
            "occurredAt": "2025-01-01T12:00:00.123Z",
            "key": "order#7",
            "sequence": "1",
            "sequenceKind": "counter",
            "version": 1,
        });
        json!({
            "id": { "S": ID },
            "aggregate": { "S": "order#7" },
            "sequence": { "N": "1" },
            "source": { "S": "test.orders" },
            "detailType": { "S": "Placed" },
            "version": { "N": "1" },
            "detail": { "S": json!({ "metadata": metadata, "order": text }).to_string() },
            "createdAt": { "S": "2025-01-01T12:00:00.123Z" },
        })
    };
    let bytes = |row: &Value| -> usize {
        let attributes = row.as_object().unwrap().iter();
        let value = |value: &Value| match value["S"].as_str() {
            Some(text) => text.len(),
            // A number of one digit.
            None => 2,
        };
        attributes.map(|(name, of)| name.len() + value(of)).sum()
    };
    row(&"x".repeat(409_600 - bytes(&row(""))))
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_row_that_can_not_be_marked_then_it_is_told_that_the_next_run_publishes_it_again() {
    let shop = Shop::without_relay().await;
    shop.place(2).await;
    shop.put("shop-dev-outbox", &full_row()).await;

    for published_again in [3, 1] {
        let words = ["--grace", "0", "--publish-to", "shop-dev-events"];
        let ended = shop.verify(&words).await;

        // THEN the bus has it, and nobody is told that all is well
        assert_eq!(ended.code, Some(3), "{ended:?}");
        let counted = format!("published again: {published_again}\n");
        assert!(ended.output.contains(&counted), "{ended:?}");
        let told: Vec<_> = ended.output.lines().rev().take(2).collect();
        let [consequence, unmarked] = told[..] else {
            panic!("{ended:?}")
        };
        assert!(
            unmarked.starts_with(&format!("not marked: {ID}: "))
                && unmarked.contains("exceeded the maximum allowed size"),
            "{unmarked}"
        );
        assert_eq!(
            consequence,
            "1 of those published again could not be marked so: the next run finds it again and publishes it once more, \
             under the same event id, by which consumers know what they have had"
        );
    }
    let marked = |row: &&Value| row.get("publishedAt").is_some();
    assert_eq!(shop.rows().await.iter().filter(marked).count(), 2);
    shop.emulating.stop().await;
}
