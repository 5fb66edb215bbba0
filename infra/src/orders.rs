//! The orders flow, in the order in which an event passes it:
//!
//! ```text
//! POST /orders ──▶ orders ══stream══▶
//! ```

use contract::draft4;
use events::{ChangeOrder, CreateOrder};
use pulumi_gestalt_rust::Output;

use crate::error::Error;
use crate::flow::Flow;
use crate::orders_api::{Bodies, orders_api};
use crate::rest_logs::api_gateway_log_role;
use crate::table::table_with_stream;
use crate::watch_orders::watch_api;

/// What the contracts say, in AWS's words.
pub(crate) struct Contracts {
    bodies: Bodies,
}

impl Contracts {
    /// Refuses, before anything is declared, what AWS has no words for.
    pub(crate) fn read() -> Result<Self, Error> {
        let refused = |contract| {
            move |reason: draft4::Inexpressible| Error::Contract {
                contract,
                reason: reason.to_string(),
            }
        };
        Ok(Self {
            bodies: Bodies {
                create: draft4::schema_of::<CreateOrder>().map_err(refused("CreateOrder"))?,
                change: draft4::schema_of::<ChangeOrder>().map_err(refused("ChangeOrder"))?,
            },
        })
    }
}

/// Declares the flow.
pub(crate) fn orders(flow: &Flow, contracts: &Contracts) {
    let log_role = flow
        .settings
        .orders_api
        .log_role
        .then(|| api_gateway_log_role(flow));
    let orders = table_with_stream(flow, "orders", "id");
    let api = orders_api(flow, &orders, &contracts.bodies, log_role.as_ref());
    watch_api(flow, "orders-api", &api);

    let export = |name, value: &Output<String>| flow.ctx.add_export(name, value);
    export("ordersApiUrl", &api.stage.invoke_url);
    export("ordersTable", &orders.name);
}
