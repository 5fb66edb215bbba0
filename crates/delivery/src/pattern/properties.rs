#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::leaves::{Membership, each_at, joined};
use super::{Condition, Language, Pattern, Requirement};
use crate::document::Document;

/// An object of few names and values, so that patterns often almost match.
fn event() -> impl Strategy<Value = Value> {
    let leaf = (0..3).prop_map(|number| json!(number));
    let tree = leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            btree_map("[abc]", inner, 0..4).prop_map(|fields| json!(fields)),
        ]
    });
    btree_map("[abc]", tree, 1..4).prop_map(|fields| json!(fields))
}

fn pattern() -> impl Strategy<Value = Value> {
    let entry = prop_oneof![
        4 => (0..3).prop_map(|number| json!(number)),
        1 => any::<bool>().prop_map(|there| json!({"exists": there})),
        1 => (0..3).prop_map(|number| json!({"anything-but": number})),
    ];
    let leaf = vec(entry, 1..3).prop_map(Value::Array);
    let tree = leaf.prop_recursive(3, 8, 3, |inner| {
        btree_map("[abc]", inner, 1..3).prop_map(|fields| json!(fields))
    });
    let fields = || btree_map("[abc]", tree.clone(), 1..4).prop_map(|fields| json!(fields));
    (fields(), proptest::option::of((fields(), fields()))).prop_map(|(mut fields, or)| {
        if let Some((one, other)) = or {
            fields["$or"] = json!([one, other]);
        }
        fields
    })
}

/// Tries each choice of values, without thinking.
fn meets(requirements: &[Requirement], event: &Document<'_>, so_far: &Membership) -> bool {
    let Some((first, rest)) = requirements.split_first() else {
        return true;
    };
    let mut present = false;
    let mut ways = Vec::new();
    each_at(&event.root, &first.path, &mut |value, membership| {
        if let Some(way) = joined(so_far, membership) {
            present = true;
            if first
                .conditions
                .iter()
                .any(|condition| condition.allows(value))
            {
                ways.push(way);
            }
        }
    });
    if !present && first.conditions.contains(&Condition::Exists(false)) {
        ways.push(so_far.clone());
    }
    ways.iter().any(|way| meets(rest, event, way))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn row_3_5_array_elements_are_searched_as_if_each_choice_was_tried(
        pattern in pattern(),
        event in event(),
    ) {
        let pattern = Pattern::read(&pattern.to_string(), Language::Rule).unwrap();
        let event = event.to_string();
        let event = Document::parse(&event).unwrap();
        let tried = pattern.alternatives.iter().any(|alternative| meets(alternative, &event, &Membership::new()));
        prop_assert_eq!(pattern.matches_document(&event), tried);
    }

    #[test]
    fn row_3_5_fields_and_values_of_an_event_itself_match_it(event in event()) {
        // Each of its own leaves as a pattern, one at a time.
        let text = event.to_string();
        let document = Document::parse(&text).unwrap();
        for (path, value) in leaves(&event) {
            let pattern = path.iter().rev().fold(json!([value]), |inner, name| json!({ name: inner }));
            let pattern = Pattern::read(&pattern.to_string(), Language::Rule).unwrap();
            prop_assert!(pattern.matches_document(&document), "{:?}", path);
        }
    }
}

/// The paths and values of all leaves; what stands in arrays has the array's path.
fn leaves(value: &Value) -> Vec<(Vec<String>, Value)> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| {
                leaves(value).into_iter().map(move |(mut path, leaf)| {
                    path.insert(0, name.clone());
                    (path, leaf)
                })
            })
            .collect(),
        Value::Array(elements) => elements.iter().flat_map(leaves).collect(),
        leaf => vec![(Vec::new(), leaf.clone())],
    }
}
