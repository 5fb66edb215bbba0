use std::time::Duration;

use super::world::{HOUR, World, defaults, failed, not_run, number, poisoned_by, succeeded};
use crate::mapping::{Condition, Settings};

#[test]
fn row_2_2_a_failed_batch_blocks_the_shard_until_it_succeeds() {
    // GIVEN a function that fails three times
    let mut failures = 3;
    let mut world = World::new(
        Settings {
            batch_size: 2,
            ..defaults()
        },
        move |_| {
            failures -= 1;
            if failures >= 0 { failed() } else { succeeded() }
        },
    );
    world.write(1..=4);
    // WHEN time passes
    world.run();
    assert_eq!(world.checkpoint(), None);
    world.pass(HOUR);
    // THEN the same batch came again until it was done, and only then the next
    assert_eq!(
        world.invoked,
        [vec![1, 2], vec![1, 2], vec![1, 2], vec![1, 2], vec![3, 4]]
    );
    assert_eq!(world.checkpoint(), Some(number(4)));
    assert_eq!(world.discarded, []);
}

#[test]
fn row_2_2_endless_retries_block_the_shard_for_a_day_and_more() {
    let mut world = World::new(defaults(), poisoned_by(&[1]));
    world.write([1]);
    world.pass(HOUR);
    world.write([2]);
    world.pass(HOUR * 30);
    assert!(world.invoked.len() > 1000);
    assert!(world.invoked.iter().all(|batch| *batch == [1]));
    assert_eq!(world.discarded, []);
}

#[test]
fn row_2_2_pauses_between_retries_grow_to_a_limit() {
    let mut world = World::new(defaults(), poisoned_by(&[1]));
    world.write([1]);
    world.pass(HOUR);
    let pauses: Vec<_> = world
        .invoked_at
        .windows(2)
        .map(|two| two[1].since(two[0]))
        .collect();
    assert_eq!(pauses[0], Duration::from_millis(200));
    assert_eq!(pauses[1], Duration::from_millis(400));
    assert!(pauses.is_sorted());
    assert_eq!(pauses.last(), Some(&Duration::from_secs(30)));
}

#[test]
fn row_2_2_retries_that_are_used_up_send_the_batch_to_the_destination() {
    // GIVEN two retries
    let mut world = World::new(
        Settings {
            maximum_retry_attempts: Some(2),
            batch_size: 3,
            ..defaults()
        },
        poisoned_by(&[2]),
    );
    world.write(1..=5);
    // WHEN a record poisons its batch
    world.pass(HOUR);
    // THEN the batch ran three times, was given up whole, and the shard went on
    assert_eq!(
        world.invoked,
        [vec![1, 2, 3], vec![1, 2, 3], vec![1, 2, 3], vec![4, 5]]
    );
    let discard = &world.discarded[0];
    assert_eq!(world.discarded_records(), [vec![1, 2, 3]]);
    assert_eq!(discard.condition, Condition::RetryAttemptsExhausted);
    assert_eq!(discard.invocations, 3);
    assert_eq!(discard.request_id.as_deref(), Some("run-3"));
    assert!(discard.function_error);
    assert_eq!(world.checkpoint(), Some(number(5)));
}

#[test]
fn row_2_2_no_retries_give_up_after_the_first_failure() {
    let mut world = World::new(
        Settings {
            maximum_retry_attempts: Some(0),
            ..defaults()
        },
        poisoned_by(&[1]),
    );
    world.write([1, 2]);
    world.run();
    assert_eq!(world.invoked.len(), 1);
    assert_eq!(world.discarded_records(), [vec![1, 2]]);
}

#[test]
fn row_2_2_a_throttled_invocation_uses_up_no_retry() {
    // GIVEN no retries, and a function that is throttled many times before it runs
    let mut throttled = 50;
    let mut world = World::new(
        Settings {
            maximum_retry_attempts: Some(0),
            ..defaults()
        },
        move |_| {
            throttled -= 1;
            if throttled >= 0 {
                not_run()
            } else {
                succeeded()
            }
        },
    );
    world.write([1]);
    world.pass(HOUR);
    assert_eq!(world.invoked.len(), 51);
    assert_eq!(world.discarded, []);
    assert_eq!(world.checkpoint(), Some(number(1)));
}

