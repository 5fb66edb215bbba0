//! A mapping that panics, in a binary as it is deployed.
//!
//! Whether a panic can be survived at all is decided by the profile that a binary is built with:
//! `PANICKING_RELAY` names one made by `cargo lambda build --release --example panicking-relay`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod played;

use std::env;
use std::path::Path;

use played::{Aws, TIME_LEFT, insertions};
use serde_json::json;

fn panicking_relay() -> String {
    env::var("PANICKING_RELAY").unwrap_or_else(|_| {
        Path::new(env!("CARGO_BIN_EXE_users-relay"))
            .with_file_name("examples/panicking-relay")
            .display()
            .to_string()
    })
}

#[tokio::test]
async fn a_record_whose_mapping_panics_is_quarantined_and_the_shard_goes_on() {
    // GIVEN a relay that panics over one user
    let aws = Aws::default();
    let relay = aws.start(&panicking_relay()).await;
    // WHEN that user comes between others
    let answer = relay
        .invoke(insertions(&["1", "panic", "3"]), TIME_LEFT)
        .await;
    // THEN the record is quarantined, the others are published, nothing is sent again
    assert_eq!(answer.json(), Some(json!({"batchItemFailures": []})));
    assert_eq!(aws.published_users(), ["1", "3"]);
    assert_eq!(aws.quarantined().len(), 1);
    // and the same process takes the next batch
    let answer = relay.invoke(insertions(&["4"]), TIME_LEFT).await;
    assert_eq!(answer.json(), Some(json!({"batchItemFailures": []})));
    assert_eq!(aws.published_users(), ["1", "3", "4"]);
}
