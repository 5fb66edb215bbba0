use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use super::latency::Latency;
use crate::application::ITEMS;

/// How many keys of missing or altered items are printed; the rest is only counted.
const NAMED: usize = 5;

/// What came of the written items; prints as a short table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// Items that the writer stored.
    pub(crate) written: usize,
    /// Of those, the ones whose event the consumer acknowledged.
    pub(crate) delivered: usize,
    /// Acknowledgements beyond the first per item: allowed, for delivery is at least once.
    pub(crate) duplicates: usize,
    /// Keys of written items whose event did not arrive, or that could not be read back.
    pub(crate) missing: Vec<String>,
    /// Items whose event says something else than the table.
    pub(crate) altered: Vec<Altered>,
    /// From the writer's start to the consumer's acknowledgement.
    pub(crate) latency: Option<Latency>,
    /// `PutEvents` calls that the bus answered.
    pub(crate) put_events_calls: usize,
    /// What was put into a failure destination, by condition and destination.
    pub(crate) given_up: BTreeMap<(String, String), usize>,
}

/// An item that the consumer was told wrongly.
#[derive(Clone, Debug)]
pub(crate) struct Altered {
    pub(crate) key: String,
    /// The first field that differs.
    pub(crate) field: String,
}

impl Report {
    /// Whether something was written and every item's event arrived as the item is stored.
    pub(crate) fn complete(&self) -> bool {
        self.written > 0 && self.missing.is_empty() && self.altered.is_empty()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, value: &dyn Display| writeln!(f, "  {name:<18} {value:>9}");
        row("written", &self.written)?;
        row("delivered", &self.delivered)?;
        row("duplicates", &self.duplicates)?;
        row("missing", &self.missing.len())?;
        if !self.altered.is_empty() {
            row("altered", &self.altered.len())?;
        }
        if let Some(latency) = self.latency {
            row("latency p50", &millis(latency.p50))?;
            row("latency p99", &millis(latency.p99))?;
            row("latency max", &millis(latency.max))?;
        }
        row("PutEvents calls", &self.put_events_calls)?;
        for ((condition, destination), count) in &self.given_up {
            writeln!(f, "given up: {count} ({condition}), now in {destination}")?;
        }
        let missing: Vec<&str> = self.missing.iter().map(String::as_str).collect();
        names(f, "missing", &missing)?;
        let altered: Vec<String> = self
            .altered
            .iter()
            .map(|altered| format!("{} (field {:?})", altered.key, altered.field))
            .collect();
        names(
            f,
            "altered",
            &altered.iter().map(String::as_str).collect::<Vec<_>>(),
        )
    }
}

fn names(f: &mut Formatter<'_>, what: &str, all: &[&str]) -> fmt::Result {
    let (named, rest) = all.split_at(all.len().min(NAMED));
    match (named.is_empty(), rest.len()) {
        (true, _) => Ok(()),
        (false, 0) => writeln!(f, "{what} {ITEMS}: {}", named.join(", ")),
        (false, more) => writeln!(f, "{what} {ITEMS}: {} and {more} more", named.join(", ")),
    }
}

fn millis(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_run_is_a_short_table() {
        let report = Report {
            written: 200,
            delivered: 200,
            latency: Latency::of(vec![Duration::from_millis(4), Duration::from_millis(40)]),
            put_events_calls: 31,
            ..Report::default()
        };

        let expected = "  \
  written                  200
  delivered                200
  duplicates                 0
  missing                    0
  latency p50             4 ms
  latency p99            40 ms
  latency max            40 ms
  PutEvents calls           31
";
        assert_eq!(report.to_string(), expected);
        assert!(report.complete());
    }

    #[test]
    fn the_first_missing_and_altered_keys_are_named_and_the_rest_counted() {
        let report = Report {
            written: 8,
            missing: (1..=7).map(|key| format!("m{key}")).collect(),
            altered: vec![Altered {
                key: "a1".to_owned(),
                field: "email".to_owned(),
            }],
            given_up: BTreeMap::from([(("RetriesExhausted".to_owned(), "arn:q".to_owned()), 7)]),
            ..Report::default()
        };

        let text = report.to_string();

        assert!(
            text.contains("missing users: m1, m2, m3, m4, m5 and 2 more\n"),
            "{text}"
        );
        assert!(
            text.contains("altered users: a1 (field \"email\")\n"),
            "{text}"
        );
        assert!(
            text.contains("given up: 7 (RetriesExhausted), now in arn:q\n"),
            "{text}"
        );
        assert!(!report.complete());
    }

    #[test]
    fn nothing_written_is_not_complete() {
        assert!(!Report::default().complete());
    }
}
