use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use super::latency::Latency;

/// How many keys of missing or altered items are printed; the rest is only counted.
const NAMED: usize = 5;

/// How wide the names of rows are at least.
const NARROWEST: usize = 18;

/// What came of the written items; prints as a short table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// What the written things are called.
    pub(crate) items: &'static str,
    /// Changes that were stored.
    pub(crate) written: usize,
    /// Requests that were answered with a refusal, where that is counted.
    pub(crate) refused: Option<usize>,
    /// How many items were sent in a second, where that is measured.
    pub(crate) rate: Option<u64>,
    /// For each consumer its row's name and how many of the changes it acknowledged.
    pub(crate) delivered: Vec<(String, usize)>,
    /// Acknowledgements beyond the first per change and consumer: allowed, for delivery is at least once.
    pub(crate) duplicates: usize,
    /// Written changes whose event did not arrive wherever it must, or whose item could not be read back.
    pub(crate) missing: Vec<String>,
    /// Changes whose event says something else than the table.
    pub(crate) altered: Vec<Altered>,
    /// What a consumer keeps of each item, where one does.
    pub(crate) kept: Option<Kept>,
    /// From the request to the last consumer's acknowledgement.
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

/// What a consumer keeps of each item in a table of its own, compared when all has arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    /// What the row is called.
    pub(crate) row: String,
    /// Items that are kept in the state in which they are stored.
    pub(crate) as_stored: usize,
    /// Keys of those that are not.
    pub(crate) otherwise: Vec<String>,
}

impl Report {
    /// Whether something was written and every change's event arrived as the item is stored.
    pub(crate) fn complete(&self) -> bool {
        let kept = self.kept.as_ref();
        self.written > 0
            && self.missing.is_empty()
            && self.altered.is_empty()
            && kept.is_none_or(|kept| kept.otherwise.is_empty())
    }

    /// How wide the names of the rows are.
    fn width(&self) -> usize {
        let kept = self.kept.iter().map(|kept| &kept.row);
        let rows = self.delivered.iter().map(|(row, _)| row).chain(kept);
        rows.map(|row| row.chars().count())
            .fold(NARROWEST, usize::max)
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let width = self.width();
        let mut row = |name: &str, value: &dyn Display| writeln!(f, "  {name:<width$} {value:>9}");
        row("written", &self.written)?;
        if let Some(refused) = &self.refused {
            row("refused", refused)?;
        }
        for (name, delivered) in &self.delivered {
            row(name, delivered)?;
        }
        row("duplicates", &self.duplicates)?;
        row("missing", &self.missing.len())?;
        if !self.altered.is_empty() {
            row("altered", &self.altered.len())?;
        }
        if let Some(kept) = &self.kept {
            row(&kept.row, &kept.as_stored)?;
        }
        if let Some(rate) = self.rate {
            row("sent", &format!("{rate}/s"))?;
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
        let items = self.items;
        names(f, "missing", items, &missing)?;
        let altered: Vec<String> = self
            .altered
            .iter()
            .map(|altered| format!("{} (field {:?})", altered.key, altered.field))
            .collect();
        let altered: Vec<&str> = altered.iter().map(String::as_str).collect();
        names(f, "altered", items, &altered)?;
        let kept = self.kept.iter().flat_map(|kept| &kept.otherwise);
        let otherwise: Vec<&str> = kept.map(String::as_str).collect();
        names(f, "wrongly kept", items, &otherwise)
    }
}

fn names(f: &mut Formatter<'_>, what: &str, items: &str, all: &[&str]) -> fmt::Result {
    let (named, rest) = all.split_at(all.len().min(NAMED));
    match (named.is_empty(), rest.len()) {
        (true, _) => Ok(()),
        (false, 0) => writeln!(f, "{what} {items}: {}", named.join(", ")),
        (false, more) => writeln!(f, "{what} {items}: {} and {more} more", named.join(", ")),
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
            delivered: vec![("delivered".to_owned(), 200)],
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
            items: "users",
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
    fn what_is_refused_and_kept_and_each_consumer_has_its_row() {
        let report = Report {
            items: "orders",
            written: 9,
            refused: Some(1),
            rate: Some(500),
            delivered: vec![
                ("to a-consumer-of-long-name".to_owned(), 6),
                ("to b".to_owned(), 9),
            ],
            kept: Some(Kept {
                row: "kept as stored".to_owned(),
                as_stored: 5,
                otherwise: vec!["o-6".to_owned()],
            }),
            ..Report::default()
        };

        let expected = "  \
  written                            9
  refused                            1
  to a-consumer-of-long-name         6
  to b                               9
  duplicates                         0
  missing                            0
  kept as stored                     5
  sent                           500/s
  PutEvents calls                    0
wrongly kept orders: o-6
";
        assert_eq!(report.to_string(), expected);
        assert!(!report.complete());
    }

    #[test]
    fn nothing_written_is_not_complete() {
        assert!(!Report::default().complete());
    }
}
