//! Puts rows on the bus again.

use crate::entry::{CALL_BYTES, CALL_ENTRIES};
use crate::relay::Observe;
use crate::row::Row;
use crate::{Entry, Publish};

/// What came of publishing rows again.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The ids of the events that the bus accepted.
    pub accepted: Vec<String>,
    /// The ids of those that it did not, or that are no events, with the reason. To try these again is safe.
    pub refused: Vec<(String, String)>,
}

/// Publishes rows as they are, under their own event ids, and lets `observer` mark what the bus accepted. Each call is
/// made once.
pub async fn publish_again(
    rows: impl IntoIterator<Item = Row>,
    bus: &impl Publish,
    observer: &impl Observe,
) -> Published {
    let mut published = Published::default();
    let mut call: Vec<Entry> = Vec::new();
    for row in rows {
        let id = row.id.clone();
        let entry = match row.entry() {
            Ok(entry) => entry,
            Err(problem) => {
                published.refused.push((id, problem));
                continue;
            }
        };
        let bytes: usize = call.iter().map(Entry::bytes).sum();
        if call.len() == CALL_ENTRIES || (!call.is_empty() && bytes + entry.bytes() >= CALL_BYTES) {
            send(std::mem::take(&mut call), bus, observer, &mut published).await;
        }
        call.push(entry);
    }
    if !call.is_empty() {
        send(call, bus, observer, &mut published).await;
    }
    published
}

async fn send(
    call: Vec<Entry>,
    bus: &impl Publish,
    observer: &impl Observe,
    published: &mut Published,
) {
    let entries: Vec<&Entry> = call.iter().collect();
    let answers = match bus.publish(&entries).await {
        Ok(answers) if answers.len() == entries.len() => answers,
        Ok(_) => {
            return refuse(
                &entries,
                "the answer has not one part for each event",
                published,
            );
        }
        Err(error) => return refuse(&entries, &error.to_string(), published),
    };
    let mut accepted = Vec::new();
    for (entry, answer) in entries.into_iter().zip(answers) {
        match answer {
            Ok(()) => accepted.push(entry),
            Err(refusal) => {
                let reason = format!("{}: {}", refusal.code, refusal.message);
                refuse(&[entry], &reason, published);
            }
        }
    }
    observer.accepted(&accepted).await;
    let ids = accepted.iter().map(|entry| entry.event_id.clone());
    published.accepted.extend(ids);
}

fn refuse(entries: &[&Entry], reason: &str, published: &mut Published) {
    let refused = entries
        .iter()
        .map(|entry| (entry.event_id.clone(), reason.to_owned()));
    published.refused.extend(refused);
}
