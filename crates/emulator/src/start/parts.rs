use std::sync::Arc;

use delivery::bus::Place;
use stack::Stack;

use super::{Error, Options};
use crate::asynchronous::{self, Asynchronous};
use crate::destination::Destination;
use crate::dynamodb::{self, DynamoDb, DynamoDbStreams, Housekeeping, Intervals, Location, Tables};
use crate::events::{self, Buses, StackTargets, Surroundings};
use crate::front::{AccessKeys, Services};
use crate::lambda::{Enqueue, Lambda};
use crate::mapping::{self, Mappings};
use crate::pipe::{self, Pipes, PutEvents};
use crate::queue_mapping::{self, QueueMappings};
use crate::rest::{self, Backends, RestApis};
use crate::sqs::{self, Queues};
use crate::state::State;
use crate::{Background, Chance, Clock, Invoke, Journal, Logs, Outage, Store};

/// The background work of the declared resources. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) bus_outage: Outage,
    pub(super) dynamodb_outage: Outage,
    _housekeeping: Housekeeping,
    _buses: Background,
    _queues: Background,
    _asynchronous: Background,
    pub(super) pipes: Pipes,
    _mappings: Mappings,
    _queue_mappings: QueueMappings,
}

/// What the parts are made of.
pub(super) struct Ground<'a> {
    pub(super) stack: &'a Stack,
    pub(super) options: &'a Options,
    pub(super) state: &'a State,
    pub(super) clock: Clock,
    pub(super) journal: &'a Journal,
    pub(super) lambda: &'a Lambda,
    pub(super) keys: &'a AccessKeys,
}

/// What the ports offer.
pub(super) struct Offer {
    pub(super) services: Services,
    pub(super) enqueue: Enqueue,
    pub(super) apis: RestApis,
}

impl Parts {
    /// Brings everything up; background work runs from now on.
    pub(super) fn start(ground: &Ground<'_>) -> Result<(Self, Offer), Error> {
        let Ground {
            stack,
            options,
            clock,
            ..
        } = *ground;
        let journal = || ground.journal.clone();
        let chance = Chance::system();
        let store = store(ground)?;
        let tables = tables(ground)?;
        let queues = Queues::new(sqs::declared(stack)?, store.clone(), clock, chance.clone())?;
        let asynchronous = asynchronous(ground, &store, &chance)?;
        let targets = StackTargets {
            asynchronous: asynchronous.clone(),
            queues: queues.clone(),
        };
        let buses = Buses::new(
            events::declared(stack)?,
            Place {
                region: options.region.clone(),
                account: options.account.clone(),
            },
            Surroundings {
                store: store.clone(),
                clock,
                chance: chance.clone(),
                journal: journal(),
                targets: Arc::new(targets),
            },
            options.events,
        )?;
        let destination = Destination::new(
            stack,
            queues.clone(),
            ground.state.buckets(),
            chance.clone(),
        )
        .with_buses(buses.clone());

        let dynamodb = Arc::new(DynamoDb::new(tables.clone()));
        let dynamodb_outage = dynamodb.outage().clone();
        let services = services(&buses, &queues, &dynamodb, &tables);
        let apis = apis(ground, &chance, dynamodb)?;
        let reading = mapping::Surroundings {
            store,
            clock,
            chance: chance.clone(),
            journal: journal(),
            failures: Arc::new(destination.clone()),
            polling: options.polling,
            pauses: mapping::Surroundings::PAUSES,
        };
        let bus: Arc<dyn PutEvents> = Arc::new(buses.clone());
        let pipes = Pipes::start(pipe::declared(stack)?, &tables, &bus, &reading)?;
        let invoke: Arc<dyn Invoke> = Arc::new(ground.lambda.clone());
        let mappings = Mappings::start(mapping::declared(stack)?, &tables, &invoke, &reading)?;
        let queue_mappings = QueueMappings::start(
            queue_mapping::declared(stack)?,
            &queue_mapping::Surroundings {
                queues: queues.clone(),
                clock,
                chance,
                journal: journal(),
                invoke: Arc::clone(&invoke),
                polling: options.polling,
                pauses: queue_mapping::Surroundings::PAUSES,
            },
        )?;
        let parts = Self {
            bus_outage: buses.outage().clone(),
            dynamodb_outage,
            pipes,
            _mappings: mappings,
            _queue_mappings: queue_mappings,
            _housekeeping: Housekeeping::start(tables, Intervals::default()),
            _buses: buses.start(),
            _queues: queues.start(),
            _asynchronous: asynchronous.start(invoke, Arc::new(destination)),
        };
        let enqueue: Enqueue = Arc::new(move |arn, payload| {
            let accepted = asynchronous.enqueue(arn, &payload);
            accepted.map_err(|error| error.to_string())
        });
        Ok((
            parts,
            Offer {
                services,
                enqueue,
                apis,
            },
        ))
    }
}

fn asynchronous(
    ground: &Ground<'_>,
    store: &Store,
    chance: &Chance,
) -> Result<Asynchronous, Error> {
    Ok(Asynchronous::new(
        asynchronous::declared(ground.stack)?,
        store.clone(),
        ground.clock,
        chance.clone(),
        ground.journal.clone(),
        ground.options.asynchronous,
    )?)
}

fn services(buses: &Buses, queues: &Queues, dynamodb: &Arc<DynamoDb>, tables: &Tables) -> Services {
    let streams = Arc::new(DynamoDbStreams::new(tables.clone()));
    let mut services = Services::new();
    services.insert("AWSEvents", Arc::new(buses.clone()));
    services.insert("AmazonSQS", Arc::new(queues.clone()));
    services.insert("DynamoDB_20120810", dynamodb.clone());
    services.insert("DynamoDBStreams_20120810", streams);
    services
}

fn apis(ground: &Ground<'_>, chance: &Chance, dynamodb: Arc<DynamoDb>) -> Result<RestApis, Error> {
    Ok(RestApis {
        stages: rest::declared(ground.stack, &ground.options.region)?,
        backends: Backends { dynamodb },
        keys: ground.keys.clone(),
        clock: ground.clock,
        chance: chance.clone(),
        journal: ground.journal.clone(),
        logs: Logs::new(&ground.state.logs()),
        account: ground.options.account.clone(),
    })
}

fn store(ground: &Ground<'_>) -> Result<Store, Error> {
    let store = match ground.state.database("state.db") {
        Some(file) => Store::open(&file)?,
        None => Store::in_memory()?,
    };
    Ok(store)
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
