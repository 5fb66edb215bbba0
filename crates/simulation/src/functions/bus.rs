use std::sync::Arc;
use std::time::Duration;

use emulator::events::Buses;
use emulator::front::{Service, ServiceError};
use outbox::publish::{Answer, CallError, Refusal};
use outbox::{Entry, Publish};
use serde_json::{Value, json};

use crate::observation::Observation;
use crate::scenario::FaultKind;
use crate::world::{BUS, Ground};

/// The bus as the relay reaches it.
pub(crate) struct Bus {
    pub(crate) ground: Arc<Ground>,
    pub(crate) buses: Buses,
}

/// What a fault does to a whole call.
enum Trouble {
    Refused(u16, &'static str),
    Lost,
    AnswerLost,
    Slow(Duration),
}

impl Publish for Bus {
    async fn publish(&self, entries: &[&Entry]) -> Result<Vec<Answer>, CallError> {
        let answers = self.call(entries).await;
        self.ground.variant.answers(answers, entries.len())
    }
}

impl Bus {
    async fn call(&self, entries: &[&Entry]) -> Result<Vec<Answer>, CallError> {
        let ground = &self.ground;
        ground.takes(1, 15).await;
        let trouble = ground.strike(|kind| match kind {
            FaultKind::CallRefused { status, code } => Some(Trouble::Refused(*status, code)),
            FaultKind::CallLost => Some(Trouble::Lost),
            FaultKind::AnswerLost => Some(Trouble::AnswerLost),
            FaultKind::CallSlow(pause) => Some(Trouble::Slow(*pause)),
            _ => None,
        });
        match trouble {
            Some(Trouble::Refused(status, code)) => {
                self.refused(entries, code);
                Err(CallError::Refused {
                    status,
                    code: code.to_owned(),
                    message: "the simulation wants it so".to_owned(),
                })
            }
            Some(Trouble::Lost) => {
                self.refused(entries, "the call was lost");
                std::future::pending().await
            }
            Some(Trouble::AnswerLost) => {
                let _ = self.put(entries).await;
                self.refused(entries, "the answer was lost");
                Err(CallError::NoAnswer("connection reset".to_owned()))
            }
            Some(Trouble::Slow(pause)) => {
                let answers = self.put(entries).await;
                tokio::time::sleep(pause).await;
                ground.alive().await;
                answers
            }
            None => {
                let answers = self.put(entries).await;
                ground.takes(1, 15).await;
                answers
            }
        }
    }

    /// Hands the bus the entries that no fault refuses.
    async fn put(&self, entries: &[&Entry]) -> Result<Vec<Answer>, CallError> {
        let codes: Vec<Option<&'static str>> = entries
            .iter()
            .map(|_| {
                self.ground.strike(|kind| match kind {
                    FaultKind::EntryRefused(code) => Some(*code),
                    _ => None,
                })
            })
            .collect();
        let taken: Vec<&Entry> = entries
            .iter()
            .zip(&codes)
            .filter(|(_, code)| code.is_none())
            .map(|(entry, _)| *entry)
            .collect();
        let mut answers = self.put_events(&taken).await?.into_iter();
        Ok(entries
            .iter()
            .zip(&codes)
            .map(|(entry, code)| match code {
                Some(code) => {
                    self.refused(&[entry], code);
                    Err(Refusal {
                        code: (*code).to_owned(),
                        message: "the simulation wants it so".to_owned(),
                    })
                }
                None => answers.next().unwrap_or(Ok(())),
            })
            .collect())
    }

    /// One call of the emulator's PutEvents, in the words that the relay's client sends.
    async fn put_events(&self, entries: &[&Entry]) -> Result<Vec<Answer>, CallError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let request: Vec<Value> = entries.iter().map(|entry| request(entry)).collect();
        let body = json!({ "Entries": request });
        let answer = match self.buses.call("PutEvents", body).await {
            Ok(answer) => answer,
            Err(error) => {
                self.refused(entries, error.short_code());
                return Err(refusal(error));
            }
        };
        let results = answer["Entries"].as_array().cloned().unwrap_or_default();
        Ok(entries
            .iter()
            .zip(&results)
            .map(|(entry, result)| self.result(entry, result))
            .collect())
    }

    fn result(&self, entry: &Entry, result: &Value) -> Answer {
        if let Some(code) = result["ErrorCode"].as_str() {
            self.refused(&[entry], code);
            let message = result["ErrorMessage"].as_str().unwrap_or_default();
            return Err(Refusal {
                code: code.to_owned(),
                message: message.to_owned(),
            });
        }
        self.ground.observe(Observation::Accepted {
            source: entry.source.clone().into_owned(),
            detail_type: entry.detail_type.clone().into_owned(),
            detail: entry.detail.as_str().into(),
            event_id: entry.event_id.as_str().into(),
        });
        Ok(())
    }

    fn refused(&self, entries: &[&Entry], code: &str) {
        self.ground.observe(Observation::Refused {
            event_ids: entries
                .iter()
                .map(|entry| entry.event_id.as_str().into())
                .collect(),
            code: code.to_owned(),
        });
    }
}

#[allow(clippy::cast_precision_loss, reason = "exact for some 285,000 years")]
fn request(entry: &Entry) -> Value {
    let milliseconds = entry.time.as_millisecond();
    json!({
        "EventBusName": BUS,
        "Source": entry.source,
        "DetailType": entry.detail_type,
        "Detail": entry.detail,
        "Time": milliseconds as f64 / 1000.0,
    })
}

fn refusal(error: ServiceError) -> CallError {
    CallError::Refused {
        status: error.status,
        code: error.short_code().to_owned(),
        message: error.message,
    }
}
