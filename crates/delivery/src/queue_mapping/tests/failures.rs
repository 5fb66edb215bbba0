//! What becomes of a batch whose function failed.

use std::time::Duration;

use super::super::*;
use super::world::{VISIBILITY, World, answered, failed, numbered, throttled};

fn reporting() -> Settings {
    Settings {
        report_batch_item_failures: true,
        ..Settings::default()
    }
}

#[test]
fn a_batch_that_succeeded_is_deleted_whatever_was_answered() {
    for answer in [
        "null",
        "",
        "{",
        r#"{"batchItemFailures":[{"itemIdentifier":"0"}]}"#,
    ] {
        let mut world = World::new(Settings::default());
        world.receives(numbered(0..2));
        world.answers(1, answered(answer));
        assert_eq!(world.deleted, ["0", "1"], "{answer}");
    }
}

#[test]
fn row_5_mapping_error_leaves_the_whole_batch_in_the_queue() {
    let mut world = World::new(Settings::default());
    world.receives(numbered(0..3));
    world.answers(1, failed());
    world.waits(2 * VISIBILITY);
    // The queue, not the mapping, brings it again.
    assert_eq!(world.sizes(), [3]);
    assert!(world.deleted.is_empty());
}

#[test]
fn row_5_mapping_reported_failures_stay_and_all_else_is_deleted() {
    let mut world = World::new(reporting());
    world.receives(numbered(0..4));
    let failures = r#"{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":"0"}]}"#;
    world.answers(1, answered(failures));
    assert_eq!(world.deleted, ["1", "3"]);
    assert_eq!(world.sizes(), [4]);
}

#[test]
fn row_5_mapping_exception_fails_all_also_of_a_function_that_reports() {
    let mut world = World::new(reporting());
    world.receives(numbered(0..3));
    world.answers(1, failed());
    assert!(world.deleted.is_empty());
}

#[test]
fn row_5_mapping_throttled_batch_is_tried_again_until_it_shows_in_the_queue() {
    let mut world = World::new(Settings::default());
    world.receives(numbered(0..2));
    world.answers(1, throttled());
    let mut tried_after = vec![0];
    for second in 1..=600 {
        world.waits(Duration::from_secs(1));
        if world.invoked.len() > tried_after.len() {
            tried_after.push(second);
            world.answers(1, throttled());
        }
    }
    // With pauses of 1, 2, 4, 8 and 8 s; after 30 s the queue has them again.
    assert_eq!(tried_after, [0, 1, 3, 7, 15, 23]);
    assert!(world.deleted.is_empty());
}

#[test]
fn row_5_mapping_throttled_messages_that_show_again_are_dropped_one_by_one() {
    let mut world = World::new(Settings {
        batch_size: 20,
        batching_window: Duration::from_secs(25),
        ..Settings::default()
    });
    world.receives(numbered(0..1));
    world.waits(Duration::from_secs(20));
    world.receives(numbered(1..2));
    world.waits(Duration::from_secs(5));
    assert_eq!(world.last(), ["0", "1"]);
    for _ in 0..3 {
        world.answers(1, throttled());
        world.waits(Duration::from_secs(4));
    }
    assert_eq!(world.last(), ["1"]);
    world.answers(1, answered("null"));
    assert_eq!(world.deleted, ["1"]);
}

#[test]
fn an_answer_after_the_visibility_timeout_still_deletes_as_far_as_the_queue_allows() {
    let mut world = World::new(Settings::default());
    world.receives(numbered(0..1));
    world.waits(2 * VISIBILITY);
    world.answers(1, answered("null"));
    assert_eq!(world.deleted, ["0"]);
}
