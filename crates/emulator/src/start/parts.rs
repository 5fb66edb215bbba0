use std::sync::Arc;

use stack::Stack;

use super::{Error, Options};
use crate::dynamodb::{self, DynamoDb, DynamoDbStreams, Housekeeping, Intervals, Location, Tables};
use crate::front::Services;
use crate::lambda::Enqueue;
use crate::state::State;
use crate::{Clock, Journal, Store};

/// The declared resources beside the functions, brought up. Dropping it ends their background work.
#[derive(Debug)]
pub(super) struct Parts {
    _housekeeping: Housekeeping,
}

/// What the parts are made of.
pub(super) struct Ground<'a> {
    pub(super) stack: &'a Stack,
    pub(super) options: &'a Options,
    pub(super) state: &'a State,
    pub(super) clock: Clock,
    pub(super) journal: &'a Journal,
}

/// What the ports offer.
pub(super) struct Offer {
    pub(super) services: Services,
    pub(super) enqueue: Enqueue,
}

impl Parts {
    /// Brings everything up; background work runs from now on.
    pub(super) fn start(ground: &Ground<'_>) -> Result<(Self, Offer), Error> {
        let _store = match ground.state.database("state.db") {
            Some(file) => Store::open(&file)?,
            None => Store::in_memory()?,
        };
        let tables = tables(ground)?;
        let mut services = Services::new();
        services.insert("DynamoDB_20120810", Arc::new(DynamoDb::new(tables.clone())));
        services.insert(
            "DynamoDBStreams_20120810",
            Arc::new(DynamoDbStreams::new(tables.clone())),
        );
        let offer = Offer {
            services,
            enqueue: Arc::new(|_, _| Err("asynchronous invocations are not taken yet".to_owned())),
        };
        let parts = Self {
            _housekeeping: Housekeeping::start(tables, Intervals::default()),
        };
        Ok((parts, offer))
    }
}

fn tables(ground: &Ground<'_>) -> Result<Tables, Error> {
    let location = match ground.state.database("tables.db") {
        Some(file) => Location::File(file),
        None => Location::Memory,
    };
    let tables = Tables::open(
        &location,
        &ground.options.region,
        &ground.options.account,
        dynamodb::declared(ground.stack)?,
        ground.clock,
        ground.journal.clone(),
    )?;
    Ok(tables)
}
