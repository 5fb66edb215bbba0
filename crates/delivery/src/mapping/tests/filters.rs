use serde_json::{Value, json};

use super::settings::{declared, refused};
use crate::mapping::Settings;

fn criteria(patterns: &[Value]) -> Value {
    let filters: Vec<_> = patterns
        .iter()
        .map(|pattern| json!({ "pattern": pattern.to_string() }))
        .collect();
    json!({ "filterCriteria": { "filters": filters } })
}

fn filtered(patterns: &[Value]) -> Settings {
    declared(criteria(patterns)).unwrap()
}

/// A record of a user, as the function would get it.
fn record() -> Value {
    json!({
        "eventName": "REMOVE",
        "userIdentity": { "type": "Service", "principalId": "dynamodb.amazonaws.com" },
        "dynamodb": {
            "Keys": { "id": { "S": "1" } },
            "NewImage": { "id": { "S": "1" }, "status": { "S": "NEW" }, "age": { "N": "42" } },
        },
    })
}

#[test]
fn row_2_1_filter_criteria_let_a_record_pass_that_any_filter_wants() {
    let settings = filtered(&[
        json!({ "eventName": ["INSERT"] }),
        json!({ "dynamodb": { "Keys": { "id": { "S": ["1"] } } } }),
    ]);
    assert!(settings.wants(&record().to_string()));
    let none = filtered(&[
        json!({ "eventName": ["INSERT"] }),
        json!({ "dynamodb": { "Keys": { "id": { "S": ["2"] } } } }),
    ]);
    assert!(!none.wants(&record().to_string()));
    assert!(filtered(&[]).wants(&record().to_string()));
}

#[test]
fn row_2_1_filter_criteria_hold_at_most_ten_filters_of_4_096_characters() {
    let pattern =
        |id: usize| json!({ "dynamodb": { "Keys": { "id": { "S": [id.to_string()] } } } });
    let patterns: Vec<_> = (0..11).map(pattern).collect();
    assert_eq!(filtered(&patterns[..10]).filters.len(), 10);
    refused(criteria(&patterns), "at most 10 filters");
    // Characters count and not bytes: `ä` has two.
    let around = json!({ "eventName": [""] }).to_string().len();
    let long = |length: usize| json!({ "eventName": ["ä".repeat(length - around)] });
    assert_eq!(filtered(&[long(4096)]).filters.len(), 1);
    refused(criteria(&[long(4097)]), "at most 4,096 characters");
}

#[test]
fn row_2_1_filter_criteria_that_are_no_patterns_are_refused() {
    let text =
        |pattern: Value| json!({ "filterCriteria": { "filters": [{ "pattern": pattern }] } });
    refused(text(json!("{")), "it is no JSON");
    refused(text(json!("{\"a\":1}")), "event pattern is not valid at");
    refused(text(json!(null)), "each filter has a `pattern`");
}

#[test]
fn row_3_5_filters_are_a_subset_also_where_a_mapping_declares_them() {
    let status = |condition: Value| {
        criteria(&[json!({ "dynamodb": { "NewImage": { "status": { "S": [condition] } } } })])
    };
    refused(status(json!({ "wildcard": "N*" })), "know no wildcard");
    for operator in ["prefix", "suffix", "equals-ignore-case", "wildcard"] {
        refused(
            status(json!({ "anything-but": { operator: "x" } })),
            "inside anything-but",
        );
    }
    for condition in [
        json!({ "prefix": "N" }),
        json!({ "suffix": "W" }),
        json!({ "equals-ignore-case": "new" }),
        json!({ "anything-but": ["OLD"] }),
        json!({ "exists": true }),
        json!("NEW"),
    ] {
        let settings = declared(status(condition.clone())).unwrap();
        assert!(settings.wants(&record().to_string()), "{condition}");
    }
}

#[test]
fn row_2_5_pattern_is_matched_against_dynamodb_json() {
    let wants = |image: Value| {
        filtered(&[json!({ "dynamodb": { "NewImage": image } })]).wants(&record().to_string())
    };
    assert!(wants(json!({ "status": { "S": ["NEW"] } })));
    assert!(!wants(json!({ "status": { "S": ["OLD"] } })));
    // Without the type's name nothing matches.
    assert!(!wants(json!({ "status": ["NEW"] })));
}

#[test]
fn row_2_5_numbers_are_strings_that_numeric_does_not_match() {
    let wants = |condition: Value| {
        filtered(&[json!({ "dynamodb": { "NewImage": { "age": { "N": [condition] } } } })])
            .wants(&record().to_string())
    };
    assert!(!wants(json!({ "numeric": [">", 1] })));
    assert!(!wants(json!(42)));
    assert!(wants(json!("42")));
    assert!(wants(json!({ "prefix": "4" })));
}

#[test]
fn row_2_5_exists_works_on_the_leaf_only() {
    let wants = |image: Value| {
        filtered(&[json!({ "dynamodb": { "NewImage": image } })]).wants(&record().to_string())
    };
    assert!(wants(json!({ "status": { "S": [{ "exists": true }] } })));
    assert!(!wants(json!({ "status": [{ "exists": true }] })));
    assert!(wants(json!({ "other": { "S": [{ "exists": false }] } })));
    // The attribute is there, but it is no leaf.
    assert!(wants(json!({ "status": [{ "exists": false }] })));
}

#[test]
fn row_2_5_keys_beside_dynamodb_can_be_filtered_too() {
    let expired = json!({
        "eventName": ["REMOVE"],
        "userIdentity": { "type": ["Service"], "principalId": ["dynamodb.amazonaws.com"] },
    });
    let settings = filtered(&[expired]);
    assert!(settings.wants(&record().to_string()));
    let mut by_request = record();
    by_request["userIdentity"] = json!(null);
    assert!(!settings.wants(&by_request.to_string()));
}
