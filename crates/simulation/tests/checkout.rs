//! Whole runs of the flow of checkout, judged by what they tell.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use outbox::consume::order::Bounds;
use simulation::observation::{
    Answer, Kind, Observed, Once, Ordered, Shopping, Step, Target, Turn, Verified,
};
use simulation::scenario::{Crash, Fault, FaultKind, Flow, Write};
use simulation::{Observation, Report, Scenario, Variant, judge, silence_panics};

/// How long the consumer of each order's history waits for what is missing.
const PATIENCE: Duration = Duration::from_secs(10);

/// A seed of the flow in which callers have patience and nothing goes wrong but these faults, at any time in its first
/// two hours.
fn played(seed: u64, faults: &[(FaultKind, Option<u32>)]) -> Report {
    judged(&calm(seed, faults))
}

fn calm(seed: u64, faults: &[(FaultKind, Option<u32>)]) -> Scenario {
    let mut scenario = Scenario::in_flow(Flow::Checkout, seed);
    scenario.kills.clear();
    scenario
        .operations
        .retain(|operation| !matches!(operation.write, Write::DamagedRow(_)));
    for operation in &mut scenario.operations {
        if let Write::Place { call, .. } | Write::Restock { call, .. } = &mut operation.write {
            call.within = Duration::from_mins(5);
            call.dies_after = None;
        }
    }
    let fault = |(kind, at_most): &(FaultKind, Option<u32>)| Fault {
        from: Duration::ZERO,
        until: Duration::from_hours(2),
        per_mille: 1000,
        at_most: *at_most,
        seed,
        kind: kind.clone(),
    };
    scenario.faults = faults.iter().map(fault).collect();
    scenario.settings.maximum_record_age = Duration::from_hours(20);
    scenario.settings.maximum_receive_count = 5;
    scenario.settings.visibility_timeout = Duration::from_secs(30);
    scenario.settings.sweeper_dies_after = None;
    scenario.settings.order_bounds = Bounds {
        patience: PATIENCE,
        ..Bounds::default()
    };
    scenario
}

fn judged(scenario: &Scenario) -> Report {
    silence_panics();
    let judged = judge(scenario, Variant::Sound);
    assert_eq!(judged.verdict.violations, [], "seed {}", scenario.seed);
    judged.report
}

fn of<T>(report: &Report, wanted: impl Fn(&Observed) -> Option<T>) -> Vec<T> {
    report.observations.iter().filter_map(wanted).collect()
}

/// The ids of the rows that were committed.
fn rows(report: &Report) -> BTreeSet<String> {
    let row = |observed: &Observed| match &observed.what {
        Observation::Committed(change) => {
            let is_row = change.item.as_ref()?["detailType"].is_string();
            (is_row && change.kind == Kind::Insert).then(|| change.key.clone())
        }
        _ => None,
    };
    of(report, row).into_iter().collect()
}

/// How often the bus took each event.
fn accepted(report: &Report) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for id in of(report, |observed| match &observed.what {
        Observation::Accepted { event_id, .. } => Some(event_id.to_string()),
        _ => None,
    }) {
        *counts.entry(id).or_default() += 1;
    }
    counts
}

/// What the sweeper found first and last.
fn verified(report: &Report) -> [Verified; 2] {
    let found = of(report, |observed| match &observed.what {
        Observation::Verified { found, .. } => Some(found.clone()),
        _ => None,
    });
    found.try_into().unwrap()
}

#[test]
fn without_faults_each_row_is_published_once_and_nobody_is_left_in_doubt() {
    for seed in 0..8 {
        let report = played(seed, &[]);
        let rows = rows(&report);
        let accepted = accepted(&report);
        assert_eq!(
            accepted.keys().cloned().collect::<BTreeSet<_>>(),
            rows,
            "seed {seed}"
        );
        assert!(
            accepted.values().all(|count| *count == 1),
            "seed {seed}: {accepted:?}"
        );
        let doubts = of(&report, |observed| match &observed.what {
            Observation::Shopping(Shopping::Heard {
                answer: Answer::Unknown { reason, .. },
                ..
            }) => Some(reason.clone()),
            _ => None,
        });
        assert_eq!(doubts, [""; 0], "seed {seed}");
        for found in verified(&report) {
            assert_eq!((found.young, found.nowhere.len()), (0, 0), "seed {seed}");
        }
    }
}

