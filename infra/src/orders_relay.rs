//! What publishes the changes of the orders table: a pipe or a function, by the stack's configuration.

use contract::InputTemplate;
use events::OrderDetailsChanged;
use pulumi_gestalt_rust::Output;

use crate::aws::dynamodb::table::TableResult;
use crate::bus::Bus;
use crate::flow::Flow;
use crate::mapping::relay_changes;
use crate::pipe::{Changes, publish_changes};
use crate::queue_subscription::QueueSubscription;
use crate::recovery::recovery;
use crate::relay::relay;
use crate::settings::OrdersRelay;
use crate::watch::{watch_matches, watch_relay};
use crate::watch_orders::{watch_matches_of_pipe, watch_pipe};

/// Publishes each change on the bus as the contract says. `behind` are the URNs of all that an event passes behind the
/// bus, `all` is the subscription that takes every one, `account` the number of the AWS account.
pub(crate) fn publish_orders(
    flow: &Flow,
    orders: &TableResult,
    template: &InputTemplate,
    bus: &Bus,
    account: &Output<String>,
    behind: &[&Output<String>],
    all: &QueueSubscription,
) {
    let behind = [&bus.urns()[..], behind].concat();
    match flow.settings.orders_relay {
        OrdersRelay::Pipe => by_pipe(flow, orders, template, bus, account, &behind, all),
        OrdersRelay::Function => by_function(flow, orders, bus, account, &behind, all),
    }
}

/// No code of ours but for what the pipe gives up.
fn by_pipe(
    flow: &Flow,
    orders: &TableResult,
    template: &InputTemplate,
    bus: &Bus,
    account: &Output<String>,
    behind: &[&Output<String>],
    all: &QueueSubscription,
) {
    let name = "orders-pipe";
    let recovery = recovery(flow, "orders", flow.settings.orders_recovery, orders);
    let changes = Changes {
        table: orders,
        present: "status",
        template,
    };
    let behind = [behind, &recovery.urns()].concat();
    let pipe = publish_changes::<OrderDetailsChanged>(
        flow,
        name,
        &changes,
        bus,
        &recovery.positions,
        account,
        &behind,
    );
    watch_pipe(flow, name, &pipe, orders);
    watch_matches_of_pipe(flow, &pipe, bus, all);

    let export = |name, value: &Output<String>| flow.ctx.add_export(name, value);
    export("ordersPipe", &pipe.name);
    export("ordersRecoveryFunction", &recovery.function.lambda.name);
    export("ordersQuarantineQueueUrl", &recovery.quarantine.url);
    export("ordersPipeFailuresQueueUrl", &recovery.positions.queue.url);
}

/// The toolkit's relay, as in the users flow.
fn by_function(
    flow: &Flow,
    orders: &TableResult,
    bus: &Bus,
    account: &Output<String>,
    behind: &[&Output<String>],
    all: &QueueSubscription,
) {
    let size = flow.settings.orders_relay_function;
    let relay = relay(flow, "orders", size, orders, bus, account);
    let mapping = relay_changes(flow, orders, &relay, behind);
    watch_relay(flow, &relay, &mapping);
    watch_matches(flow, all.name, &bus.bus, &all.rule, &relay);

    let export = |name, value: &Output<String>| flow.ctx.add_export(name, value);
    export("ordersRelayFunction", &relay.function.lambda.name);
    export("ordersQuarantineQueueUrl", &relay.quarantine.url);
    export("ordersStreamFailuresBucket", &relay.stream_failures.bucket);
}
