use std::collections::BTreeMap;
use std::time::Duration;

use simulation::checker::Ends;
use simulation::{Counts, Judged, Scenario, ViolationKind};

/// What seeds have covered.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) seeds: u64,
    pub(super) counts: Counts,
    pub(super) ends: Ends,
    pub(super) virtual_time: Duration,
    /// Seeds in which something may be lost, and how many events were.
    pub(super) outside: u64,
    pub(super) lost: u64,
    /// What the seeds that failed did first.
    pub(super) failed: BTreeMap<u64, ViolationKind>,
}

impl Tally {
    /// The tally of one seed.
    pub(super) fn of(scenario: &Scenario, judged: &Judged) -> Self {
        let verdict = &judged.verdict;
        Self {
            seeds: 1,
            counts: judged.report.counts.clone(),
            ends: verdict.ends,
            virtual_time: judged.report.virtual_time,
            outside: u64::from(!scenario.is_inside_the_envelope()),
            lost: number(verdict.lost.len()),
            failed: verdict
                .violations
                .first()
                .map(|violation| (scenario.seed, violation.kind))
                .into_iter()
                .collect(),
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.virtual_time += other.virtual_time;
        self.outside += other.outside;
        self.lost += other.lost;
        self.failed.extend(other.failed);
        self.ends.add(other.ends);
        let (counts, more) = (&mut self.counts, other.counts);
        counts.changes += more.changes;
        counts.accepted += more.accepted;
        counts.invocations += more.invocations;
        counts.kills += more.kills;
        counts.splits += more.splits;
        for (fault, strikes) in more.faults {
            *counts.faults.entry(fault).or_default() += strikes;
        }
    }

    /// How often faults of any kind struck.
    pub(super) fn strikes(&self) -> u64 {
        self.counts.faults.values().sum()
    }

    /// While seeds are being played.
    pub(super) fn in_short(&self) -> String {
        format!(
            "{} changes, {} faults, {} kills, {} virtual hours",
            grouped(self.counts.changes),
            grouped(self.strikes()),
            grouped(self.counts.kills),
            grouped(self.virtual_time.as_secs() / 3600),
        )
    }

    /// At the end.
    pub(super) fn in_full(&self) -> String {
        let Counts {
            changes,
            accepted,
            invocations,
            faults,
            kills,
            splits,
        } = &self.counts;
        let ends = &self.ends;
        let mut text = format!(
            "  {} changes: the bus took {} events; {} completed at their targets, {} dead-lettered,\n  \
             {} records quarantined, {} in failure records\n  \
             {} invocations, {} kills, {} shard splits, {} virtual hours\n  \
             {} seeds outside the envelope lost {} events, each named\n  faults:",
            grouped(*changes),
            grouped(*accepted),
            grouped(ends.completed),
            grouped(ends.dead_lettered),
            grouped(ends.quarantined),
            grouped(ends.in_failure_records),
            grouped(*invocations),
            grouped(*kills),
            grouped(*splits),
            grouped(self.virtual_time.as_secs() / 3600),
            grouped(self.outside),
            grouped(self.lost),
        );
        for line in lines(
            faults
                .iter()
                .map(|(fault, strikes)| format!("{fault} {}", grouped(*strikes))),
        ) {
            text.push_str("\n    ");
            text.push_str(&line);
        }
        text
    }
}

/// Items in lines of at most 96 characters, with commas between them.
fn lines(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if line.len() + item.len() < 94 => {
                line.push_str(", ");
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    lines
}

pub(super) fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A number as people read it: `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped_by_three_digits() {
        let texts = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    }
}