#[test]
fn rows_whose_mark_failed_are_found_and_published_again_under_their_ids() {
    for seed in 0..5 {
        // GIVEN a table that takes no marks WHEN the sweeper comes
        let report = played(seed, &[(FaultKind::MarkUnreachable, None)]);
        let rows = rows(&report);
        let [first, last] = verified(&report);
        // THEN it finds every row, publishes it again, and marks it
        assert_eq!(
            first.nowhere.into_iter().collect::<BTreeSet<_>>(),
            rows,
            "seed {seed}"
        );
        assert_eq!(last.nowhere, [""; 0], "seed {seed}");
        let accepted = accepted(&report);
        assert_eq!(accepted.len(), rows.len(), "seed {seed}");
        assert!(
            accepted.values().all(|count| *count == 2),
            "seed {seed}: {accepted:?}"
        );
    }
}

#[test]
fn a_sweeper_that_dies_leaves_the_rest_to_the_next() {
    let mut left = 0;
    for seed in 0..5 {
        // GIVEN a table that takes no marks, and a sweeper that ends in the middle of its work
        let mut scenario = calm(seed, &[(FaultKind::MarkUnreachable, None)]);
        scenario.settings.sweeper_dies_after = Some(Duration::from_millis(25));
        let report = judged(&scenario);
        let rows = rows(&report);
        let died = of(&report, |observed| {
            (observed.what == Observation::SweeperDied).then_some(())
        });
        assert_eq!(died.len(), 1, "seed {seed}");
        // WHEN another one comes THEN it finds what the first has not marked, and leaves nothing
        let found = of(&report, |observed| match &observed.what {
            Observation::Verified { found, .. } => Some(found.nowhere.len()),
            _ => None,
        });
        let [first, second, last] = found[..] else {
            unreachable!("seed {seed}: {found:?}");
        };
        assert_eq!((first, last), (rows.len(), 0), "seed {seed}");
        assert!(second <= first, "seed {seed}: {found:?}");
        left += second;
        let accepted = accepted(&report);
        assert_eq!(accepted.len(), rows.len(), "seed {seed}");
        assert!(
            accepted.values().all(|count| (2..=3).contains(count)),
            "seed {seed}: {accepted:?}"
        );
    }
    assert!(left > 0, "the first sweeper was never interrupted");
}

#[test]
fn answers_that_are_lost_leave_nothing_undone_and_nothing_done_twice() {
    let lost = [
        (FaultKind::TransactionAnswerLost, Some(5)),
        (FaultKind::TransactionFailsAfterwards, Some(5)),
        (FaultKind::TransactionLost, Some(5)),
    ];
    for seed in 0..8 {
        let report = played(seed, &lost);
        assert!(
            report.counts.faults.values().sum::<u64>() >= 3,
            "{:?}",
            report.counts
        );
    }
}

#[test]
fn work_that_ends_before_it_is_recorded_is_done_again_after_its_lease() {
    // GIVEN a consumer whose process exits between its effect and the record of it, once
    let target = Target::Notify;
    let kind = FaultKind::QueueConsumerEndsBeforeRecording(target, Crash::Exits);
    let mut again = 0;
    for seed in 0..8 {
        let report = played(seed, &[(kind.clone(), Some(1))]);
        let mut began: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for (event_id, at) in of(&report, |observed| match &observed.what {
            Observation::Once(Once {
                target: of,
                event_id,
                step: Step::Began { .. },
            }) if *of == target => Some((event_id.to_string(), observed.at)),
            _ => None,
        }) {
            began.entry(event_id).or_default().push(at);
        }
        // THEN what it had in hand is worked on once more, and nothing else is
        for times in began.values().filter(|times| times.len() > 1) {
            assert_eq!(times.len(), 2, "seed {seed}");
            assert!(
                times[1].since(times[0]) >= Duration::from_secs(10),
                "seed {seed}"
            );
            again += 1;
        }
    }
    assert!(again > 0, "no seed had an order in hand");
}

