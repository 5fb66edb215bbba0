//! Which messages make a batch, and when.

use std::time::Duration;

use super::super::*;
use super::world::{World, message, numbered};
use crate::mapping::EVENT_BYTES;

const SECOND: Duration = Duration::from_secs(1);

fn gathering(batch_size: usize, seconds: u64) -> Settings {
    Settings {
        batch_size,
        batching_window: Duration::from_secs(seconds),
        ..Settings::default()
    }
}

#[test]
fn row_5_mapping_batch_size_is_what_a_receive_brings_without_a_window() {
    let mut world = World::new(Settings::default());
    assert_eq!(world.receive, Some(10));
    world.receives(numbered(0..3));
    assert_eq!(world.last(), ["0", "1", "2"]);

    let mut world = World::new(gathering(2, 0));
    assert_eq!(world.receive, Some(2));
    world.receives(numbered(0..2));
    assert_eq!(world.last(), ["0", "1"]);
}

#[test]
fn row_5_mapping_batch_size_of_more_than_10_is_gathered_from_several_receives() {
    let mut world = World::new(gathering(25, 300));
    world.receives(numbered(0..10));
    world.receives(numbered(10..20));
    assert_eq!(world.receive, Some(5));
    assert!(world.invoked.is_empty());
    world.receives(numbered(20..25));
    assert_eq!(world.sizes(), [25]);
}

#[test]
fn row_5_mapping_batching_window_begins_with_the_first_message() {
    let mut world = World::new(gathering(100, 5));
    world.waits(60 * SECOND);
    world.receives(numbered(0..1));
    world.waits(4 * SECOND);
    world.receives(numbered(1..2));
    world.waits(Duration::from_millis(999));
    assert!(world.invoked.is_empty());
    world.waits(Duration::from_millis(1));
    assert_eq!(world.last(), ["0", "1"]);
}

#[test]
fn row_5_mapping_low_traffic_lets_a_window_take_20_seconds_where_aws_is_imitated() {
    let twenty = 20 * SECOND;
    let mut world = World::with_patience(gathering(100, 5), twenty);
    world.receives(numbered(0..1));
    world.waits(Duration::from_millis(19_999));
    assert!(world.invoked.is_empty());
    world.waits(Duration::from_millis(1));
    assert_eq!(world.sizes(), [1]);

    // Only where there is a window at all.
    let mut world = World::with_patience(gathering(10, 0), twenty);
    world.receives(numbered(0..1));
    assert_eq!(world.sizes(), [1]);
}

#[test]
fn row_5_mapping_payload_is_cut_at_6_megabytes() {
    let large = |id: &str| Message {
        bytes: EVENT_BYTES / 3,
        ..message(id)
    };
    let mut world = World::new(gathering(10, 300));
    world.receives(vec![large("a"), large("b")]);
    assert!(world.invoked.is_empty());
    // Three of them and the brackets around them are too much.
    world.receives(vec![large("c")]);
    assert_eq!(world.last(), ["a", "b"]);
    world.waits(300 * SECOND);
    assert_eq!(world.last(), ["c"]);
}

#[test]
fn row_5_mapping_payload_of_one_message_is_given_however_large_it_is() {
    let mut world = World::new(Settings::default());
    let huge = Message {
        bytes: 2 * EVENT_BYTES,
        ..message("huge")
    };
    world.receives(vec![huge, message("small")]);
    assert_eq!(world.sizes(), [1, 1]);
}

#[test]
fn a_message_that_shows_again_while_it_is_gathered_is_given_all_the_same() {
    let mut world = World::new(gathering(100, 60));
    world.receives(numbered(0..1));
    world.waits(40 * SECOND);
    // The queue has handed it out once more.
    world.receives(numbered(0..1));
    world.waits(20 * SECOND);
    assert_eq!(world.last(), ["0", "0"]);
}
