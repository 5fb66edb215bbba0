//! What is told of a seed that failed.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use simulation::{Scenario, Variant, judge, shrink, story};

/// How long the shortest story is looked for.
const PATIENCE: Duration = Duration::from_secs(6);

/// Prints the shortest story of what went wrong in a seed, and how to play it again.
pub(super) fn tell(out: &mut impl Write, seed: u64, variant: Variant) -> io::Result<()> {
    let scenario = Scenario::of(seed);
    let Some(kind) = judge(&scenario, variant)
        .verdict
        .violations
        .first()
        .map(|it| it.kind)
    else {
        return Ok(());
    };
    let began = Instant::now();
    let broken = |candidate: &Scenario| {
        let violations = judge(candidate, variant).verdict.violations;
        violations.first().is_some_and(|it| it.kind == kind)
    };
    let short = shrink(scenario, broken, || began.elapsed() < PATIENCE);
    let judged = judge(&short, variant);
    writeln!(
        out,
        "\nseed {seed} broke a promise. The shortest scenario that still does:"
    )?;
    if let Some(violation) = judged.verdict.violations.first() {
        for line in story(&short, &judged.report.observations, violation) {
            writeln!(out, "  {line}")?;
        }
    }
    let broken = match variant {
        Variant::Sound => String::new(),
        broken => format!(" --broken {}", name(broken)),
    };
    writeln!(
        out,
        "play the whole seed again: cargo simulate --seed {seed} --trace{broken}"
    )
}

/// A variant as it is written on the command line.
fn name(variant: Variant) -> String {
    use clap::ValueEnum as _;
    variant
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}
