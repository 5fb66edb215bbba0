use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use emulator::Options;
use emulator::mapping::Polling;

use crate::application;

/// Runs the stack that the Pulumi program declares on this machine, with the real functions.
#[derive(Debug, Parser)]
#[command(name = "cargo-outbox", bin_name = "cargo outbox", version, after_help = application::EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Up(Up),
    Demo(Demo),
    Invoke(Invoke),
    Env(Env),
    Logs(Logs),
    Reset(Reset),
    Verify(Verify),
    Bench(Bench),
}

impl Arguments {
    /// Parses a command line; as a subcommand of cargo its first word is `outbox` again.
    pub(crate) fn parse_from_cargo(
        words: impl Iterator<Item = OsString>,
    ) -> Result<Self, clap::Error> {
        let words: Vec<OsString> = words.collect();
        let as_subcommand = words.get(1).is_some_and(|word| word == "outbox");
        let skipped = usize::from(as_subcommand);
        let program = words.first().cloned().into_iter();
        let arguments = Self::try_parse_from(program.chain(words.into_iter().skip(1 + skipped)))?;
        match &arguments.command {
            Command::Demo(demo) => demo.check()?,
            Command::Verify(verify) => verify.check()?,
            _ => {}
        }
        Ok(arguments)
    }
}

/// Which project's stack is meant.
#[derive(Clone, Debug, Args)]
pub(crate) struct Place {
    /// Where Pulumi.yaml is, in this directory or above it [default: the current directory]
    #[arg(long, short = 'C', value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// Where the local state is kept [default: .outbox beside Pulumi.yaml]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
}

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

/// Builds what changed, runs the Pulumi program, brings its resources up and shows every delivery.
#[derive(Debug, Args)]
#[command(after_help = "\
Ctrl-C ends it; undelivered events stay in the state directory and go on with the next `up`.

Examples:
  cargo outbox up
  cargo outbox up --ephemeral --port 0 --invoke-port 0   forget all at the end, on free ports
  cargo outbox up --poll aws --release                   the pace of AWS, optimised functions")]
pub(crate) struct Up {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Keep all state in memory and forget it at the end
    #[arg(long)]
    pub(crate) ephemeral: bool,
    /// The port for AWS calls; 0 takes a free one
    #[arg(long, default_value_t = 4566)]
    pub(crate) port: u16,
    /// The port where `cargo lambda invoke` looks for functions; 0 takes a free one
    #[arg(long, default_value_t = 9000)]
    pub(crate) invoke_port: u16,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// Writes items as a flow's clients do and checks that each one's events reached all of its consumers.
#[derive(Debug, Args)]
#[command(after_help = application::DEMO_EXAMPLES)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Which flow of the stack
    #[arg(long, value_enum, default_value_t = Flow::Users)]
    pub(crate) flow: Flow,
    /// How many users to generate [default: 10]
    #[arg(long, value_name = "N", conflicts_with = "from",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) users: Option<u32>,
    /// How many orders to generate [default: 20]
    #[arg(long, value_name = "N", conflicts_with = "from",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) orders: Option<u32>,
    /// Send each JSON line of FILE: to the writer as its event, to the REST API as its request
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Of a hundred orders so many change their status after they were created [default: 25]
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) changed: Option<u8>,
    /// How many writes may be under way side by side [default: 4, of orders 16]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) concurrency: Option<u16>,
    /// At most this many users or orders a second [default: as many as go]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) rate: Option<u16>,
    /// When half is written, let the event bus answer 500 to PutEvents for this long
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) bus_outage: Option<u16>,
    /// Give up when for this many seconds nothing more has arrived
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) patience: u32,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// The flows that the demo knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Flow {
    /// A function writes users, a relay publishes
    Users,
    /// Clients post orders to a REST API, a pipe publishes, functions read queues
    Orders,
}

impl Demo {
    /// Refuses options that mean the other flow.
    fn check(&self) -> Result<(), clap::Error> {
        let (other, given) = match self.flow {
            Flow::Users => (
                "orders",
                [
                    ("--orders", self.orders.is_some()),
                    ("--changed", self.changed.is_some()),
                ],
            ),
            Flow::Orders => ("users", [("--users", self.users.is_some()), ("", false)]),
        };
        match given.into_iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((option, _)) => Err(Arguments::command().error(
                ErrorKind::ArgumentConflict,
                format!("{option} is of the flow {other}: say --flow {other}, or leave it out"),
            )),
        }
    }
}

