//! What a change of an event type breaks, by real types before and after the change.

use contract::compatibility::{Break, check};
use contract::{Contract, Event};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An event type before and after a change, in modules of their own, so that both have one name. Beside the fields that
/// are given it has one that nothing changes.
macro_rules! change {
    ($change:ident from { $($before:tt)* } to { $($after:tt)* }) => {
        mod $change {
            version!(before { $($before)* });
            version!(after { $($after)* });
        }
    };
}

/// The type as it is on one side of a change.
macro_rules! version {
    ($module:ident { $($(#[$attribute:meta])* $field:ident: $kind:ty = $value:expr),* $(,)? }) => {
        pub(super) mod $module {
            use super::super::*;

            #[derive(Serialize, Deserialize, JsonSchema)]
            #[serde(rename_all = "camelCase")]
            pub(crate) struct Shipped {
                $($(#[$attribute])* pub(crate) $field: $kind,)*
                pub(crate) shelf: String,
            }

            impl Event for Shipped {
                const SOURCE: &'static str = "test.parcels";
                const DETAIL_TYPE: &'static str = "Shipped";
                const VERSION: u32 = 1;

                fn sample() -> Self {
                    Self { $($field: $value,)* shelf: String::new() }
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

fn schema<E: Event>() -> Value {
    Contract::of::<E>().schema
}

fn breaks<Old: Event, New: Event>() -> Vec<String> {
    check(&schema::<Old>(), &schema::<New>())
        .iter()
        .map(Break::to_string)
        .collect()
}

change!(an_optional_field from {
    weight: u32 = 1,
} to {
    weight: u32 = 1,
    insured: Option<bool> = Some(true),
});

#[test]
fn a_schema_is_compatible_with_itself() {
    use an_optional_field::before::Shipped;
    assert_eq!(breaks::<Shipped, Shipped>(), [""; 0]);
}

#[test]
fn an_optional_field_may_be_added() {
    use an_optional_field::{after, before};
    assert_eq!(breaks::<before::Shipped, after::Shipped>(), [""; 0]);
}

change!(a_text from {
    parcel_id: String = String::new(),
} to {
    /// What is written on the label.
    parcel_id: String = String::new(),
});

#[test]
fn texts_for_people_may_change() {
    use a_text::{after, before};
    assert_eq!(breaks::<before::Shipped, after::Shipped>(), [""; 0]);
}

change!(no_weight from { weight: u32 = 1 } to {});

#[test]
fn a_removed_field_is_named() {
    use no_weight::{after, before};
    assert_eq!(
        breaks::<before::Shipped, after::Shipped>(),
        ["`weight` was removed"]
    );
}

change!(another_name from {
    parcel_id: String = String::new(),
    weight: u32 = 1,
} to {
    parcel: String = String::new(),
    weight: u32 = 1,
});

#[test]
fn a_renamed_field_is_named_with_both_names() {
    use another_name::{after, before};
    assert_eq!(
        breaks::<before::Shipped, after::Shipped>(),
        ["`parcelId` was renamed to `parcel`"]
    );
}

change!(other_types from {
    weight: u32 = 1,
    stops: Vec<String> = vec![],
} to {
    weight: String = String::new(),
    stops: Vec<u32> = vec![],
});

#[test]
fn a_retyped_field_is_named_with_both_types() {
    use other_types::{after, before};
    assert_eq!(
        breaks::<before::Shipped, after::Shipped>(),
        [
            "`weight` was retyped from integer to string",
            "`stops[]` was retyped from string to integer"
        ]
    );
}

change!(required_fields from {
    note: Option<String> = None,
} to {
    #[schemars(required)]
    note: Option<String> = None,
    insured: bool = true,
});

#[test]
fn a_field_made_required_is_named_whether_it_is_old_or_new() {
    use required_fields::{after, before};
    let breaks = breaks::<before::Shipped, after::Shipped>();
    assert!(
        breaks.contains(&"`note` was made required".to_owned()),
        "{breaks:?}"
    );
    assert!(
        breaks.contains(&"`insured` was made required".to_owned()),
        "{breaks:?}"
    );
}

change!(a_default from {
    parcel_id: String = String::new(),
} to {
    #[serde(default)]
    parcel_id: String = String::new(),
});

#[test]
fn a_field_made_optional_breaks_the_consumers_of_the_old_version() {
    use a_default::{after, before};
    assert_eq!(
        breaks::<before::Shipped, after::Shipped>(),
        ["`parcelId` was made optional"]
    );
}

change!(a_street from {
    address: Address = Address { city: String::new() },
} to {
    address: AddressWithStreet = AddressWithStreet { city: String::new(), street: String::new() },
});

#[test]
fn a_nested_field_is_named_by_its_path() {
    use a_street::{after, before};
    assert_eq!(
        breaks::<before::Shipped, after::Shipped>(),
        ["`address.street` was made required"]
    );
}

change!(a_drone from {
    carrier: Carrier = Carrier::Post,
} to {
    carrier: MoreCarriers = MoreCarriers::Drone,
});

#[test]
fn a_new_value_of_an_enumeration_breaks_the_consumers_of_the_old_version() {
    use a_drone::{after, before};
    let breaks = breaks::<before::Shipped, after::Shipped>();
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
