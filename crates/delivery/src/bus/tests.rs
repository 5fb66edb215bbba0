#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use serde_json::{Value, json};

use super::{Bucket, Entry, Event, MAXIMUM_REQUEST_BYTES, Place, Quotas, RequestError, read};
use crate::Time;

fn entry(detail: &str) -> Value {
    json!({"Source": "shop", "DetailType": "OrderPlaced", "Detail": detail})
}

fn taken(entry: &Value) -> Entry {
    read(json!({"Entries": [entry]}))
        .unwrap()
        .remove(0)
        .unwrap()
}

/// The code and message of an entry that is refused beside one that is taken.
fn refused(entry: &Value) -> (&'static str, String) {
    let good = json!({"Source": "s", "DetailType": "t", "Detail": "{}"});
    let mut entries = read(json!({"Entries": [entry, good]})).unwrap();
    assert!(entries.remove(1).is_ok());
    let error = entries.remove(0).unwrap_err();
    (error.code, error.message)
}

fn refusal(body: Value) -> String {
    read(body).unwrap_err().to_string()
}

#[test]
fn row_3_1_request_of_one_to_ten_entries_is_taken() {
    let ten = read(json!({"Entries": vec![entry("{}"); 10]})).unwrap();
    assert!(ten.len() == 10 && ten.iter().all(Result::is_ok));
    let error = refusal(json!({"Entries": vec![entry("{}"); 11]}));
    assert!(error.contains("1 to 10 entries, this one 11"), "{error}");
    assert!(refusal(json!({"Entries": []})).contains("this one 0"));
}

#[test]
fn row_3_1_request_must_stay_under_one_mebibyte_and_one_entry_may_use_it_all() {
    let sized = |bytes: usize| entry(&format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 15 - 8)));
    taken(&sized(MAXIMUM_REQUEST_BYTES - 1));
    let half = MAXIMUM_REQUEST_BYTES / 2;
    assert!(read(json!({"Entries": [sized(half), sized(half - 1)]})).is_ok());
    let error = refusal(json!({"Entries": [sized(half), sized(half)]}));
    assert!(
        error.contains("1048576 bytes, it must be less than 1048576"),
        "{error}"
    );
}

#[test]
fn row_3_1_entry_size_is_fourteen_for_a_time_and_the_bytes_of_each_text() {
    // "shop" and "OrderPlaced" are 15 bytes, the time counts 14, "é" 2 and the other resource 3.
    let counted = |detail_bytes: usize| {
        let detail = format!("{{\"a\":\"{}\"}}", "x".repeat(detail_bytes - 8));
        let mut entry = entry(&detail);
        entry["Time"] = json!(1_795_238_220);
        entry["Resources"] = json!(["arn", "é"]);
        // Names and headers are not counted.
        entry["EventBusName"] = json!("b".repeat(100));
        entry["TraceHeader"] = json!("t".repeat(100));
        read(json!({"Entries": [entry]}))
    };
    let room = MAXIMUM_REQUEST_BYTES - 15 - 14 - 3 - 2;
    assert!(counted(room - 1).is_ok());
    let error = counted(room).unwrap_err().to_string();
    assert!(error.contains("1048576 bytes"), "{error}");
}

#[test]
fn row_3_1_detail_must_be_a_json_object() {
    for detail in ["[]", "\"text\"", "1", "null", "{", "{} {}", "{\"a\":01}"] {
        assert_eq!(refused(&entry(detail)).0, "MalformedDetail", "{detail}");
    }
}

#[test]
fn row_3_1_detail_may_be_nested_a_thousand_levels_deep() {
    let nested = |levels: usize| "{\"a\":".repeat(levels - 1) + "{}" + &"}".repeat(levels - 1);
    assert_eq!(taken(&entry(&nested(1000))).detail, nested(1000));
    for levels in [1001, 100_000] {
        let (code, message) = refused(&entry(&nested(levels)));
        assert_eq!(code, "MalformedDetail");
        assert!(
            message.contains(&format!("nested {levels} levels deep")),
            "{message}"
        );
    }
}

