//! GIVEN a relay or mapping that is broken on purpose WHEN up to 200 seeds are played THEN the checker finds it, and
//! says rightly what is broken.

use std::thread;

use simulation::ViolationKind::{
    AcknowledgedUnfinished, Altered, CameAgain, Lost, OutOfOrder, WentPast,
};
use simulation::{Scenario, Variant, ViolationKind, judge, silence_panics};

const BROKEN: [(Variant, &[ViolationKind]); 10] = [
    (
        Variant::IgnoresFailedEntryCount,
        &[AcknowledgedUnfinished, OutOfOrder],
    ),
    (Variant::AnswersSuccessOnError, &[AcknowledgedUnfinished]),
    (
        Variant::AdvancesPastPartialFailure,
        &[WentPast, Lost, OutOfOrder],
    ),
    (Variant::ReportsHighest, &[AcknowledgedUnfinished]),
    (Variant::CallsModifyCreated, &[Altered]),
    (Variant::DropsPoison, &[AcknowledgedUnfinished, OutOfOrder]),
    (Variant::MisspellsResponseKey, &[AcknowledgedUnfinished]),
    (Variant::ReordersKey, &[OutOfOrder]),
    (Variant::ForgetsCheckpoint, &[CameAgain]),
    (
        Variant::QueueConsumersAnswerSuccess,
        &[AcknowledgedUnfinished],
    ),
];

/// The first seed of 200 that breaks a promise, and which.
fn found(variant: Variant) -> Option<(u64, ViolationKind)> {
    (0..200).find_map(|seed| {
        let verdict = judge(&Scenario::of(seed), variant).verdict;
        verdict
            .violations
            .first()
            .map(|violation| (seed, violation.kind))
    })
}

#[test]
fn each_broken_relay_and_mapping_is_found_within_200_seeds_for_what_is_broken() {
    silence_panics();
    thread::scope(|scope| {
        for half in BROKEN.chunks(BROKEN.len().div_ceil(2)) {
            scope.spawn(move || {
                for (variant, kinds) in half {
                    let found = found(*variant);
                    assert!(
                        found.is_some_and(|(_, kind)| kinds.contains(&kind)),
                        "{variant:?} must break {kinds:?}; first: {found:?}"
                    );
                }
            });
        }
    });
}
