//! The users flow, in the order in which an event passes it:
//!
//! ```text
//! writer ──put──▶ users ══stream══▶ users-relay ──▶ events ──rule UserCreated──▶ user-created-consumer
//! ```

use events::UserCreated;
use pulumi_gestalt_rust::Output;

use crate::aws::dynamodb::table::TableResult;
use crate::aws::sqs::queue::QueueResult;
use crate::bucket::failure_bucket;
use crate::bus::Bus;
use crate::flow::Flow;
use crate::function::{Function, function};
use crate::mapping::relay_changes;
use crate::queue::failure_queue;
use crate::right;
use crate::subscription::subscribe;
use crate::table::table_with_stream;
use crate::watch::{watch_consumer, watch_queue, watch_relay, watch_rule};

/// Declares the flow on the shared bus. `account` is the number of the AWS account.
pub(crate) fn users(flow: &Flow, bus: &Bus, account: &Output<String>) {
    let users = table_with_stream(flow, "users", "id");
    let writer = writer(flow, &users);

    let quarantine = failure_queue(flow, "users-relay-quarantine");
    let stream_failures = failure_bucket(flow, "users-stream-failures", account);
    let relay = function(
        flow,
        "users-relay",
        flow.settings.users_relay,
        vec![
            ("EVENT_BUS_NAME", bus.bus.name.clone()),
            ("QUARANTINE_QUEUE_URL", quarantine.url.clone()),
        ],
        vec![
            right::read_stream(&users),
            right::publish(&bus.bus),
            right::send(&quarantine),
            right::store_failures(&stream_failures, account),
        ],
    );

    let consumer_failures = failure_queue(flow, "user-created-consumer-failures");
    let consumer = consumer(flow, &consumer_failures);
    let user_created = subscribe::<UserCreated>(
        flow,
        "user-created",
        &bus.bus,
        &consumer,
        &consumer_failures,
    );

    let failure_places = [
        &quarantine.urn,
        &stream_failures.urn,
        &consumer_failures.urn,
    ];
    let downstream = [
        &user_created.urns()[..],
        &failure_places,
        &[&bus.archive.urn],
    ]
    .concat();
    let mapping = relay_changes(
        flow,
        &users,
        &relay,
        &stream_failures,
        "users-relay-mapping",
        &downstream,
    );

    watch_relay(flow, "users-relay", &relay, &mapping);
    watch_rule(flow, "user-created", &bus.bus, &user_created.rule, &relay);
    watch_consumer(flow, "user-created-consumer", &consumer);
    watch_queue(flow, "users-relay-quarantine", &quarantine);
    watch_queue(
        flow,
        "user-created-dead-letters",
        &user_created.dead_letters,
    );
    watch_queue(flow, "user-created-consumer-failures", &consumer_failures);

    let export = |name, value: &Output<String>| flow.ctx.add_export(name, value);
    export("writerFunction", &writer.function.name);
    export("usersRelayFunction", &relay.function.name);
    export("userCreatedConsumerFunction", &consumer.function.name);
    export("usersTable", &users.name);
    export("eventBus", &bus.bus.name);
    export("quarantineQueueUrl", &quarantine.url);
    export("deadLetterQueueUrl", &user_created.dead_letters.url);
    export("consumerFailureQueueUrl", &consumer_failures.url);
    export("streamFailuresBucket", &stream_failures.bucket);
}

fn writer(flow: &Flow, users: &TableResult) -> Function {
    let environment = vec![("TABLE_NAME", users.name.clone())];
    function(
        flow,
        "writer",
        flow.settings.writer,
        environment,
        vec![right::put_items(users)],
    )
}

/// It needs no right but to report its own failures: EventBridge brings the events.
fn consumer(flow: &Flow, failures: &QueueResult) -> Function {
    let size = flow.settings.user_created_consumer;
    function(
        flow,
        "user-created-consumer",
        size,
        Vec::new(),
        vec![right::send(failures)],
    )
}
