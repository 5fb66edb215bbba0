use std::time::Duration;

use super::world::{HOUR, World, defaults, failed, not_run, number, poisoned_by, succeeded};
use crate::mapping::{Condition, Settings};

#[test]
fn row_2_2_failed_batch_blocks_its_shard_until_it_succeeds() {
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
fn row_2_2_records_expire_and_unblock_the_shard_after_a_day_of_endless_retries() {
    // GIVEN a poison record, and one that was written an hour later
    let mut world = World::new(defaults(), poisoned_by(&[1]));
    world.retention = HOUR * 24;
    world.write([1]);
    world.pass(HOUR);
    world.write([2]);
    // WHEN almost a day has passed THEN the shard is still blocked
    world.pass(HOUR * 22 + Duration::from_mins(59));
    assert!(world.invoked.len() > 1000);
    assert!(world.invoked.iter().all(|batch| *batch == [1]));
    // WHEN the stream drops the record
    world.pass(Duration::from_mins(2));
    // THEN it is lost, no failure destination has it, and the next is given
    assert_eq!(world.expired, [vec![1]]);
    assert_eq!(world.discarded, []);
    assert_eq!(world.invoked.last(), Some(&vec![2]));
    assert_eq!(world.checkpoint(), Some(number(2)));
}

#[test]
fn row_2_2_records_expire_that_wait_behind_a_blocked_batch_and_for_a_broken_destination() {
    // GIVEN no retries, a failure destination that is down, and a window in which three are written
    let mut world = World::new(
        Settings {
            maximum_retry_attempts: Some(0),
            batch_size: 2,
            ..defaults()
        },
        poisoned_by(&[1]),
    );
    world.retention = HOUR * 24;
    world.destination_up = false;
    world.write([1]);
    world.pass(HOUR);
    world.write([2, 3]);
    world.pass(HOUR * 23 + Duration::from_mins(1));
    // THEN what could not be kept in time is lost, and the rest goes on
    assert_eq!(world.expired, [vec![1]]);
    assert_eq!(world.invoked, [vec![1], vec![2, 3]]);
    assert_eq!(world.checkpoint(), Some(number(3)));
}

#[test]
fn row_2_2_records_expire_out_of_a_batch_and_its_younger_ones_go_on() {
    let mut world = World::new(defaults(), |_| not_run());
    world.retention = HOUR * 24;
    world.write([1, 2]);
    world.now = world.now.plus(HOUR);
    world.write([3]);
    world.pass(HOUR * 23 + Duration::from_mins(1));
    assert_eq!(world.expired, [vec![1, 2]]);
    assert_eq!(world.invoked.first(), Some(&vec![1, 2, 3]));
    assert_eq!(world.invoked.last(), Some(&vec![3]));
    assert_eq!(world.checkpoint(), Some(number(2)));
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
fn row_2_2_discarded_records_go_to_the_destination_when_the_retries_are_used_up() {
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
fn row_2_1_maximum_retry_attempts_of_zero_gives_up_after_the_first_failure() {
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
fn row_2_2_throttles_are_not_counted() {
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
fn row_2_2_throttles_are_not_counted_and_only_the_age_ends_them() {
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
fn row_2_2_bisect_spends_no_retry_on_the_search() {
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
fn row_2_1_maximum_record_age_gives_up_what_is_older_and_the_rest_goes_on() {
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
fn row_2_1_maximum_record_age_also_ends_the_wait_behind_a_blocked_batch() {
    // GIVEN a batch that fails all the time, with more behind it, of which the last is young
    let mut world = World::new(
        Settings {
            maximum_record_age: Some(Duration::from_mins(10)),
            batch_size: 1,
            ..defaults()
        },
        poisoned_by(&[1]),
    );
    world.write([1, 2, 3]);
    world.pass(Duration::from_mins(9));
    world.write([4]);
    // WHEN the first is too old
    world.pass(Duration::from_mins(2));
    // THEN those behind it are too, and were never tried
    assert_eq!(world.discarded_records(), [vec![1], vec![2], vec![3]]);
    let runs = world.discarded.iter().map(|discard| discard.invocations);
    assert_eq!(runs.skip(1).collect::<Vec<_>>(), [0, 0]);
    assert_eq!(world.invoked.last(), Some(&vec![4]));
    assert_eq!(world.checkpoint(), Some(number(4)));
}

#[test]
fn row_2_2_stopped_mapping_keeps_its_position_and_its_retries() {
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
