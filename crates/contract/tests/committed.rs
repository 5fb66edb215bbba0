//! Committed schemas and samples: kept current, never rewritten.

#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::path::PathBuf;
use std::{fs, process};

use contract::{Committed, Contract, Event};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! parcel {
    ($name:ident, $version:literal, { $($field:ident: $kind:ty = $value:expr),* }) => {
        #[derive(Serialize, Deserialize, JsonSchema)]
        struct $name { $($field: $kind),* }

        impl Event for $name {
            const SOURCE: &'static str = "test.parcels";
            const DETAIL_TYPE: &'static str = "Shipped";
            const VERSION: u32 = $version;

            fn sample() -> Self {
                Self { $($field: $value),* }
            }
        }
    };
}

parcel!(First, 1, { id: String = "p".to_owned() });
parcel!(Second, 2, { id: String = "p".to_owned(), weight: Option<u32> = Some(1) });
parcel!(ChangedInPlace, 1, { id: String = "p".to_owned(), weight: Option<u32> = Some(1) });
parcel!(Retyped, 2, { id: u32 = 1 });
parcel!(WithMetadata, 1, { id: String = "p".to_owned(), metadata: String = "mine".to_owned() });

/// A folder of this test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", process::id())))
    }

    fn committed(&self) -> Committed {
        Committed::at(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left behind at worst; the folder of build results is its place.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_was_written_is_current() {
    let folder = Folder::new("current");
    folder.committed().write(&Contract::of::<First>()).unwrap();
    folder.committed().check(&Contract::of::<First>()).unwrap();
}

#[test]
fn a_version_without_files_is_named() {
    let folder = Folder::new("missing");
    let error = folder
        .committed()
        .check(&Contract::of::<First>())
        .unwrap_err()
        .to_string();
    assert!(error.contains("1.schema.json is missing"), "{error}");
}

#[test]
fn a_new_version_stands_beside_the_old_one() {
    let folder = Folder::new("second");
    folder.committed().write(&Contract::of::<First>()).unwrap();
    folder.committed().write(&Contract::of::<Second>()).unwrap();

    folder.committed().check(&Contract::of::<Second>()).unwrap();

    let numbers: Vec<_> = folder
        .committed()
        .versions(&Contract::of::<Second>())
        .unwrap()
        .iter()
        .map(|version| version.number)
        .collect();
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn a_committed_version_is_not_rewritten_with_other_fields() {
    let folder = Folder::new("in-place");
    folder.committed().write(&Contract::of::<First>()).unwrap();

    let outdated = folder
        .committed()
        .check(&Contract::of::<ChangedInPlace>())
        .unwrap_err()
        .to_string();
    let refused = folder
        .committed()
        .write(&Contract::of::<ChangedInPlace>())
        .unwrap_err()
        .to_string();

    assert!(outdated.contains("raise VERSION"), "{outdated}");
    assert!(
        refused.contains("was not written: raise VERSION from 1 to 2"),
        "{refused}"
    );
    folder.committed().check(&Contract::of::<First>()).unwrap();
}

#[test]
fn a_new_version_that_breaks_an_old_one_is_refused_with_what_to_do() {
    let folder = Folder::new("breaks");
    folder.committed().write(&Contract::of::<First>()).unwrap();
    folder
        .committed()
        .write(&Contract::of::<Retyped>())
        .unwrap();

    let error = folder
        .committed()
        .check(&Contract::of::<Retyped>())
        .unwrap_err()
        .to_string();

    assert!(
        error.contains("`id` was retyped from string to integer"),
        "{error}"
    );
    assert!(error.contains("make a new detail-type"), "{error}");
}

#[test]
fn data_with_a_field_metadata_can_not_be_an_event() {
    let folder = Folder::new("metadata");
    let error = folder
        .committed()
        .write(&Contract::of::<WithMetadata>())
        .unwrap_err()
        .to_string();
    assert!(error.contains("without a field `metadata`"), "{error}");
}

#[test]
fn the_schema_of_an_old_version_accepts_what_a_new_one_publishes_and_nothing_else() {
    let folder = Folder::new("accepts");
    folder.committed().write(&Contract::of::<First>()).unwrap();
    let old = folder
        .committed()
        .versions(&Contract::of::<First>())
        .unwrap()
        .remove(0);

    old.accepts(&Contract::of::<Second>().sample).unwrap();

    let misfit = old.accepts(&Contract::of::<Retyped>().sample).unwrap_err();
    assert_eq!(misfit.field(), "detail.id");
    let mut without_metadata = Contract::of::<First>().sample;
    without_metadata.as_object_mut().unwrap().remove("metadata");
    assert_eq!(
        old.accepts(&without_metadata).unwrap_err().field(),
        "detail.metadata"
    );
}
