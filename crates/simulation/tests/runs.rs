//! Whole runs, judged by what they tell.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use simulation::observation::{Meaning, Observed, Target};
use simulation::scenario::Flow;
use simulation::{Observation, Report, Scenario, Variant, run, silence_panics};

fn play(scenario: &Scenario) -> Report {
    silence_panics();
    run(scenario, Variant::Sound).unwrap()
}

/// The scenario without anything that goes wrong.
fn calm(seed: u64) -> Scenario {
    Scenario {
        faults: Vec::new(),
        kills: Vec::new(),
        ..Scenario::in_flow(Flow::Users, seed)
    }
}

fn of<T>(report: &Report, wanted: impl Fn(&Observation) -> Option<T>) -> Vec<T> {
    let told = report.observations.iter();
    told.filter_map(|Observed { what, .. }| wanted(what))
        .collect()
}

#[test]
fn without_faults_every_event_is_accepted_once_and_reaches_each_target_once() {
    for seed in 0..15 {
        let mut scenario = calm(seed);
        scenario.settings.maximum_record_age = std::time::Duration::from_hours(20);
        scenario.settings.audit_filters = false;
        let report = play(&scenario);
        let mapped: BTreeSet<String> = of(&report, |what| match what {
            Observation::Committed(change) if change.meaning == Meaning::Event => {
                Some(change.event_id.to_string())
            }
            _ => None,
        })
        .into_iter()
        .collect();
        let poison = of(&report, |what| match what {
            Observation::Committed(change) if change.meaning != Meaning::Event => Some(()),
            _ => None,
        });
        let mut accepted = BTreeMap::new();
        for (id, detail_type) in of(&report, |what| match what {
            Observation::Accepted {
                event_id,
                detail_type,
                ..
            } => Some((event_id.to_string(), detail_type.clone())),
            _ => None,
        }) {
            let record = id.split(':').next().unwrap().to_owned();
            assert_eq!(
                accepted.insert(record, detail_type),
                None,
                "seed {seed}: {id} twice"
            );
        }
        let quarantined = of(&report, |what| {
            matches!(what, Observation::Quarantined { .. }).then_some(())
        });
        let failed = of(&report, |what| {
            matches!(what, Observation::FailureRecord { .. }).then_some(())
        });
        println!(
            "seed {seed}: {} changes {:?} {:?}",
            report.counts.changes, report.virtual_time, report.quiet
        );
        assert!(report.quiet, "seed {seed}");
        if failed.is_empty() {
            assert_eq!(
                accepted.keys().cloned().collect::<BTreeSet<_>>(),
                mapped,
                "seed {seed}"
            );
            assert_eq!(quarantined.len(), poison.len(), "seed {seed}");
        }
        for target in Target::of(Flow::Users).iter().copied() {
            let expected = accepted
                .values()
                .filter(|detail_type| target.takes(detail_type, &Value::Null))
                .count();
            let delivered = of(&report, |what| {
                matches!(what, Observation::Delivered { target: told, .. } if *told == target)
                    .then_some(())
            });
            assert_eq!(delivered.len(), expected, "seed {seed}, {target:?}");
        }
    }
}

#[test]
fn a_seed_gives_the_same_run_again() {
    for seed in 0..15 {
        let scenario = Scenario::of(seed);
        assert_eq!(scenario, Scenario::of(seed));
        let (one, other) = (play(&scenario), play(&scenario));
        let first = one
            .observations
            .iter()
            .zip(&other.observations)
            .find(|(one, other)| one != other);
        assert!(one == other, "seed {seed}: {first:?}");
    }
}
