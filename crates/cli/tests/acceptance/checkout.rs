//! Orders through the checkout flow: the real `place-order`, `outbox-relay` and both consumers behind the bus.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use futures::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Client, PATIENCE, Ports, Up, until};

const SHOP: &str = "outbox-dev-shop";
const OUTBOX: &str = "outbox-dev-outbox";
const CONSUMERS: [&str; 2] = ["outbox-dev-notify-restaurant", "outbox-dev-order-tracking"];

struct Shop {
    place: TempDir,
    up: Up,
    client: Client,
}

impl Shop {
    async fn open(stock: &[(&str, u32)]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let up = Up::start(&place.path().join("state"), Ports::free(), &[]).await;
        let client = up.client();
        for (sku, left) in stock {
            let item = json!({
                "id": { "S": format!("stock#{sku}") }, "inStock": { "N": left.to_string() },
            });
            let put = json!({ "TableName": SHOP, "Item": item });
            client.ask("DynamoDB_20120810.PutItem", &put).await;
        }
        Self { place, up, client }
    }

    /// Places an order: the answer, or the error.
    async fn order(&self, event: &Value) -> Result<Value, Value> {
        let answer = self.client.invoke("place-order", event).await;
        match answer.unwrap() {
            (200, body) => Ok(body),
            (_, error) => Err(error),
        }
    }

    async fn items(&self) -> BTreeMap<String, Value> {
        self.client.items(SHOP, "id").await
    }

    async fn left(&self, sku: &str) -> String {
        let item = &self.items().await[&format!("stock#{sku}")];
        item["inStock"]["N"].as_str().unwrap().to_owned()
    }

    /// The rows of the outbox by aggregate and sequence; there are few enough for a digit.
    async fn rows(&self) -> Vec<Value> {
        let items = self.client.items(OUTBOX, "id").await.into_values();
        let mut rows: Vec<_> = items.filter(|item| item.get("detail").is_some()).collect();
        rows.sort_by_key(|row| format!("{} {}", row["aggregate"]["S"], row["sequence"]["N"]));
        rows
    }

    /// Waits until each row is marked as published, and gives them.
    async fn marked(&self) -> Vec<Value> {
        let marked = until("all rows are marked", PATIENCE, async || {
            let rows = self.rows().await;
            let marked = rows.iter().all(|row| row.get("publishedAt").is_some());
            marked.then_some(rows)
        });
        marked.await
    }

    /// What both consumers have heard once they have heard of so many: each order with the ids of its events.
    async fn heard(&self, orders: usize) -> [BTreeMap<String, Vec<String>>; 2] {
        let heard = async |consumer: &str| {
            let log = self.place.path().join(format!("state/logs/{consumer}.log"));
            until(consumer, PATIENCE, async || {
                let text = std::fs::read_to_string(&log).unwrap_or_default();
                let heard = told(&text);
                (heard.len() >= orders).then_some(heard)
            })
            .await
        };
        [heard(CONSUMERS[0]).await, heard(CONSUMERS[1]).await]
    }

    /// How many records the relay was given.
    fn relayed(&self) -> u32 {
        let narration = self.up.narration();
        let lines = narration.lines();
        let records = |line: &str| {
            let (_, what) = line.split_once("outbox-dev-outbox-relay")?;
            let (size, rest) = what.trim().split_once(' ')?;
            rest.starts_with("record")
                .then(|| size.parse::<u32>().ok())?
        };
        lines.filter_map(records).sum()
    }
}

fn told(log: &str) -> BTreeMap<String, Vec<String>> {
    let mut told = BTreeMap::<String, Vec<String>>::new();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_default();
        if let (Some(order), Some(event)) = (line["order_id"].as_str(), line["event_id"].as_str()) {
            // The one tells the order, the other the aggregate.
            let order = order.trim_start_matches("order#").to_owned();
            let events = told.entry(order).or_default();
            events.push(event.to_owned());
        }
    }
    told
}

fn order(id: &str, sku: &str, quantity: u32) -> Value {
    json!({ "id": id, "lines": [{ "sku": sku, "quantity": quantity }] })
}

