//! What `cargo outbox bench` builds optimised and runs: a measurement shares the machine with what it measures, so
//! the less it takes the better.

use std::error::Error as _;
use std::process::ExitCode;

use bench::relay;
use clap::{Parser, Subcommand};

/// Measures the functions' release binaries. `cargo outbox bench` is the way to run it.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: Measured,
}

#[derive(Subcommand)]
enum Measured {
    /// One instance of the relay, as fast as it goes, with a bus of the bench's own
    Relay(relay::Options),
}

// One thread: the other core is the relay's.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Measured::Relay(options) = Arguments::parse().what;
    match relay::measure(options).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}
