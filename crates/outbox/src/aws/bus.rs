use aws_types::SdkConfig;
use futures::future::join;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use tokio::sync::OnceCell;

use super::api::Api;
use super::endpoint::Service;
use crate::publish::{Answer, CallError, Refusal};
use crate::{Entry, Publish};

const EVENT_BRIDGE: Service = Service {
    name: "events",
    host: "events",
    id: "EventBridge",
    target: "AWSEvents",
    content_type: "application/x-amz-json-1.1",
};

/// An Amazon EventBridge bus.
///
/// PutEvents answers 200 for a bus that does not exist, and drops the events
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html>). So the first publication of every
/// environment asks `DescribeEventBus` beside it, and fails until the bus is known to be there. That needs the right
/// `events:DescribeEventBus`.
#[derive(Debug)]
pub struct EventBus {
    api: Api,
    name: String,
    exists: OnceCell<()>,
}

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents<'a> {
    entries: Vec<RequestEntry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RequestEntry<'a> {
    event_bus_name: &'a str,
    source: &'a str,
    detail_type: &'a str,
    detail: &'a str,
    time: Number,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEventsAnswer {
    #[serde(default)]
    entries: Vec<ResultEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResultEntry {
    event_id: Option<IgnoredAny>,
    error_code: Option<String>,
    error_message: Option<String>,
}

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeEventBus<'a> {
    name: &'a str,
}

impl EventBus {
    /// The bus with this name or ARN.
    #[must_use]
    pub fn new(settings: &SdkConfig, name: impl Into<String>) -> Self {
        Self {
            api: Api::new(settings, &EVENT_BRIDGE),
            name: name.into(),
            exists: OnceCell::new(),
        }
    }

    async fn put(&self, entries: &[&Entry]) -> Result<Vec<Answer>, CallError> {
        let entries = entries.iter().map(|entry| self.entry(entry)).collect();
        let answer: PutEventsAnswer = self.api.call("PutEvents", &PutEvents { entries }).await?;
        Ok(answer.entries.into_iter().map(result).collect())
    }

    fn entry<'a>(&'a self, entry: &'a Entry) -> RequestEntry<'a> {
        RequestEntry {
            event_bus_name: &self.name,
            source: &entry.source,
            detail_type: &entry.detail_type,
            detail: &entry.detail,
            time: seconds(entry.time.as_millisecond()),
        }
    }

    async fn describe(&self) -> Result<(), CallError> {
        let request = DescribeEventBus { name: &self.name };
        match self
            .api
            .call::<IgnoredAny>("DescribeEventBus", &request)
            .await
        {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::error!(
                    bus = self.name,
                    error = error.to_string(),
                    "the bus is not known to exist"
                );
                Err(error)
            }
        }
    }
}

/// A time as AWS's JSON protocols write it: seconds since 1970, with a fraction if there is one.
fn seconds(milliseconds: i64) -> Number {
    #[expect(clippy::cast_precision_loss, reason = "exact for some 285,000 years")]
    let with_fraction = || Number::from_f64(milliseconds as f64 / 1000.0);
    let whole = Number::from(milliseconds / 1000);
    if milliseconds % 1000 == 0 {
        whole
    } else {
        with_fraction().unwrap_or(whole)
    }
}

impl Publish for EventBus {
    async fn publish(&self, entries: &[&Entry]) -> Result<Vec<Answer>, CallError> {
        if self.exists.initialized() {
            return self.put(entries).await;
        }
        let (answers, exists) = join(
            self.put(entries),
            self.exists.get_or_try_init(|| self.describe()),
        )
        .await;
        exists?;
        answers
    }
}

fn result(entry: ResultEntry) -> Answer {
    match (entry.event_id, entry.error_code) {
        (_, Some(code)) => Err(Refusal {
            code,
            message: entry.error_message.unwrap_or_default(),
        }),
        (Some(_), None) => Ok(()),
        (None, None) => Err(Refusal {
            code: String::new(),
            message: "the answer has neither an id nor a code".to_owned(),
        }),
    }
}