#[test]
fn row_2_2_only_the_age_ends_throttles() {
    let mut world = World::new(
        Settings {
            maximum_record_age: Some(Duration::from_mins(1)),
            ..defaults()
        },
        |_| not_run(),
    );
    world.write([1]);
    world.pass(HOUR);
    assert_eq!(world.discarded_records(), [vec![1]]);
    assert_eq!(world.discarded[0].condition, Condition::RecordAgeExceeded);
    assert_eq!(world.discarded[0].invocations, 0);
    assert_eq!(world.discarded[0].request_id, None);
}

#[test]
fn row_2_2_bisect_finds_the_poison_and_spends_no_retry_on_the_search() {
    // GIVEN eight records, one of them poison, and one retry
    let mut world = World::new(
        Settings {
            maximum_retry_attempts: Some(1),
            bisect_batch_on_function_error: true,
            ..defaults()
        },
        poisoned_by(&[6]),
    );
    world.write(1..=8);
    // WHEN time passes
    world.pass(HOUR);
    // THEN halves were tried until the poison stood alone; that one was retried once and given up
    assert_eq!(
        world.invoked,
        [
            vec![1, 2, 3, 4, 5, 6, 7, 8],
            vec![1, 2, 3, 4],
            vec![5, 6, 7, 8],
            vec![5, 6],
            vec![5],
            vec![6],
            vec![6],
            vec![7, 8],
        ]
    );
    assert_eq!(world.discarded_records(), [vec![6]]);
    assert_eq!(world.checkpoint(), Some(number(8)));
}

#[test]
fn row_2_2_bisect_with_endless_retries_still_blocks_at_the_poison() {
    let mut world = World::new(
        Settings {
            bisect_batch_on_function_error: true,
            ..defaults()
        },
        poisoned_by(&[2]),
    );
    world.write(1..=4);
    world.pass(HOUR);
    assert_eq!(world.checkpoint(), Some(number(1)));
    assert_eq!(world.invoked.last(), Some(&vec![2]));
}

#[test]
fn row_2_2_a_record_that_is_too_old_goes_to_the_destination_and_the_rest_goes_on() {
    // GIVEN an age limit, two old records and a young one in one batch, and a function that fails
    let mut world = World::new(
        Settings {
            maximum_record_age: Some(Duration::from_mins(10)),
            ..defaults()
        },
        {
            let mut runs = 0;
            move |_| {
                runs += 1;
                if runs == 1 { not_run() } else { succeeded() }
            }
        },
    );
    world.write([1, 2]);
    world.now = world
        .now
        .plus(Duration::from_mins(9) + Duration::from_millis(59_900));
    world.write([3]);
    // WHEN the batch is tried again after its old records' time
    world.run();
    world.pass(Duration::from_secs(1));
    // THEN only the old ones were given up
    assert_eq!(world.discarded_records(), [vec![1, 2]]);
    assert_eq!(world.invoked, [vec![1, 2, 3], vec![3]]);
    assert_eq!(world.checkpoint(), Some(number(3)));
}

#[test]
fn row_2_2_a_stopped_mapping_keeps_its_place_and_its_retries() {
    // GIVEN a batch that failed twice of three allowed times
    let mut world = World::new(
        Settings {
            maximum_retry_attempts: Some(2),
            batch_size: 2,
            ..defaults()
        },
        poisoned_by(&[3]),
    );
    world.write(1..=4);
    world.run();
    world.pass(Duration::from_millis(250));
    assert_eq!(world.invoked, [vec![1, 2], vec![3, 4], vec![3, 4]]);
    // WHEN the mapping is stopped and started again
    world.restart();
    world.invoked.clear();
    world.pass(HOUR);
    // THEN it goes on with that batch, and its last retry
    assert_eq!(world.invoked, [vec![3, 4]]);
    assert_eq!(world.discarded_records(), [vec![3, 4]]);
}

#[test]
fn a_piece_whose_records_were_trimmed_does_not_block_the_shard() {
    let mut world = World::new(defaults(), poisoned_by(&[1]));
    world.write([1]);
    world.run();
    world.trim(1);
    world.restart();
    world.write([2]);
    world.run();
    assert_eq!(world.invoked.last(), Some(&vec![2]));
    assert_eq!(world.checkpoint(), Some(number(2)));
}
