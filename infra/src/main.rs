//! The Pulumi program: every resource of the outbox.
//!
//! Read `users.rs`, `orders.rs` and `checkout.rs` first: they are the pictures of the flows, top-down. Each other file declares one recurring thing.

mod alarm;
mod arn;
mod aws;
mod bucket;
mod bus;
mod checkout;
mod consumer;
mod error;
mod flow;
mod function;
mod idempotency;
mod lease;
mod mapping;
mod names;
mod orders;
mod orders_api;
mod orders_relay;
mod pipe;
mod policy;
mod queue;
mod queue_consumer;
mod queue_subscription;
mod recovery;
mod relay;
mod rest_api;
mod rest_logs;
mod rest_method;
mod rest_stage;
mod right;
mod role;
mod rule;
mod settings;
mod subscription;
mod table;
mod users;
mod watch;
mod watch_orders;

use std::process::ExitCode;

use pulumi_gestalt_rust::run;

use crate::aws::functions::get_caller_identity;
use crate::error::Error;
use crate::flow::Flow;
use crate::names::Names;
use crate::settings::Settings;

fn main() -> ExitCode {
    run(|ctx| -> Result<(), Error> {
        let names = Names::new(ctx.get_project(), ctx.get_stack())?;
        let settings = Settings::read(ctx)?;
        let contracts = orders::Contracts::read()?;
        let begin = |type_token, name| Flow::begin(ctx, &names, &settings, type_token, name);
        let account = get_caller_identity::invoke(ctx).account_id;

        // The bus is shared, and so is what consumers remember: they outlive any one flow.
        let shared = begin("outbox:flow:Events", "events-flow");
        let bus = bus::bus_with_archive(&shared, "events");
        let once = idempotency::idempotency(&shared);
        let flow = begin("outbox:flow:Users", "users-flow");
        users::users(&flow, &bus, &once, &account);
        let flow = begin("outbox:flow:Orders", "orders-flow");
        let orders = orders::orders(&flow, &contracts, &bus, &once, &account);
        let flow = begin("outbox:flow:Checkout", "checkout-flow");
        checkout::checkout(&flow, &bus, &account, &orders);
        Ok(())
    })
}
