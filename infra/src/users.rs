//! The users flow, in the order in which an event passes it:
//!
//! ```text
//! writer ──put──▶ users ══stream══▶ users-relay ──▶ events ──rule UserCreated──▶ user-created-consumer
//! ```

use events::UserCreated;
use pulumi_gestalt_rust::Output;

use crate::bus::Bus;
use crate::consumer::consumer;
use crate::flow::Flow;
use crate::function::function;
use crate::idempotency::Idempotency;
use crate::mapping::relay_changes;
use crate::relay::relay;
use crate::right;
use crate::subscription::subscribe;
use crate::table::table_with_stream;
use crate::watch::{watch_consumer, watch_dead_letters, watch_matches, watch_relay};

/// Declares the flow on the shared bus. `account` is the number of the AWS account.
pub(crate) fn users(flow: &Flow, bus: &Bus, once: &Idempotency, account: &Output<String>) {
    let sizes = flow.settings;
    let users = table_with_stream(flow, "users", "id");
    let writer = function(
        flow,
        "writer",
        sizes.writer,
        vec![("TABLE_NAME", users.name.clone())],
        vec![right::put_items(&users)],
    );
    let relay = relay(flow, "users", sizes.users_relay, &users, bus, account);
    let consumer = consumer(
        flow,
        "user-created-consumer",
        sizes.user_created_consumer,
        once,
    );
    let created = subscribe::<UserCreated>(flow, "user-created", &bus.bus, &consumer);

    let behind = [&bus.urns()[..], &created.urns(), &consumer.urns()].concat();
    let mapping = relay_changes(flow, &users, &relay, &behind);

    watch_relay(flow, &relay, &mapping);
    watch_dead_letters(flow, &created.name, &bus.bus, &created.rule);
    watch_matches(flow, &created.name, &bus.bus, &created.rule, &relay);
    watch_consumer(flow, &consumer);

    let export = |name, value: &Output<String>| flow.ctx.add_export(name, value);
    export("writerFunction", &writer.lambda.name);
    export("usersRelayFunction", &relay.function.lambda.name);
    export(
        "userCreatedConsumerFunction",
        &consumer.function.lambda.name,
    );
    export("usersTable", &users.name);
    export("eventBus", &bus.bus.name);
    export("quarantineQueueUrl", &relay.quarantine.url);
    export("deadLetterQueueUrl", &created.dead_letters.url);
    export("consumerFailureQueueUrl", &consumer.failures.url);
    export("streamFailuresBucket", &relay.stream_failures.bucket);
}
