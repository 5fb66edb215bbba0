//! How many batches are under way at once.

use std::time::Duration;

use super::super::*;
use super::world::{World, answered, failed, numbered, throttled};

const MINUTE: Duration = Duration::from_mins(1);

fn one_by_one() -> Settings {
    Settings {
        batch_size: 1,
        ..Settings::default()
    }
}

/// Hands out messages as long as the mapping asks for them; how many batches that came to.
fn fill(world: &mut World) -> usize {
    let before = world.invoked.len();
    while world.receive.is_some() {
        let next = world.invoked.len();
        world.receives(numbered(next..next + 1));
    }
    world.invoked.len() - before
}

fn last_batch(world: &World) -> u64 {
    world.invoked.last().unwrap().0
}

#[test]
fn row_5_mapping_scaling_begins_with_5_batches_and_adds_300_a_minute_up_to_1250() {
    let mut world = World::new(one_by_one());
    let mut under_way = vec![fill(&mut world)];
    for _ in 0..6 {
        world.waits(Duration::from_millis(59_999));
        assert_eq!(fill(&mut world), 0);
        world.waits(Duration::from_millis(1));
        fill(&mut world);
        under_way.push(world.invoked.len());
    }
    assert_eq!(under_way, [5, 305, 605, 905, 1_205, 1_250, 1_250]);
}

#[test]
fn row_5_mapping_scaling_goes_back_to_5_when_the_queue_is_empty() {
    let mut world = World::new(one_by_one());
    fill(&mut world);
    world.waits(MINUTE);
    fill(&mut world);
    for batch in 1..=305 {
        world.answers(batch, answered("null"));
        if world.receive.is_some() {
            world.receives(Vec::new());
        }
    }
    assert_eq!(fill(&mut world), 5);
}

#[test]
fn row_5_mapping_maximum_concurrency_limits_the_batches() {
    for (maximum, first, later) in [(2, 2, 2), (7, 5, 7), (1_000, 5, 305)] {
        let mut world = World::new(Settings {
            maximum_concurrency: Some(maximum),
            ..one_by_one()
        });
        assert_eq!(fill(&mut world), first, "{maximum}");
        world.waits(MINUTE);
        fill(&mut world);
        assert_eq!(world.invoked.len(), later, "{maximum}");
    }
}

#[test]
fn row_5_mapping_slows_down_on_failures_and_recovers_on_success() {
    let mut world = World::new(one_by_one());
    fill(&mut world);
    for batch in 1..=5 {
        world.answers(batch, failed());
    }
    // One at a time: each success makes it one more.
    assert_eq!(fill(&mut world), 1);
    let batch = last_batch(&world);
    world.answers(batch, answered("null"));
    assert_eq!(fill(&mut world), 2);
    let batch = last_batch(&world);
    world.answers(batch, answered("null"));
    assert_eq!(fill(&mut world), 2);
}

#[test]
fn row_5_mapping_slows_down_for_throttles_but_not_for_failures_of_a_function_that_reports() {
    let reporting = || Settings {
        report_batch_item_failures: true,
        ..one_by_one()
    };
    let mut world = World::new(reporting());
    fill(&mut world);
    for batch in 1..=5 {
        world.answers(batch, failed());
    }
    assert_eq!(fill(&mut world), 5);

    let mut world = World::new(reporting());
    fill(&mut world);
    world.answers(1, throttled());
    for batch in 2..=5 {
        world.answers(batch, answered("null"));
    }
    // Of 5 it went to 2 and up again by 4 successes, at most to 5; one of them waits.
    assert_eq!(fill(&mut world), 4);
}
