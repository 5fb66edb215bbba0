//! The bus as the pipe reaches it.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use emulator::events::Buses;
use emulator::pipe::{CallError, PutEvents};
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::next;
use crate::observation::{Ending, Function, Observation};
use crate::scenario::FaultKind;
use crate::world::Ground;

/// The buses of one life of the emulator, with what goes wrong on the way to them.
pub(crate) struct PipesBus {
    ground: Arc<Ground>,
    buses: Buses,
    /// Counts calls over all lives.
    count: Arc<AtomicU32>,
}

/// What a fault does to a whole call.
enum Trouble {
    Refused(u16, &'static str),
    Lost,
    AnswerLost,
    Slow(Duration),
}

impl PutEvents for PipesBus {
    fn put_events(&self, request: Value) -> BoxFuture<'_, Result<Value, CallError>> {
        Box::pin(async move {
            let ground = &self.ground;
            ground.alive().await;
            let entries = request["Entries"].as_array().cloned().unwrap_or_default();
            let request_id = format!("call-{}", next(&self.count));
            ground.observe(Observation::Invoked {
                function: Function::Pipe,
                environment: 1,
                request_id: request_id.clone(),
                events: entries.iter().map(event_id).collect(),
                messages: Vec::new(),
            });
            let answer = self.call(entries).await;
            ground.alive().await;
            let answer = answer.map(|answer| ground.variant.answer_to_pipe(answer));
            ground.observe(Observation::Answered {
                function: Function::Pipe,
                environment: 1,
                request_id,
                ending: match &answer {
                    Ok(answer) => Ending::Answered(answer.to_string()),
                    Err(CallError::Refused { status, code, .. }) => {
                        Ending::Failed(format!("{status} {code}"))
                    }
                    Err(CallError::NoAnswer(reason)) => Ending::NotRun(reason.clone()),
                },
            });
            answer
        })
    }
}

impl PipesBus {
    pub(crate) fn new(ground: Arc<Ground>, buses: Buses, count: Arc<AtomicU32>) -> Self {
        Self {
            ground,
            buses,
            count,
        }
    }

    async fn call(&self, entries: Vec<Value>) -> Result<Value, CallError> {
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
                self.refused(&entries, code);
                Err(CallError::Refused {
                    status,
                    code: code.to_owned(),
                    message: "the simulation wants it so".to_owned(),
                })
            }
            Some(Trouble::Lost) => {
                self.refused(&entries, "the call was lost");
                std::future::pending().await
            }
            Some(Trouble::AnswerLost) => {
                let _ = self.put(&entries).await;
                self.refused(&entries, "the answer was lost");
                Err(CallError::NoAnswer("connection reset".to_owned()))
            }
            Some(Trouble::Slow(pause)) => {
                let answer = self.put(&entries).await;
                tokio::time::sleep(pause).await;
                answer
            }
            None => {
                let answer = self.put(&entries).await;
                ground.takes(1, 15).await;
                answer
            }
        }
    }

    /// Hands the bus the entries that no fault refuses.
    async fn put(&self, entries: &[Value]) -> Result<Value, CallError> {
        let refused = |_: &Value| {
            self.ground.strike(|kind| match kind {
                FaultKind::EntryRefused(code) => Some(*code),
                _ => None,
            })
        };
        let codes: Vec<Option<&'static str>> = entries.iter().map(refused).collect();
        let both = || entries.iter().zip(&codes);
        let taken: Vec<&Value> = both()
            .filter(|(_, code)| code.is_none())
            .map(|(entry, _)| entry)
            .collect();
        for (entry, code) in both() {
            if let Some(code) = code {
                self.refused(std::slice::from_ref(entry), code);
            }
        }
        let mut answers = self.put_events(&taken).await?.into_iter();
        let answers: Vec<Value> = codes
            .iter()
            .map(|code| match code {
                Some(code) => json!({
                    "ErrorCode": code,
                    "ErrorMessage": "the simulation wants it so",
                }),
                None => answers.next().unwrap_or_default(),
            })
            .collect();
        let failed = answers.iter().filter(|it| it.get("ErrorCode").is_some());
        Ok(json!({ "FailedEntryCount": failed.count(), "Entries": answers }))
    }

    /// One call of the emulator's own PutEvents.
    async fn put_events(&self, entries: &[&Value]) -> Result<Vec<Value>, CallError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let mut answer = PutEvents::put_events(&self.buses, json!({ "Entries": entries })).await?;
        let Value::Array(answers) = answer["Entries"].take() else {
            return Ok(Vec::new());
        };
        for (entry, answer) in entries.iter().zip(&answers) {
            if let Some(code) = answer["ErrorCode"].as_str() {
                self.refused(std::slice::from_ref(*entry), code);
                continue;
            }
            let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
            self.ground.observe(Observation::Accepted {
                source: text("Source"),
                detail_type: text("DetailType"),
                detail: text("Detail").into(),
                event_id: event_id(entry),
            });
        }
        Ok(answers)
    }

    fn refused(&self, entries: &[Value], code: &str) {
        self.ground.observe(Observation::Refused {
            event_ids: entries.iter().map(event_id).collect(),
            code: code.to_owned(),
        });
    }
}

/// The producer's id of an entry's event.
fn event_id(entry: &Value) -> Arc<str> {
    let detail = entry["Detail"].as_str().unwrap_or_default();
    let detail: Value = serde_json::from_str(detail).unwrap_or_default();
    let id = detail["metadata"]["eventId"].as_str();
    id.unwrap_or_default().into()
}
