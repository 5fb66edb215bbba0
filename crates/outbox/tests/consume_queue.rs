//! A batch of SQS messages in: each event handed over when it fits its contract, each failure for its message alone.

#![cfg(feature = "aws")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

#[macro_use]
mod event;
mod log;

use std::collections::BTreeMap;
use std::future::pending;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use contract::{Event, Misfit, Received};
use outbox::consume::{FromEvent, QueueBatch, SIDE_BY_SIDE, handle_queue};
use outbox::testing::messages;
use serde_json::{Value, json, to_value};
use tokio::time::{Instant, sleep};

use self::log::Log;

const TIME_LEFT: Duration = Duration::from_secs(30);

event!(Stored of "test.items", id like "item-1");

/// An event of an item with a sequence number.
fn stored(id: &str, sequence: u32) -> Value {
    let mut event = Received::<Stored>::sample();
    event["detail"]["id"] = json!(id);
    let metadata = &mut event["detail"]["metadata"];
    metadata["eventId"] = json!(format!("{id}-{sequence}:Stored"));
    metadata["key"] = json!(id);
    metadata["sequence"] = json!(sequence.to_string());
    event
}

fn deadline() -> Instant {
    Instant::now() + TIME_LEFT
}

/// What Lambda is answered when exactly these messages are to come again.
fn failed<const N: usize>(numbers: [usize; N]) -> Value {
    let failures: Vec<Value> = numbers
        .iter()
        .map(|n| json!({ "itemIdentifier": format!("message-{n}") }))
        .collect();
    json!({ "batchItemFailures": failures })
}

