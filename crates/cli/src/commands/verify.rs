use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use emulator::state::{Running, RunningError};
use indicatif::ProgressBar;
use jiff::Timestamp;
use outbox::quarantine::Quarantined;
use outbox::row::Row;
use outbox::sdk::{SdkConfig, local_config, sdk_config};
use outbox::verify::{
    Damaged, Place, Report, Verification, ids_in_failure_record, ids_in_quarantined, publish_again,
};
use outbox::{EventBus, OutboxTable, QuarantineQueue};

use crate::arguments::Verify;
use crate::error::Error;
use crate::outboxes::{self, Outbox};

/// Rows lie nowhere.
const INCOMPLETE: u8 = 3;

/// What to do about each thing that can't be read.
const ABOUT_TABLE: &str = "name an outbox table that exists and may be read (dynamodb:Scan)";
const ABOUT_QUARANTINE: &str = "--quarantine must be the URL of a queue that may be read; if messages are hidden, try again in two minutes";
const ABOUT_FAILURES: &str = "--failures must be a folder that holds the objects of the mapping's failure bucket and nothing else";

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
    let left = report.count(Place::Nowhere) - published.accepted.len();
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

fn unverified(what: &str, advice: &'static str) -> impl Fn(String) -> Error + use<> {
    let what = what.to_owned();
    move |reason| Error::Unverified {
        what: what.clone(),
        reason,
        advice,
    }
}

async fn look_at_quarantine(
    settings: &SdkConfig,
    url: &str,
    verification: &mut Verification,
) -> Result<(), Error> {
    let queue = QuarantineQueue::new(settings, url);
    let unverified = unverified(url, ABOUT_QUARANTINE);
    let mut unreadable = None;
    let looked = queue.look(|message| match Quarantined::read(&message) {
        Ok(quarantined) => {
            for id in ids_in_quarantined(&quarantined) {
                verification.lies(id, Place::Quarantine);
            }
        }
        Err(error) => unreadable = Some(error),
    });
    looked
        .await
        .map_err(|error| unverified(error.to_string()))?;
    match unreadable {
        None => Ok(()),
        Some(error) => Err(unverified(format!(
            "a message is no quarantined record: {error}"
        ))),
    }
}

/// Every file in the folder and below is an object of the bucket.
fn look_at_failures(folder: &Path, verification: &mut Verification) -> Result<(), Error> {
    let at = |path: &Path| unverified(&path.display().to_string(), ABOUT_FAILURES);
    let io_at = |path: &Path, error: io::Error| at(path)(error.to_string());
    for entry in fs::read_dir(folder).map_err(|error| io_at(folder, error))? {
        let path = entry.map_err(|error| io_at(folder, error))?.path();
        if path.is_dir() {
            look_at_failures(&path, verification)?;
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| io_at(&path, error))?;
        for id in ids_in_failure_record(&text).map_err(at(&path))? {
            verification.lies(id, Place::FailureDestination);
        }
    }
    Ok(())
}

async fn look_at_table(
    table: &OutboxTable,
    name: &str,
    verification: &mut Verification,
    progress: &ProgressBar,
) -> Result<(), Error> {
    let mut after = None;
    let mut items = 0;
    loop {
        let page = table.page(after).await;
        let (page, last) =
            page.map_err(|error| unverified(name, ABOUT_TABLE)(error.to_string()))?;
        items += page.len();
        progress.set_message(format!("{items} items of {name}"));
        progress.tick();
        for item in page {
            match item {
                Ok(item) => verification.item(item),
                Err(row) => verification.damaged(row),
            }
        }
        after = last;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// What was looked at, the rows one a line, then the counts.
fn tell(report: &Report, outbox: &Outbox, grace: u64) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{}", outbox.table)?;
    for url in &outbox.quarantines {
        writeln!(output, "  quarantine {url}")?;
    }
    for folder in &outbox.failures {
        writeln!(output, "  failure destination {}", folder.display())?;
    }
    for (row, place) in &report.unpublished {
        let Row {
            id,
            aggregate,
            sequence,
            detail_type,
            created_at,
            ..
        } = row;
        let place = words(*place);
        writeln!(
            output,
            "{id}  {created_at}  {aggregate} {sequence} {detail_type}: {place}"
        )?;
    }
    for (Damaged { id, problem }, place) in &report.damaged {
        writeln!(output, "{id}  damaged, {problem}: {}", words(*place))?;
    }
    let [quarantined, failed, nowhere] =
        [Place::Quarantine, Place::FailureDestination, Place::Nowhere]
            .map(|place| report.count(place));
    writeln!(
        output,
        "published {}, younger than {grace} s {}, in the quarantine {quarantined}, in the failure destination \
         {failed}, nowhere {nowhere}: {}",
        report.published,
        report.young,
        if report.is_complete() {
            "complete"
        } else {
            "not complete"
        }
    )
}

fn words(place: Place) -> &'static str {
    match place {
        Place::Quarantine => "in the quarantine",
        Place::FailureDestination => "in the failure destination",
        Place::Nowhere => "nowhere",
    }
}
