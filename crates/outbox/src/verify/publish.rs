//! Puts rows on the bus again.

use crate::entry::{CALL_BYTES, CALL_ENTRIES};
use crate::row::Row;
use crate::{Entry, Publish};

/// Marks rows as published.
pub trait Mark {
    /// Marks the rows of these events, which the bus accepted. Answers with the ids of those that could not be
    /// marked, with the reason: the next verification finds them again. A row that is gone is none of them.
    fn mark(&self, entries: &[&Entry]) -> impl Future<Output = Vec<(String, String)>> + Send;
}

/// What came of publishing rows again.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The ids of the events that the bus accepted.
    pub accepted: Vec<String>,
    /// The ids of those that it did not, or that are no events, with the reason. To try these again is safe.
    pub refused: Vec<(String, String)>,
    /// The ids of the accepted ones whose rows could not be marked, with the reason. They would be published again,
    /// under the same ids.
    pub unmarked: Vec<(String, String)>,
}

/// Publishes rows as they are, under their own event ids, and lets `marks` mark what the bus accepted. Each call is made
/// once.
pub async fn publish_again(
    rows: impl IntoIterator<Item = Row>,
    bus: &impl Publish,
    marks: &impl Mark,
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
            send(std::mem::take(&mut call), bus, marks, &mut published).await;
        }
        call.push(entry);
    }
    if !call.is_empty() {
        send(call, bus, marks, &mut published).await;
    }
    published
}

async fn send(call: Vec<Entry>, bus: &impl Publish, marks: &impl Mark, published: &mut Published) {
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
    if !accepted.is_empty() {
        published.unmarked.extend(marks.mark(&accepted).await);
    }
    let ids = accepted.iter().map(|entry| entry.event_id.clone());
    published.accepted.extend(ids);
}

fn refuse(entries: &[&Entry], reason: &str, published: &mut Published) {
    let refused = entries
        .iter()
        .map(|entry| (entry.event_id.clone(), reason.to_owned()));
    published.refused.extend(refused);
}