/// The steps of the consumer of each order's history.
fn turns(report: &Report) -> Vec<(String, Turn)> {
    of(report, |observed| match &observed.what {
        Observation::Ordered(Ordered { key, step }) => Some((key.to_string(), step.clone())),
        _ => None,
    })
}

/// The sequences with which the handler succeeded, by order.
fn histories(report: &Report) -> BTreeMap<String, Vec<u64>> {
    let mut histories = BTreeMap::new();
    for (key, turn) in turns(report) {
        if let Turn::Ended {
            sequence,
            well: true,
        } = turn
        {
            let history: &mut Vec<u64> = histories.entry(key).or_default();
            history.push(sequence);
        }
    }
    histories
}

fn is_in_order(history: &[u64]) -> bool {
    history.iter().copied().eq(1..=history.len() as u64)
}

#[test]
fn an_orders_events_are_handed_over_in_their_order_whatever_comes_late() {
    // GIVEN a bus that brings some events long after those behind them, and a consumer that would wait an hour
    let late = [(FaultKind::TargetLate(Target::History), None)];
    let mut waited = 0;
    for seed in 0..8 {
        let mut scenario = calm(seed, &late);
        scenario.faults[0].per_mille = 300;
        scenario.settings.order_bounds = Bounds {
            patience: Duration::from_hours(1),
            ..Bounds::default()
        };
        let report = judged(&scenario);
        for (key, history) in histories(&report) {
            assert!(is_in_order(&history), "seed {seed}: {key} {history:?}");
        }
        let parked = turns(&report).into_iter().filter(
            |(_, turn)| matches!(turn, Turn::Kept(of_key) if !of_key.held && !of_key.parked.is_empty()),
        );
        waited += parked.count();
    }
    assert!(waited > 5, "{waited} waited");
}

#[test]
fn what_never_comes_is_given_up_and_what_waits_behind_it_handed_over() {
    // GIVEN events that go to the target's dead-letter queue WHEN the others of their orders wait long enough
    let gone = [(FaultKind::TargetGone(Target::History), Some(5))];
    let mut given_up = 0;
    for seed in 0..8 {
        let report = played(seed, &gone);
        let gaps = turns(&report)
            .into_iter()
            .filter_map(|(_, turn)| match turn {
                Turn::GaveUp { first, last } => Some(last - first + 1),
                _ => None,
            });
        let gaps: u64 = gaps.sum();
        // THEN those are named and no others, and nothing else is missing
        let skipped: u64 = histories(&report)
            .values()
            .map(|history| history.iter().max().unwrap() - history.len() as u64)
            .sum();
        assert_eq!(gaps, skipped, "seed {seed}");
        given_up += gaps;
    }
    assert!(given_up > 3, "{given_up} were given up");
}

#[test]
fn what_comes_after_its_gap_was_given_up_is_handed_over_late() {
    // GIVEN a consumer that waits for nothing
    let late = [(FaultKind::TargetLate(Target::History), None)];
    let mut handed_over_late = 0;
    for seed in 0..8 {
        let mut scenario = calm(seed, &late);
        scenario.faults[0].per_mille = 300;
        scenario.settings.order_bounds = Bounds {
            patience: Duration::ZERO,
            ..Bounds::default()
        };
        for history in histories(&judged(&scenario)).into_values() {
            handed_over_late += usize::from(!is_in_order(&history));
            let each: BTreeSet<u64> = history.iter().copied().collect();
            assert_eq!(each.len(), history.len(), "seed {seed}: {history:?}");
        }
    }
    assert!(handed_over_late > 3, "{handed_over_late} came late");
}
