use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use serde_json::Value;

use crate::{Contract, Misfit, compatibility, fit};

/// The folder of a repository where the schemas and samples of every version are kept:
/// `<folder>/<detail-type>/<version>.schema.json` and `….sample.json`.
///
/// A test calls [`Committed::check`] for each contract; [`Committed::write`] adds the files of a new version.
#[derive(Debug, Clone)]
pub struct Committed {
    folder: PathBuf,
}

/// One committed version of a contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The version of the schema.
    pub number: u32,
    /// Its JSON Schema.
    pub schema: Value,
    /// A detail that fits it.
    pub sample: Value,
}

impl Version {
    /// Whether the schema of this version accepts a detail, by kinds, required fields and allowed values.
    ///
    /// # Errors
    /// [`Misfit`] names the field that the schema refuses.
    pub fn accepts(&self, detail: &Value) -> Result<(), Misfit> {
        fit::first_misfit(&self.schema, &self.schema, detail, "detail").map_or(Ok(()), Err)
    }
}

impl Committed {
    /// The committed contracts in `folder`.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Every committed version up to today's, oldest first.
    ///
    /// # Errors
    /// [`CommittedError::Missing`] and [`CommittedError::Unreadable`] name the file.
    pub fn versions(&self, contract: &Contract) -> Result<Vec<Version>, CommittedError> {
        (1..=contract.version)
            .map(|number| {
                Ok(Version {
                    number,
                    schema: read(&self.path(contract, number, "schema"))?,
                    sample: read(&self.path(contract, number, "sample"))?,
                })
            })
            .collect()
    }

    /// Checks a contract against what is committed: the files of its version are current, every version before is
    /// compatible, and today's type reads every committed sample.
    ///
    /// # Errors
    /// [`CommittedError`] names the file and tells what to do.
    pub fn check(&self, contract: &Contract) -> Result<(), CommittedError> {
        check_type(contract)?;
        for version in self.versions(contract)? {
            let path = self.path(contract, version.number, "schema");
            let breaks = compatibility::check(&version.schema, &contract.schema);
            if !breaks.is_empty() {
                return Err(CommittedError::Incompatible { path, breaks });
            }
            let path = self.path(contract, version.number, "sample");
            contract
                .reads(&version.sample)
                .map_err(|misfit| CommittedError::Unread { path, misfit })?;
            if version.number == contract.version
                && (version.schema != contract.schema || version.sample != contract.sample)
            {
                return Err(CommittedError::Outdated {
                    path: self.path(contract, version.number, "schema"),
                });
            }
        }
        Ok(())
    }

    /// Writes the files of today's version, unless that would rewrite history: a committed schema of this version
    /// may change in its texts only.
    ///
    /// # Errors
    /// [`CommittedError::NeedsVersion`] when the schema of a committed version changed, [`CommittedError::Io`] when
    /// a file can't be written.
    pub fn write(&self, contract: &Contract) -> Result<(), CommittedError> {
        check_type(contract)?;
        let schema = self.path(contract, contract.version, "schema");
        if schema.exists() {
            let committed = read(&schema)?;
            let changed = !compatibility::check(&committed, &contract.schema).is_empty()
                || !compatibility::check(&contract.schema, &committed).is_empty()
                || committed["properties"]
                    .as_object()
                    .map(serde_json::Map::len)
                    != contract.schema["properties"]
                        .as_object()
                        .map(serde_json::Map::len);
            if changed {
                return Err(CommittedError::NeedsVersion {
                    path: schema,
                    version: contract.version,
                });
            }
        }
        write(&schema, &contract.schema)?;
        write(
            &self.path(contract, contract.version, "sample"),
            &contract.sample,
        )
    }

    fn path(&self, contract: &Contract, version: u32, kind: &str) -> PathBuf {
        self.folder
            .join(contract.detail_type)
            .join(format!("{version}.{kind}.json"))
    }
}

/// What no schema can tell apart: the producer's object would overwrite a field of the data.
fn check_type(contract: &Contract) -> Result<(), CommittedError> {
    let required = contract.schema["properties"]["metadata"]["properties"]
        .get("eventId")
        .is_some();
    if contract.sample.is_object() && required && contract.reads(&contract.sample).is_ok() {
        Ok(())
    } else {
        Err(CommittedError::Type {
            detail_type: contract.detail_type,
        })
    }
}

fn read(path: &Path) -> Result<Value, CommittedError> {
    let text = fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => CommittedError::Missing {
            path: path.to_owned(),
        },
        _ => CommittedError::Io {
            path: path.to_owned(),
            error,
        },
    })?;
    serde_json::from_slice(&text).map_err(|error| CommittedError::Unreadable {
        path: path.to_owned(),
        error,
    })
}

fn write(path: &Path, value: &Value) -> Result<(), CommittedError> {
    let failed = |error| CommittedError::Io {
        path: path.to_owned(),
        error,
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, format!("{value:#}\n")).map_err(failed)
}

/// Why a committed contract does not hold.
#[derive(Debug)]
#[allow(missing_docs, reason = "each field is named in its variant's text")]
pub enum CommittedError {
    /// A version has no file.
    Missing { path: PathBuf },
    /// A file holds no JSON.
    Unreadable {
        path: PathBuf,
        error: serde_json::Error,
    },
    /// A file can't be read or written.
    Io { path: PathBuf, error: io::Error },
    /// The type changed and its files did not.
    Outdated { path: PathBuf },
    /// The schema of a committed version changed.
    NeedsVersion { path: PathBuf, version: u32 },
    /// The type breaks with a committed version.
    Incompatible {
        path: PathBuf,
        breaks: Vec<compatibility::Break>,
    },
    /// The type does not read a committed sample.
    Unread { path: PathBuf, misfit: Misfit },
    /// The type can't be an event.
    Type { detail_type: &'static str },
}

impl fmt::Display for CommittedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(
                formatter,
                "{} is missing: write the files of the new version",
                path.display()
            ),
            Self::Unreadable { path, error } => {
                write!(formatter, "{} holds no JSON: {error}", path.display())
            }
            Self::Io { path, error } => write!(formatter, "{}: {error}", path.display()),
            Self::Outdated { path } => write!(
                formatter,
                "{} is not what the type says now: raise VERSION if a field was added, then write the files",
                path.display()
            ),
            Self::NeedsVersion { path, version } => write!(
                formatter,
                "{} is committed with other fields and was not written: raise VERSION from {version} to {}",
                path.display(),
                version + 1
            ),
            Self::Incompatible { path, breaks } => {
                write!(formatter, "the type breaks with {}:", path.display())?;
                for broken in breaks {
                    write!(formatter, " {broken};")?;
                }
                formatter.write_str(" undo it, or make a new detail-type beside the old one")
            }
            Self::Unread { path, misfit } => write!(
                formatter,
                "today's type does not read {}: {misfit}",
                path.display()
            ),
            Self::Type { detail_type } => write!(
                formatter,
                "{detail_type} can't be an event: it must serialise to a JSON object without a field `metadata` and \
                 read what it wrote"
            ),
        }
    }
}

impl std::error::Error for CommittedError {}
