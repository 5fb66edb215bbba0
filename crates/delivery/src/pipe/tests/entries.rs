use serde_json::{Value, json};

use super::{BUS, context, pipe, record, refusal, step};
use crate::bus::read;
use crate::pipe::{Entry, requests};

fn entry(bus: &Value, template: Option<&str>, record: &str) -> Entry {
    step(bus, template).entry(record, &context())
}

/// The one entry as `PutEvents` gets it.
fn sent(entry: Entry) -> Value {
    let (count, mut request) = requests(vec![entry], BUS).remove(0);
    assert_eq!(count, 1);
    request["Entries"][0].take()
}

#[test]
fn row_4_2_whole_record_is_the_detail_without_a_template() {
    let record = record(&json!({ "status": { "S": "CREATED" } }));
    let sent = sent(entry(&json!({}), None, &record));
    assert_eq!(sent["Detail"], Value::from(record));
    assert_eq!(sent["EventBusName"], BUS);
    // As others have seen it; AWS does not say.
    assert_eq!(sent["DetailType"], "Event from aws:dynamodb");
    assert_eq!(sent["Source"], "Pipe orders");
    assert_eq!(sent.get("Time"), None);
}

#[test]
fn row_4_2_one_entry_for_each_record_in_requests_that_a_bus_takes() {
    let entry_of = |bytes: usize| {
        let record = json!({ "a": "x".repeat(bytes) }).to_string();
        entry(&json!({ "source": "s", "detailType": "d" }), None, &record)
    };
    let counts = |sizes: &[usize]| -> Vec<usize> {
        let entries = sizes.iter().map(|bytes| entry_of(*bytes)).collect();
        let requests = requests(entries, BUS);
        for (count, request) in &requests {
            let read = read(request.clone());
            // A request of one entry may be too large, and is refused for it.
            assert!(read.is_ok_and(|it| it.iter().all(Result::is_ok)) || *count == 1);
        }
        requests.into_iter().map(|(count, _)| count).collect()
    };
    assert_eq!(counts(&[1; 10]), [10]);
    assert_eq!(counts(&[1; 21]), [10, 10, 1]);
    assert_eq!(counts(&[600_000, 300_000, 300_000]), [2, 1]);
    assert_eq!(counts(&[1, 1_100_000, 1]), [1, 1, 1]);
    assert!(counts(&[]).is_empty());
}

#[test]
fn row_4_3_dynamic_parameters_are_read_from_the_original_record() {
    let record = record(&json!({
        "type": { "S": "OrderPlaced" },
        "about": { "S": "arn:aws:x" },
        "at": { "S": "2026-11-21T05:17:00.007Z" },
        "price": { "N": "5" },
    }));
    let bus = json!({
        "detailType": "$.dynamodb.NewImage.type.S",
        "source": "$.dynamodb.NewImage.price.N",
        "resources": ["$.dynamodb.NewImage.about.S", "arn:aws:y"],
        "time": "$.dynamodb.NewImage.at.S",
    });
    // The template has no such fields.
    let made = sent(entry(&bus, Some(r#"{"a": 1}"#), &record));
    assert_eq!(made["DetailType"], "OrderPlaced");
    assert_eq!(made["Source"], "5");
    assert_eq!(made["Resources"], json!(["arn:aws:x", "arn:aws:y"]));
    assert_eq!(made["Time"], json!(1_795_238_220.007));
    assert_eq!(made["Detail"], r#"{"a": 1}"#);
    // The whole value is the path, or none of it.
    let bus = json!({ "detailType": "Order $.dynamodb.NewImage.type.S" });
    let made = sent(entry(&bus, None, &record));
    assert_eq!(made["DetailType"], "Order $.dynamodb.NewImage.type.S");
}

#[test]
fn row_4_3_dynamic_parameters_that_lead_nowhere_make_entries_that_the_bus_refuses() {
    let judged = |bus: Value| {
        let (_, request) = requests(vec![entry(&bus, None, &record(&json!({})))], BUS).remove(0);
        read(request).map(|mut entries| entries.remove(0).map_err(|error| error.code))
    };
    let refused = judged(json!({ "detailType": "$.none" })).unwrap();
    assert_eq!(refused, Err("InvalidArgument"));
    for time in ["$.none", "$.eventID"] {
        let error = judged(json!({ "time": time })).unwrap_err().to_string();
        assert!(error.contains("no PutEvents request"), "{error}");
    }
    let seconds = r#"{"at": 1795238220}"#;
    let made = sent(entry(&json!({ "time": "$.at" }), None, seconds));
    assert_eq!(made["Time"], json!(1_795_238_220.0));
}

#[test]
fn row_4_1_bus_parameters_have_lengths_and_no_source_of_aws() {
    let taken = json!({
        "detailType": "d".repeat(128),
        "source": "s".repeat(256),
        "resources": vec!["arn:aws:x"; 10],
        "endpointId": null,
    });
    let made = sent(entry(&taken, None, "{}"));
    assert_eq!(made["Resources"].as_array().unwrap().len(), 10);
    for (bus, named) in [
        (json!({ "detailType": "" }), "1 to 128"),
        (json!({ "detailType": "d".repeat(129) }), "1 to 128"),
        (json!({ "detailType": 7 }), "1 to 128"),
        (json!({ "source": "s".repeat(257) }), "1 to 256"),
        (json!({ "source": "aws.orders" }), "no `aws.`"),
        (json!({ "source": "my orders" }), "letters, digits"),
        (json!({ "source": "$.a[*]" }), "no position"),
        (json!({ "resources": vec!["arn:aws:x"; 11] }), "at most 10"),
        (json!({ "resources": ["order 7"] }), "at most 10 ARNs"),
        (json!({ "time": "2026-11-21T05:17:00Z" }), "no fixed time"),
        (json!({ "endpointId": "a.b" }), "not supported here"),
    ] {
        let error = refusal(&pipe(&json!({}), &bus, None));
        assert!(
            error.contains(named)
                && error.contains("targetParameters.eventbridgeEventBusParameters."),
            "{error}"
        );
    }
}
