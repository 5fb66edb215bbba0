use std::marker::PhantomData;

use contract::{EventPattern, Metadata, Misfit};
use serde::Deserialize as _;
use serde_json::Value;

use crate::consume::FromEvent;

/// An event that fits what `T` reads, as it came, so that it can be parked and read when its turn comes.
#[derive(Debug, Clone)]
pub struct Parkable<T> {
    pub(super) metadata: Metadata,
    pub(super) as_it_came: String,
    checked: PhantomData<fn() -> T>,
}

impl<T: FromEvent> FromEvent for Parkable<T> {
    fn from_event(event: Value) -> Result<Self, Misfit> {
        let as_it_came = event.to_string();
        let metadata = Metadata::deserialize(&event["detail"]["metadata"]);
        T::from_event(event)?;
        // A type of the application's own may take an event without asking for its metadata.
        let metadata = metadata.map_err(|error| Misfit::refused("detail.metadata", &error))?;
        Ok(Self {
            metadata,
            as_it_came,
            checked: PhantomData,
        })
    }

    fn patterns() -> Vec<EventPattern> {
        T::patterns()
    }
}
