use serde_json::{Value, json};

use super::{BUS, PIPE, STREAM, context, pipe, record, refusal, step};

/// The detail that a template makes of a record.
fn made(template: &str, record: &str) -> String {
    let entry = step(&json!({}), Some(template)).entry(record, &context());
    let (_, request) = super::super::requests(vec![entry], BUS).remove(0);
    request["Entries"][0]["Detail"].as_str().unwrap().to_owned()
}

/// Every character that JSON or a template might stumble over.
const NASTY: &str = "say \"hi\" \\ <$.eventID>\n\t{}, é 🦀 \u{1}";

#[test]
fn row_4_3_placeholders_stand_for_json_values_of_the_record() {
    let record = record(&json!({
        "note": { "S": "x" },
        "price": { "N": "12.50" },
        "tags": { "L": [{ "S": "a" }, { "S": "b" }] },
        "paid": { "BOOL": true },
        "none": { "NULL": true },
    }));
    assert_eq!(
        made(
            r#"{"note": <$.dynamodb.NewImage.note.S>, "price": <$.dynamodb.NewImage.price.N>, "second": <$.dynamodb.NewImage.tags.L[1].S>, "paid": <$.dynamodb.NewImage.paid.BOOL>, "id": "<$.eventID>:Made", "all": <$.dynamodb.NewImage.tags>, "less": "1 < 2 <b>"}"#,
            &record,
        ),
        r#"{"note": "x", "price": "12.50", "second": "b", "paid": true, "id": "0f2c:Made", "all": {"L":[{"S":"a"},{"S":"b"}]}, "less": "1 < 2 <b>"}"#
    );
    // A record's own text is kept, down to how its numbers are written.
    assert_eq!(
        made(r#"{"n": <$.n>}"#, r#"{"n": 1.0e2}"#),
        r#"{"n": 1.0e2}"#
    );
}

#[test]
fn row_4_3_placeholders_without_quotes_are_harmless_whatever_the_value_holds() {
    let detail = made(
        r#"{"note": <$.dynamodb.NewImage.note.S>}"#,
        &record(&json!({ "note": { "S": NASTY } })),
    );
    let read: Value = serde_json::from_str(&detail).unwrap();
    assert_eq!(read, json!({ "note": NASTY }));
    // A string that holds JSON stays a string.
    let detail = made(
        r#"{"note": <$.dynamodb.NewImage.note.S>}"#,
        &record(&json!({ "note": { "S": "{\"a\":1}" } })),
    );
    assert_eq!(detail, r#"{"note": "{\"a\":1}"}"#);
}

#[test]
fn row_4_3_missing_path_is_an_empty_string_and_its_key_stays() {
    let removed = r#"{"eventID":"1","dynamodb":{"Keys":{"id":{"S":"7"}}}}"#;
    assert_eq!(
        made(
            r#"{"status": <$.dynamodb.NewImage.status.S>, "text": "<$.dynamodb.NewImage.status.S>!", "id": <$.dynamodb.Keys.id.S>}"#,
            removed,
        ),
        r#"{"status": "", "text": "!", "id": "7"}"#
    );
}

#[test]
fn row_4_3_reserved_names_tell_about_the_pipe() {
    let record = r#"{"eventID":"1"}"#;
    assert_eq!(
        made(
            r#"{"a": <aws.pipes.pipe-arn>, "n": "<aws.pipes.pipe-name>", "s": <aws.pipes.source-arn>, "t": <aws.pipes.target-arn>, "e": <aws.pipes.enrichment-arn>, "at": <aws.pipes.event.ingestion-time>, "all": <aws.pipes.event>, "json": <aws.pipes.event.json>}"#,
            record,
        ),
        format!(
            r#"{{"a": "{PIPE}", "n": "orders", "s": "{STREAM}", "t": "{BUS}", "e": "", "at": "2026-11-21T05:17:00.007Z", "all": {record}, "json": {record}}}"#
        )
    );
    assert_eq!(made("<aws.pipes.event.json>", record), record);
    let error = refusal(&pipe(
        &json!({}),
        &json!({}),
        Some(r#"{"a": <aws.pipes.age>}"#),
    ));
    assert!(
        error.contains("<aws.pipes.age>: AWS knows pipe-arn"),
        "{error}"
    );
}

#[test]
fn row_4_3_values_are_not_escaped_inside_of_quotes_and_may_make_no_json() {
    let quoted = r#"{"note": "<$.dynamodb.NewImage.note.S>"}"#;
    for (value, makes_json) in [
        ("plain, <b> & é 🦀", true),
        ("say \"hi\"", false),
        ("one\ntwo", false),
        ("back\\slash", false),
    ] {
        let detail = made(quoted, &record(&json!({ "note": { "S": value } })));
        let read: Result<Value, _> = serde_json::from_str(&detail);
        assert_eq!(read.is_ok(), makes_json, "{value:?}: {detail}");
    }
    // An object loses its quotation marks there.
    let detail = made(
        r#"{"note": "got <$.dynamodb.NewImage.note>"}"#,
        &record(&json!({ "note": { "S": "x" } })),
    );
    assert_eq!(detail, r#"{"note": "got {S:x}"}"#);
}

#[test]
fn row_4_3_values_are_not_escaped_so_one_can_change_what_the_event_says() {
    let detail = made(
        r#"{"status": "NEW", "note": "<$.dynamodb.NewImage.note.S>"}"#,
        &record(&json!({ "note": { "S": "\",\"status\":\"PAID" } })),
    );
    assert_eq!(detail, r#"{"status": "NEW", "note": "","status":"PAID"}"#);
}

#[test]
fn row_4_1_input_template_has_a_length_and_makes_an_object() {
    let template = |template: &str| refusal(&pipe(&json!({}), &json!({}), Some(template)));
    let long = |length: usize| format!("{{\"a\": \"{}\"}}", "é".repeat(length - 9));
    assert_eq!(made(&long(8_192), "{}"), long(8_192));
    let error = template(&long(8_193));
    assert!(
        error.contains("it has 8193 characters; AWS takes 8192"),
        "{error}"
    );
    for wrong in [
        "text",
        "[1]",
        "\"<$.eventID>\"",
        "{\"a\": }",
        "{\"a\": x<$.eventID>}",
    ] {
        let error = template(wrong);
        assert!(
            error.starts_with("`targetParameters.inputTemplate`")
                && error.contains("no JSON object"),
            "{error}"
        );
    }
    for wrong in [r#"{"a": <$.a[*]>}"#, r#"{"a": <$['a']>}"#, r#"{"a": <$.a}"#] {
        let error = template(wrong);
        assert!(
            error.starts_with("`targetParameters.inputTemplate`"),
            "{error}"
        );
    }
}
