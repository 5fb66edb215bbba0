use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dynoxide::{Database, DynoxideError};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::Error;
use super::names::Names;
use super::rows::{self, seconds};
use super::runs::Runs;
use super::table::Table;
use crate::{Clock, Journal, Occurrence};

/// The store has no index on stream records of its own and slows down as they pile up.
const INDEX: &str = "CREATE INDEX IF NOT EXISTS _stream_records_by_position \
     ON _stream_records(table_name, CAST(sequence_number AS INTEGER))";

/// Where tables are kept.
#[derive(Clone, Debug)]
pub enum Location {
    /// In a file that is created if it is not there, with `-wal` and `-shm` files beside it.
    File(PathBuf),
    /// In memory, gone with the process.
    Memory,
}

/// The declared tables with their items and streams. Cheap to clone.
#[derive(Clone)]
pub struct Tables(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) names: Names,
    pub(super) clock: Clock,
    pub(super) journal: Journal,
    declared: BTreeMap<String, Table>,
    /// One per table with a stream: counts up when there may be new records.
    changes: HashMap<String, watch::Sender<u64>>,
    pub(super) runs: Runs,
    engine: Mutex<Engine>,
}

/// The store and a second connection to it, always used under one lock: two connections to one
/// database in memory refuse each other's reads while one of them writes.
pub(super) struct Engine {
    pub(super) database: Database,
    pub(super) connection: Connection,
    /// Up to where each table's stream was told to the journal.
    told: HashMap<String, i64>,
}

impl Tables {
    /// Opens the tables at `location` and creates those that are declared and not there yet.
    ///
    /// A table that is no longer declared keeps its items, unseen, until it is declared again.
    /// `region` and `account` are what ARNs and stream records say.
    ///
    /// # Errors
    /// [`Error::Open`] if the file is not one this version reads, [`Error::Replaced`] if a stored
    /// table has another key or other indexes than the declared one.
    pub fn open(
        location: &Location,
        region: &str,
        account: &str,
        declared: Vec<Table>,
        clock: Clock,
        journal: Journal,
    ) -> Result<Self, Error> {
        let mut engine = Engine::open(location)?;
        for table in &declared {
            engine.check(table)?;
        }
        for table in &declared {
            engine.bring_up(table)?;
        }
        let runs = Runs::begin(&engine.connection, seconds(clock.now()))?;
        let changes = declared
            .iter()
            .filter(|table| table.stream.is_some())
            .map(|table| (table.name.clone(), watch::Sender::new(0)))
            .collect();
        for table in &declared {
            let newest = rows::newest_position(&engine.connection, &table.name)?;
            engine.told.insert(table.name.clone(), newest);
        }
        let declared = declared
            .into_iter()
            .map(|table| (table.name.clone(), table))
            .collect();
        Ok(Self(Arc::new(Inner {
            names: Names::new(region, account),
            clock,
            journal,
            declared,
            changes,
            runs,
            engine: Mutex::new(engine),
        })))
    }

    pub(super) fn declared(&self) -> &BTreeMap<String, Table> {
        &self.0.declared
    }

    /// The store, for one operation. Operations take well under a millisecond each, so they run on
    /// the caller's thread.
    pub(super) fn engine(&self) -> MutexGuard<'_, Engine> {
        self.0.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hears that the table's stream may have new records.
    pub(super) fn changes(&self, table: &str) -> watch::Receiver<u64> {
        self.0.changes.get(table).map_or_else(
            || watch::channel(0).1,
            tokio::sync::watch::Sender::subscribe,
        )
    }

    /// Tells the journal and the readers what a write to `table` added to its stream.
    pub(super) fn announce(&self, engine: &mut Engine, table: &str) -> Result<(), Error> {
        let Some(changes) = self.0.changes.get(table) else {
            return Ok(());
        };
        let told = engine.told.get(table).copied().unwrap_or_default();
        let added = rows::added_since(&engine.connection, table, told)?;
        let Some(newest) = added.last().map(|record| record.position) else {
            return Ok(());
        };
        engine.told.insert(table.to_owned(), newest);
        for record in added.iter().filter(|record| !record.changes_nothing()) {
            self.0.journal.tell(Occurrence::Written {
                table: table.to_owned(),
                sequence_number: super::record::public_sequence_number(record.position),
            });
        }
        changes.send_modify(|count| *count += 1);
        Ok(())
    }
}

