//! The orders flow, in the order in which an event passes it:
//!
//! ```text
//! POST /orders ──▶ orders ══stream══▶ orders-pipe ──▶ events ──rule order-created──▶ queue ──▶ notify-restaurant
//!                                                            ──rule order-changed──▶ queue ──▶ order-tracking
//! ```
//!
//! A function may stand in the pipe's place, see `orders_relay.rs`. Orders that are placed with their stock
//! (`checkout.rs`) come to the same queues by rules of their own.

use contract::{EventPattern, InputTemplate, draft4};
use events::{ChangeOrder, CreateOrder, OrderDetailsChanged, OrderPlaced, OrderStatus};
use pulumi_gestalt_rust::Output;

use crate::bus::Bus;
use crate::error::Error;
use crate::flow::Flow;
use crate::idempotency::Idempotency;
use crate::orders_api::{Bodies, orders_api};
use crate::orders_relay::publish_orders;
use crate::queue_consumer::queue_consumer;
use crate::queue_subscription::{QueueSubscription, subscribe_queue};
use crate::rest_logs::api_gateway_log_role;
use crate::right;
use crate::table::{table, table_with_stream};
use crate::watch::watch_dead_letters;
use crate::watch_orders::watch_api;

/// What the contracts say, in AWS's words.
pub(crate) struct Contracts {
    bodies: Bodies,
    template: InputTemplate,
    created: EventPattern,
    changed: EventPattern,
}

impl Contracts {
    /// Refuses, before anything is declared, what AWS has no words for.
    pub(crate) fn read() -> Result<Self, Error> {
        let changed = EventPattern::of::<OrderDetailsChanged>();
        let created = changed.clone().with("status", [OrderStatus::FIRST]);
        let template = InputTemplate::of::<OrderDetailsChanged>("id", "occurredAt");
        Ok(Self {
            bodies: Bodies {
                create: draft4::schema_of::<CreateOrder>().map_err(refused("CreateOrder"))?,
                change: draft4::schema_of::<ChangeOrder>().map_err(refused("ChangeOrder"))?,
            },
            template: template.map_err(refused("OrderDetailsChanged"))?,
            created: created.map_err(refused("OrderDetailsChanged"))?,
            changed,
        })
    }
}

fn refused<E: std::error::Error>(contract: &'static str) -> impl Fn(E) -> Error {
    move |reason| Error::Contract {
        contract,
        reason: reason.to_string(),
    }
}

/// What other flows have to know of this one.
pub(crate) struct Orders {
    /// The URNs of all that an event of an order passes from the bus on.
    pub(crate) behind: Vec<Output<String>>,
    /// Takes every order that is placed with its stock.
    pub(crate) placed: QueueSubscription,
}

/// Declares the flow on the shared bus. `account` is the number of the AWS account.
pub(crate) fn orders(
    flow: &Flow,
    contracts: &Contracts,
    bus: &Bus,
    once: &Idempotency,
    account: &Output<String>,
) -> Orders {
    let sizes = flow.settings;
    let log_role = sizes
        .orders_api
        .log_role
        .then(|| api_gateway_log_role(flow));
    let orders = table_with_stream(flow, "orders", "id");
    let api = orders_api(flow, &orders, &contracts.bodies, log_role.as_ref());

    let notify = queue_consumer(
        flow,
        "notify-restaurant",
        sizes.notify_restaurant,
        vec![once.variable()],
        vec![once.rights()],
    );
    let tracking = table(flow, "tracking", "id");
    let track = queue_consumer(
        flow,
        "order-tracking",
        sizes.order_tracking,
        vec![("TABLE_NAME", tracking.name.clone()), once.variable()],
        vec![right::update_items(&tracking), once.rights()],
    );
    let placed = EventPattern::of::<OrderPlaced>();
    let [created, placed_created] = subscribe_queue(
        flow,
        [
            ("order-created", "Every new order", &contracts.created),
            ("order-placed", "Every order placed with its stock", &placed),
        ],
        &bus.bus,
        &notify,
    );
    let [changed, placed_changed] = subscribe_queue(
        flow,
        [
            (
                "order-changed",
                "Every change of an order",
                &contracts.changed,
            ),
            (
                "order-placed-tracking",
                "Every order placed with its stock",
                &placed,
            ),
        ],
        &bus.bus,
        &track,
    );
    let subscriptions = [&created, &placed_created, &changed, &placed_changed];

    let mut behind = [&notify.urns()[..], &track.urns()].concat();
    behind.extend(
        subscriptions
            .iter()
            .flat_map(|subscription| subscription.urns()),
    );
    let template = &contracts.template;
    publish_orders(flow, &orders, template, bus, account, &behind, &changed);

    watch_api(flow, "orders-api", &api);
    for subscription in subscriptions {
        watch_dead_letters(flow, subscription.name, &bus.bus, &subscription.rule);
    }

    let export = |name, value: &Output<String>| flow.ctx.add_export(name, value);
    export("ordersApiUrl", &api.stage.invoke_url);
    export("ordersTable", &orders.name);
    export("trackingTable", &tracking.name);
    for (consumer, function, queue, dead_letters) in [
        (
            &notify,
            "notifyRestaurantFunction",
            "notifyRestaurantQueueUrl",
            "notifyRestaurantDeadLetterQueueUrl",
        ),
        (
            &track,
            "orderTrackingFunction",
            "orderTrackingQueueUrl",
            "orderTrackingDeadLetterQueueUrl",
        ),
    ] {
        export(function, &consumer.function.lambda.name);
        export(queue, &consumer.work.queue.url);
        export(dead_letters, &consumer.work.dead_letters.url);
    }
    export("orderCreatedDeadLetterQueueUrl", &created.dead_letters.url);
    export("orderChangedDeadLetterQueueUrl", &changed.dead_letters.url);
    export(
        "orderPlacedDeadLetterQueueUrl",
        &placed_created.dead_letters.url,
    );
    export(
        "orderPlacedTrackingDeadLetterQueueUrl",
        &placed_changed.dead_letters.url,
    );
    behind.extend(bus.urns());
    Orders {
        behind: behind.into_iter().cloned().collect(),
        placed: placed_created,
    }
}
