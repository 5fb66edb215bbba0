use std::cell::Cell;
use std::rc::Rc;

use super::world::{
    HOUR, World, defaults, failed, failing, number, poisoned_by, reporting, succeeded,
};
use crate::Outcome;
use crate::mapping::Settings;

#[test]
fn row_2_1_function_response_types_left_out_mean_that_the_answer_is_not_read() {
    let mut world = World::new(defaults(), |_| failing(&[1]));
    world.write([1, 2]);
    world.run();
    assert_eq!(world.checkpoint(), Some(number(2)));
}

#[test]
fn row_2_3_lowest_identifier_is_the_checkpoint() {
    // GIVEN a function that reports 3 (and 5) once
    let first = Rc::new(Cell::new(true));
    let mut world = World::new(
        Settings {
            report_batch_item_failures: true,
            ..defaults()
        },
        move |_| {
            if first.replace(false) {
                failing(&[5, 3])
            } else {
                succeeded()
            }
        },
    );
    world.write(1..=6);
    world.run();
    // THEN the checkpoint is before 3, though 4 and 6 succeeded
    assert_eq!(world.checkpoint(), Some(number(2)));
    world.pass(HOUR);
    assert_eq!(world.invoked[1], [3, 4, 5, 6]);
    assert_eq!(world.checkpoint(), Some(number(6)));
}

#[test]
fn row_2_3_partial_response_with_bisect_is_cut_and_not_halved() {
    let mut world = World::new(
        Settings {
            report_batch_item_failures: true,
            bisect_batch_on_function_error: true,
            maximum_retry_attempts: Some(1),
            ..defaults()
        },
        reporting(&[5]),
    );
    world.write(1..=8);
    world.pass(HOUR);
    // The rest is tried again as it is, and given up as it is.
    assert_eq!(world.invoked, [(1..=8).collect(), vec![5, 6, 7, 8]]);
    assert_eq!(world.discarded_records(), [vec![5, 6, 7, 8]]);
    assert!(!world.discarded[0].function_error);
}

#[test]
fn row_2_3_invocation_error_with_bisect_is_halved_whatever_is_reported_otherwise() {
    let mut world = World::new(
        Settings {
            report_batch_item_failures: true,
            bisect_batch_on_function_error: true,
            maximum_retry_attempts: Some(0),
            ..defaults()
        },
        poisoned_by(&[2]),
    );
    world.write(1..=2);
    world.pass(HOUR);
    assert_eq!(world.invoked, [vec![1, 2], vec![1], vec![2]]);
    assert_eq!(world.discarded_records(), [vec![2]]);
}

#[test]
fn row_2_3_unreadable_answer_fails_the_batch_which_comes_again_whole() {
    let mut world = World::new(
        Settings {
            report_batch_item_failures: true,
            maximum_retry_attempts: Some(1),
            ..defaults()
        },
        |_| Outcome::Answered(bytes::Bytes::from_static(b"not JSON")),
    );
    world.write([1, 2]);
    world.pass(HOUR);
    assert_eq!(world.invoked, [vec![1, 2], vec![1, 2]]);
    assert_eq!(world.discarded_records(), [vec![1, 2]]);
}

#[test]
fn row_2_2_retries_after_partial_progress_do_not_start_again() {
    // GIVEN three retries and a function that gets one record further each time
    let mut world = World::new(
        Settings {
            report_batch_item_failures: true,
            maximum_retry_attempts: Some(3),
            ..defaults()
        },
        |batch| failing(batch.get(1..2).unwrap_or_default()),
    );
    world.write(1..=8);
    world.pass(HOUR);
    // THEN after the fourth run the rest is given up
    assert_eq!(world.discarded_records(), [vec![5, 6, 7, 8]]);
}

#[test]
fn row_2_2_bisect_spends_no_retry_and_the_halves_have_those_that_were_left() {
    // GIVEN two retries, of which an answer that nobody can read uses one before the halving
    let runs = Cell::new(0);
    let mut world = World::new(
        Settings {
            report_batch_item_failures: true,
            bisect_batch_on_function_error: true,
            maximum_retry_attempts: Some(2),
            ..defaults()
        },
        move |_| {
            runs.set(runs.get() + 1);
            if runs.get() == 1 {
                Outcome::Answered(bytes::Bytes::from_static(b"not JSON"))
            } else {
                failed()
            }
        },
    );
    world.write([1, 2]);
    world.pass(HOUR);
    // THEN each half is tried, and once again
    assert_eq!(
        world.invoked,
        [vec![1, 2], vec![1, 2], vec![1], vec![1], vec![2], vec![2]]
    );
    assert_eq!(world.discarded_records(), [vec![1], vec![2]]);
}