#[test]
fn row_3_1_detail_holds_integers_of_64_bits_with_a_sign() {
    taken(&entry(
        r#"{"a":[9223372036854775807,-9223372036854775808,1e30]}"#,
    ));
    let (code, message) = refused(&entry(r#"{"a":{"b":9223372036854775808}}"#));
    assert_eq!(code, "MalformedDetail");
    assert!(
        message.contains("9223372036854775808 does not fit"),
        "{message}"
    );
}

#[test]
fn row_3_1_detail_source_or_type_that_is_missing_fails_its_entry_only() {
    for field in ["Source", "DetailType", "Detail"] {
        let mut incomplete = entry("{}");
        incomplete.as_object_mut().unwrap().remove(field);
        assert_eq!(refused(&incomplete).0, "InvalidArgument", "{field}");
        incomplete[field] = json!("");
        assert_eq!(refused(&incomplete).0, "InvalidArgument", "empty {field}");
    }
    assert!(refusal(json!({"Entries": [{}, {"EventBusName": "b"}]})).contains("no entry"));
}

#[test]
fn row_3_1_lengths_beyond_the_model_fail_the_request() {
    for (field, limit, shown) in [
        ("DetailType", 128, "detailType"),
        ("TraceHeader", 500, "traceHeader"),
        ("EventBusName", 1600, "eventBusName"),
        ("Resources", 2048, "resources"),
    ] {
        let text = |length| match field {
            "Resources" => json!(["arn", "é".repeat(length)]),
            _ => json!("é".repeat(length)),
        };
        let mut fits = entry("{}");
        fits[field] = text(limit);
        taken(&fits);
        let mut long = entry("{}");
        long[field] = text(limit + 1);
        let error = refusal(json!({"Entries": [entry("{}"), long]}));
        assert!(
            error.contains(&format!("'entries.2.member.{shown}'")),
            "{error}"
        );
        assert!(
            error.contains(&format!("less than or equal to {limit}")),
            "{error}"
        );
    }
}

#[test]
fn row_3_1_error_codes_name_sources_of_aws() {
    let mut foreign = entry("{}");
    foreign["Source"] = json!("aws.s3");
    assert_eq!(refused(&foreign).0, "NotAuthorizedForSourceException");
    foreign["Source"] = json!("awsome");
    taken(&foreign);
}

#[test]
fn a_body_of_another_shape_is_no_request() {
    for body in [json!({}), json!([]), json!({"Entries": [{"Detail": {}}]})] {
        assert!(matches!(read(body), Err(RequestError::Shape(_))));
    }
}

fn event(entry: Entry, now: u64) -> String {
    let place = Place {
        region: "us-east-1".to_owned(),
        account: "000000000000".to_owned(),
    };
    Event::of(entry, "id".to_owned(), place, Time(now)).to_text()
}

#[test]
fn row_3_1_envelope_holds_the_detail_as_it_was_published() {
    let mut full = entry(r#" {"b": 1.10, "a": 12, "c": 1E2, "a": 3.0e2} "#);
    full["Time"] = json!(1_795_238_220.999);
    full["Resources"] = json!(["arn:one"]);
    assert_eq!(
        event(taken(&full), 1_800_000_000_000),
        concat!(
            r#"{"version":"0","id":"id","detail-type":"OrderPlaced","source":"shop","#,
            r#""account":"000000000000","time":"2026-11-21T05:17:00Z","region":"us-east-1","#,
            r#""resources":["arn:one"],"#,
            r#""detail":{"b": 1.10, "a": 12, "c": 1E2, "a": 3.0e2}}"#,
        )
    );
}

#[test]
fn row_3_1_time_is_the_arrival_if_none_is_given_and_has_whole_seconds() {
    let time = |text: &str| text.split("\"time\":").nth(1).unwrap()[..22].to_owned();
    let arrived = event(taken(&entry("{}")), 1_795_238_220_999);
    assert_eq!(time(&arrived), "\"2026-11-21T05:17:00Z\"");
    let mut given = entry("{}");
    given["Time"] = json!(1_795_238_221.999);
    let given = event(taken(&given), 0);
    assert_eq!(time(&given), "\"2026-11-21T05:17:01Z\"");
}

#[test]
fn row_3_2_put_events_per_second_differ_by_region() {
    for (region, put_events) in [
        ("us-east-1", 10_000),
        ("eu-west-1", 10_000),
        ("eu-central-1", 2_400),
        ("ap-southeast-2", 1_200),
        ("eu-north-1", 600),
        ("me-south-1", 400),
    ] {
        let quotas = Quotas::of_region(region);
        assert_eq!(quotas.put_events_per_second, put_events, "{region}");
    }
}

#[test]
fn row_3_2_put_events_per_second_are_a_bucket_that_fills_evenly() {
    let mut bucket = Bucket::new(400, Time(0));
    assert_eq!((0..500).filter(|_| bucket.take(Time(0))).count(), 400);
    // 2.5 ms a token.
    assert_eq!(bucket.next(Time(0)), Time(3));
    assert!(!bucket.take(Time(2)) && bucket.take(Time(3)));
    assert_eq!(bucket.tokens(Time(1_003)), 400);
    assert_eq!(bucket.tokens(Time(100_000)), 400);
    assert_eq!(bucket.next(Time(100_000)), Time(100_000));
}

#[test]
fn row_3_2_invocations_per_second_differ_by_region() {
    for (region, invocations) in [
        ("us-west-2", 18_750),
        ("us-east-2", 4_500),
        ("eu-west-2", 2_250),
        ("sa-east-1", 1_100),
        ("af-south-1", 750),
    ] {
        let quotas = Quotas::of_region(region);
        assert_eq!(quotas.invocations_per_second, invocations, "{region}");
    }
}

#[test]
fn row_3_2_rules_per_bus_are_300_and_100_in_two_regions() {
    let rules = ["us-east-1", "af-south-1", "eu-south-1"].map(Quotas::rules_per_bus);
    assert_eq!(rules, [300, 100, 100]);
}