/// Invokes a function of the running stack and prints its answer.
#[derive(Debug, Args)]
#[command(after_help = application::INVOKE_EXAMPLES)]
pub(crate) struct Invoke {
    /// The function's name in the Pulumi program or its physical name
    pub(crate) name: String,
    /// The event; `-` reads it from standard input
    #[arg(value_name = "JSON", default_value = "{}")]
    pub(crate) event: String,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Finds every row of an outbox table that was not published, and says where it lies.
///
/// Looks at the running stack, where it finds the table, the quarantine and the failure destination by itself, or
/// with --aws at a table on AWS. It reads the whole table, which costs read units there, and the whole quarantine,
/// whose messages stay but are hidden meanwhile; it counts as a receive of each.
///
/// A row that lies nowhere was lost to the stream, which keeps records for 24 hours, or was published but not marked,
/// or its relay still tries: find out before you publish it a second time.
#[derive(Debug, Args)]
#[command(after_help = application::VERIFY_EXAMPLES)]
pub(crate) struct Verify {
    /// The outbox table: its name in the Pulumi program, its physical name or its ARN [default: the only one of the
    /// running stack]
    pub(crate) table: Option<String>,
    /// Look at AWS, by the standard environment variables; needs TABLE, --quarantine and --failures
    #[arg(long, conflicts_with_all = ["directory", "state"])]
    pub(crate) aws: bool,
    /// URL of the relay's quarantine queue; may be repeated [default: those of the running stack]
    #[arg(long = "quarantine", value_name = "URL")]
    pub(crate) quarantines: Vec<String>,
    /// Folder with the objects of the mapping's failure bucket; may be repeated [default: those of the running stack]
    #[arg(long = "failures", value_name = "DIR")]
    pub(crate) failures: Vec<PathBuf>,
    /// How many seconds old a row may be before it counts: more than the relay lags behind
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) grace: u64,
    /// Publish the rows that lie nowhere on this bus (name or ARN) again, under the same event ids, and mark them
    #[arg(long, value_name = "BUS")]
    pub(crate) publish_to: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

impl Verify {
    /// Refuses a look at AWS that would take what lies in a quarantine or a failure destination for lost.
    fn check(&self) -> Result<(), clap::Error> {
        let complete =
            self.table.is_some() && !self.quarantines.is_empty() && !self.failures.is_empty();
        if !self.aws || complete {
            return Ok(());
        }
        Err(Arguments::command().error(
            ErrorKind::MissingRequiredArgument,
            "--aws needs TABLE, --quarantine URL and --failures DIR, which only the running stack tells by itself: \
             the stack's outputs name the table, the queue and the bucket (pulumi stack output), and \
             `aws s3 sync s3://BUCKET DIR` brings the bucket's objects",
        ))
    }
}

/// Prints what a shell must export so that the AWS CLI and the SDKs find the running stack.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  eval \"$(cargo outbox env)\"
  aws dynamodb list-tables")]
pub(crate) struct Env {
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Prints what a function's environments wrote to standard output and standard error, or a REST API's access log.
#[derive(Debug, Args)]
#[command(after_help = application::LOGS_EXAMPLES)]
pub(crate) struct Logs {
    /// A function's or an access log's name in the Pulumi program, its physical name or its log group
    pub(crate) name: String,
    /// Go on printing what is added, until Ctrl-C
    #[arg(long, short)]
    pub(crate) follow: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Forgets the local state: tables, streams, queues, undelivered events, logs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo outbox reset          asks first
  cargo outbox reset --yes    does not ask")]
pub(crate) struct Reset {
    /// Don't ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Measures the functions' release binaries.
#[derive(Debug, Args)]
#[command(after_help = application::BENCH_EXAMPLES)]
pub(crate) struct Bench {
    #[command(subcommand)]
    pub(crate) what: Benched,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Benched {
    /// One instance of the relay, as fast as it goes, with a bus of the bench's own
    #[command(after_help = application::BENCH_EXAMPLES)]
    Relay(bench::relay::Options),
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
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::parse_from_cargo(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_command_tree_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_alias_and_cargos_own_subcommand_mean_the_same() {
        for line in [
            "cargo-outbox outbox demo --users 3",
            "cargo-outbox demo --users 3",
        ] {
            let Command::Demo(demo) = parse(line).unwrap().command else {
                panic!("{line} is not the demo")
            };
            assert_eq!((demo.flow, demo.users), (Flow::Users, Some(3)));
        }
    }

    #[test]
    fn users_and_a_file_exclude_each_other() {
        assert!(parse("cargo-outbox demo --users 3 --from users.jsonl").is_err());
        assert!(parse("cargo-outbox demo --users 0").is_err());
    }

    #[test]
    fn an_option_of_the_other_flow_and_an_unknown_flow_are_refused_with_what_to_say() {
        for (line, said) in [
            ("cargo-outbox demo --orders 3", "--flow orders"),
            ("cargo-outbox demo --changed 3", "--flow orders"),
            ("cargo-outbox demo --flow orders --users 3", "--flow users"),
            ("cargo-outbox demo --flow order", "users, orders"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.to_string().contains(said), "{line}: {error}");
            assert_eq!(error.exit_code(), 2);
        }
        assert!(parse("cargo-outbox demo --flow orders --orders 3 --changed 0").is_ok());
    }

    #[test]
    fn a_look_at_aws_needs_all_that_only_a_running_stack_tells() {
        let whole = "cargo-outbox verify outbox --aws --quarantine URL --failures DIR";
        assert!(parse(whole).is_ok());
        for part in [" outbox", " --quarantine URL", " --failures DIR"] {
            let error = parse(&whole.replacen(part, "", 1)).unwrap_err();
            assert!(error.to_string().contains("pulumi stack output"), "{error}");
            assert_eq!(error.exit_code(), 2);
        }
        assert!(parse(&format!("{whole} --state DIR")).is_err());
        assert!(parse("cargo-outbox verify").is_ok());
        for grace in ["soon", "-1", "1.5"] {
            let error = parse(&format!("cargo-outbox verify --grace={grace}")).unwrap_err();
            assert!(error.to_string().contains("--grace <SECONDS>"), "{error}");
            assert_eq!(error.exit_code(), 2);
        }
    }

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
