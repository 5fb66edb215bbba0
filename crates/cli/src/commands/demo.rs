use std::collections::HashMap;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use emulator::{Emulating, Options};
use futures::{StreamExt, stream};
use serde_json::{Map, Value};
use stack::Stack;

use crate::application::ITEMS;
use crate::arguments::{Demo, Poll};
use crate::client::Client;
use crate::demo::{Follow, Pace, Parts, Progress, Report, Source, Tally};
use crate::error::Error;
use crate::launch::{Launched, launch};
use crate::signals;

/// How many items are read back side by side.
const READS: usize = 8;

/// Writes through the real writer, waits for the consumer, compares and reports.
pub(crate) async fn run(arguments: Demo) -> Result<ExitCode, Error> {
    let project = arguments.place.project()?;
    let source = match &arguments.from {
        Some(file) => Source::file(file)?,
        None => Source::Generated(arguments.users),
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
    let (report, failed_writes) = result?;
    writeln!(io::stdout(), "{}\n{report}", heading(&arguments)).map_err(Error::Terminal)?;
    Ok(if report.complete() && failed_writes == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The report, and how many generated writes failed.
async fn write_and_compare(
    arguments: &Demo,
    source: &Source,
    stack: &Stack,
    emulating: &Emulating,
) -> Result<(Report, usize), Error> {
    let parts = Parts::of(stack)?;
    let key = parts.names.key.clone();
    let client = Client::of(emulating.running())?;
    let writes = source.writes();
    let pace = Pace {
        concurrency: arguments.concurrency.into(),
        between: arguments
            .rate
            .map(|rate| Duration::from_secs(1) / u32::from(rate)),
        patience: Duration::from_secs(arguments.patience.into()),
    };
    let mut follow = Follow {
        tally: Tally::new(parts.names),
        progress: Progress::new(writes.len()),
        failed_writes: 0,
    };
    let followed = follow
        .run(writes, pace, &client, emulating.journal().listen())
        .await;
    follow.progress.finish();
    followed?;
    let stored = read_back(&client, &parts.table, &key, &follow.tally).await?;
    Ok((follow.tally.report(&stored), follow.failed_writes))
}

/// Every written item as it is stored now, without those that are not.
async fn read_back(
    client: &Client,
    table: &str,
    key: &str,
    tally: &Tally,
) -> Result<HashMap<String, Map<String, Value>>, Error> {
    let reads = stream::iter(tally.keys()).map(|value| async move {
        let item = client.item(table, key, value).await?;
        Ok(item.map(|item| (value.clone(), item)))
    });
    let read: Vec<Result<_, Error>> = reads.buffer_unordered(READS).collect().await;
    read.into_iter().filter_map(Result::transpose).collect()
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
    format!("\n{ITEMS}, from the write to the consumer (--poll {poll}, {build} build):\n")
}
