use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::tally::{Tally, grouped};

/// How often a log that is no terminal gets a line; the first comes with the first seed.
const BETWEEN_LINES: Duration = Duration::from_secs(15);

/// Shows on standard error how far the seeds are.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    seeds: u64,
    last_line: Option<Instant>,
}

impl Progress {
    pub(super) fn new(seeds: u64) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(seeds);
            let style = "{bar:20} {human_pos}/{human_len} seeds, {per_sec}, {eta} left\n{wide_msg}";
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
            bar
        });
        Self {
            bar,
            seeds,
            last_line: None,
        }
    }

    pub(super) fn show(&mut self, tally: &Tally) {
        if let Some(bar) = &self.bar {
            bar.set_position(tally.seeds);
            bar.set_message(tally.in_short());
        } else if self
            .last_line
            .is_none_or(|last| last.elapsed() >= BETWEEN_LINES)
        {
            self.last_line = Some(Instant::now());
            let (seeds, of) = (grouped(tally.seeds), grouped(self.seeds));
            eprintln!("{seeds} of {of} seeds: {}", tally.in_short());
        }
    }

    pub(super) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
