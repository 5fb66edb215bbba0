//! Whole runs of the flow of checkout, judged by what they tell.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use simulation::observation::{Answer, Kind, Observed, Once, Shopping, Step, Target, Verified};
use simulation::scenario::{Crash, Fault, FaultKind, Flow, Write};
use simulation::{Observation, Report, Scenario, Variant, judge, silence_panics};

/// A seed of the flow in which callers have patience and nothing goes wrong but these faults, at any time in its first
/// two hours.
fn played(seed: u64, faults: &[(FaultKind, Option<u32>)]) -> Report {
    silence_panics();
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
    let judged = judge(&scenario, Variant::Sound);
    assert_eq!(judged.verdict.violations, [], "seed {seed}");
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
