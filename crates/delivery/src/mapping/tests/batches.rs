use std::time::Duration;

use super::world::{World, defaults, number, poisoned_by, succeeded};
use crate::mapping::{EVENT_BYTES, Progress, Settings, StartingPosition, event, event_bytes};

fn always_well(settings: Settings) -> World {
    World::new(settings, |_| succeeded())
}

#[test]
fn records_are_given_in_order_and_the_checkpoint_follows() {
    // GIVEN a stream with three records
    let mut world = always_well(defaults());
    world.write([1, 2, 3]);
    // WHEN the mapping runs
    world.run();
    // THEN the function gets them together, and they are done
    assert_eq!(world.invoked, [vec![1, 2, 3]]);
    assert_eq!(world.checkpoint(), Some(number(3)));
    // AND what is written later follows
    world.write([4]);
    world.run();
    assert_eq!(world.invoked.last(), Some(&vec![4]));
    assert_eq!(world.checkpoint(), Some(number(4)));
}

#[test]
fn row_2_2_batch_closes_at_the_batch_size() {
    let mut world = always_well(Settings {
        batch_size: 7,
        ..defaults()
    });
    world.write(1..=20);
    world.run();
    let sizes: Vec<_> = world.invoked.iter().map(Vec::len).collect();
    assert_eq!(sizes, [7, 7, 6]);
}

#[test]
fn row_2_2_batch_closes_at_six_megabytes() {
    // GIVEN records of which two fit into an event, with the text around them, and three do not
    let mut world = always_well(defaults());
    let bytes = (EVENT_BYTES - event_bytes(2, 0)) / 2;
    for record in 1..=3 {
        world.write_item(record, "item", bytes);
    }
    world.run();
    assert_eq!(world.invoked, [vec![1, 2], vec![3]]);
    // AND with one byte more each, none fit together
    let mut world = always_well(defaults());
    for record in 1..=2 {
        world.write_item(record, "item", bytes + 1);
    }
    world.run();
    assert_eq!(world.invoked, [vec![1], vec![2]]);
}

#[test]
fn the_size_of_an_event_is_counted_as_it_is_sent() {
    for records in [vec![], vec!["{}"], vec!["{}", "{\"a\":1}", "{}"]] {
        let bytes = records.iter().map(|record| record.len()).sum();
        let event = event(records.iter().copied());
        assert_eq!(event.len(), event_bytes(records.len(), bytes), "{event}");
        serde_json::from_str::<serde_json::Value>(&event).unwrap();
    }
}

#[test]
fn row_2_2_batch_closes_at_the_end_of_its_window() {
    // GIVEN a window of ten seconds
    let mut world = always_well(Settings {
        batching_window: Duration::from_secs(10),
        ..defaults()
    });
    // WHEN records come one after another
    world.write([1]);
    world.pass(Duration::from_secs(4));
    world.write([2]);
    world.pass(Duration::from_secs(5));
    assert_eq!(world.invoked, Vec::<Vec<u64>>::new());
    // THEN they go together when it ends
    world.pass(Duration::from_secs(1));
    assert_eq!(world.invoked, [vec![1, 2]]);
}

#[test]
fn row_2_1_maximum_batching_window_of_the_next_batch_starts_when_the_invocation_before_ends() {
    let mut world = always_well(Settings {
        batching_window: Duration::from_secs(10),
        batch_size: 2,
        ..defaults()
    });
    let start = world.now;
    world.pass(Duration::from_secs(3));
    // A full batch does not wait; the window then starts anew.
    world.write([1, 2]);
    world.run();
    world.write([3]);
    world.pass(Duration::from_secs(30));
    assert_eq!(world.invoked, [vec![1, 2], vec![3]]);
    assert_eq!(world.invoked_at[0], start.plus(Duration::from_secs(3)));
    assert_eq!(world.invoked_at[1], start.plus(Duration::from_secs(13)));
}

