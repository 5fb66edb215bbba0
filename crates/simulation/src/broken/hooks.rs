//! Where a run asks its variant. The sound one leaves everything as it is.

use std::borrow::Cow;

use delivery::Outcome;
use emulator::{Store, StoreError};
use events::{User, UserCreated, UserKey};
use outbox::publish::{Answer, CallError};
use outbox::{Change, Events};
use serde_json::{Value, json};

use super::Variant;

const SUCCESS: &str = r#"{"batchItemFailures":[]}"#;

impl Variant {
    /// The event (`{"Records": […]}`) that the relay is given in place of the mapping's.
    #[must_use]
    pub fn batch(self, event: &str) -> Cow<'_, str> {
        if self != Self::ReordersKey {
            return Cow::Borrowed(event);
        }
        let mut event: Value = serde_json::from_str(event).unwrap_or_default();
        if let Some(records) = event["Records"].as_array_mut() {
            records.reverse();
        }
        Cow::Owned(event.to_string())
    }

    /// What the relay's mapping says of a change.
    #[must_use]
    pub fn events(self, change: Change<User, UserKey>) -> Events {
        match change {
            Change::Updated { new, .. } if self == Self::CallsModifyCreated => {
                Events::of(UserCreated { user: new })
            }
            change => users_relay::user_events(change),
        }
    }

    /// What the relay hears of the bus's answer to a call.
    ///
    /// # Errors
    /// Those of the call.
    pub fn answers(
        self,
        answers: Result<Vec<Answer>, CallError>,
        entries: usize,
    ) -> Result<Vec<Answer>, CallError> {
        match answers {
            Ok(_) if self == Self::IgnoresFailedEntryCount => Ok(vec![Ok(()); entries]),
            answers => answers,
        }
    }

    /// Whether the relay keeps poison in its quarantine; if not, it only says so.
    #[must_use]
    pub fn keeps_poison(self) -> bool {
        self != Self::DropsPoison
    }

    /// What the relay answers for the records with these sequence numbers, given what it should answer.
    #[must_use]
    pub fn outcome(self, sequence_numbers: &[String], outcome: Outcome) -> Outcome {
        let Outcome::Answered(body) = outcome else {
            return outcome;
        };
        let failed = reports_failures(&body);
        let body = match self {
            Self::AnswersSuccessOnError => SUCCESS.into(),
            Self::ReportsHighest if failed => {
                let last = [json!({ "itemIdentifier": sequence_numbers.last() })];
                json!({ "batchItemFailures": last }).to_string().into()
            }
            Self::MisspellsResponseKey => String::from_utf8_lossy(&body)
                .replace("batchItem", "BatchItem")
                .into_bytes()
                .into(),
            _ => body,
        };
        Outcome::Answered(body)
    }

    /// What the consumer of a queue answers, given what it should answer.
    #[must_use]
    pub fn of_queue(self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::NotRun { .. } => outcome,
            _ if self == Self::QueueConsumersAnswerSuccess => Outcome::Answered(SUCCESS.into()),
            outcome => outcome,
        }
    }

    /// The input template of the pipe, given what it should be.
    #[must_use]
    pub fn template(self, template: String) -> String {
        if self != Self::PipeQuotesPlaceholders {
            return template;
        }
        template
            .replace(":<$.", ":\"<$.")
            .replace(".S>", ".S>\"")
            .replace("SequenceNumber>", "SequenceNumber>\"")
    }

    /// What the pipe hears of the bus's answer to a call.
    #[must_use]
    pub fn answer_to_pipe(self, mut answer: Value) -> Value {
        if self == Self::PipeIgnoresFailedEntries
            && let Some(entries) = answer["Entries"].as_array_mut()
        {
            entries.fill(json!({ "EventId": "0" }));
        }
        answer
    }

    /// Whether the tracking table takes a newer status only.
    #[must_use]
    pub fn tracks_the_newest(self) -> bool {
        self != Self::TracksLastArrival
    }

    /// What the mapping makes of the relay's answer for the records with these sequence numbers.
    #[must_use]
    pub fn heard(self, sequence_numbers: &[String], outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Answered(body)
                if self == Self::AdvancesPastPartialFailure
                    && names_a_later_record(&body, sequence_numbers) =>
            {
                Outcome::Answered(SUCCESS.into())
            }
            outcome => outcome,
        }
    }

    /// What happens to the durable state before the emulator starts over it again.
    ///
    /// # Errors
    /// The state can't be written.
    pub fn restarting(self, store: &Store) -> Result<(), StoreError> {
        if !matches!(self, Self::ForgetsCheckpoint | Self::PipeForgetsCheckpoint) {
            return Ok(());
        }
        store.commit(|transaction| {
            let forget = "DELETE FROM mapping_progress; DELETE FROM mapping_started";
            Ok(transaction.execute_batch(forget)?)
        })
    }
}

fn reports_failures(body: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    answer["batchItemFailures"]
        .as_array()
        .is_some_and(|failures| !failures.is_empty())
}

/// Whether an answer says that a part of the batch is done.
fn names_a_later_record(body: &[u8], sequence_numbers: &[String]) -> bool {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let number = answer["batchItemFailures"][0]["itemIdentifier"].as_str();
    number.is_some() && number != sequence_numbers.first().map(String::as_str)
}
