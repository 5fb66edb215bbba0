//! Programs that end early.

use std::error::Error;
use std::fmt::{Display, Formatter};

use pulumi_gestalt_rust::{
    CompositeOutput, ConfigError, Context, InvokeResourceRequest, Output, RegisterResourceRequest,
    ResourceRequestObjectField,
};

use crate::aws::iam::role_policy::{self, RolePolicyArgs};
use crate::aws::sqs::queue::{self, QueueArgs};

fn named(name: &str) -> QueueArgs {
    QueueArgs::builder().name(name).build_struct()
}

/// A name longer than AWS takes, and something that depends on it.
pub(crate) fn refused(context: &Context) {
    let queue = queue::create(context, "long", named(&"q".repeat(81)));
    let args = RolePolicyArgs::builder()
        .policy(queue.arn)
        .role("r")
        .build_struct();
    role_policy::create(context, "policy", args);
}

pub(crate) fn duplicate(context: &Context) {
    queue::create(context, "twice", named("one"));
    queue::create(context, "twice", named("two"));
}

/// Does not care and never ends. Its process id tells whether it is gone.
pub(crate) fn goes_on_after_a_refusal(context: &Context) {
    eprintln!("{}", std::process::id());
    refused(context);
    loop {
        std::thread::park();
    }
}

fn number(name: &Output<String>) -> Output<i32> {
    name.map(|name| {
        let parsed: Result<i32, _> = name.parse();
        #[expect(clippy::panic, reason = "what is tested")]
        parsed.unwrap_or_else(|error| panic!("no number:\n  {error}"))
    })
}

pub(crate) fn panic_on_an_output(context: &Context) {
    let queue = queue::create(context, "failed", named("failed"));
    let number = number(&queue.name);
    let retention = QueueArgs::builder()
        .message_retention_seconds(number.clone())
        .build_struct();
    queue::create(context, "kept", retention);
    context.add_export("number", &number);
}

/// Nothing but an export is made of it, so it happens when all else is done.
pub(crate) fn panic_on_an_export(context: &Context) {
    let queue = queue::create(context, "failed", named("failed"));
    context.add_export("number", &number(&queue.name));
}

fn plain_queue(context: &Context) -> CompositeOutput {
    context.register_resource(RegisterResourceRequest {
        type_: "aws:sqs/queue:Queue".to_owned(),
        name: "failed".to_owned(),
        version: String::new(),
        object: &[ResourceRequestObjectField {
            name: "name".to_owned(),
            value: &Output::new("failed".to_owned()),
        }],
        options: None,
    })
}

/// An output that no provider answers, as if it were required.
pub(crate) fn reads_a_missing_output(context: &Context) {
    let missing: Output<String> = plain_queue(context).get_field("colour");
    context.add_export("colour", &missing);
}

pub(crate) fn reads_a_name_as_a_flag(context: &Context) {
    let name: Output<bool> = plain_queue(context).get_field("name");
    context.add_export("name", &name);
}

/// The same as a missing one, but nobody reads it; and read as optional.
pub(crate) fn leaves_a_missing_output(context: &Context) {
    let queue = plain_queue(context);
    let _: Output<String> = queue.get_field("colour");
    let optional: Output<Option<String>> = queue.get_field("colour");
    let colour = optional.map(|colour| colour.unwrap_or_else(|| "none".to_owned()));
    context.add_export("colour", &colour);
}

pub(crate) fn unknown_invoke(context: &Context) {
    let zones = context.invoke_resource(InvokeResourceRequest {
        token: "aws:index/getZones:getZones".to_owned(),
        version: String::new(),
        object: &[],
    });
    let id: Output<String> = zones.get_field("id");
    context.add_export("zone", &id);
}

pub(crate) fn memory(context: &Context) -> Result<(), ConfigError> {
    let allowed = "a whole number from 128 to 10240 (MB)";
    let memory = context.config_or("memory", 256, allowed, |mb| (128..=10_240).contains(mb))?;
    let zone = context.config("zone")?;
    context.add_export("memory", &memory);
    context.add_export("zone", &zone);
    Ok(())
}

#[derive(Debug)]
pub(crate) struct Outer(std::num::ParseIntError);

impl Display for Outer {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the plan\ncan't be read")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

pub(crate) fn with_a_cause() -> Result<(), Outer> {
    "seven".parse::<i32>().map(drop).map_err(Outer)
}
