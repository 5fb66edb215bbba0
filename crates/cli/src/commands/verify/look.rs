//! Looks at a table and at the places of what was not published.

use std::fs;
use std::io;
use std::path::Path;

use indicatif::ProgressBar;
use outbox::quarantine::Quarantined;
use outbox::sdk::SdkConfig;
use outbox::verify::{Place, Verification, ids_in_failure_record, ids_in_quarantined};
use outbox::{OutboxTable, QuarantineQueue};

use crate::error::Error;

/// What to do about each thing that can't be read.
const ABOUT_TABLE: &str = "name an outbox table that exists and may be read (dynamodb:Scan)";
const ABOUT_QUARANTINE: &str = "--quarantine must be the URL of a queue that may be read; if messages are hidden, try again in two minutes";
const ABOUT_FAILURES: &str = "--failures must be a folder that holds the objects of the mapping's failure bucket and nothing else";

fn unverified(what: &str, advice: &'static str) -> impl Fn(String) -> Error + use<> {
    let what = what.to_owned();
    move |reason| Error::Unverified {
        what: what.clone(),
        reason,
        advice,
    }
}

/// Every message of the quarantine with this URL.
pub(super) async fn look_at_quarantine(
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
pub(super) fn look_at_failures(
    folder: &Path,
    verification: &mut Verification,
) -> Result<(), Error> {
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

/// Every item of the table with this name.
pub(super) async fn look_at_table(
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
