use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How often a line is printed where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(1);

/// Shows how far the demo is, on standard error: a bar on a terminal, a line a second elsewhere.
#[derive(Debug)]
pub(crate) enum Progress {
    Bar(ProgressBar),
    Lines {
        items: &'static str,
        total: usize,
        last: Option<Instant>,
    },
}

impl Progress {
    /// For so many things of this name.
    pub(crate) fn new(items: &'static str, total: usize) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::Lines {
                items,
                total,
                last: None,
            };
        }
        let bar = ProgressBar::new(total as u64);
        let template = format!("  {{bar:30}} {{pos}}/{{len}} {items} delivered, {{msg}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    pub(crate) fn show(&mut self, written: usize, delivered: usize) {
        match self {
            Self::Bar(bar) => {
                bar.set_message(format!("{written} written"));
                bar.set_position(delivered as u64);
            }
            Self::Lines { items, total, last } => {
                let due = last.is_none_or(|last| last.elapsed() >= LINE_EVERY);
                if due && written > 0 {
                    eprintln!("  {delivered}/{total} {items} delivered, {written} written");
                    *last = Some(Instant::now());
                }
            }
        }
    }

    /// Prints a line beside the bar.
    pub(crate) fn note(&self, line: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| eprintln!("{line}")),
            Self::Lines { .. } => eprintln!("{line}"),
        }
    }

    pub(crate) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
