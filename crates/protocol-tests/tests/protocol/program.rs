//! The test program and the engine it is run with.

use std::collections::BTreeMap;
use std::path::PathBuf;

use stack::{Aws, Program};

/// The program with one of its scenarios.
pub(crate) fn program(scenario: &str) -> Program {
    Program {
        binary: PathBuf::from(env!("CARGO_BIN_EXE_protocol-tests")),
        directory: PathBuf::from(env!("CARGO_MANIFEST_DIR")),
        project: "shop".to_owned(),
        stack: "dev".to_owned(),
        config: BTreeMap::from([("scenario".to_owned(), scenario.to_owned())]),
        preview: false,
    }
}

pub(crate) fn aws() -> Aws {
    Aws {
        region: "eu-west-1".to_owned(),
        account: "123456789012".to_owned(),
        endpoint: None,
    }
}