/// The ids of the rows that tell of placed orders.
fn placed(rows: &[Value]) -> BTreeMap<String, Vec<String>> {
    let placed = rows
        .iter()
        .filter(|row| row["detailType"]["S"] == "OrderPlaced");
    let entry = |row: &Value| {
        let aggregate = row["aggregate"]["S"].as_str().unwrap();
        let order = aggregate.strip_prefix("order#").unwrap().to_owned();
        (order, vec![row["id"]["S"].as_str().unwrap().to_owned()])
    };
    placed.map(entry).collect()
}

#[tokio::test]
async fn given_an_order_then_its_items_and_events_are_written_and_both_queues_hear_of_it() {
    // GIVEN
    let shop = Shop::open(&[("tea", 5), ("milk", 2)]).await;
    // WHEN
    let lines = json!([
        { "sku": "tea", "quantity": 2 }, { "sku": "milk", "quantity": 1 }, { "sku": "tea", "quantity": 1 },
    ]);
    let event = json!({ "id": "breakfast", "restaurant": "Enzo", "lines": lines });
    let answer = shop.order(&event).await.unwrap();
    // THEN the order is there, and the stock is taken
    let merged = json!([{ "sku": "tea", "quantity": 3 }, { "sku": "milk", "quantity": 1 }]);
    let order = json!({ "orderId": "breakfast", "restaurant": "Enzo", "lines": merged });
    assert_eq!(answer, order);
    assert_eq!(
        shop.items().await["order#breakfast"]["restaurant"]["S"],
        "Enzo"
    );
    assert_eq!(
        (shop.left("tea").await, shop.left("milk").await),
        ("2".to_owned(), "1".to_owned())
    );
    // AND a row for each event, numbered, without an expiry until the relay has published it
    let rows = shop.marked().await;
    let brief: Vec<_> = rows
        .iter()
        .map(|row| {
            let [aggregate, number, kind] =
                [("aggregate", "S"), ("sequence", "N"), ("detailType", "S")]
                    .map(|(name, letter)| row[name][letter].as_str().unwrap());
            format!("{aggregate} {number} {kind}")
        })
        .collect();
    assert_eq!(
        brief,
        [
            "order#breakfast 1 OrderPlaced",
            "order#breakfast 2 StockReserved",
            "order#breakfast 3 StockReserved",
        ]
    );
    for row in &rows {
        let published_at = row["publishedAt"]["S"].as_str().unwrap();
        let published_at: jiff::Timestamp = published_at.parse().unwrap();
        let expires_at: i64 = row["expiresAt"]["N"].as_str().unwrap().parse().unwrap();
        assert_eq!(expires_at - published_at.as_second(), 16 * 86_400);
    }
    // AND both consumers have had that it was placed, once, and no event of the stock
    let expected = placed(&rows);
    assert_eq!(shop.heard(1).await, [expected.clone(), expected]);
    let tracked = shop.client.items("outbox-dev-tracking", "id").await;
    assert_eq!(tracked["order#breakfast"]["status"]["S"], "CREATED");
    shop.up.stop().await;
}

#[tokio::test]
async fn given_too_little_stock_then_the_line_is_named_and_nothing_is_written_or_published() {
    let shop = Shop::open(&[("tea", 1), ("milk", 9)]).await;
    let before = shop.items().await;

    let lines = json!([{ "sku": "milk", "quantity": 1 }, { "sku": "tea", "quantity": 2 }]);
    let event = json!({ "id": "breakfast", "lines": lines });
    let error = shop.order(&event).await.unwrap_err();

    assert_eq!(error["errorType"], "TooLittleStock");
    assert_eq!(
        error["errorMessage"],
        "line 2 asks for 2 of \"tea\", but 1 are left; nothing was written"
    );
    assert_eq!(shop.items().await, before);
    let outbox = shop.client.items(OUTBOX, "id").await;
    assert!(outbox.is_empty(), "{outbox:?}");
    // An order that goes through afterwards is all that is ever heard of.
    shop.order(&order("lunch", "tea", 1)).await.unwrap();
    let expected = placed(&shop.marked().await);
    assert_eq!(shop.heard(1).await, [expected.clone(), expected]);
    assert_eq!(shop.relayed(), 2);
    shop.up.stop().await;
}

