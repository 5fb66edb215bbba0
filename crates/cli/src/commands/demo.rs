use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use emulator::{Emulating, Options};
use stack::Stack;

use super::optimised::go_on_optimised;
use crate::application;
use crate::arguments::{Demo, Flow, Poll};
use crate::demo::{Outcome, Settings, Source, orders, users};
use crate::error::Error;
use crate::launch::{Launched, launch};
use crate::signals;

/// How many items are generated where nothing else is said.
const USERS: u32 = 10;
const ORDERS: u32 = 20;

/// Of a hundred orders so many are changed.
const CHANGED: u8 = 25;

/// Writes as a flow's clients do, waits for its consumers, compares and reports.
pub(crate) async fn run(arguments: Demo) -> Result<ExitCode, Error> {
    if arguments.settings.release {
        go_on_optimised().await?;
    }
    let project = arguments.place.project()?;
    let source = match (&arguments.from, arguments.flow) {
        (Some(file), _) => Source::file(file)?,
        (None, Flow::Users) => Source::Generated(arguments.users.unwrap_or(USERS)),
        (None, Flow::Orders) => Source::Generated(arguments.orders.unwrap_or(ORDERS)),
    };
    let options = Options {
        state: arguments.place.state.clone(),
        ..arguments.settings.options()
    };
    let mut end = std::pin::pin!(signals::end()?);
    let launched = tokio::select! {
        launched = launch(&project, &arguments.settings, options) => launched?,
        () = &mut end => return Err(Error::Interrupted),
    };
    let Launched { stack, emulating } = launched;
    let result = tokio::select! {
        result = write_and_compare(&arguments, &source, &stack, &emulating) => result,
        () = &mut end => Err(Error::Interrupted),
    };
    emulating.stop().await;
    let Outcome { report, failed } = result?;
    writeln!(io::stdout(), "{}\n{report}", heading(&arguments)).map_err(Error::Terminal)?;
    Ok(if report.complete() && failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn write_and_compare(
    arguments: &Demo,
    source: &Source,
    stack: &Stack,
    emulating: &Emulating,
) -> Result<Outcome, Error> {
    let seconds = |seconds: u16| Duration::from_secs(seconds.into());
    let side_by_side = match arguments.flow {
        Flow::Users => 4,
        Flow::Orders => 16,
    };
    let settings = Settings {
        concurrency: arguments.concurrency.unwrap_or(side_by_side).into(),
        between: arguments
            .rate
            .map(|rate| Duration::from_secs(1) / u32::from(rate)),
        patience: Duration::from_secs(arguments.patience.into()),
        changed: arguments.changed.unwrap_or(CHANGED),
        bus_outage: arguments.bus_outage.map(seconds),
    };
    match arguments.flow {
        Flow::Users => users::run(&settings, source, stack, emulating).await,
        Flow::Orders => orders::run(&settings, source, stack, emulating).await,
    }
}

/// What the figures below it were measured with.
fn heading(arguments: &Demo) -> String {
    let poll = match arguments.settings.poll {
        Poll::Instant => "instant",
        Poll::Aws => "aws",
    };
    let build = if arguments.settings.release {
        "release"
    } else {
        "debug"
    };
    let way = match arguments.flow {
        Flow::Users => application::WAY,
        Flow::Orders => application::orders::WAY,
    };
    format!("\n{way} (--poll {poll}, {build} build):\n")
}
