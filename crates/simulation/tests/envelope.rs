//! GIVEN something that lasts longer than any retry may WHEN it is played THEN each event that is lost is named, and
//! none is lost without a name.

use std::collections::BTreeSet;

use simulation::{Judged, Observation, Scenario, Variant, judge, silence_panics};

/// The first so many seeds that leave the envelope.
fn outside(count: usize) -> Vec<(Scenario, Judged)> {
    silence_panics();
    (0..)
        .map(Scenario::of)
        .filter(|scenario| !scenario.is_inside_the_envelope())
        .take(count)
        .map(|scenario| (judge(&scenario, Variant::Sound), scenario))
        .map(|(judged, scenario)| (scenario, judged))
        .collect()
}

#[test]
fn outside_the_envelope_every_lost_event_is_named_with_its_reason() {
    let mut lost_somewhere = 0;
    for (scenario, judged) in outside(8) {
        let seed = scenario.seed;
        assert_eq!(judged.verdict.violations, [], "seed {seed}");
        let committed: BTreeSet<&str> = judged
            .report
            .observations
            .iter()
            .filter_map(|observed| match &observed.what {
                Observation::Committed(change) => Some(&*change.event_id),
                _ => None,
            })
            .collect();
        for lost in &judged.verdict.lost {
            assert!(
                committed.contains(lost.change.as_str()),
                "seed {seed}: {lost}"
            );
            assert!(!lost.reason.is_empty(), "seed {seed}: {lost}");
        }
        lost_somewhere += usize::from(!judged.verdict.lost.is_empty());
    }
    assert!(lost_somewhere > 0, "no seed lost anything");
}
