//! GIVEN a relay or mapping that is broken on purpose WHEN up to 200 seeds are played THEN the checker finds it, and
//! says rightly what is broken.

use std::thread;

use simulation::ViolationKind::{
    AcknowledgedUnfinished, Altered, AnsweredWrongly, CameAgain, DoneTwice, GivenUpEarly, Invented,
    LeftBehind, Lost, MarkedUnpublished, NotRepeated, OutOfOrder, RanTogether, StockWrong, Stuck,
    WentBack, WentPast, WrongSequence,
};
use simulation::scenario::Flow;
use simulation::{Scenario, Variant, ViolationKind, judge, silence_panics};

const BROKEN: [(Variant, &[ViolationKind]); 28] = [
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
    (Variant::PipeIgnoresFailedEntries, &[AcknowledgedUnfinished]),
    (Variant::PipeForgetsCheckpoint, &[CameAgain]),
    (Variant::PipeQuotesPlaceholders, &[Altered, Invented]),
    (Variant::TracksLastArrival, &[WentBack]),
    (Variant::RepeatsAsNewOperation, &[NotRepeated, DoneTwice]),
    (Variant::CountsUnchecked, &[WrongSequence]),
    (Variant::SellsUnchecked, &[StockWrong]),
    (Variant::TakesUnknownForRefused, &[AnsweredWrongly]),
    (Variant::MarksBeforePublishing, &[MarkedUnpublished]),
    (Variant::IgnoresLease, &[RanTogether]),
    (Variant::CompletesBeforeWork, &[AcknowledgedUnfinished]),
    (Variant::SavesUnchecked, &[Lost]),
    (Variant::IgnoresHold, &[RanTogether]),
    (Variant::LetsGoBlindly, &[LeftBehind]),
    (Variant::DropsParked, &[Lost]),
    (Variant::ForgetsGaps, &[AcknowledgedUnfinished]),
    (Variant::GivesUpAtOnce, &[GivenUpEarly]),
    (Variant::HasNoSchedule, &[Stuck]),
];

/// The first seed of 200 that breaks a promise, and which.
fn found(variant: Variant) -> Option<(u64, ViolationKind)> {
    (0..200).find_map(|seed| {
        let flow = variant.flow().unwrap_or(Flow::of(seed));
        let verdict = judge(&Scenario::in_flow(flow, seed), variant).verdict;
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
