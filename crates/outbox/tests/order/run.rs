//! One function behind a queue, a rule and a schedule.

use std::io;
use std::time::Duration;

use lambda_runtime::Diagnostic;
use outbox::consume::Failures;
use outbox::testing::Lanes;
use serde_json::{Value, json, to_value};
use tokio::time::Instant;

use super::{Clock, Notice, Seen, consumer, event};

struct Printer {
    store: Lanes,
    clock: Clock,
    seen: Seen,
}

impl Printer {
    fn new() -> Self {
        Self {
            store: Lanes::new(),
            clock: Clock::new(),
            seen: Seen::default(),
        }
    }

    /// Of what fails, nothing is seen.
    async fn get(&self, invocation: Value, fails: &str) -> Result<Failures, Diagnostic> {
        let gapless = consumer(&self.store, &self.clock, 1);
        let deadline = Instant::now() + Duration::from_secs(10);
        let handler = async |notice: Notice| {
            if notice.key() == fails {
                return Err(io::Error::other("out of paper"));
            }
            self.seen.note(notice).await
        };
        gapless.handle(invocation, deadline, handler).await
    }
}

fn batch(events: impl IntoIterator<Item = Value>) -> Value {
    let records = (1..).zip(events);
    let records: Vec<Value> = records
        .map(|(n, event)| json!({ "messageId": format!("message-{n}"), "body": event.to_string() }))
        .collect();
    json!({ "Records": records })
}

fn scheduled() -> Value {
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-21T12:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/printer-release"],
        "detail": {},
    })
}

fn failed(answer: Result<Failures, Diagnostic>) -> Value {
    to_value(answer.unwrap()).unwrap()["batchItemFailures"].take()
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_taken_message_by_message() {
    let printer = Printer::new();
    let invocation = batch([
        event("a", 2),
        event("jammed", 1),
        event("a", 1),
        json!({ "detail-type": "Unknown" }),
    ]);
    let answer = printer.get(invocation, "jammed").await;
    let messages = ["message-2", "message-4"].map(|id| json!({ "itemIdentifier": id }));
    assert_eq!(failed(answer), json!(messages));
    assert_eq!(printer.seen.all(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_alone_is_taken_and_no_other_is_mistaken_for_the_schedule() {
    let printer = Printer::new();
    for sequence in [2, 1] {
        let answer = printer.get(event("a", sequence), "").await;
        assert_eq!(failed(answer), json!([]));
    }
    assert_eq!(printer.seen.all(), [1, 2]);
    let mut unknown = event("a", 3);
    unknown["detail-type"] = json!("Unknown");
    for invocation in [unknown, json!({}), json!({ "records": [] })] {
        let error = printer.get(invocation, "").await.unwrap_err();
        assert_eq!(error.error_type, "EventDoesNotFit");
    }
}

#[tokio::test(start_paused = true)]
async fn a_schedule_releases_what_has_waited_too_long_and_a_key_that_fails_holds_up_no_other() {
    // GIVEN three keys whose first event does not come
    let printer = Printer::new();
    for key in ["a", "jammed", "z"] {
        let answer = printer.get(batch([event(key, 2)]), "").await;
        assert_eq!(failed(answer), json!([]));
    }
    // WHEN the schedule comes before their patience ends
    assert_eq!(failed(printer.get(scheduled(), "").await), json!([]));
    assert_eq!(printer.seen.all(), [0; 0]);
    // and when it comes after, while one can't be handed over
    printer.clock.turn(Duration::from_mins(15));
    let error = printer.get(scheduled(), "jammed").await.unwrap_err();
    // THEN the others are handed over, and the function fails, where an alarm sees it
    assert_eq!(printer.seen.all(), [2, 2]);
    assert_eq!(error.error_type, "NotReleased");
    assert!(
        error.error_message.contains("out of paper"),
        "{}",
        error.error_message
    );
    // and the next time that one is as well
    assert_eq!(failed(printer.get(scheduled(), "").await), json!([]));
    assert_eq!(printer.seen.all(), [2, 2, 2]);
}
