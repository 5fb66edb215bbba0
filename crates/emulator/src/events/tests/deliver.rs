//! Where events go.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    BUS, Run, Settings, bus, entry, none, pending, placed, queue, queue_arn, rule, run, run_with,
    target, to_a_queue,
};
use crate::Store;
use crate::front::Service;
use crate::testing::{resource, stack};

#[tokio::test(start_paused = true)]
async fn an_event_reaches_every_target_of_every_rule_that_matches_and_no_other() {
    let store = Store::in_memory().unwrap();
    let mut cheap = rule(&json!({"detail": {"price": [{"numeric": ["<", 1]}]}}));
    cheap.outputs.insert("name".to_owned(), json!("cheap"));
    let mut for_cheap = target("cheap", &queue_arn("cheap"), &json!({}));
    for_cheap.outputs.insert("rule".to_owned(), json!("cheap"));
    let resources = vec![
        bus(),
        placed(),
        cheap,
        target("one", &queue_arn("one"), &json!({})),
        target("two", &queue_arn("two"), &json!({})),
        for_cheap,
        queue("one"),
        queue("two"),
        queue("cheap"),
    ];
    let run = run(&store, &stack(resources), none());

    let answer = run.put(&[entry(7)]).await;

    for name in ["one", "two"] {
        let event: Value = serde_json::from_str(&run.queues.next_body(name).await).unwrap();
        assert_eq!(event["id"], answer["Entries"][0]["EventId"]);
    }
    assert_eq!(run.count("cheap").await, "0");
    assert_eq!(pending(&store), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_archive_keeps_what_matches_for_its_days_and_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let archive = json!({
        "name": "orders",
        "arn": "arn:archive",
        "eventSourceArn": BUS,
        "eventPattern": r#"{"detail":{"order":[1]}}"#,
        "retentionDays": 2,
    });
    let archive = resource(
        "aws:cloudwatch/eventArchive:EventArchive",
        "orders",
        &archive,
    );
    let stack = stack(vec![bus(), archive]);
    let count = async |run: &Run| {
        let body = json!({"ArchiveName": "orders"});
        let answer = run.buses.call("DescribeArchive", body).await.unwrap();
        answer["EventCount"].as_u64().unwrap()
    };
    {
        let store = Store::open(&file).unwrap();
        let run = run(&store, &stack, none());
        run.put(&[entry(1), entry(2)]).await;
        assert_eq!(count(&run).await, 1);
    }
    let store = Store::open(&file).unwrap();
    let run = run(&store, &stack, none());
    assert_eq!(count(&run).await, 1);
    tokio::time::sleep(Duration::from_hours(47)).await;
    assert_eq!(count(&run).await, 1);
    tokio::time::sleep(Duration::from_hours(2)).await;
    assert_eq!(count(&run).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_disabled_rule_matches_nothing_and_the_default_bus_needs_no_declaration() {
    let store = Store::in_memory().unwrap();
    let mut disabled = placed();
    disabled
        .outputs
        .insert("state".to_owned(), json!("DISABLED"));
    let mut matching = rule(&json!({"source": ["shop.orders"]}));
    matching.outputs.shift_remove("eventBusName");
    matching.outputs.insert("name".to_owned(), json!("any"));
    let mut to_queue = target("default", &queue_arn("default"), &json!({}));
    to_queue.outputs.insert("rule".to_owned(), json!("any"));
    to_queue.outputs.shift_remove("eventBusName");
    let resources = vec![
        bus(),
        disabled,
        matching,
        target("off", &queue_arn("off"), &json!({})),
        to_queue,
        queue("off"),
        queue("default"),
    ];
    let run = run(&store, &stack(resources), none());
    let mut to_default = entry(2);
    to_default
        .as_object_mut()
        .unwrap()
        .shift_remove("EventBusName");
    run.put(&[entry(1), to_default]).await;
    let event: Value = serde_json::from_str(&run.queues.next_body("default").await).unwrap();
    assert_eq!(event["detail"]["order"], 2);
    assert_eq!(run.count("off").await, "0");
}

/// The numbers of the orders in a queue, as they come.
async fn orders(run: &Run, queue: &str, count: usize) -> Vec<u64> {
    let mut orders = Vec::new();
    for _ in 0..count {
        let event: Value = serde_json::from_str(&run.queues.next_body(queue).await).unwrap();
        orders.push(event["detail"]["order"].as_u64().unwrap());
    }
    orders
}

#[tokio::test(start_paused = true)]
async fn row_3_1_order_and_repeats_each_target_gets_each_event_once_unless_told_otherwise() {
    let store = Store::in_memory().unwrap();
    let stack = to_a_queue();
    let once = run(&store, &stack, none());
    once.put(&[entry(1), entry(2), entry(3)]).await;
    assert_eq!(orders(&once, "q", 3).await, [1, 2, 3]);
    drop(once);

    // GIVEN deliveries that are all repeated, and begin up to 20 s later, before a received message can come again
    let settings = Settings {
        repeats_per_thousand: 1000,
        disorder: Duration::from_secs(20),
        ..Settings::default()
    };
    let run = run_with(&Store::in_memory().unwrap(), &stack, settings);
    let numbers: Vec<u64> = (0..30).collect();
    for number in &numbers {
        run.put(&[entry(u32::try_from(*number).unwrap())]).await;
    }
    let taken = orders(&run, "q", 60).await;

    // THEN each event is there twice, and not in the order of publication
    let mut sorted = taken.clone();
    sorted.sort_unstable();
    let twice: Vec<u64> = numbers.iter().flat_map(|number| [*number; 2]).collect();
    assert_eq!(sorted, twice);
    assert_ne!(taken, sorted);
}

#[tokio::test(start_paused = true)]
async fn row_3_3_delivered_means_that_the_queue_has_the_message() {
    let store = Store::in_memory().unwrap();
    let run = run(&store, &to_a_queue(), none());
    run.put(&[entry(1)]).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    // Nobody has received it, and the bus has done its part.
    assert_eq!(pending(&store), (0, 0));
    assert_eq!(run.count("q").await, "1");
}
