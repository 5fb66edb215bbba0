use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};

use crate::Logs;

/// The files of access logs, each opened with its first line.
#[derive(Debug)]
pub(super) struct AccessLogs {
    logs: Logs,
    open: BTreeMap<String, File>,
}

impl AccessLogs {
    pub(super) fn new(logs: Logs) -> Self {
        Self {
            logs,
            open: BTreeMap::new(),
        }
    }

    /// Adds a line to a log group; it is in the file when this returns.
    pub(super) fn write(&mut self, log_group: &str, line: &str) -> io::Result<()> {
        if !self.open.contains_key(log_group) {
            let file = self.logs.append(log_group)?;
            self.open.insert(log_group.to_owned(), file);
        }
        match self.open.get_mut(log_group) {
            // One call, so that a line is never cut by another.
            Some(file) => file.write_all(format!("{line}\n").as_bytes()),
            None => Ok(()),
        }
    }
}
