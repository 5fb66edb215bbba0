#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use tokio::time::advance;

use super::*;

fn bus(options: Options) -> Bus {
    Bus::new(&Options {
        latency: 0,
        ..options
    })
}

async fn publish(bus: &Bus, positions: impl IntoIterator<Item = usize>) -> (u16, Value) {
    let entries: Vec<_> = positions
        .into_iter()
        .map(|position| {
            let id = format!("{}:UserCreated", stream::event_id(position));
            let detail = json!({"id": "42", "metadata": {"eventId": id}});
            json!({"Source": "myapp.users", "Detail": detail.to_string()})
        })
        .collect();
    let reply = bus
        .answer(Call {
            target: "AWSEvents.PutEvents".to_owned(),
            body: json!({"Entries": entries}).to_string().into(),
        })
        .await;
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_record_is_lost_until_its_event_is_accepted() {
    // GIVEN a stream of 12 records
    let bus = bus(Options {
        records: 12,
        ..Options::default()
    });
    assert_eq!(bus.account().lost, 12);
    // WHEN the events of ten are published, one of them twice
    publish(&bus, 0..10).await;
    publish(&bus, [3]).await;
    // THEN two are lost, and the repeat is a duplicate
    let account = bus.account();
    assert_eq!((account.lost, account.duplicates, account.calls), (2, 1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_refused_entry_is_not_published() {
    // GIVEN a bus that throttles most entries
    let bus = bus(Options {
        records: 10,
        failing: 90,
        ..Options::default()
    });
    // WHEN a call of ten is answered
    let (status, body) = publish(&bus, 0..10).await;
    // THEN the answer tells which, and just those are lost
    let failed = body["FailedEntryCount"].as_u64().unwrap();
    assert_eq!(status, 200);
    assert!((1..=10).contains(&failed), "{body}");
    assert_eq!(bus.account().lost as u64, failed);
}

#[tokio::test(start_paused = true)]
async fn an_outage_begins_after_a_tenth_of_the_records_and_ends() {
    let bus = bus(Options {
        records: 100,
        outage: 5,
        ..Options::default()
    });
    // GIVEN a tenth of the records
    assert_eq!(publish(&bus, 0..10).await.0, 200);
    // WHEN the next call comes, and another just before 5 s are over
    let first = publish(&bus, 10..20).await.0;
    advance(Duration::from_millis(4_999)).await;
    let last = publish(&bus, 10..20).await.0;
    // THEN both are refused, and a call after it is not
    assert_eq!((first, last), (503, 503));
    advance(Duration::from_millis(1)).await;
    assert_eq!(publish(&bus, 10..20).await.0, 200);
    assert_eq!(bus.account().lost, 80);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_aws_would_refuse_is_refused() {
    let bus = bus(Options::default());
    assert_eq!(publish(&bus, 0..11).await.0, 400);
    assert_eq!(publish(&bus, 0..0).await.0, 400);
}
