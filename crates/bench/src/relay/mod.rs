//! `cargo outbox bench relay`: one instance of the relay, as fast as it goes.
//!
//! The release binary runs as Lambda runs it, one environment and one batch after the other, while
//! the bench plays the table's stream, the event source mapping and the bus.

mod bus;
mod mapping;
mod options;
mod report;
mod stream;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use sandbox::Function;
use tokio::time::Instant;
use workspace::Workspace;

use crate::Error;
use bus::Bus;
pub use options::Options;
pub use report::Report;

/// What the relay reads from its environment; the bench's bus and queue take any name.
const VARIABLES: &[(&str, &str)] = &[
    ("EVENT_BUS_NAME", "events"),
    (
        "QUARANTINE_QUEUE_URL",
        "https://sqs.us-east-1.amazonaws.com/000000000000/quarantine",
    ),
];

/// Measures and prints the report: success if no event was lost.
pub async fn measure(options: Options) -> Result<ExitCode, Error> {
    let report = run(options).await?;
    write!(io::stdout(), "{report}").map_err(Error::Output)?;
    Ok(if report.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Builds the relay if need be, runs it over `options.records` records, and reports.
pub async fn run(options: Options) -> Result<Report, Error> {
    let binary = if let Some(binary) = &options.binary {
        binary.clone()
    } else {
        let workspace = Workspace::read(Path::new(".")).await?;
        workspace.build_release(&options.package).await?
    };
    let first_poll = median_first_poll(&binary, options.starts).await?;

    // Made before the clock starts: this is the stream's work, not the relay's.
    let records: Vec<String> = (0..options.records)
        .map(|position| stream::record(position).to_string())
        .collect();
    let bus = Arc::new(Bus::new(&options));
    let relay = start(&binary, &bus).await?;
    let started = Instant::now();
    let invocations = mapping::run(&relay, &records, options.batch).await?;
    let elapsed = started.elapsed();
    let usage = relay.end().await?;

    Ok(Report {
        first_poll,
        records: options.records,
        elapsed,
        cpu: usage.cpu,
        peak_memory: usage.peak_memory,
        invocations,
        bus: bus.account(),
    })
}

async fn start(binary: &Path, bus: &Arc<Bus>) -> Result<Function, Error> {
    let bus = Arc::clone(bus);
    let endpoint = move |call| {
        let bus = Arc::clone(&bus);
        async move { bus.answer(call).await }
    };
    Function::start(binary, VARIABLES, endpoint)
        .await
        .map_err(|source| Error::Start {
            binary: binary.to_owned(),
            source,
        })
}

/// The median over some starts: a single one says more about the machine's moment than about the relay.
async fn median_first_poll(binary: &Path, starts: usize) -> Result<Duration, Error> {
    let bus = Arc::new(Bus::new(&Options::default()));
    let mut times = Vec::new();
    for _ in 0..starts.max(1) {
        let mut relay = start(binary, &bus).await?;
        match relay.first_poll().await {
            Some(time) => times.push(time),
            None => {
                return Err(Error::NotStarted {
                    binary: binary.to_owned(),
                    last_line: relay.stop().await.pop().unwrap_or_default(),
                });
            }
        }
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}
