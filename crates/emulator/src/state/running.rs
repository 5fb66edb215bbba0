use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What other commands need to reach a running emulator: `running.json` in its state directory,
/// readable by its owner only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// The emulator's process.
    pub process_id: u32,
    /// The URL for AWS calls.
    pub endpoint: String,
    /// The URL where `cargo lambda invoke` looks for functions.
    pub invoke_endpoint: String,
    /// The region of all ARNs.
    pub region: String,
    /// The account of all ARNs.
    pub account: String,
    /// The user's access key for this run.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: String,
    /// The functions: the name in the Pulumi program to the physical name.
    pub functions: BTreeMap<String, String>,
    /// The tables: the name in the Pulumi program to the physical name.
    #[serde(default)]
    pub tables: BTreeMap<String, String>,
    /// What reads the tables' streams.
    #[serde(default)]
    pub stream_readers: Vec<StreamReader>,
}

/// A function that an event source mapping feeds from a table's stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamReader {
    /// The table's physical name.
    pub table: String,
    /// The function's physical name.
    pub function: String,
    /// The function's declared environment variables.
    pub variables: BTreeMap<String, String>,
    /// The folder of the bucket that the mapping puts what it gives up into, if it has one.
    pub failures: Option<PathBuf>,
}

/// No emulator can be found by a state directory.
#[derive(Debug, Error)]
pub enum RunningError {
    /// None runs on it.
    #[error(
        "no emulator runs on the state directory {directory}; start one with `cargo outbox up`, or name its directory with --state"
    )]
    None {
        /// The directory.
        directory: PathBuf,
    },
    /// The file can't be read.
    #[error("{path} can't be read: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

const FILE: &str = "running.json";

impl Running {
    /// Finds the emulator that runs on `directory`; what a killed one left behind counts as none.
    pub fn read(directory: &Path) -> Result<Self, RunningError> {
        let path = directory.join(FILE);
        let none = || RunningError::None {
            directory: directory.to_owned(),
        };
        let unreadable = |reason: String| RunningError::Unreadable {
            path: path.clone(),
            reason,
        };
        if !is_locked(directory).map_err(|error| unreadable(error.to_string()))? {
            return Err(none());
        }
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(none()),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))
    }

    /// Writes the file whole or not at all.
    pub(crate) fn write(&self, directory: &Path) -> io::Result<()> {
        let path = directory.join(FILE);
        let new = directory.join("running.json.new");
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        fs::rename(new, path)
    }

    /// Removes the file at a clean end or before a start; it may be absent.
    pub(crate) fn remove(directory: &Path) -> io::Result<()> {
        match fs::remove_file(directory.join(FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Whether a living process owns the directory.
fn is_locked(directory: &Path) -> io::Result<bool> {
    let file = match fs::File::open(directory.join("lock")) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(fs::TryLockError::WouldBlock) => Ok(true),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::state::State;

    fn running() -> Running {
        Running {
            process_id: 1,
            endpoint: "http://127.0.0.1:4566".to_owned(),
            invoke_endpoint: "http://127.0.0.1:9000".to_owned(),
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
            access_key_id: "AKIA".to_owned(),
            secret_access_key: "secret".to_owned(),
            functions: BTreeMap::from([("writer".to_owned(), "shop-dev-writer".to_owned())]),
            tables: BTreeMap::from([("users".to_owned(), "shop-dev-users".to_owned())]),
            stream_readers: vec![StreamReader {
                table: "shop-dev-users".to_owned(),
                function: "shop-dev-relay".to_owned(),
                variables: BTreeMap::from([("BUS".to_owned(), "shop-dev-events".to_owned())]),
                failures: Some(PathBuf::from("/state/s3/shop-dev-failures")),
            }],
        }
    }

    #[test]
    fn a_running_emulator_is_found_by_its_owner_only() {
        let place = tempfile::tempdir().unwrap();
        let state = State::open(place.path()).unwrap();
        running().write(state.root()).unwrap();

        assert_eq!(Running::read(place.path()).unwrap(), running());
        let mode = fs::metadata(place.path().join(FILE)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }

    #[test]
    fn an_emulator_that_keeps_nothing_is_found_too() {
        let state = State::ephemeral().unwrap();
        running().write(state.root()).unwrap();

        assert_eq!(Running::read(state.root()).unwrap(), running());
    }

    #[test]
    fn what_a_killed_emulator_left_is_not_taken_for_a_running_one() {
        let place = tempfile::tempdir().unwrap();
        let state = State::open(place.path()).unwrap();
        running().write(state.root()).unwrap();
        // The operating system drops a killed process's lock the same way.
        drop(state);

        let error = Running::read(place.path()).unwrap_err();

        assert!(matches!(error, RunningError::None { .. }), "{error}");
    }
}