#[tokio::test]
async fn given_the_same_order_again_also_side_by_side_then_it_has_no_second_effect() {
    let shop = Shop::open(&[("tea", 9)]).await;
    let event = order("breakfast", "tea", 2);

    let first = shop.order(&event).await.unwrap();
    let again = join_all((0..4).map(|_| shop.order(&event))).await;
    // Both at once: the one finds the other's token.
    let event = order("lunch", "tea", 3);
    let twins = join_all((0..4).map(|_| shop.order(&event))).await;

    assert!(again.iter().all(|answer| *answer == Ok(first.clone())));
    assert!(
        twins.iter().all(|answer| *answer == twins[0]) && twins[0].is_ok(),
        "{twins:?}"
    );
    assert_eq!(shop.left("tea").await, "4");
    let rows = shop.marked().await;
    assert_eq!(rows.len(), 4, "{rows:#?}");
    let expected = placed(&rows);
    assert_eq!(shop.heard(2).await, [expected.clone(), expected]);
    shop.up.stop().await;
}

#[tokio::test]
async fn given_more_orders_at_once_than_stock_then_exactly_as_many_win_as_there_is() {
    let shop = Shop::open(&[("tea", 1), ("milk", 5)]).await;

    // Two for the last one.
    let [one, other] = [order("one", "tea", 1), order("other", "tea", 1)];
    let (one, other) = tokio::join!(shop.order(&one), shop.order(&other));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let error = one.err().or(other.err()).unwrap();
    assert_eq!(error["errorType"], "TooLittleStock", "{error}");
    assert_eq!(shop.left("tea").await, "0");

    // And twelve for five.
    let events: Vec<_> = (0..12)
        .map(|nth| order(&format!("hot-{nth}"), "milk", 1))
        .collect();
    let answers = join_all(events.iter().map(|event| shop.order(event))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 5, "{lost:?}");
    for error in lost {
        let error = error.unwrap_err();
        assert_eq!(error["errorType"], "TooLittleStock", "{error}");
    }
    assert_eq!(shop.left("milk").await, "0");

    // An OrderPlaced for exactly the orders that exist.
    let rows = shop.marked().await;
    let events = placed(&rows);
    let items = shop.items().await;
    let orders: Vec<_> = items
        .keys()
        .filter_map(|key| key.strip_prefix("order#"))
        .collect();
    assert_eq!(events.keys().collect::<Vec<_>>(), orders);
    assert_eq!((orders.len(), rows.len()), (6, 12));
    assert_eq!(shop.heard(6).await, [events.clone(), events]);
    shop.up.stop().await;
}

#[tokio::test]
async fn given_rows_that_expire_then_their_removal_publishes_nothing() {
    // GIVEN an order whose events were published sixteen days ago
    let shop = Shop::open(&[("tea", 5)]).await;
    shop.order(&order("old", "tea", 1)).await.unwrap();
    let old = shop.marked().await;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let past = now.unwrap().saturating_sub(Duration::from_mins(1));
    for row in &old {
        let update = json!({
            "TableName": OUTBOX, "Key": { "id": row["id"] },
            "UpdateExpression": "SET expiresAt = :past",
            "ExpressionAttributeValues": { ":past": { "N": past.as_secs().to_string() } },
        });
        shop.client
            .ask("DynamoDB_20120810.UpdateItem", &update)
            .await;
    }
    // WHEN time to live has removed them
    until("the rows expire", PATIENCE, async || {
        shop.rows().await.is_empty().then_some(())
    })
    .await;
    // THEN what is behind that in the stream is the next that the relay is given
    shop.order(&order("new", "tea", 1)).await.unwrap();
    let new = shop.marked().await;
    let mut expected = placed(&old);
    expected.extend(placed(&new));
    assert_eq!(shop.heard(2).await, [expected.clone(), expected]);
    assert_eq!(shop.relayed(), 4, "new rows alone");
    shop.up.stop().await;
}
