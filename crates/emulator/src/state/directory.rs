use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

/// The layout of the state directory and of the databases in it. Changes when an older emulator
/// could not read what a newer one writes, or the other way round.
const VERSION: &str = "2";

/// The state directory of one running emulator, or a temporary one for `--ephemeral`.
///
/// Holds `version`, `lock`, `state.db`, `tables.db`, `s3/`, `logs/` and, while an emulator runs,
/// `running.json`.
#[derive(Debug)]
pub struct State {
    root: PathBuf,
    durable: bool,
    /// Held for as long as this lives; the operating system drops it with the process.
    _lock: File,
    /// Removed with all that is in it when this is dropped.
    _temporary: Option<tempfile::TempDir>,
}

/// A state directory can't be used. Nothing in it was changed.
#[derive(Debug, Error)]
pub enum StateError {
    /// Another emulator runs on it.
    #[error(
        "the state directory {directory} is in use by process {owner}; stop that one first, or choose another directory with --state"
    )]
    InUse {
        /// The directory.
        directory: PathBuf,
        /// Its process id, or what is known of it.
        owner: String,
    },
    /// It was written by another version.
    #[error(
        "the state directory {directory} has version {found:?}, and this program reads version {VERSION:?}; nothing was changed; forget it with `cargo outbox reset`, or choose another directory with --state"
    )]
    OtherVersion {
        /// The directory.
        directory: PathBuf,
        /// What its version file says.
        found: String,
    },
    /// It has other things in it.
    #[error(
        "{directory} is not empty and has no version file, so it is not a state directory; nothing was changed; choose another directory with --state"
    )]
    NotState {
        /// The directory.
        directory: PathBuf,
    },
    /// The operating system refused.
    #[error("the state directory can't be used: {path}: {source}; choose another one with --state")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl State {
    /// Takes `directory` for this process alone, after making it if it does not exist.
    pub fn open(directory: &Path) -> Result<Self, StateError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| StateError::Io { path, source }
        };
        fs::create_dir_all(directory).map_err(at(directory))?;
        // Everything is reached by this path, also after a change of the working directory.
        let root = directory.canonicalize().map_err(at(directory))?;
        check_content(&root)?;
        let lock = lock(&root)?;
        let version = root.join("version");
        if !version.exists() {
            fs::write(&version, VERSION).map_err(at(&version))?;
        }
        for folder in ["s3", "logs"] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).map_err(at(&folder))?;
        }
        Ok(Self {
            root,
            durable: true,
            _lock: lock,
            _temporary: None,
        })
    }

    /// A directory that goes with this value; databases belong in memory then.
    pub fn ephemeral() -> Result<Self, StateError> {
        let at = |source| StateError::Io {
            path: std::env::temp_dir(),
            source,
        };
        let temporary = tempfile::Builder::new()
            .prefix("outbox-")
            .tempdir()
            .map_err(at)?;
        let root = temporary.path().to_owned();
        for folder in ["s3", "logs"] {
            fs::create_dir(root.join(folder)).map_err(at)?;
        }
        // Nobody else knows the directory, but commands find a running emulator by its lock.
        let lock = lock(&root)?;
        Ok(Self {
            root,
            durable: false,
            _lock: lock,
            _temporary: Some(temporary),
        })
    }

    /// The directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The database in `name`, or none if state is kept in memory.
    #[must_use]
    pub fn database(&self, name: &str) -> Option<PathBuf> {
        self.durable.then(|| self.root.join(name))
    }

    /// The folder of all buckets.
    #[must_use]
    pub fn buckets(&self) -> PathBuf {
        self.root.join("s3")
    }

    /// The folder of the functions' logs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// Whether it outlives the process.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.durable
    }
}

fn check_content(root: &Path) -> Result<(), StateError> {
    let version = root.join("version");
    let found = match fs::read_to_string(&version) {
        Ok(found) => found.trim().to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return check_empty(root),
        Err(source) => {
            return Err(StateError::Io {
                path: version,
                source,
            });
        }
    };
    if found == VERSION {
        return Ok(());
    }
    Err(StateError::OtherVersion {
        directory: root.to_owned(),
        found,
    })
}

/// A lock alone is a start that was killed before it wrote the version.
fn check_empty(root: &Path) -> Result<(), StateError> {
    let at = |source| StateError::Io {
        path: root.to_owned(),
        source,
    };
    for entry in fs::read_dir(root).map_err(at)? {
        if entry.map_err(at)?.file_name() != "lock" {
            return Err(StateError::NotState {
                directory: root.to_owned(),
            });
        }
    }
    Ok(())
}

/// A command that looks for a running emulator holds the lock for a moment.
const LOCK_TRIES: u32 = 5;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// The lock is the operating system's, so a killed owner leaves none behind; the process id inside is
/// only for people.
fn lock(root: &Path) -> Result<File, StateError> {
    let path = root.join("lock");
    let at = |source| StateError::Io {
        path: path.clone(),
        source,
    };
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(at)?;
    let mut locked = file.try_lock();
    for _ in 0..LOCK_TRIES {
        if locked.is_ok() {
            break;
        }
        std::thread::sleep(LOCK_PAUSE);
        locked = file.try_lock();
    }
    match locked {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            let _ = file.read_to_string(&mut owner);
            return Err(StateError::InUse {
                directory: root.to_owned(),
                owner: owner.trim().to_owned(),
            });
        }
        Err(TryLockError::Error(source)) => return Err(at(source)),
    }
    file.set_len(0).map_err(at)?;
    file.rewind().map_err(at)?;
    write!(file, "{}", std::process::id()).map_err(at)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_directory_has_one_owner_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join(".outbox");
        let first = State::open(&directory).unwrap();

        let error = State::open(&directory).unwrap_err();

        assert!(
            matches!(&error, StateError::InUse { owner, .. } if *owner == std::process::id().to_string()),
            "{error}"
        );
        drop(first);
        State::open(&directory).unwrap();
    }

    #[test]
    fn a_directory_of_another_version_is_refused_and_left_as_it_is() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("version"), "0\n").unwrap();
        fs::write(place.path().join("state.db"), "old").unwrap();

        let error = State::open(place.path()).unwrap_err();

        assert!(
            matches!(&error, StateError::OtherVersion { found, .. } if found == "0"),
            "{error}"
        );
        let left: Vec<_> = fs::read_dir(place.path()).unwrap().collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[test]
    fn a_directory_with_other_files_is_not_taken() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("thesis.tex"), "important").unwrap();

        let error = State::open(place.path()).unwrap_err();

        assert!(matches!(error, StateError::NotState { .. }), "{error}");
    }

    #[test]
    fn an_ephemeral_state_leaves_nothing() {
        let state = State::ephemeral().unwrap();
        let root = state.root().to_owned();
        assert!(root.exists() && state.database("state.db").is_none());

        drop(state);

        assert!(!root.exists());
    }
}
