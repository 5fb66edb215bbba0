//! The command line.

mod demo;
mod place;
mod settings;
mod verify;

use std::ffi::OsString;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

pub(crate) use self::demo::{Demo, Flow};
pub(crate) use self::place::Place;
pub(crate) use self::settings::{Poll, Settings};
pub(crate) use self::verify::Verify;
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
            Command::Demo(demo) => demo.check().map_err(with_usage_of("demo"))?,
            Command::Verify(verify) => verify.check().map_err(with_usage_of("verify"))?,
            _ => {}
        }
        Ok(arguments)
    }
}

/// Says beside the error how the command is used.
fn with_usage_of(command: &str) -> impl Fn(clap::Error) -> clap::Error {
    move |error| {
        let mut all = Arguments::command();
        all.build();
        match all.find_subcommand_mut(command) {
            Some(command) => error.format(command),
            None => error.format(&mut all),
        }
    }
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
}
