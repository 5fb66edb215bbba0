//! Stream records as the store keeps them: the queries that need nothing but a connection.

use delivery::Time;
use rusqlite::{Connection, Row, params};
use serde_json::Value;

use super::Error;
use super::record::StoredRecord;

/// What is read of a stored record.
pub(super) const COLUMNS: &str = "SELECT CAST(sequence_number AS INTEGER), event_id, event_name, keys_json, \
     new_image, old_image, created_at, user_identity FROM _stream_records";

/// The newest record's position, 0 if there was none.
pub(super) fn newest_position(connection: &Connection, table: &str) -> Result<i64, Error> {
    let newest: Option<i64> = connection
        .prepare_cached(
            "SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?1",
        )?
        .query_row(params![table], |row| row.get(0))?;
    Ok(newest.unwrap_or_default())
}

/// What was added behind a position, also records that say nothing.
pub(super) fn added_since(
    connection: &Connection,
    table: &str,
    position: i64,
) -> Result<Vec<StoredRecord>, Error> {
    let mut statement = connection.prepare_cached(&format!(
        "{COLUMNS} WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) > ?2 \
         ORDER BY CAST(sequence_number AS INTEGER)"
    ))?;
    let mut rows = statement.query(params![table, position])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(stored(row)?);
    }
    Ok(records)
}

/// The record in a row of [`COLUMNS`].
pub(super) fn stored(row: &Row<'_>) -> Result<StoredRecord, Error> {
    let json = |index: usize| -> Result<Option<Value>, Error> {
        let text: Option<String> = row.get(index)?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    };
    let position = row.get(0)?;
    Ok(StoredRecord {
        position,
        event_id: row
            .get::<_, Option<String>>(1)?
            .unwrap_or_else(|| position.to_string()),
        event_name: row.get(2)?,
        keys: json(3)?.unwrap_or_default(),
        new_image: json(4)?,
        old_image: json(5)?,
        created_at: row.get(6)?,
        user_identity: json(7)?,
    })
}

/// How much text a row of [`COLUMNS`] holds.
pub(super) fn text_bytes(row: &Row<'_>) -> Result<usize, Error> {
    let mut bytes = 0;
    for index in 3..=5 {
        let text = row.get_ref(index)?.as_str_or_null();
        bytes += text.ok().flatten().map_or(0, str::len);
    }
    Ok(bytes)
}

/// Whole seconds, as records carry them.
pub(super) fn seconds(time: Time) -> i64 {
    i64::try_from(time.0 / 1000).unwrap_or(i64::MAX)
}
