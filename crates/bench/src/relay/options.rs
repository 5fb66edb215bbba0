use std::path::PathBuf;

use clap::{Args, value_parser};

/// What to measure the relay with.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How many stream records to relay
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = count)]
    pub records: usize,

    /// How many records an invocation gets, 1 to 10,000
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = batch)]
    pub batch: usize,

    /// How long the bus takes for a call, in ms
    #[arg(long, value_name = "MS", default_value_t = 15)]
    pub latency: u64,

    /// How many of 100 entries the bus throttles
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = value_parser!(u8).range(0..=90))]
    pub failing: u8,

    /// How long the bus answers 503 to all, in s, after a tenth of the records
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub outage: u64,

    /// How many starts the time to the first poll is the median of
    #[arg(long, value_name = "N", default_value_t = 11, value_parser = count)]
    pub starts: usize,

    /// The relay's package, built in release mode
    #[arg(long, default_value = "users-relay")]
    pub package: String,

    /// A built relay to measure instead
    #[arg(long, value_name = "FILE", conflicts_with = "package")]
    pub binary: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            records: 20_000,
            batch: 100,
            latency: 15,
            failing: 0,
            outage: 0,
            starts: 11,
            package: "users-relay".to_owned(),
            binary: None,
        }
    }
}

fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..) => Ok(number),
        _ => Err("must be a number from 1 upwards".to_owned()),
    }
}

fn batch(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=10_000) => Ok(number),
        _ => Err("must be a number from 1 to 10000, as an event source mapping takes".to_owned()),
    }
}
