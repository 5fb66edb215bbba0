//! JSON Schema draft 4, as API Gateway takes it, checked against the draft's own meta-schema.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::BTreeMap;

use boon::{Compiler, Draft, Schemas};
use contract::draft4::{DRAFT_4, schema_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Whether each of `documents` is valid under `schema`, which itself must be valid under the meta-schema.
fn validate(schema: &Value, documents: &[Value]) -> Vec<bool> {
    let mut compiler = Compiler::new();
    compiler.set_default_draft(Draft::V4);
    compiler.add_resource("model.json", schema.clone()).unwrap();
    let mut schemas = Schemas::new();
    let index = compiler
        .compile("model.json", &mut schemas)
        .unwrap_or_else(|error| panic!("{error:#} in {schema:#}"));
    let fits = |document| schemas.validate(document, index).is_ok();
    documents.iter().map(fits).collect()
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum Shade {
    /// Described, hence a choice between constants.
    Light,
    /// The other one.
    Dark,
}

/// Refers to itself.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Folder {
    name: String,
    folders: Vec<Folder>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Delivery {
    /// To a door.
    Door { street: String },
    /// To a shop.
    Shop { number: u8 },
}

/// All that a type can say.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-team" = "parcels"))]
struct Everything {
    /// A text with limits.
    #[schemars(length(min = 1, max = 3), regex(pattern = "^[a-z]*$"), example = &"abc")]
    code: String,
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 10))]
    size: i32,
    #[schemars(range(min = 0.5), extend("exclusiveMinimum" = 0.25))]
    weight: f64,
    count: u16,
    shade: Shade,
    /// A reference with a text of its own.
    root: Option<Folder>,
    delivery: Delivery,
    pair: (String, bool),
    counts: BTreeMap<String, u64>,
    #[serde(default)]
    #[schemars(extend("format" = "date-time"))]
    at: Option<String>,
    anything: Value,
}

fn example() -> Value {
    json!({
        "code": "abc", "size": 1, "weight": 0.5, "count": 65535, "shade": "Dark",
        "root": { "name": "a", "folders": [{ "name": "b", "folders": [] }] },
        "delivery": { "kind": "shop", "number": 7 },
        "pair": ["a", true], "counts": { "a": 1 }, "at": null, "anything": [1],
    })
}

#[test]
fn a_schema_is_valid_draft_4_and_takes_what_its_type_takes() {
    let schema = schema_of::<Everything>().unwrap();
    assert_eq!(schema["$schema"], DRAFT_4);
    assert_eq!(validate(&schema, &[example()]), [true]);
    serde_json::from_value::<Everything>(example()).unwrap();
}

#[test]
fn each_rule_still_refuses_what_it_should() {
    let schema = schema_of::<Everything>().unwrap();
    for (pointer, wrong) in [
        ("/code", json!("")),
        ("/code", json!("abcd")),
        ("/code", json!("A")),
        ("/size", json!(0)),
        ("/size", json!(10)),
        ("/weight", json!(0.3)),
        ("/count", json!(65536)),
        ("/count", json!(-1)),
        ("/shade", json!("Grey")),
        ("/root/folders/0/name", json!(5)),
        ("/delivery/kind", json!("door")),
        ("/delivery/number", json!(256)),
        ("/pair", json!(["a", true, 1])),
        ("/pair/1", json!("a")),
        ("/counts/a", json!(-1)),
        ("/at", json!(1)),
    ] {
        let mut document = example();
        *document.pointer_mut(pointer).unwrap() = wrong.clone();
        assert_eq!(
            validate(&schema, &[document]),
            [false],
            "{pointer}: {wrong}"
        );
    }
    let mut unknown = example();
    unknown["more"] = json!(1);
    let mut missing = example();
    missing.as_object_mut().unwrap().remove("code");
    assert_eq!(validate(&schema, &[unknown, missing]), [false, false]);
}

#[test]
fn bounds_and_choices_are_said_in_the_words_of_the_draft() {
    let schema = schema_of::<Everything>().unwrap();
    let field = |name: &str| schema["properties"][name].clone();
    assert_eq!(
        field("size"),
        json!({ "type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 10, "exclusiveMaximum": true })
    );
    assert_eq!(field("weight"), json!({ "type": "number", "minimum": 0.5 }));
    let shades = &schema["definitions"]["Shade"];
    assert_eq!(
        (&shades["type"], &shades["enum"]),
        (&json!("string"), &json!(["Light", "Dark"]))
    );
    assert!(schema.get("x-team").is_none() && field("code").get("examples").is_none());
}

#[test]
fn what_the_draft_can_not_say_is_refused_with_its_place() {
    macro_rules! refusal {
        ($rule:literal = $value:expr) => {{
            #[derive(JsonSchema)]
            #[allow(dead_code, reason = "only its schema is used")]
            struct Outer {
                inner: Inner,
            }
            #[derive(JsonSchema)]
            #[schemars(inline)]
            #[allow(dead_code, reason = "only its schema is used")]
            struct Inner {
                #[schemars(extend($rule = $value))]
                field: Value,
            }
            let error = schema_of::<Outer>().unwrap_err();
            assert_eq!(
                error.place(),
                "#/properties/inner/properties/field",
                "{error}"
            );
            error.to_string()
        }};
    }
    for (message, rule) in [
        (refusal!("if" = {}), "the rule `if`"),
        (refusal!("contains" = {}), "the rule `contains`"),
        (refusal!("propertyNames" = {}), "the rule `propertyNames`"),
        (
            refusal!("dependentRequired" = {}),
            "the rule `dependentRequired`",
        ),
        (
            refusal!("unevaluatedItems" = false),
            "the rule `unevaluatedItems`",
        ),
        (refusal!("format" = "uuid"), "the format `uuid`"),
        (refusal!("format" = "uint128"), "the format `uint128`"),
    ] {
        assert!(
            message.starts_with(rule) && message.contains("draft 4"),
            "{message}"
        );
    }
}

#[test]
fn types_without_fields_are_valid_too() {
    #[derive(JsonSchema)]
    struct Empty {}
    assert_eq!(
        validate(&schema_of::<Empty>().unwrap(), &[json!({}), json!([])]),
        [true, false]
    );
    assert_eq!(
        validate(&schema_of::<Value>().unwrap(), &[json!(1)]),
        [true]
    );
}
