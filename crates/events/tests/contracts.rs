//! The committed contracts are current, and every version of them works with every other.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use contract::{Committed, Contract, EventPattern};
use events::{UserCreated, contracts};
use serde_json::json;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("contracts")
}

fn of(detail_type: &str) -> Contract {
    contracts()
        .into_iter()
        .find(|contract| contract.detail_type == detail_type)
        .unwrap()
}

#[test]
fn every_committed_contract_is_current_and_compatible_with_its_older_versions() {
    let committed = Committed::at(folder());
    for contract in contracts() {
        if std::env::var_os("UPDATE_CONTRACTS").is_some() {
            committed
                .write(&contract)
                .unwrap_or_else(|error| panic!("{error}"));
        }
        committed.check(&contract).unwrap_or_else(|error| {
            panic!("{error} (`UPDATE_CONTRACTS=1 cargo test -p events` writes the files)")
        });
    }
}

#[test]
fn every_committed_folder_is_the_contract_of_an_event() {
    let committed: BTreeSet<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let published: BTreeSet<_> = contracts()
        .iter()
        .map(|contract| contract.detail_type.to_owned())
        .collect();
    assert_eq!(
        committed, published,
        "a detail-type is never dropped while a rule may name it"
    );
}

#[test]
fn every_committed_schema_accepts_the_sample_of_every_version() {
    for contract in contracts() {
        let versions = Committed::at(folder()).versions(&contract).unwrap();
        for old in &versions {
            for new in versions
                .iter()
                .map(|version| &version.sample)
                .chain([&contract.sample])
            {
                old.accepts(new).unwrap_or_else(|misfit| {
                    panic!("{} version {}: {misfit}", contract.detail_type, old.number)
                });
            }
        }
    }
}

#[test]
fn every_type_ignores_fields_that_it_does_not_know() {
    for contract in contracts() {
        let mut detail = contract.sample.clone();
        detail["addedByALaterVersion"] = json!({ "nested": [1, 2, 3] });
        detail["metadata"]["addedByALaterVersion"] = json!("text");
        contract.reads(&detail).unwrap();
    }
}

#[test]
fn the_data_stands_at_the_top_of_the_detail_beside_the_metadata() {
    let created = of("UserCreated");
    let fields: BTreeSet<_> = created
        .sample
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        fields,
        BTreeSet::from([
            "id",
            "username",
            "email",
            "avatar",
            "birthdate",
            "registeredAt",
            "metadata"
        ])
    );
    assert_eq!(of("UserDeleted").sample["deletedBy"], "request");
}

#[test]
fn the_pattern_takes_the_source_and_detail_type_of_the_event() {
    assert_eq!(
        EventPattern::of::<UserCreated>().to_string(),
        r#"{"source":["myapp.users"],"detail-type":["UserCreated"]}"#
    );
}

#[test]
fn a_field_that_does_not_fit_is_named_without_its_value() {
    for (pointer, value, field) in [
        ("/email", json!(5), "detail.email"),
        ("/id", json!(null), "detail.id"),
        ("/metadata/sequence", json!(17), "detail.metadata.sequence"),
        (
            "/metadata/sequenceKind",
            json!("secret"),
            "detail.metadata.sequenceKind",
        ),
        ("/metadata", json!("secret"), "detail.metadata"),
    ] {
        let created = of("UserCreated");
        let mut detail = created.sample.clone();
        *detail.pointer_mut(pointer).unwrap() = value;
        let misfit = created.reads(&detail).unwrap_err();
        assert_eq!(misfit.field(), field);
        assert!(!misfit.to_string().contains("secret"), "{misfit}");
    }
}

#[test]
fn a_missing_field_is_named() {
    for field in [
        "id",
        "username",
        "email",
        "avatar",
        "birthdate",
        "registeredAt",
        "metadata",
    ] {
        let created = of("UserCreated");
        let mut detail = created.sample.clone();
        detail.as_object_mut().unwrap().remove(field);
        let misfit = created.reads(&detail).unwrap_err();
        assert_eq!(misfit.field(), format!("detail.{field}"));
        assert!(misfit.to_string().contains("is missing"), "{misfit}");
    }
}
