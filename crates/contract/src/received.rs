use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Contract, Event, Metadata, Misfit, fit};

/// An event as EventBridge delivers it to a target, checked against its contract
/// (<https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html>).
#[derive(Debug, Clone, PartialEq)]
pub struct Received<E> {
    /// The id that the bus gave to this publication. A repeat has another one: recognise an event by
    /// `metadata.event_id`.
    pub id: String,
    /// When the event happened, as the bus knows it: RFC 3339, whole seconds.
    pub time: String,
    /// The account that published it.
    pub account: String,
    /// The Region of the bus.
    pub region: String,
    /// The name of the replay, when the event comes from an archive.
    pub replay_name: Option<String>,
    /// The data.
    pub detail: E,
    /// What the producer added to the data.
    pub metadata: Metadata,
    payload: Value,
}

impl<E: Event> Received<E> {
    /// Reads an event and checks it against `E`: `source`, `detail-type`, `metadata` and every field of the data.
    /// Fields that `E` does not know are ignored.
    ///
    /// # Errors
    /// [`Misfit`] names the first field that does not fit, by its path in the event. It never holds the field's
    /// value, so it may be logged.
    pub fn read(mut event: Value) -> Result<Self, Misfit> {
        let Some(envelope) = event.as_object_mut() else {
            return Err(Misfit::kind("$", "an event (a JSON object)", &event));
        };
        expect(envelope, "source", E::SOURCE)?;
        expect(envelope, "detail-type", E::DETAIL_TYPE)?;
        let mut detail = match envelope.remove("detail") {
            Some(Value::Object(detail)) => detail,
            Some(other) => return Err(Misfit::kind("detail", "an object", &other)),
            None => return Err(Misfit::missing("detail")),
        };
        let Some(metadata) = detail.remove("metadata") else {
            return Err(Misfit::missing("detail.metadata"));
        };
        let detail = Value::Object(detail);
        Ok(Self {
            id: text(envelope, "id")?,
            time: text(envelope, "time")?,
            account: text(envelope, "account")?,
            region: text(envelope, "region")?,
            replay_name: envelope
                .contains_key("replay-name")
                .then(|| text(envelope, "replay-name"))
                .transpose()?,
            metadata: part::<Metadata, E>(&metadata, "metadata")?,
            detail: part::<E, E>(&detail, "")?,
            payload: detail,
        })
    }

    /// The same event with other data, for one handler of several kinds of events.
    #[must_use]
    pub fn map<F>(self, data: impl FnOnce(E) -> F) -> Received<F> {
        Received {
            id: self.id,
            time: self.time,
            account: self.account,
            region: self.region,
            replay_name: self.replay_name,
            detail: data(self.detail),
            metadata: self.metadata,
            payload: self.payload,
        }
    }

    /// The data as it came: `detail` without `metadata`, with the fields that `E` does not know.
    pub fn payload(&self) -> &Value {
        &self.payload
    }

    /// An event as the bus would deliver the sample of `E`, for tests of consumers.
    ///
    /// ```
    /// # use contract::{Event, Received};
    /// # fn check<E: Event>() -> Result<(), contract::Misfit> {
    /// let received = Received::<E>::read(Received::<E>::sample())?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn sample() -> Value {
        serde_json::json!({
            "version": "0",
            "id": "17793124-05d4-b198-2fde-7ededc63b103",
            "detail-type": E::DETAIL_TYPE,
            "source": E::SOURCE,
            "account": "000000000000",
            "time": "2026-11-21T05:17:00Z",
            "region": "us-east-1",
            "resources": [],
            "detail": Contract::of::<E>().sample,
        })
    }
}

fn expect(envelope: &Map<String, Value>, field: &str, expected: &str) -> Result<(), Misfit> {
    let found = text(envelope, field)?;
    if found == expected {
        Ok(())
    } else {
        Err(Misfit::other(field, expected, &found))
    }
}

fn text(envelope: &Map<String, Value>, field: &str) -> Result<String, Misfit> {
    match envelope.get(field) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Err(Misfit::kind(field, "a string", other)),
        None => Err(Misfit::missing(field)),
    }
}

/// Reads one part of the detail. The schema is asked only after serde has refused it: serde does not say where.
fn part<T: DeserializeOwned, E: Event>(value: &Value, property: &str) -> Result<T, Misfit> {
    match T::deserialize(value) {
        Ok(part) => Ok(part),
        Err(error) => {
            let mut schema = Contract::of::<E>().schema;
            let (place, schema_of_part) = if property.is_empty() {
                // The metadata was taken out of the detail before.
                if let Some(required) = schema["required"].as_array_mut() {
                    required.retain(|name| name != "metadata");
                }
                ("detail".to_owned(), schema.clone())
            } else {
                (
                    format!("detail.{property}"),
                    schema["properties"][property].clone(),
                )
            };
            Err(fit::first_misfit(&schema, &schema_of_part, value, &place)
                .unwrap_or_else(|| Misfit::refused(&place, &error)))
        }
    }
}
