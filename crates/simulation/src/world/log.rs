//! The application's log, of which people are told: here it is read for one kind of line.

use std::fmt;
use std::sync::Arc;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

use super::ground::Ground;
use crate::observation::{Observation, Ordered, Turn};

/// The fields of the error that names a gap which is given up.
const FIELDS: [&str; 3] = ["key", "first", "last"];

/// Reads the errors that the consumer of each key's order logs, in this thread.
pub(crate) struct Log(pub(crate) Arc<Ground>);

impl Subscriber for Log {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let fields = metadata.fields();
        *metadata.level() == Level::ERROR && FIELDS.iter().all(|it| fields.field(it).is_some())
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut gap = Gap::default();
        event.record(&mut gap);
        self.0.observe(Observation::Ordered(Ordered {
            key: gap.key.into(),
            step: Turn::GaveUp {
                first: gap.first,
                last: gap.last,
            },
        }));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Gap {
    key: String,
    first: u64,
    last: u64,
}

impl Visit for Gap {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "first" => self.first = value,
            "last" => self.last = value,
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "key" {
            value.clone_into(&mut self.key);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
