//! What is told of a seed that failed.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use simulation::{Scenario, Variant, judge, shrink, story};

use super::arguments::Playing;

/// How long the shortest story is looked for.
const PATIENCE: Duration = Duration::from_secs(6);

/// Prints the shortest story of what went wrong in a seed, and how to play it again.
pub(super) fn tell(out: &mut impl Write, seed: u64, playing: Playing) -> io::Result<()> {
    let variant = playing.variant;
    let scenario = playing.scenario(seed);
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
        broken => format!(" --broken {}", name(&broken)),
    };
    // A broken variant has its own flow.
    let flow = match playing.flow {
        Some(flow) if variant.flow() != Some(flow) => format!(" --flow {}", name(&flow)),
        _ => String::new(),
    };
    writeln!(
        out,
        "play the whole seed again: cargo simulate --seed {seed} --trace{flow}{broken}"
    )
}

/// A value as it is written on the command line.
fn name(value: &impl clap::ValueEnum) -> String {
    value
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}
