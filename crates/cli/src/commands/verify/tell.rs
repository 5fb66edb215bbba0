//! What a verification found, for people.

use std::io::{self, Write as _};

use outbox::row::Row;
use outbox::verify::{Damaged, Place, Report};

use crate::outboxes::Outbox;

/// What was looked at, the rows one a line, then the counts.
pub(super) fn tell(report: &Report, outbox: &Outbox, grace: u64) -> io::Result<()> {
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
    let not_reached = report.not_reached();
    if not_reached > 0 {
        writeln!(
            output,
            "{not_reached} of those that lie nowhere were written after all that was published: the relay lags behind \
             (then raise --grace) or does not run"
        )?;
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
