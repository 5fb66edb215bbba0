//! The checkout flow, in the order in which an event passes it:
//!
//! ```text
//! place-order ──TransactWriteItems──▶ shop + outbox ══stream of outbox══▶ outbox-relay ──▶ events ──▶ see orders.rs
//! ```

use pulumi_gestalt_rust::Output;

use crate::bus::Bus;
use crate::flow::Flow;
use crate::function::function;
use crate::mapping::relay_rows;
use crate::orders::Orders;
use crate::relay::outbox_relay;
use crate::right;
use crate::table::{table, table_with_stream_that_forgets};
use crate::watch::{watch_matches, watch_relay};

/// Declares the flow on the shared bus, behind which its events go the way of orders. `account` is the number of the
/// AWS account.
pub(crate) fn checkout(flow: &Flow, bus: &Bus, account: &Output<String>, orders: &Orders) {
    let sizes = flow.settings;
    let shop = table(flow, "shop", "id");
    // What the relay has published expires 16 days later; what it has not stays.
    let outbox = table_with_stream_that_forgets(flow, "outbox", "id", "expiresAt");
    let place_order = function(
        flow,
        "place-order",
        sizes.place_order,
        vec![
            ("TABLE_NAME", shop.name.clone()),
            ("OUTBOX_TABLE_NAME", outbox.name.clone()),
        ],
        vec![right::transact(&shop), right::transact(&outbox)],
    );
    let relay = outbox_relay(flow, sizes.outbox_relay, &outbox, bus, account);
    let behind: Vec<_> = orders.behind.iter().collect();
    let mapping = relay_rows(flow, &outbox, &relay, &behind);

    watch_relay(flow, &relay, &mapping);
    let placed = &orders.placed;
    watch_matches(flow, placed.name, &bus.bus, &placed.rule, &relay);

    let export = |name, value: &Output<String>| flow.ctx.add_export(name, value);
    export("placeOrderFunction", &place_order.lambda.name);
    export("shopTable", &shop.name);
    export("outboxTable", &outbox.name);
    export("outboxRelayFunction", &relay.function.lambda.name);
    export("outboxQuarantineQueueUrl", &relay.quarantine.url);
    export("outboxStreamFailuresBucket", &relay.stream_failures.bucket);
}
