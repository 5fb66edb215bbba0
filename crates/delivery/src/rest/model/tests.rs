#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;

use super::*;

fn model() -> Model {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {
            "status": { "type": "string", "enum": ["CREATED"] },
            "id": { "type": "string", "pattern": "^[a-z]{1,3}$", "maxLength": 3 },
            "count": { "$ref": "#/definitions/count" },
            "lines": { "type": "array", "minItems": 1, "items": { "type": "object", "required": ["sku"] } },
        },
        "definitions": { "count": { "type": "integer", "minimum": 1, "maximum": 9 } },
        "required": ["status"],
        "additionalProperties": false,
    });
    Model::parse(&schema.to_string()).unwrap()
}

#[test]
fn a_body_that_fits_is_valid() {
    let body = json!({ "status": "CREATED", "id": "abc", "count": 9, "lines": [{ "sku": "a" }] });
    assert_eq!(model().validate(&body.to_string()), Ok(()));
}

#[test]
fn what_is_wrong_is_said_in_the_words_of_the_validator() {
    let cases = [
        (
            json!({}),
            r#"object has missing required properties (["status"])"#,
        ),
        (
            json!({ "status": "Created" }),
            r#"instance value ("Created") not found in enum (possible values: ["CREATED"])"#,
        ),
        (
            json!({ "status": "CREATED", "size": 1, "colour": 2 }),
            r#"object instance has properties which are not allowed by the schema: ["colour","size"]"#,
        ),
        (
            json!({ "status": "CREATED", "id": "A\"" }),
            r#"ECMA 262 regex "^[a-z]{1,3}$" does not match input string "A\"""#,
        ),
        (
            json!({ "status": "CREATED", "id": 7 }),
            r#"instance type (integer) does not match any allowed primitive type (allowed: ["string"])"#,
        ),
        (
            json!({ "status": "CREATED", "count": 0 }),
            "numeric instance is lower than the required minimum (minimum: 1, found: 0)",
        ),
        (
            json!({ "status": "CREATED", "count": 10 }),
            "numeric instance is greater than the required maximum (maximum: 9, found: 10)",
        ),
        (
            json!({ "status": "CREATED", "lines": [] }),
            "array is too short: must have at least 1 elements but instance has 0 elements",
        ),
        (
            json!({ "status": "CREATED", "lines": [{}] }),
            r#"object has missing required properties (["sku"])"#,
        ),
    ];
    for (body, expected) in cases {
        let wrong = model().validate(&body.to_string()).unwrap_err();
        assert_eq!(wrong, [expected], "{body}");
    }
}

#[test]
fn all_that_is_wrong_is_said() {
    let body = json!({ "id": "abcd", "x": 1 });
    assert_eq!(model().validate(&body.to_string()).unwrap_err().len(), 4);
}

#[test]
fn a_body_that_is_no_json_is_not_valid() {
    for body in ["", "{", "status=CREATED"] {
        let wrong = model().validate(body).unwrap_err();
        assert!(
            wrong[0].starts_with("Could not parse request body into json"),
            "{wrong:?}"
        );
    }
}

#[test]
fn a_schema_that_draft_4_does_not_know_is_refused() {
    let cases = [
        (
            json!({ "properties": { "a": { "const": 1 } } }),
            "`const` at #/properties/a",
        ),
        (json!({ "examples": [] }), "`examples` at #"),
        (
            json!({ "$schema": "https://json-schema.org/draft/2020-12/schema" }),
            "2020-12",
        ),
        (json!({ "items": [{ "if": {} }] }), "`if` at #/items/0"),
        (json!({ "type": "text" }), "draft 4"),
        (json!({ "exclusiveMinimum": 1 }), "draft 4"),
        (
            json!({ "$ref": "https://apigateway.amazonaws.com/restapis/a/models/B" }),
            "models/B",
        ),
        (json!({ "pattern": "(" }), "draft 4"),
        (json!({ "pattern": "^(?=a)" }), "draft 4"),
    ];
    for (schema, part) in cases {
        let refusal = Model::parse(&schema.to_string()).unwrap_err().to_string();
        assert!(refusal.contains(part), "{schema}: {refusal}");
    }
    assert!(matches!(Model::parse("{"), Err(ModelError::Json(_))));
}
