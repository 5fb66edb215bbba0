//! A quarantine message holds all that is needed to publish what its record means.

use serde_json::json;

use super::fixture::*;
use crate::quarantine::{Encoding, Function, Message, Quarantined};
use crate::testing::{Bus, Quarantine, Record, inserts};
use crate::{Batch, Change, Entry, Events, Relay};

fn three_events(change: Change<Item, Key>) -> Events {
    let Change::Created(item) = change else {
        return one_event(change);
    };
    let (first, second) = (item.clone(), item.clone());
    Events::of(Stored { item: first })
        .and(Changed { item: second })
        .and(Stored { item })
}

/// What a relay publishes of a batch when nothing is wrong.
async fn published(batch: &Batch) -> Vec<Entry> {
    let bus = Bus::new();
    let relay = Relay::new(bus.clone(), Quarantine::new());
    let failures = relay.handle(batch, deadline(), three_events).await;
    assert!(failures.is_empty());
    bus.published()
}

/// The one message of a relay that meets `bus` with this mapping.
async fn quarantined(
    batch: &Batch,
    bus: Bus,
    mapping: impl Fn(Change<Item, Key>) -> Result<Events, String>,
) -> Message {
    let quarantine = Quarantine::new();
    let failures = Relay::new(bus, quarantine.clone())
        .with_function(Function {
            name: "items-relay".to_owned(),
            version: "7".to_owned(),
        })
        .handle(batch, deadline(), mapping)
        .await;
    assert!(failures.is_empty());
    let mut messages = quarantine.messages();
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

#[tokio::test(start_paused = true)]
async fn the_message_alone_gives_the_entries_that_the_relay_would_have_sent() {
    let noise: String = {
        let mut random = fastrand::Rng::with_seed(1);
        std::iter::repeat_with(|| random.alphanumeric())
            .take(300_000)
            .collect()
    };
    for text in ["text", "ä \" \\ \u{1} 😀", "{\"metadata\":1}", &noise] {
        // GIVEN a record whose second event is refused
        let record = Record::insert(1, &with_text("1", text));
        let batch = Batch::from_iter([record]);
        let bus = Bus::new().refuse("Changed", "MalformedDetail", 1);
        // WHEN its message is all that is left
        let message = quarantined(&batch, bus, |change| Ok(three_events(change))).await;
        let rest = Quarantined::read(&message).unwrap();
        // THEN the same entries come of it, each byte of them
        let entries = published(&rest.batch()).await;
        assert_eq!(entries, published(&batch).await);
        // AND it is known which of them the bus has already
        let ids: Vec<&str> = entries.iter().map(|entry| &*entry.event_id).collect();
        assert_eq!(rest.event_ids, ids);
        assert_eq!(
            ids,
            ["event-1:Stored", "event-1:Changed", "event-1:Stored:2"]
        );
        assert_eq!(rest.accepted_event_ids, ["event-1:Stored"]);
        assert_eq!(rest.function.version, "7");
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_a_mapping_could_not_take_is_published_by_a_repaired_one() {
    type Broken = fn(Change<Item, Key>) -> Result<Events, String>;
    let too_large = |_| {
        Ok(Events::of(Stored {
            item: with_text("1", &"x".repeat(1024 * 1024)),
        }))
    };
    let broken: [Broken; 3] = [
        |_| Err("not yet written".to_owned()),
        |_| panic!("not yet written"),
        too_large,
    ];
    let batch = inserts([item("1")]);
    for mapping in broken {
        let message = quarantined(&batch, Bus::new(), mapping).await;
        let rest = Quarantined::read(&message).unwrap();
        assert_eq!(published(&rest.batch()).await, published(&batch).await);
        assert_eq!(rest.accepted_event_ids, [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_record_is_kept_as_it_was_written() {
    // Blanks, escapes, the order of members, a number's form: what reading and writing again may change.
    let text = format!(
        r#" {{ "eventName":"INSERT","eventID":"event-1", "dynamodb":{{"SequenceNumber":"{}",
        "ApproximateCreationDateTime":1.763702220E9,"Keys":{{"id":{{"S":"1"}}}},
        "NewImage":{{"text":{{"S":"\u0061\/\u00e4"}},"id":{{"S":"1"}},"size":{{"N":"1.50E+2"}}}}}},"big":12345678901234567890123 }}"#,
        sequence_number(1)
    );
    let event = format!(r#"{{"Records":[{text}]}}"#);
    let batch: Batch = serde_json::from_str(&event).unwrap();

    let message = quarantined(&batch, Bus::new(), |_| Err("no".to_owned())).await;

    let rest = Quarantined::read(&message).unwrap();
    assert_eq!(rest.record.get(), text.trim());
    assert_eq!(published(&rest.batch()).await, published(&batch).await);
}

/// SQS takes no other characters than these:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
fn allowed(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[tokio::test(start_paused = true)]
async fn a_record_with_characters_that_no_message_may_have_is_encoded() {
    for (character, encoding) in [
        ('\u{fffd}', Encoding::Json),
        ('\u{fffe}', Encoding::GzipBase64),
        ('\u{ffff}', Encoding::GzipBase64),
    ] {
        let text = format!("before {character} behind");
        let batch = Batch::from_iter([
            Record::insert(1, &with_text("1", &text)).with("/awsRegion", json!("us-east-1"))
        ]);

        let message = quarantined(&batch, Bus::new(), |_| Err("no".to_owned())).await;

        assert_eq!(message.encoding, encoding, "{character:?}");
        assert!(message.body.chars().all(allowed), "{character:?}");
        let rest = Quarantined::read(&message).unwrap();
        assert_eq!(published(&rest.batch()).await, published(&batch).await);
    }
}

#[test]
fn a_message_that_is_none_of_the_quarantine_is_an_error() {
    for (body, encoding) in [
        ("{}", Encoding::Json),
        ("no JSON", Encoding::Json),
        ("{}", Encoding::GzipBase64),
        ("AAAA", Encoding::GzipBase64),
    ] {
        let message = Message {
            body: body.to_owned(),
            encoding,
        };
        assert!(Quarantined::read(&message).is_err(), "{message:?}");
    }
}