#[test]
fn a_record_waits_no_longer_than_a_window_however_long_the_stream_was_quiet() {
    let mut world = always_well(Settings {
        batching_window: Duration::from_secs(10),
        ..defaults()
    });
    world.pass(Duration::from_secs(25));
    world.write([1]);
    let written = world.now;
    world.pass(Duration::from_mins(1));
    assert_eq!(world.invoked_at, [written.plus(Duration::from_secs(5))]);
}

#[test]
fn row_2_1_parallelization_factor_keeps_the_order_of_each_item() {
    // GIVEN four lanes, and a function that fails on one item at first
    let mut tries = 0;
    let mut world = World::new(
        Settings {
            parallelization_factor: 4,
            batch_size: 2,
            ..defaults()
        },
        move |batch| {
            if batch.contains(&1) {
                tries += 1;
                if tries < 4 {
                    return super::world::failed();
                }
            }
            succeeded()
        },
    );
    // WHEN ten items are changed ten times each
    for record in 0..100_u64 {
        world.write_item(record + 1, &format!("item-{}", record % 10), 100);
    }
    world.run();
    // THEN other lanes go on while one is blocked
    let first_pass = world.invoked.len();
    assert!(first_pass > 10, "{first_pass} invocations without a pause");
    world.pass(Duration::from_mins(1));
    // AND each item's changes were seen in order, and all are done
    let mut seen = world.invoked.concat();
    for item in 0..10 {
        let mut order: Vec<_> = seen
            .iter()
            .copied()
            .filter(|record| (record - 1) % 10 == item)
            .collect();
        assert!(order.is_sorted(), "item {item}: {order:?}");
        order.dedup();
        assert_eq!(order.len(), 10);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 100);
    assert_eq!(world.checkpoint(), Some(number(100)));
}

#[test]
fn row_2_1_parallelization_factor_lets_a_blocked_lane_hold_up_the_others_in_the_end() {
    // GIVEN two lanes, of which one is blocked, and many records for both
    let mut world = World::new(
        Settings {
            parallelization_factor: 2,
            batch_size: 10,
            ..defaults()
        },
        poisoned_by(&[1]),
    );
    for record in 1..=5_000 {
        world.write_item(record, &format!("item-{}", record % 2), 100);
    }
    world.pass(Duration::from_mins(1));
    // THEN the other lane goes on, and not for ever: memory has an end
    let done = world.invoked.iter().filter(|batch| batch[0] != 1).count();
    assert!((50..250).contains(&done), "{done} batches");
    assert_eq!(world.checkpoint(), None);
}

#[test]
fn a_restart_with_other_lanes_leaves_nothing_out() {
    let mut world = World::new(
        Settings {
            parallelization_factor: 3,
            ..defaults()
        },
        |batch| {
            if batch.contains(&5) {
                super::world::not_run()
            } else {
                succeeded()
            }
        },
    );
    world.write(1..=20);
    world.run();
    let done: usize = world.invoked.concat().len();
    assert!(done >= 20, "all lanes were tried");
    // WHEN it comes back with one lane
    world.settings.parallelization_factor = 1;
    world.invoked.clear();
    world.restart();
    world.run();
    // THEN the lane that was least far decides, so what was not done comes again
    assert!(world.invoked.concat().contains(&5));
    assert_eq!(world.committed.lanes.len(), 1);
}

#[test]
fn row_2_1_starting_position_latest_starts_after_what_is_there() {
    let mut world = World::new(
        Settings {
            starting_position: StartingPosition::Latest,
            ..defaults()
        },
        |_| succeeded(),
    );
    world.write([1, 2]);
    world.committed = Progress::after(number(2), 1);
    world.restart();
    world.run();
    assert_eq!(world.invoked, Vec::<Vec<u64>>::new());
    world.write([3]);
    world.run();
    assert_eq!(world.invoked, [vec![3]]);
}
