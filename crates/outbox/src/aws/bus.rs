use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::config::Builder;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use aws_types::SdkConfig;
use futures::future::join;
use tokio::sync::OnceCell;

use super::call;
use crate::publish::{Answer, CallError, Refusal};
use crate::{Entry, Publish};

/// An Amazon EventBridge bus.
///
/// PutEvents answers 200 for a bus that does not exist, and drops the events
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html>). So the first publication of every
/// environment asks `DescribeEventBus` beside it, and fails until the bus is known to be there. That needs the right
/// `events:DescribeEventBus`.
#[derive(Debug)]
pub struct EventBus {
    client: Client,
    name: String,
    exists: OnceCell<()>,
}

impl EventBus {
    /// The bus with this name or ARN.
    #[must_use]
    pub fn new(settings: &SdkConfig, name: impl Into<String>) -> Self {
        let settings = Builder::from(settings)
            .retry_config(call::one_attempt())
            .timeout_config(call::time_outs())
            .build();
        Self {
            client: Client::from_conf(settings),
            name: name.into(),
            exists: OnceCell::new(),
        }
    }

    async fn put(&self, entries: &[&Entry]) -> Result<Vec<Answer>, CallError> {
        let entries = entries.iter().map(|entry| self.entry(entry)).collect();
        let answer = self
            .client
            .put_events()
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(call::error)?;
        Ok(answer
            .entries
            .unwrap_or_default()
            .into_iter()
            .map(result)
            .collect())
    }

    fn entry(&self, entry: &Entry) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(entry.source.as_ref())
            .detail_type(entry.detail_type.as_ref())
            .detail(&entry.detail)
            .time(DateTime::from_millis(entry.time.as_millisecond()))
            .build()
    }

    async fn describe(&self) -> Result<(), CallError> {
        self.client
            .describe_event_bus()
            .name(&self.name)
            .send()
            .await
            .map_err(|error| {
                let error = call::error(error);
                tracing::error!(
                    bus = self.name,
                    error = error.to_string(),
                    "the bus is not known to exist"
                );
                error
            })?;
        Ok(())
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

fn result(entry: PutEventsResultEntry) -> Answer {
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
