//! Tells what went wrong with one key, in few lines.

mod fold;
mod words;

use crate::checker::Violation;
use crate::observation::Observed;
use crate::scenario::Scenario;
use crate::trace::{moment, named};

use words::Words;

/// The most lines of what happened.
const LINES: usize = 24;

/// What happened to the key that a violation is about, as lines to print: the violation, the scenario in short, then
/// every step with its time since the run's start.
#[must_use]
pub fn story(scenario: &Scenario, observations: &[Observed], violation: &Violation) -> Vec<String> {
    let words = Words::about(scenario, observations, violation.key.as_deref());
    let mut lines = vec![words.renamed(&violation.to_string()), setting(scenario)];
    let mut told = Vec::new();
    for observed in observations {
        // What follows explains nothing any more.
        if observed.at > violation.at {
            break;
        }
        if let Some(text) = words.tell(&observed.what) {
            told.push((moment(observed.at), text));
        }
    }
    lines.extend(fold::fold(&told, LINES));
    lines.push(format!("{}  !! {}", moment(violation.at), violation.kind));
    lines
}

/// The scenario in one line.
fn setting(scenario: &Scenario) -> String {
    let Scenario {
        settings,
        operations,
        faults,
        splits,
        kills,
        ..
    } = scenario;
    let faults = match faults.len() {
        0 => "no fault".to_owned(),
        _ => (0..faults.len())
            .map(|fault| named(scenario, fault))
            .collect::<Vec<_>>()
            .join(", "),
    };
    format!(
        "{}, {} and {}; {}, batches of {}, {} at a time; {faults}",
        count(operations.len(), "operation"),
        count(kills.len(), "kill"),
        count(splits.len(), "split"),
        count(settings.shards, "shard"),
        settings.batch_size,
        settings.parallelization_factor,
    )
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
