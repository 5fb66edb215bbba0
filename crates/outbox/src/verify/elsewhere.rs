//! The keys of rows in what the quarantine and failure destinations keep.

use serde::Deserialize;

use crate::quarantine::Quarantined;

/// What of a stream record tells the row.
#[derive(Deserialize)]
struct Record {
    dynamodb: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    keys: Keys,
}

#[derive(Deserialize)]
struct Keys {
    id: Text,
}

#[derive(Deserialize)]
struct Text {
    #[serde(rename = "S")]
    text: String,
}

/// The event ids of a quarantined record: those that it means, and the key of its row, which has one even if it could
/// not be read.
#[must_use]
pub fn ids_in_quarantined(quarantined: &Quarantined) -> Vec<String> {
    let mut ids = quarantined.event_ids.clone();
    if let Ok(record) = serde_json::from_str::<Record>(quarantined.record.get()) {
        ids.push(record.dynamodb.keys.id.text);
    }
    ids.dedup();
    ids
}

/// The event ids in an object that a mapping put into its failure bucket: the invocation record, whose `payload` is
/// the batch as text
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>).
///
/// # Errors
/// What is wrong with the text.
pub fn ids_in_failure_record(json: &str) -> Result<Vec<String>, String> {
    #[derive(Deserialize)]
    struct Invocation {
        payload: String,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Batch {
        records: Vec<Record>,
    }
    let not = |what: &str, error: serde_json::Error| format!("it is no {what}: {error}");
    let Invocation { payload } =
        serde_json::from_str(json).map_err(|error| not("failure record with a payload", error))?;
    let Batch { records } = serde_json::from_str(&payload)
        .map_err(|error| not("batch of an outbox table's stream", error))?;
    let ids = records
        .into_iter()
        .map(|record| record.dynamodb.keys.id.text);
    Ok(ids.collect())
}
