use std::path::PathBuf;

use crate::mapping::Polling;
use crate::{asynchronous, events};

/// How an emulator runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where state is kept; none keeps it in memory and forgets it at the end.
    pub state: Option<PathBuf>,
    /// The port for AWS calls; 0 takes a free one.
    pub port: u16,
    /// The port where `cargo lambda invoke` looks for functions; 0 takes a free one.
    pub invoke_port: u16,
    /// The region in ARNs.
    pub region: String,
    /// The account in ARNs.
    pub account: String,
    /// At most so many environments of one function side by side.
    pub environments: usize,
    /// How mappings read their streams.
    pub polling: Polling,
    /// How asynchronous invocations are retried.
    pub asynchronous: asynchronous::Settings,
    /// How deliveries to targets of rules are retried.
    pub events: events::Settings,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            state: None,
            port: 0,
            invoke_port: 0,
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
            environments: 10,
            polling: Polling::default(),
            asynchronous: asynchronous::Settings::default(),
            events: events::Settings::default(),
        }
    }
}
