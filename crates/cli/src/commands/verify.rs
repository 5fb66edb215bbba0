use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::ProgressBar;
use jiff::Timestamp;
use outbox::quarantine::Quarantined;
use outbox::row::Row;
use outbox::sdk::sdk_config;
use outbox::verify::{
    Place, Report, Verification, ids_in_failure_record, ids_in_quarantined, publish_again,
};
use outbox::{EventBus, OutboxTable, QuarantineQueue};

use crate::arguments::Verify;
use crate::error::Error;

/// Rows lie nowhere.
const INCOMPLETE: u8 = 3;

/// Longer than the look at a queue takes, so that no message is seen twice.
const HIDDEN: Duration = Duration::from_mins(2);

/// Looks at everything, tells what it found, and publishes again if it was asked to.
pub(crate) async fn run(arguments: &Verify) -> Result<ExitCode, Error> {
    let settings = sdk_config().map_err(|source| Error::NoSettings { source })?;
    let grace = Duration::from_secs(arguments.grace);
    let mut verification = Verification::new(Timestamp::now(), grace);
    let progress = ProgressBar::new_spinner();
    for url in &arguments.quarantines {
        progress.set_message(format!("looking at {url}"));
        let queue = QuarantineQueue::new(&settings, url);
        look_at_quarantine(&queue, url, &mut verification).await?;
    }
    for folder in &arguments.failures {
        look_at_failures(folder, &mut verification)?;
    }
    let table = OutboxTable::new(&settings, &arguments.table);
    let mut after = None;
    let mut items = 0;
    loop {
        let page = table.page(after).await;
        let (page, last) = page.map_err(|error| unverified(&arguments.table, &error))?;
        items += page.len();
        progress.set_message(format!("{items} items of {}", arguments.table));
        progress.tick();
        for item in page {
            verification.item(item);
        }
        after = last;
        if after.is_none() {
            break;
        }
    }
    progress.finish_and_clear();
    let report = verification.end();
    tell(&report, arguments).map_err(Error::Terminal)?;
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
    Ok(if published.refused.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INCOMPLETE)
    })
}

fn unverified(what: &str, reason: &impl ToString) -> Error {
    Error::Unverified {
        what: what.to_owned(),
        reason: reason.to_string(),
    }
}

async fn look_at_quarantine(
    queue: &QuarantineQueue,
    url: &str,
    verification: &mut Verification,
) -> Result<(), Error> {
    loop {
        let messages = queue.look(HIDDEN).await;
        let messages = messages.map_err(|error| unverified(url, &error))?;
        if messages.is_empty() {
            return Ok(());
        }
        for message in messages {
            let quarantined =
                Quarantined::read(&message).map_err(|error| unverified(url, &error))?;
            for id in ids_in_quarantined(&quarantined) {
                verification.lies(id, Place::Quarantine);
            }
        }
    }
}

/// Every file in the folder and below is an object of the bucket.
fn look_at_failures(folder: &Path, verification: &mut Verification) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(unverified_at(folder))? {
        let path = entry.map_err(unverified_at(folder))?.path();
        if path.is_dir() {
            look_at_failures(&path, verification)?;
            continue;
        }
        let text = fs::read_to_string(&path).map_err(unverified_at(&path))?;
        let ids = ids_in_failure_record(&text);
        let ids = ids.map_err(|reason| unverified(&path.display().to_string(), &reason))?;
        for id in ids {
            verification.lies(id, Place::FailureDestination);
        }
    }
    Ok(())
}

fn unverified_at(path: &Path) -> impl Fn(io::Error) -> Error + use<> {
    let what = path.display().to_string();
    move |error| unverified(&what, &error)
}

/// The rows one a line, then the counts.
fn tell(report: &Report, arguments: &Verify) -> io::Result<()> {
    let mut output = io::stdout().lock();
    for (row, place) in &report.unpublished {
        let place = match place {
            Place::Quarantine => "in the quarantine",
            Place::FailureDestination => "in the failure destination",
            Place::Nowhere => "nowhere",
        };
        let Row {
            id,
            aggregate,
            sequence,
            detail_type,
            created_at,
            ..
        } = row;
        writeln!(
            output,
            "{id}  {created_at}  {aggregate} {sequence} {detail_type}: {place}"
        )?;
    }
    writeln!(
        output,
        "published {}, younger than {} s {}, in the quarantine {}, in the failure destination {}, nowhere {}: {}",
        report.published,
        arguments.grace,
        report.young,
        report.count(Place::Quarantine),
        report.count(Place::FailureDestination),
        report.count(Place::Nowhere),
        if report.is_complete() {
            "complete"
        } else {
            "not complete"
        }
    )
}
