//! What the orders' changes become on the bus, whoever publishes them.

use serde_json::{Value, json};

use crate::functions::binaries;
use crate::shop::{Shop, open, open_with_functions};

const TRACK: &str = "orderTrackingQueueUrl";
const RESTAURANT: &str = "Zum \"Löwen\"\n<$.eventID> & \\ 'Söhne'";

/// The events of an order that is created, accepted and removed, and of one without a restaurant, without what differs
/// each time.
async fn published(shop: &Shop) -> Vec<Value> {
    let order = json!({ "status": "CREATED", "id": "o-1", "restaurant": RESTAURANT });
    assert_eq!(shop.post(&order).await.status, 201);
    assert_eq!(shop.patch("o-1", "ACCEPTED").await.status, 200);
    let remove = json!({
        "TableName": shop.stack.outputs["ordersTable"],
        "Key": { "id": { "S": "o-1" } },
    });
    shop.call("DynamoDB_20120810.DeleteItem", &remove).await;
    let order = json!({ "status": "CREATED", "id": "o-2" });
    assert_eq!(shop.post(&order).await.status, 201);

    let mut events = shop.receive(TRACK, 3).await;
    shop.nothing_in(TRACK).await;
    events.sort_by_key(|event| event["detail"]["metadata"]["sequence"].to_string());
    for event in &mut events {
        for member in ["id", "time"] {
            event[member].take();
        }
        let metadata = &mut event["detail"]["metadata"];
        for member in ["eventId", "occurredAt", "sequence"] {
            assert!(metadata[member].take().is_string(), "{member}");
        }
    }
    events
}

#[tokio::test]
async fn given_a_function_in_the_pipes_place_then_it_publishes_what_the_pipe_publishes() {
    let shop = open().await;
    let by_pipe = published(&shop).await;
    shop.emulating.stop().await;

    let config = [("ordersRelay", "function")];
    let shop = open_with_functions(&config, &binaries(&["orders-relay"]).await).await;
    let by_function = published(&shop).await;
    shop.emulating.stop().await;

    assert_eq!(by_function, by_pipe);
    let told: Vec<_> = by_pipe
        .iter()
        .map(|event| ["id", "status", "restaurant"].map(|field| &event["detail"][field]))
        .collect();
    // A removal is no event.
    assert_eq!(
        told,
        [
            ["o-1", "CREATED", RESTAURANT],
            ["o-1", "ACCEPTED", RESTAURANT],
            ["o-2", "CREATED", ""],
        ]
    );
}
