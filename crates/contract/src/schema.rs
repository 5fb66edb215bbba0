use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Event, Metadata, Misfit, Received};

/// Everything a consumer may rely on about one kind of event, without its Rust type.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The event's source.
    pub source: &'static str,
    /// The event's detail-type.
    pub detail_type: &'static str,
    /// The version of the schema.
    pub version: u32,
    /// JSON Schema (draft 2020-12) of the detail: the data's own fields and `metadata`.
    pub schema: Value,
    /// A detail that fits the schema.
    pub sample: Value,
    reads: fn(Value) -> Result<(), Misfit>,
}

impl Contract {
    /// The contract of one event type.
    #[must_use]
    pub fn of<E: Event>() -> Self {
        Self {
            source: E::SOURCE,
            detail_type: E::DETAIL_TYPE,
            version: E::VERSION,
            schema: schema::<E>(),
            sample: sample::<E>(),
            reads: |event| Received::<E>::read(event).map(drop),
        }
    }

    /// Whether today's type reads this detail, such as a sample committed for an earlier version.
    ///
    /// # Errors
    /// [`Misfit`] names the field that does not fit.
    pub fn reads(&self, detail: &Value) -> Result<(), Misfit> {
        (self.reads)(json!({
            "id": "17793124-05d4-b198-2fde-7ededc63b103",
            "source": self.source,
            "detail-type": self.detail_type,
            "account": "000000000000",
            "time": "2026-11-21T05:17:00Z",
            "region": "us-east-1",
            "detail": detail,
        }))
    }
}

/// The shape of a detail, for the schema only: a producer appends the metadata to the serialised data.
#[derive(Serialize, JsonSchema)]
struct Detail<E> {
    #[serde(flatten)]
    data: E,
    metadata: Metadata,
}

fn schema<E: Event>() -> Value {
    let mut generator = SchemaGenerator::default();
    let description = E::json_schema(&mut generator).remove("description");
    let mut schema = generator.into_root_schema_for::<Detail<E>>();
    schema.insert("title".to_owned(), E::DETAIL_TYPE.into());
    schema.insert("description".to_owned(), description.unwrap_or_default());
    schema.insert("x-source".to_owned(), E::SOURCE.into());
    schema.insert("x-version".to_owned(), E::VERSION.into());
    schema.to_value()
}

fn sample<E: Event>() -> Value {
    // A type that refuses to serialise has no sample: `Committed` and every test that reads it report the null.
    serde_json::to_value(Detail {
        data: E::sample(),
        metadata: Metadata::sample(E::DETAIL_TYPE, E::VERSION),
    })
    .unwrap_or(Value::Null)
}
