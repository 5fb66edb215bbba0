//! The Pulumi program: every resource of the outbox.
//!
//! Read `users.rs` first: it is the picture of the flow, top-down. Each other file declares one recurring thing.

mod alarm;
mod aws;
mod bucket;
mod bus;
mod error;
mod flow;
mod function;
mod mapping;
mod names;
mod policy;
mod queue;
mod right;
mod role;
mod settings;
mod subscription;
mod table;
mod users;
mod watch;

use pulumi_gestalt_rust::run;

use crate::aws::functions::get_caller_identity;
use crate::error::Error;
use crate::flow::Flow;
use crate::names::Names;
use crate::settings::Settings;

fn main() -> anyhow::Result<()> {
    run(|ctx| {
        let names = Names::new(ctx.get_project(), ctx.get_stack())?;
        let settings = Settings::read(ctx.get_project(), |key| ctx.require_config(None, key).ok())?;
        let account = get_caller_identity::invoke(ctx).account_id;

        let events = Flow::begin(ctx, &names, &settings, "Events", "events");
        let bus = bus::bus_with_archive(&events, "events");
        let users = Flow::begin(ctx, &names, &settings, "Users", "users");
        users::users(&users, &bus, &account);
        Ok(())
    })
}
