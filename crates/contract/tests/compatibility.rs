//! What a change of an event type breaks, by real types before and after the change.

use contract::compatibility::{Break, check};
use contract::{Contract, Event};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An event type with these fields, in a module of its own, so that versions can differ.
macro_rules! version {
    ($module:ident { $($(#[$attribute:meta])* $field:ident: $kind:ty = $value:expr),* $(,)? }) => {
        mod $module {
            use super::*;

            #[derive(Serialize, Deserialize, JsonSchema)]
            #[serde(rename_all = "camelCase")]
            pub(super) struct Shipped { $($(#[$attribute])* pub(super) $field: $kind),* }

            impl Event for Shipped {
                const SOURCE: &'static str = "test.parcels";
                const DETAIL_TYPE: &'static str = "Shipped";
                const VERSION: u32 = 1;

                fn sample() -> Self {
                    Self { $($field: $value),* }
                }
            }
        }
    };
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Address {
    city: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct AddressWithStreet {
    city: String,
    street: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum Carrier {
    Post,
    Bike,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum MoreCarriers {
    Post,
    Bike,
    Drone,
}

fn address() -> Address {
    Address {
        city: "Bern".to_owned(),
    }
}

version!(original {
    parcel_id: String = String::new(),
    weight: u32 = 1,
    note: Option<String> = None,
    address: Address = address(),
    carrier: Carrier = Carrier::Post,
    stops: Vec<String> = vec![],
});
version!(with_an_optional_field {
    parcel_id: String = String::new(),
    weight: u32 = 1,
    note: Option<String> = None,
    address: Address = address(),
    carrier: Carrier = Carrier::Bike,
    stops: Vec<String> = vec![],
    insured: Option<bool> = Some(true),
});
version!(with_other_texts {
    /// What is written on the label.
    parcel_id: String = String::new(),
    weight: u32 = 1,
    note: Option<String> = None,
    address: Address = address(),
    carrier: Carrier = Carrier::Post,
    stops: Vec<String> = vec![],
});
version!(without_a_field {
    parcel_id: String = String::new(),
    note: Option<String> = None,
    address: Address = address(),
    carrier: Carrier = Carrier::Post,
    stops: Vec<String> = vec![],
});
version!(with_a_renamed_field {
    parcel: String = String::new(),
    weight: u32 = 1,
    note: Option<String> = None,
    address: Address = address(),
    carrier: Carrier = Carrier::Post,
    stops: Vec<String> = vec![],
});
version!(with_a_retyped_field {
    parcel_id: String = String::new(),
    weight: String = String::new(),
    note: Option<String> = None,
    address: Address = address(),
    carrier: Carrier = Carrier::Post,
    stops: Vec<u32> = vec![],
});
version!(with_a_field_made_required {
    parcel_id: String = String::new(),
    weight: u32 = 1,
    #[schemars(required)]
    note: Option<String> = None,
    address: Address = address(),
    carrier: Carrier = Carrier::Post,
    stops: Vec<String> = vec![],
    insured: bool = true,
});
version!(with_a_field_made_optional {
    #[serde(default)]
    parcel_id: String = String::new(),
    weight: u32 = 1,
    note: Option<String> = None,
    address: Address = address(),
    carrier: Carrier = Carrier::Post,
    stops: Vec<String> = vec![],
});
version!(with_another_nested_field {
    parcel_id: String = String::new(),
    weight: u32 = 1,
    note: Option<String> = None,
    address: AddressWithStreet = AddressWithStreet { city: String::new(), street: String::new() },
    carrier: Carrier = Carrier::Post,
    stops: Vec<String> = vec![],
});
version!(with_another_value {
    parcel_id: String = String::new(),
    weight: u32 = 1,
    note: Option<String> = None,
    address: Address = address(),
    carrier: MoreCarriers = MoreCarriers::Drone,
    stops: Vec<String> = vec![],
});

fn schema<E: Event>() -> Value {
    Contract::of::<E>().schema
}

fn breaks<New: Event>() -> Vec<String> {
    check(&schema::<original::Shipped>(), &schema::<New>())
        .iter()
        .map(Break::to_string)
        .collect()
}

#[test]
fn a_schema_is_compatible_with_itself() {
    assert!(breaks::<original::Shipped>().is_empty());
}

#[test]
fn an_optional_field_may_be_added() {
    assert_eq!(breaks::<with_an_optional_field::Shipped>(), [""; 0]);
}

#[test]
fn texts_for_people_may_change() {
    assert_eq!(breaks::<with_other_texts::Shipped>(), [""; 0]);
}

#[test]
fn a_removed_field_is_named() {
    assert_eq!(
        breaks::<without_a_field::Shipped>(),
        ["`weight` was removed"]
    );
}

#[test]
fn a_renamed_field_is_named_with_both_names() {
    assert_eq!(
        breaks::<with_a_renamed_field::Shipped>(),
        ["`parcelId` was renamed to `parcel`"]
    );
}

#[test]
fn a_retyped_field_is_named_with_both_types() {
    assert_eq!(
        breaks::<with_a_retyped_field::Shipped>(),
        [
            "`weight` was retyped from integer to string",
            "`stops[]` was retyped from string to integer"
        ]
    );
}

#[test]
fn a_field_made_required_is_named_whether_it_is_old_or_new() {
    let breaks = breaks::<with_a_field_made_required::Shipped>();
    assert!(
        breaks.contains(&"`note` was made required".to_owned()),
        "{breaks:?}"
    );
    assert!(
        breaks.contains(&"`insured` was made required".to_owned()),
        "{breaks:?}"
    );
}

#[test]
fn a_field_made_optional_breaks_the_consumers_of_the_old_version() {
    assert_eq!(
        breaks::<with_a_field_made_optional::Shipped>(),
        ["`parcelId` was made optional"]
    );
}

#[test]
fn a_nested_field_is_named_by_its_path() {
    assert_eq!(
        breaks::<with_another_nested_field::Shipped>(),
        ["`address.street` was made required"]
    );
}

#[test]
fn a_new_value_of_an_enumeration_breaks_the_consumers_of_the_old_version() {
    let breaks = breaks::<with_another_value::Shipped>();
    assert_eq!(breaks.len(), 1, "{breaks:?}");
    assert!(
        breaks[0].starts_with("the values of `carrier` changed"),
        "{breaks:?}"
    );
}

#[test]
fn a_schema_that_forbids_unknown_fields_accepts_no_new_one() {
    let old = json!({ "type": "object", "properties": {}, "additionalProperties": false });
    let new = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "additionalProperties": false });
    assert_eq!(
        check(&old, &new),
        [Break::Forbidden {
            path: "a".to_owned()
        }]
    );
}

#[test]
fn a_type_that_refers_to_itself_is_compared_once() {
    let tree = |leaf: &str| {
        json!({
            "$ref": "#/$defs/Node",
            "$defs": { "Node": { "type": "object", "properties": {
                "leaf": { "type": leaf },
                "children": { "type": "array", "items": { "$ref": "#/$defs/Node" } },
            } } },
        })
    };
    assert!(check(&tree("string"), &tree("string")).is_empty());
    assert_eq!(
        check(&tree("string"), &tree("integer"))[0].to_string(),
        "`leaf` was retyped from string to integer"
    );
}
