//! GIVEN the product WHEN some hundred seeds are played THEN every promise is kept, and much was tried.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::collections::BTreeMap;
use std::thread;

use simulation::{Judged, Scenario, Variant, judge, silence_panics, story};

const SEEDS: u64 = 250;

/// Plays every second seed each on two threads.
fn played() -> Vec<(Scenario, Judged)> {
    silence_panics();
    let play = |first: u64| {
        let seeds = (first..SEEDS).step_by(2).map(Scenario::of);
        let judged = |scenario| (judge(&scenario, Variant::Sound), scenario);
        seeds
            .map(judged)
            .map(|(judged, scenario)| (scenario, judged))
            .collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| play(1));
        let mut all = play(0);
        all.extend(other.join().unwrap());
        all
    })
}

#[test]
fn every_promise_is_kept_whatever_a_seed_chooses() {
    let mut faults: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut kills, mut splits, mut lost, mut outside) = (0, 0, 0, 0);
    let mut ends = simulation::checker::Ends::default();
    for (scenario, judged) in played() {
        if let Some(violation) = judged.verdict.violations.first() {
            let story = story(&scenario, &judged.report.observations, violation).join("\n");
            unreachable!("cargo simulate --seed {} --trace\n{story}", scenario.seed);
        }
        let counts = judged.report.counts;
        for (fault, strikes) in counts.faults {
            *faults.entry(fault).or_default() += strikes;
        }
        kills += counts.kills;
        splits += counts.splits;
        ends.add(judged.verdict.ends);
        lost += judged.verdict.lost.len();
        outside += usize::from(!scenario.is_inside_the_envelope());
    }
    // What was not tried proves nothing.
    assert!(faults.len() >= 20, "{faults:?}");
    assert!(kills > 50 && splits > 50, "{kills} kills, {splits} splits");
    let everywhere = [
        ends.completed,
        ends.dead_lettered,
        ends.quarantined,
        ends.in_failure_records,
    ];
    assert!(everywhere.iter().all(|count| *count > 5), "{ends:?}");
    assert!(
        outside > 0 && lost > 0,
        "{outside} outside the envelope, {lost} lost"
    );
}
