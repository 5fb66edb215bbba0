//! An event that the bus brings twice, and one with other data under its id: the declared rules, queues and table, the
//! consumers' own binaries, and DynamoDB as the emulator has it.

use std::time::Duration;

use contract::{Event, Received};
use emulator::Occurrence;
use events::{OrderDetailsChanged, UserCreated};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use crate::functions::{binaries, pass};
use crate::shop::{Shop, open_with_functions};

/// A consumer: what it logs when it has done its work, where what it refuses ends, how often it is asked before, and
/// how long that takes at most.
struct Consumer {
    package: &'static str,
    done: &'static str,
    refused: &'static str,
    attempts: usize,
    next_attempt: Duration,
}

const NOTIFY: Consumer = Consumer {
    package: "notify-restaurant",
    done: "restaurant notified",
    refused: "notifyRestaurantDeadLetterQueueUrl",
    attempts: 5,
    next_attempt: Duration::from_mins(10),
};
const TRACK: Consumer = Consumer {
    package: "order-tracking",
    done: "order tracked",
    refused: "orderTrackingDeadLetterQueueUrl",
    ..NOTIFY
};
const NOTE: Consumer = Consumer {
    package: "user-created-consumer",
    done: "user created",
    refused: "consumerFailureQueueUrl",
    attempts: 3,
    ..NOTIFY
};

async fn publish<E: Event>(shop: &Shop, event: &Value) {
    let entry = json!({
        "EventBusName": shop.stack.outputs["eventBus"],
        "Source": E::SOURCE,
        "DetailType": E::DETAIL_TYPE,
        "Detail": event["detail"].to_string(),
    });
    let answer = shop
        .call("AWSEvents.PutEvents", &json!({ "Entries": [entry] }))
        .await;
    assert_eq!(answer["FailedEntryCount"], 0, "{answer}");
}

fn lines(shop: &Shop, consumer: &Consumer, message: &str) -> usize {
    let log = shop.log(consumer.package);
    log.iter()
        .filter(|line| line["message"].as_str() == Some(message))
        .count()
}

/// The next answer of each of these consumers.
struct Answers<'a>(Vec<(&'a Consumer, Receiver<Occurrence>)>);

impl<'a> Answers<'a> {
    fn of(shop: &Shop, consumers: &'a [Consumer]) -> Self {
        let listen = |consumer| (consumer, shop.emulating.journal().listen());
        Self(consumers.iter().map(listen).collect())
    }

    async fn wait(self) {
        for (consumer, mut journal) in self.0 {
            let answer = async {
                loop {
                    let told = journal.recv().await.unwrap();
                    if let Occurrence::Invoked { function, .. } = told
                        && function.ends_with(consumer.package)
                    {
                        return;
                    }
                }
            };
            let answer = tokio::time::timeout(Duration::from_mins(1), answer).await;
            answer.expect("it did not come");
        }
    }
}

/// Publishes an event and its repeat to these consumers.
async fn published_twice<E: Event>(consumers: &[Consumer]) {
    let packages: Vec<&str> = consumers.iter().map(|one| one.package).collect();
    let shop = open_with_functions(&[], &binaries(&packages).await).await;
    let event = Received::<E>::sample();
    // GIVEN an event that each of them has consumed
    let answers = Answers::of(&shop, consumers);
    publish::<E>(&shop, &event).await;
    answers.wait().await;
    // WHEN it is published again
    let answers = Answers::of(&shop, consumers);
    publish::<E>(&shop, &event).await;
    answers.wait().await;
    for consumer in consumers {
        // THEN its work was done once, and nothing is left to be done
        assert_eq!(lines(&shop, consumer, consumer.done), 1);
        assert_eq!(lines(&shop, consumer, "consumed before: not run again"), 1);
        assert_eq!(shop.waiting(consumer.refused).await, 0);
    }
    // and the table says so of each
    let scan = json!({ "TableName": "outbox-dev-idempotency" });
    let found = shop.call("DynamoDB_20120810.Scan", &scan).await;
    let mut records: Vec<[&Value; 3]> = found["Items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| ["consumer", "eventId", "runState"].map(|name| &item[name]["S"]))
        .collect();
    records.sort_by_key(|[consumer, ..]| consumer.to_string());
    let event_id = &event["detail"]["metadata"]["eventId"];
    let expected: Vec<[Value; 3]> = packages
        .iter()
        .map(|package| [json!(package), event_id.clone(), json!("completed")])
        .collect();
    assert_eq!(
        records,
        expected
            .iter()
            .map(<[Value; 3]>::each_ref)
            .collect::<Vec<_>>()
    );
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_an_order_that_is_published_twice_then_it_is_notified_and_tracked_once() {
    published_twice::<OrderDetailsChanged>(&[NOTIFY, TRACK]).await;
}

#[tokio::test]
async fn given_a_user_that_is_published_twice_then_it_is_noted_once() {
    published_twice::<UserCreated>(&[NOTE]).await;
}

/// Publishes an event, and then another under its id.
async fn published_under_one_id<E: Event>(consumer: &Consumer, field: &str, other: &str) {
    let shop = open_with_functions(&[], &binaries(&[consumer.package]).await).await;
    let event = Received::<E>::sample();
    let mut changed = event.clone();
    changed["detail"][field] = json!(other);
    let consumers = std::slice::from_ref(consumer);
    // GIVEN an event that was consumed
    let mut answers = Answers::of(&shop, consumers);
    publish::<E>(&shop, &event).await;
    answers.wait().await;
    assert_eq!(lines(&shop, consumer, consumer.done), 1);
    // WHEN other data comes under its id
    answers = Answers::of(&shop, consumers);
    publish::<E>(&shop, &changed).await;
    for _ in 0..consumer.attempts {
        answers.wait().await;
        answers = Answers::of(&shop, consumers);
        pass(consumer.next_attempt).await;
    }
    // THEN it lies where somebody looks, whole
    let refused = &shop.receive(consumer.refused, 1).await[0];
    let refused = refused.get("requestPayload").unwrap_or(refused);
    assert_eq!(refused["detail"], changed["detail"]);
    // and was refused each time, for that reason
    let log = shop.log(consumer.package);
    let errors = log.iter().filter_map(|line| line["error"].as_str());
    let of_other_data = errors.filter(|error| error.contains("with other data"));
    assert_eq!(of_other_data.count(), consumer.attempts, "{log:#?}");
    assert_eq!(lines(&shop, consumer, consumer.done), 1);
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_other_data_under_the_id_of_an_order_then_it_is_not_notified_but_kept() {
    published_under_one_id::<OrderDetailsChanged>(&NOTIFY, "restaurant", "another").await;
}

#[tokio::test]
async fn given_other_data_under_the_id_of_a_change_then_it_is_not_tracked_but_kept() {
    published_under_one_id::<OrderDetailsChanged>(&TRACK, "status", "DELIVERED").await;
}

#[tokio::test]
async fn given_other_data_under_the_id_of_a_user_then_it_is_not_noted_but_kept() {
    published_under_one_id::<UserCreated>(&NOTE, "id", "another").await;
}
