//! The command: its arguments, its threads and what it prints.

mod arguments;
mod campaign;
mod failure;
mod progress;
mod tally;

use std::io::{self, Write as _};
use std::ops::Range;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser as _;
use simulation::{Scenario, Variant, judge, trace};

use arguments::Arguments;
use campaign::Campaign;
use progress::Progress;
use tally::{Tally, grouped};

#[allow(clippy::cast_precision_loss, reason = "a rate to look at")]
fn rate(seeds: u64, seconds: f64) -> f64 {
    seeds as f64 / seconds
}

/// The exit code after Ctrl-C, as shells have it.
const INTERRUPTED: u8 = 130;

pub(crate) fn run() -> ExitCode {
    let arguments = Arguments::parse();
    // A panic of a mapping is one of the things that are played; one of the run itself is told as its violation.
    std::panic::set_hook(Box::new(|_| {}));
    let code = match arguments.seed {
        Some(seed) => one(seed, arguments.broken, arguments.trace),
        None => many(&arguments),
    };
    code.unwrap_or_else(|error| {
        // A reader that has gone away wants no more text.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return ExitCode::SUCCESS;
        }
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn one(seed: u64, variant: Variant, with_trace: bool) -> io::Result<ExitCode> {
    let scenario = Scenario::of(seed);
    let judged = judge(&scenario, variant);
    let mut out = io::stdout().lock();
    if with_trace {
        out.write_all(trace(&scenario, &judged.report.observations).as_bytes())?;
    }
    for violation in &judged.verdict.violations {
        writeln!(out, "violation: {violation}")?;
    }
    for lost in &judged.verdict.lost {
        writeln!(out, "outside the envelope: {lost}")?;
    }
    let tally = Tally::of(&scenario, &judged);
    if !with_trace {
        writeln!(out, "seed {seed}\n{}", tally.in_full())?;
    }
    if tally.failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    if !with_trace {
        failure::tell(&mut out, seed, variant)?;
    }
    Ok(ExitCode::FAILURE)
}

#[tokio::main(flavor = "current_thread")]
async fn many(arguments: &Arguments) -> io::Result<ExitCode> {
    let (from, threads) = (arguments.from, arguments.threads.get());
    let seeds: Range<u64> = from..from.saturating_add(arguments.seeds);
    let began = Instant::now();
    let mut campaign = Campaign::start(seeds.clone(), arguments.broken, threads);
    let mut progress = Progress::new(arguments.seeds);
    let mut tally = Tally::default();
    let mut interrupted = false;
    loop {
        tokio::select! {
            played = campaign.next() => match played {
                Some(played) => tally.add(played),
                None => break,
            },
            _ = tokio::signal::ctrl_c(), if !interrupted => {
                interrupted = true;
                campaign.stop();
            }
        }
        progress.show(&tally);
        if !tally.failed.is_empty() {
            campaign.stop();
        }
    }
    progress.end();
    let seconds = began.elapsed().as_secs_f64();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} of {} seeds from {from} on, in {seconds:.1} s ({:.1} a second on {threads} threads){}",
        grouped(tally.seeds),
        grouped(arguments.seeds),
        rate(tally.seeds, seconds),
        if interrupted { ", interrupted" } else { "" },
    )?;
    writeln!(out, "{}", tally.in_full())?;
    // The lowest, so that the same command tells the same story.
    if let Some(seed) = tally.failed.keys().next() {
        failure::tell(&mut out, *seed, arguments.broken)?;
        return Ok(ExitCode::FAILURE);
    }
    writeln!(out, "every promise was kept")?;
    Ok(if interrupted {
        ExitCode::from(INTERRUPTED)
    } else {
        ExitCode::SUCCESS
    })
}
