use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, value_parser};

/// What to measure the relay with.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
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

impl Options {
    /// The command line that these options are parsed from again.
    #[must_use]
    pub fn words(&self) -> Vec<OsString> {
        let numbers = [
            ("--records", self.records.to_string()),
            ("--batch", self.batch.to_string()),
            ("--latency", self.latency.to_string()),
            ("--failing", self.failing.to_string()),
            ("--outage", self.outage.to_string()),
            ("--starts", self.starts.to_string()),
        ];
        let relay: (&str, OsString) = match &self.binary {
            Some(binary) => ("--binary", binary.into()),
            None => ("--package", self.package.clone().into()),
        };
        let numbers = numbers.map(|(name, number)| (name, number.into()));
        let words = numbers.into_iter().chain([relay]);
        words
            .flat_map(|(name, value)| [name.into(), value])
            .collect()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn parsed(words: &[OsString]) -> Options {
        let program = OsString::from("bench");
        Line::try_parse_from([&program].into_iter().chain(words))
            .unwrap()
            .options
    }

    #[test]
    fn no_word_means_the_defaults() {
        assert_eq!(parsed(&[]), Options::default());
    }

    #[test]
    fn options_survive_as_words() {
        let all_others = Options {
            records: 1,
            batch: 2,
            latency: 3,
            failing: 4,
            outage: 5,
            starts: 6,
            package: "other-relay".to_owned(),
            binary: None,
        };
        let by_file = Options {
            binary: Some("a directory/bootstrap".into()),
            ..Options::default()
        };
        for options in [Options::default(), all_others, by_file] {
            assert_eq!(parsed(&options.words()), options);
        }
    }
}
