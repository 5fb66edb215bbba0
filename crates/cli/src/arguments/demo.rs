use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, ValueEnum};

use super::{Place, Settings};
use crate::application;

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
    pub(super) fn check(&self) -> Result<(), clap::Error> {
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
            Some((option, _)) => Err(clap::Error::raw(
                ErrorKind::ArgumentConflict,
                format!("{option} is of the flow {other}: say --flow {other}, or leave it out"),
            )),
        }
    }
}
