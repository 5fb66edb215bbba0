mod look;
mod tell;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use emulator::state::{Running, RunningError};
use indicatif::ProgressBar;
use jiff::Timestamp;
use outbox::row::Row;
use outbox::sdk::{SdkConfig, local_config, sdk_config};
use outbox::verify::{Place, Verification, publish_again};
use outbox::{EventBus, OutboxTable};

use self::look::{look_at_failures, look_at_quarantine, look_at_table};
use self::tell::tell;
use crate::arguments::Verify;
use crate::error::Error;
use crate::outboxes::{self, Outbox};

/// Rows lie nowhere, or the next run takes them for such.
const INCOMPLETE: u8 = 3;

/// Looks at everything, tells what it found, and publishes again if it was asked to.
pub(crate) async fn run(arguments: &Verify) -> Result<ExitCode, Error> {
    let (settings, outbox) = found(arguments)?;
    let grace = Duration::from_secs(arguments.grace);
    let mut verification = Verification::new(Timestamp::now(), grace);
    let progress = ProgressBar::new_spinner();
    for url in &outbox.quarantines {
        progress.set_message(format!("looking at {url}"));
        look_at_quarantine(&settings, url, &mut verification).await?;
    }
    for folder in &outbox.failures {
        look_at_failures(folder, &mut verification)?;
    }
    let table = OutboxTable::new(&settings, &outbox.table);
    look_at_table(&table, &outbox.table, &mut verification, &progress).await?;
    progress.finish_and_clear();
    let report = verification.end();
    tell(&report, &outbox, arguments.grace).map_err(Error::Terminal)?;
    if report.is_complete() {
        return Ok(ExitCode::SUCCESS);
    }
    let Some(bus) = &arguments.publish_to else {
        return Ok(ExitCode::from(INCOMPLETE));
    };
    let bus = EventBus::new(&settings, bus);
    let rows: Vec<Row> = report.nowhere().cloned().collect();
    let published = publish_again(rows, &bus, &table).await;
    let mut output = io::stdout().lock();
    let mut line = |line: String| writeln!(output, "{line}").map_err(Error::Terminal);
    line(format!("published again: {}", published.accepted.len()))?;
    for (event_id, reason) in &published.refused {
        line(format!("not published: {event_id}: {reason}"))?;
    }
    for (event_id, reason) in &published.unmarked {
        line(format!("not marked: {event_id}: {reason}"))?;
    }
    let unmarked = published.unmarked.len();
    if unmarked > 0 {
        let them = if unmarked == 1 { "it" } else { "them" };
        line(format!(
            "{unmarked} of those published again could not be marked so: the next run finds {them} again and publishes \
             {them} once more, under the same event id, by which consumers know what they have had"
        ))?;
    }
    let left = report.count(Place::Nowhere) - published.accepted.len() + unmarked;
    Ok(if left == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INCOMPLETE)
    })
}

/// Where to look, and with which settings: what the command line says, else what the running stack has.
fn found(arguments: &Verify) -> Result<(SdkConfig, Outbox), Error> {
    let given = |table: String| Outbox {
        table,
        quarantines: arguments.quarantines.clone(),
        failures: arguments.failures.clone(),
    };
    if arguments.aws {
        let settings = sdk_config().map_err(|source| Error::NoSettings { source })?;
        return Ok((settings, given(arguments.table.clone().unwrap_or_default())));
    }
    let running = Running::read(&arguments.place.state()?).map_err(|source| match source {
        source @ RunningError::None { .. } => Error::NothingToVerify { source },
        source => source.into(),
    })?;
    let settings = local_config(
        &running.endpoint,
        &running.region,
        &running.access_key_id,
        &running.secret_access_key,
    );
    let mut outbox = outboxes::find(&running, arguments.table.as_deref())?;
    // What was never needed has no folder.
    outbox.failures.retain(|folder| folder.exists());
    let given = given(outbox.table.clone());
    if !given.quarantines.is_empty() {
        outbox.quarantines = given.quarantines;
    }
    if !given.failures.is_empty() {
        outbox.failures = given.failures;
    }
    Ok((settings, outbox))
}
