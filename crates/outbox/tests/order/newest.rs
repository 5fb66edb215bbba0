//! Not older than the last one seen.

use std::io;

use contract::Received;
use outbox::consume::order::{Newest, OrderError, SeenStore};
use serde_json::json;

use super::{Packed, event};

super::on_both_stores!(
    what_is_older_than_the_last_one_seen_is_not_handed_over,
    what_failed_is_handed_over_again_unless_a_newer_one_came,
);

fn packed(key: &str, sequence: &str) -> Received<Packed> {
    let mut event = event(key, 1);
    event["detail"]["metadata"]["sequence"] = json!(sequence);
    event["detail"]["metadata"]["sequenceKind"] = json!("stream");
    Received::read(event).unwrap()
}

async fn run<S: SeenStore>(newest: &Newest<S>, key: &str, sequence: &str) -> bool {
    let ran = newest
        .run(&packed(key, sequence), async || Ok::<(), io::Error>(()))
        .await;
    ran.unwrap().is_some()
}

async fn what_is_older_than_the_last_one_seen_is_not_handed_over<S: SeenStore>(store: S) {
    let newest = Newest::new(store, "map");
    // A number with more digits is greater, whatever its text.
    for (key, sequence, handed_over) in [
        ("a", "999999999999999999999", true),
        ("a", "1000000000000000000000", true),
        ("a", "999999999999999999999", false),
        ("b", "5", true),
        ("a", "1000000000000000000000", true),
        ("a", "4421584500000000017450439091", true),
    ] {
        assert_eq!(
            run(&newest, key, sequence).await,
            handed_over,
            "{key} {sequence}"
        );
    }
}

async fn what_failed_is_handed_over_again_unless_a_newer_one_came<S: SeenStore>(store: S) {
    let newest = Newest::new(store, "map");
    let failed = newest
        .run(&packed("a", "7"), async || {
            Err::<(), _>(io::Error::other("no"))
        })
        .await;
    assert!(matches!(failed, Err(OrderError::Handler(_))), "{failed:?}");
    assert!(run(&newest, "a", "7").await);
    assert!(run(&newest, "a", "8").await);
    assert!(!run(&newest, "a", "7").await);
}