async fn succeed(_: Received<Stored>) -> io::Result<()> {
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_batch_as_lambda_delivers_it_is_read_whatever_attributes_it_has() {
    let batch: QueueBatch = serde_json::from_str(include_str!("fixtures/sqs-batch.json")).unwrap();
    let seen = Mutex::new(Vec::new());

    let failures = handle_queue(batch.clone(), deadline(), |event: Received<Stored>| {
        seen.lock().unwrap().push(event.detail.id);
        async { Ok::<(), io::Error>(()) }
    })
    .await;

    assert_eq!(to_value(failures).unwrap(), failed([]));
    assert_eq!(seen.into_inner().unwrap(), ["item-1"]);

    // and a failure names the message as SQS does
    let fail = async |_: Received<Stored>| Err(io::Error::other("the printer is away"));
    let failures = handle_queue(batch, deadline(), fail).await;
    assert_eq!(
        to_value(failures).unwrap(),
        json!({ "batchItemFailures": [{ "itemIdentifier": "059f36b4-87a3-44ab-83d2-661975830a7d" }] })
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_batch_is_a_success() {
    let failures = handle_queue(messages::<Value>([]), deadline(), succeed).await;
    assert_eq!(to_value(failures).unwrap(), failed([]));
}

#[test]
fn what_is_no_batch_of_messages_is_refused_as_a_whole() {
    for event in [
        json!({}),
        json!({ "Records": null }),
        json!({ "Records": [{ "body": "{}" }] }),
        json!({ "Records": [{ "messageId": "message-1" }] }),
    ] {
        assert!(
            serde_json::from_value::<QueueBatch>(event.clone()).is_err(),
            "{event}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_failure_fails_its_message_alone() {
    // GIVEN a batch in which every second message is wrong in another way
    let mut misfit = stored("b", 1);
    misfit["detail"]["id"] = json!(7);
    let mut of_another_kind = stored("f", 1);
    of_another_kind["detail-type"] = json!("Removed");
    let batch = messages([
        stored("a", 1).to_string(),
        "no JSON".to_owned(),
        stored("c", 1).to_string(),
        misfit.to_string(),
        stored("error", 1).to_string(),
        stored("panic", 1).to_string(),
        stored("panic at once", 1).to_string(),
        of_another_kind.to_string(),
        "7".to_owned(),
        stored("z", 1).to_string(),
    ]);
    let seen = Mutex::new(Vec::new());
    // WHEN
    let failures = handle_queue(batch, deadline(), |event: Received<Stored>| {
        let id = event.detail.id;
        assert_ne!(id, "panic at once");
        let seen = &seen;
        async move {
            match &*id {
                "error" => Err(io::Error::other("the mail server is away")),
                "panic" => panic!("no mail for {id}"),
                _ => {
                    seen.lock().unwrap().push(id);
                    Ok(())
                }
            }
        }
    })
    .await;
    // THEN these come again and the others are consumed
    assert_eq!(to_value(failures).unwrap(), failed([2, 4, 5, 6, 7, 8, 9]));
    let mut seen = seen.into_inner().unwrap();
    seen.sort();
    assert_eq!(seen, ["a", "c", "z"]);
}

#[tokio::test(start_paused = true)]
async fn handlers_run_side_by_side_up_to_the_limit() {
    let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let batch = messages((0..3 * SIDE_BY_SIDE).map(|n| stored(&n.to_string(), 1)));
    let begin = Instant::now();

    let failures = handle_queue(batch, deadline(), async |_: Received<Stored>| {
        most.fetch_max(
            1 + running.fetch_add(1, Ordering::Relaxed),
            Ordering::Relaxed,
        );
        sleep(Duration::from_secs(1)).await;
        running.fetch_sub(1, Ordering::Relaxed);
        Ok::<(), io::Error>(())
    })
    .await;

    assert!(failures.is_empty());
    assert_eq!(most.into_inner(), SIDE_BY_SIDE);
    assert_eq!(begin.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn events_of_one_key_are_handed_over_one_after_the_other_by_their_sequence() {
    // GIVEN the events of two items, out of order; 10 is more than 9 though its text is less
    let batch = messages([
        stored("a", 10),
        stored("b", 1),
        stored("a", 9),
        stored("a", 100),
    ]);
    let seen = Mutex::new(Vec::new());
    // WHEN the second of one item fails
    let failures = handle_queue(batch, deadline(), async |event: Received<Stored>| {
        sleep(Duration::from_secs(1)).await;
        let id = event.metadata.event_id;
        let outcome = match &*id {
            "a-10:Stored" => Err(io::Error::other("no")),
            _ => Ok(()),
        };
        seen.lock().unwrap().push(id);
        outcome
    })
    .await;
    // THEN its third is handed over all the same
    assert_eq!(to_value(failures).unwrap(), failed([1]));
    let seen = seen.into_inner().unwrap();
    let of_a: Vec<_> = seen.iter().filter(|id| id.starts_with('a')).collect();
    assert_eq!(of_a, ["a-9:Stored", "a-10:Stored", "a-100:Stored"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_consumed_shortly_before_the_deadline_comes_again() {
    // GIVEN one handler that is done, one that hangs, and one behind it that has not begun
    let batch = messages([stored("a", 1), stored("b", 1), stored("b", 2)]);
    let deadline = deadline();
    // WHEN
    let failures = handle_queue(batch, deadline, async |event: Received<Stored>| {
        if event.detail.id == "b" {
            pending::<()>().await;
        }
        Ok::<(), io::Error>(())
    })
    .await;
    // THEN Lambda gets an answer in time, and what is done stays done
    assert_eq!(to_value(failures).unwrap(), failed([2, 3]));
    let left = deadline - Instant::now();
    assert!(
        left > Duration::ZERO && left < Duration::from_secs(1),
        "{left:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn without_time_left_nothing_is_begun() {
    let batch = messages([stored("a", 1)]);
    let failures = handle_queue(batch, Instant::now(), async |_: Received<Stored>| {
        panic!("there is no time") as io::Result<()>
    })
    .await;
    assert_eq!(to_value(failures).unwrap(), failed([1]));
}

enum Notice {
    Stored(Received<Stored>),
    Removed(Received<Removed>),
}

event!(Removed of "test.items", key like "item-9");

impl FromEvent for Notice {
    fn from_event(event: Value) -> Result<Self, Misfit> {
        if event["detail-type"] == Removed::DETAIL_TYPE {
            Received::read(event).map(Self::Removed)
        } else {
            Received::read(event).map(Self::Stored)
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_queue_may_bring_several_kinds_of_events() {
    let batch = messages([
        Received::<Stored>::sample(),
        Received::<Removed>::sample(),
        json!({ "detail-type": "Unknown" }),
    ]);
    let seen = Mutex::new(Vec::new());

    let failures = handle_queue(batch, deadline(), |notice| {
        seen.lock().unwrap().push(match notice {
            Notice::Stored(event) => event.detail.id,
            Notice::Removed(event) => event.detail.key,
        });
        async { Ok::<(), io::Error>(()) }
    })
    .await;

    assert_eq!(to_value(failures).unwrap(), failed([3]));
    assert_eq!(seen.into_inner().unwrap(), ["item-1", "item-9"]);
}

#[tokio::test(start_paused = true)]
async fn each_failed_message_is_one_log_line_with_its_ids_and_without_data() {
    // GIVEN the logs of a function, and data that must not get there
    let log = Log::default();
    let secret = "ada@example.com";
    let mut misfit = stored("a", 1);
    misfit["detail"]["id"] = json!({ "mail": secret });
    let batch = messages([
        misfit.to_string(),
        format!("no JSON: {secret}"),
        stored("error", 3).to_string(),
        stored(secret, 4)
            .to_string()
            .replace(&format!("{secret}-4:Stored"), "slow-4:Stored"),
        stored("z", 1).to_string(),
    ]);
    // WHEN
    let handled = handle_queue(
        batch,
        deadline(),
        async |event: Received<Stored>| match &*event.metadata.event_id {
            "error-3:Stored" => Err(io::Error::other("the mail server is away")),
            "slow-4:Stored" => pending().await,
            _ => Ok(()),
        },
    );
    log.of(handled).await;
    // THEN
    let log = log.text();
    assert!(!log.contains("ada"), "{log}");
    let lines = log.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| line[name].as_str().unwrap_or("none").to_owned();
        [
            field("message_id"),
            field("event_id"),
            field("error_type"),
            field("error"),
        ]
    });
    let lines: BTreeMap<String, [String; 3]> = lines
        .map(|[message_id, rest @ ..]| (message_id, rest))
        .collect();
    let errors: Vec<_> = lines
        .iter()
        .map(|(id, [event_id, kind, _])| (&**id, &**event_id, &**kind))
        .collect();
    assert_eq!(
        errors,
        [
            ("message-1", "a-1:Stored", "EventDoesNotFit"),
            ("message-2", "", "BodyIsNotJson"),
            ("message-3", "error-3:Stored", "HandlerFailed"),
            ("message-4", "slow-4:Stored", "none"),
        ]
    );
    assert!(lines["message-1"][2].contains("detail.id"), "{lines:?}");
    assert!(
        lines["message-3"][2].contains("mail server is away"),
        "{lines:?}"
    );
}
