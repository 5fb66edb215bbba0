//! The command: its arguments, its threads and what it prints.

mod arguments;
mod campaign;
mod failure;
mod progress;
mod signals;
mod tally;

use std::io::{self, Write as _};
use std::ops::Range;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser as _;
use simulation::{judge, silence_panics, trace};

use arguments::{Arguments, Playing};
use campaign::Campaign;
use progress::Progress;
use signals::{Signal, Signals};
use tally::{Tally, grouped};

#[allow(clippy::cast_precision_loss, reason = "a rate to look at")]
fn rate(seeds: u64, seconds: f64) -> f64 {
    seeds as f64 / seconds
}

pub(crate) fn run() -> ExitCode {
    let arguments = Arguments::parse();
    silence_panics();
    let code = match arguments.seed {
        Some(seed) => one(seed, arguments.playing(), arguments.trace),
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

fn one(seed: u64, playing: Playing, with_trace: bool) -> io::Result<ExitCode> {
    let scenario = playing.scenario(seed);
    let judged = judge(&scenario, playing.variant);
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
        failure::tell(&mut out, seed, playing)?;
    }
    Ok(ExitCode::FAILURE)
}

fn many(arguments: &Arguments) -> io::Result<ExitCode> {
    let began = Instant::now();
    let (tally, ended) = play(arguments)?;
    let seconds = began.elapsed().as_secs_f64();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} of {} seeds from {} on, in {seconds:.1} s ({:.1} a second on {} threads){}",
        grouped(tally.seeds),
        grouped(arguments.seeds),
        arguments.from,
        rate(tally.seeds, seconds),
        arguments.threads,
        if ended.is_some() { ", interrupted" } else { "" },
    )?;
    writeln!(out, "{}", tally.in_full())?;
    for (seed, kind) in &tally.failed {
        writeln!(out, "seed {seed} broke a promise: {kind}")?;
    }
    // The lowest, so that the same command tells the same story.
    if let Some(seed) = tally.failed.keys().next() {
        failure::tell(&mut out, *seed, arguments.playing())?;
        return Ok(ExitCode::FAILURE);
    }
    writeln!(out, "every promise was kept")?;
    Ok(ended.map_or(ExitCode::SUCCESS, Signal::exit_code))
}

/// Plays the seeds until all are played, one fails or a signal asks for the end: which one did.
#[tokio::main(flavor = "current_thread")]
async fn play(arguments: &Arguments) -> io::Result<(Tally, Option<Signal>)> {
    let from = arguments.from;
    let seeds: Range<u64> = from..from.saturating_add(arguments.seeds);
    let mut campaign = Campaign::start(seeds, arguments.playing(), arguments.threads.get());
    let mut progress = Progress::new(arguments.seeds);
    let mut tally = Tally::default();
    let mut signals = Signals::listen()?;
    let mut ended = None;
    loop {
        tokio::select! {
            played = campaign.next() => match played {
                Some(played) => tally.add(played),
                None => break,
            },
            signal = signals.next(), if ended.is_none() => {
                ended = Some(signal);
                campaign.stop();
            }
        }
        progress.show(&tally);
        if !tally.failed.is_empty() && !arguments.keep_going {
            campaign.stop();
        }
    }
    progress.end();
    Ok((tally, ended))
}