impl Engine {
    fn open(location: &Location) -> Result<Self, Error> {
        let refuse = |reason: String| Error::Open {
            path: match location {
                Location::File(path) => path.clone(),
                Location::Memory => Path::new("memory").to_owned(),
            },
            reason,
        };
        let path = match location {
            Location::File(path) => path
                .to_str()
                .ok_or_else(|| refuse("the path is not UTF-8".to_owned()))?
                .to_owned(),
            // Each store in memory has a name of its own, by which the second connection finds it.
            Location::Memory => {
                format!("file:{}?mode=memory&cache=shared", uuid::Uuid::new_v4())
            }
        };
        let database = Database::new(&path).map_err(|error| refuse(error.to_string()))?;
        // Among SQLite's defaults this sets `synchronous = NORMAL`: a write waits for no disk, so it
        // survives the death of the process, and a power cut may cost the last moments.
        database.disable_bulk_loading()?;
        let connection = Connection::open(&path)?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(INDEX)?;
        Ok(Self {
            database,
            connection,
            told: HashMap::new(),
        })
    }

    /// The stored table's description, if there is one.
    fn stored(&self, table: &str) -> Result<Option<Value>, Error> {
        if self.database.get_table_metadata(table)?.is_none() {
            return Ok(None);
        }
        let description = self
            .database
            .describe_table(serde_json::from_value(json!({ "TableName": table }))?)?;
        Ok(Some(serde_json::to_value(description)?["Table"].take()))
    }

    /// Refuses what can't be changed in place, before anything is changed.
    fn check(&self, table: &Table) -> Result<(), Error> {
        let Some(stored) = self.stored(&table.name)? else {
            return Ok(());
        };
        let (stored, declared) = (shape(&stored), shape(&table.create));
        if stored == declared {
            return Ok(());
        }
        Err(Error::Replaced {
            table: table.name.clone(),
            stored,
            declared,
        })
    }

    fn bring_up(&mut self, table: &Table) -> Result<(), Error> {
        let stream = json!({ "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" });
        match self.stored(&table.name)? {
            None => {
                let mut create = table.create.clone();
                if table.stream.is_some() {
                    create["StreamSpecification"] = stream;
                }
                let request = serde_json::from_value(create).map_err(|error| refused(&error))?;
                self.database.create_table(request)?;
            }
            Some(stored) => {
                let streams = stored["StreamSpecification"]["StreamEnabled"] == json!(true);
                let change = match (streams, table.stream.is_some()) {
                    (false, true) => Some(stream),
                    (true, false) => Some(json!({ "StreamEnabled": false })),
                    _ => None,
                };
                if let Some(change) = change {
                    let request = json!({
                        "TableName": table.name, "StreamSpecification": change
                    });
                    self.database
                        .update_table(serde_json::from_value(request).map_err(|e| refused(&e))?)?;
                }
            }
        }
        self.set_time_to_live(table)
    }

    fn set_time_to_live(&self, table: &Table) -> Result<(), Error> {
        let (attribute, enabled): (Option<String>, bool) = self.connection.query_row(
            "SELECT ttl_attribute, ttl_enabled FROM _tables WHERE table_name = ?1",
            params![table.name],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let stored = attribute.filter(|_| enabled);
        if stored == table.time_to_live {
            return Ok(());
        }
        // AWS refuses to change the attribute while expiry is on.
        let changes = [(stored, false), (table.time_to_live.clone(), true)];
        for (attribute, enabled) in changes {
            let Some(attribute) = attribute else { continue };
            let request = json!({
                "TableName": table.name,
                "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": enabled },
            });
            self.database
                .update_time_to_live(serde_json::from_value(request).map_err(|e| refused(&e))?)?;
        }
        Ok(())
    }
}

fn refused(error: &serde_json::Error) -> Error {
    Error::Database(DynoxideError::ValidationException(
        error.to_string().replace("VALIDATION:", ""),
    ))
}

/// What AWS can't change in place: keys with their types, and indexes.
fn shape(table: &Value) -> String {
    let type_of = |name: &Value| {
        table["AttributeDefinitions"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|definition| definition["AttributeName"] == *name)
            .and_then(|definition| definition["AttributeType"].as_str())
            .unwrap_or("?")
    };
    let keys = |schema: &Value| {
        schema
            .as_array()
            .into_iter()
            .flatten()
            .map(|key| {
                let name = &key["AttributeName"];
                format!("{} ({})", name.as_str().unwrap_or("?"), type_of(name))
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut indexes: Vec<_> = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
        .iter()
        .flat_map(|kind| table[*kind].as_array().into_iter().flatten())
        .map(|index| {
            format!(
                "{} on {} with {}",
                index["IndexName"].as_str().unwrap_or("?"),
                keys(&index["KeySchema"]),
                index["Projection"]["ProjectionType"]
                    .as_str()
                    .unwrap_or("?"),
            )
        })
        .collect();
    indexes.sort();
    let key = format!("the key {}", keys(&table["KeySchema"]));
    if indexes.is_empty() {
        key
    } else {
        format!("{key} and the indexes {}", indexes.join("; "))
    }
}
