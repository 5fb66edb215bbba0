//! The outboxes of a running stack, and where what their relays could not publish lies.

use std::collections::BTreeSet;
use std::path::PathBuf;

use emulator::state::{Running, StreamReader};

use crate::error::Error;

/// The variable by which a relay knows the outbox table whose rows it marks.
const TABLE: &str = "OUTBOX_TABLE_NAME";

/// The variable by which a relay knows its quarantine.
const QUARANTINE: &str = "QUARANTINE_QUEUE_URL";

/// An outbox table, and all places of what was not published.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outbox {
    /// The table's physical name.
    pub(crate) table: String,
    /// The URLs of the quarantines.
    pub(crate) quarantines: Vec<String>,
    /// The folders of the failure buckets; one that is not there yet is empty.
    pub(crate) failures: Vec<PathBuf>,
}

/// The outbox that `name` means, a table's name in the program, its physical name or its ARN; without a name the only
/// one that there is.
pub(crate) fn find(running: &Running, name: Option<&str>) -> Result<Outbox, Error> {
    let table = match name {
        Some(name) => table(running, name)?,
        None => only(running)?,
    };
    let readers = || {
        let readers = running.stream_readers.iter();
        readers.filter(|reader| reader.table == table)
    };
    let quarantines: BTreeSet<_> = readers()
        .filter_map(|reader| reader.variables.get(QUARANTINE).cloned())
        .collect();
    let failures: BTreeSet<_> = readers()
        .filter_map(|reader| reader.failures.clone())
        .collect();
    Ok(Outbox {
        quarantines: quarantines.into_iter().collect(),
        failures: failures.into_iter().collect(),
        table,
    })
}

fn table(running: &Running, name: &str) -> Result<String, Error> {
    let bare = name.rsplit_once(":table/").map_or(name, |(_, name)| name);
    let mut tables = running.tables.iter();
    let found = tables.find(|(declared, physical)| *declared == bare || *physical == bare);
    match found {
        Some((_, physical)) => Ok(physical.clone()),
        None => Err(Error::NoTable {
            name: name.to_owned(),
            known: running.tables.keys().cloned().collect(),
        }),
    }
}

fn only(running: &Running) -> Result<String, Error> {
    let outboxes: BTreeSet<_> = running
        .stream_readers
        .iter()
        .filter(|reader| is_relay(reader))
        .map(|reader| reader.table.clone())
        .collect();
    let mut found = outboxes.iter();
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => Err(Error::NoOutbox),
        (Some(_), Some(_)) => Err(Error::SeveralOutboxes {
            tables: outboxes.into_iter().collect(),
        }),
    }
}

/// Whether it marks the rows of the table that it reads.
fn is_relay(reader: &StreamReader) -> bool {
    reader.variables.get(TABLE) == Some(&reader.table)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use std::collections::BTreeMap;

    use super::*;

    fn reader(table: &str, variables: &[(&str, &str)]) -> StreamReader {
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        StreamReader {
            table: format!("shop-dev-{table}"),
            function: format!("shop-dev-{table}-relay"),
            variables: variables.iter().map(text).collect(),
            failures: Some(PathBuf::from(format!("s3/{table}"))),
        }
    }

    fn running(stream_readers: Vec<StreamReader>) -> Running {
        let tables = ["users", "outbox", "other"];
        let tables = tables.map(|name| (name.to_owned(), format!("shop-dev-{name}")));
        Running {
            process_id: 1,
            endpoint: String::new(),
            invoke_endpoint: String::new(),
            region: String::new(),
            account: String::new(),
            access_key_id: String::new(),
            secret_access_key: String::new(),
            functions: BTreeMap::new(),
            tables: tables.into(),
            stream_readers,
        }
    }

    fn users() -> StreamReader {
        reader("users", &[(QUARANTINE, "url-of-users")])
    }

    fn relay(table: &str) -> StreamReader {
        let physical = format!("shop-dev-{table}");
        reader(table, &[(QUARANTINE, "url"), (TABLE, &physical)])
    }

    #[test]
    fn the_only_outbox_needs_no_name_and_each_of_its_names_means_it() {
        let running = running(vec![users(), relay("outbox")]);
        let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/shop-dev-outbox";
        for name in [None, Some("outbox"), Some("shop-dev-outbox"), Some(arn)] {
            let expected = Outbox {
                table: "shop-dev-outbox".to_owned(),
                quarantines: vec!["url".to_owned()],
                failures: vec![PathBuf::from("s3/outbox")],
            };
            assert_eq!(find(&running, name).unwrap(), expected, "{name:?}");
        }
    }

    #[test]
    fn an_unknown_table_several_outboxes_and_none_are_told_with_what_there_is() {
        let told = |readers, name| find(&running(readers), name).unwrap_err().to_string();

        let unknown = told(vec![relay("outbox")], Some("outbux"));
        assert!(
            unknown.contains("\"outbux\"") && unknown.contains("other, outbox, users"),
            "{unknown}"
        );
        let several = told(vec![relay("outbox"), relay("other")], None);
        assert!(
            several.contains("shop-dev-other, shop-dev-outbox"),
            "{several}"
        );
        let none = told(vec![users()], None);
        assert!(none.contains(TABLE), "{none}");
    }

    #[test]
    fn a_table_whose_relay_marks_nothing_is_looked_at_by_name() {
        let found = find(&running(vec![users()]), Some("users")).unwrap();
        assert_eq!(found.quarantines, ["url-of-users"]);
        let unread = find(&running(Vec::new()), Some("other")).unwrap();
        assert_eq!((unread.quarantines.len(), unread.failures.len()), (0, 0));
    }
}
