use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use emulator::Options;
use emulator::mapping::Polling;

/// How the stack is built and run.
#[derive(Clone, Debug, Args)]
pub(crate) struct Settings {
    /// The Pulumi stack, whose configuration is in `Pulumi.<STACK>.yaml`
    #[arg(long, default_value = "dev")]
    pub(crate) stack: String,
    /// Build the functions optimised (cargo profile `local`)
    #[arg(long)]
    pub(crate) release: bool,
    /// How often streams are read: as soon as there is a record, or four times a second as on AWS
    #[arg(long, value_enum, default_value_t = Poll::Instant)]
    pub(crate) poll: Poll,
    /// Run this executable instead of building the functions' package; may be repeated
    #[arg(long = "binary", value_name = "PACKAGE=PATH", value_parser = replacement)]
    pub(crate) binaries: Vec<(String, PathBuf)>,
    /// The wait before each retry of a failed asynchronous invocation, for example 20s,20s: longer than a killed
    /// consumer holds its event, which is its time-out and 5 s [default: as on AWS, one minute and two minutes]
    #[arg(long, value_name = "FIRST,SECOND", value_parser = retry_waits)]
    pub(crate) retry_waits: Option<[Duration; 2]>,
}

impl Settings {
    /// What the emulator is told; ports and state are the command's to choose.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options {
            polling: match self.poll {
                Poll::Instant => Polling::Instant,
                Poll::Aws => Polling::Aws,
            },
            ..Options::default()
        };
        if let Some(waits) = self.retry_waits {
            options.asynchronous.delays.after_failure = waits;
        }
        options
    }
}

/// How often streams are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Poll {
    /// As soon as there is a record
    Instant,
    /// Four times a second per shard, as on AWS
    Aws,
}

fn replacement(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(path)))
        }
        _ => Err("expected a package's name, `=` and the path of an executable".to_owned()),
    }
}

fn retry_waits(text: &str) -> Result<[Duration; 2], String> {
    let wait = |text: &str| {
        let (number, unit) = match text.strip_suffix("ms") {
            Some(number) => (number, 0.001),
            None => (text.strip_suffix('s').unwrap_or(text), 1.0),
        };
        let number: f64 = number.parse().map_err(|_| format!("{text:?} is no time"))?;
        Duration::try_from_secs_f64(number * unit).map_err(|error| format!("{text:?}: {error}"))
    };
    match text.split_once(',') {
        Some((first, second)) => Ok([wait(first)?, wait(second)?]),
        None => Err("expected two times, for example 1s,2s".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    #[test]
    fn a_replaced_binary_needs_a_name_and_a_path() {
        assert_eq!(
            replacement("writer=/tmp/a=b").unwrap(),
            ("writer".to_owned(), PathBuf::from("/tmp/a=b"))
        );
        for bad in ["writer", "writer=", "=/tmp/a"] {
            assert!(replacement(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn retry_waits_are_two_times() {
        let expected = [Duration::from_millis(50), Duration::from_secs(2)];
        assert_eq!(retry_waits("50ms,2s").unwrap(), expected);
        for bad in ["1s", "a,b", "-1s,2s", "1s,1e400s"] {
            assert!(retry_waits(bad).is_err(), "{bad}");
        }
    }
}
