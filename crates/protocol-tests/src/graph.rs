//! A table, its reader and where failures go: every way in which one value comes from another.

use pulumi_gestalt_rust::{
    Context, CustomResourceOptions, Output, RegisterResourceRequest, ResourceRequestObjectField,
    ToOutput, pulumi_any, pulumi_combine, pulumi_format,
};
use serde_json::json;

use crate::aws::dynamodb::table::{self, TableArgs};
use crate::aws::functions::get_region;
use crate::aws::iam::role::{self, RoleArgs};
use crate::aws::iam::role_policy::{self, RolePolicyArgs};
use crate::aws::lambda::event_source_mapping::{self, EventSourceMappingArgs};
use crate::aws::provider::{self, ProviderArgs};
use crate::aws::sqs::queue::{self, QueueArgs};
use crate::aws::types::dynamodb::TableAttribute;
use crate::aws::types::lambda::{
    EventSourceMappingDestinationConfig, EventSourceMappingDestinationConfigOnFailure,
};

pub(crate) fn declare(context: &Context) {
    let flow = context.component("shop:flow:Orders", "orders-flow");
    let child = || CustomResourceOptions::default().parent(flow.urn());

    let table = table::create_with_options(
        context,
        "orders",
        TableArgs::builder()
            .name("shop-orders")
            .hash_key("id")
            .attributes([TableAttribute {
                name: "id".to_owned(),
                type_: "S".to_owned(),
            }])
            .stream_enabled(true)
            .stream_view_type("NEW_IMAGE")
            .build_struct(),
        child().protect(true),
    );
    let queue = queue::create_with_options(
        context,
        "failed",
        QueueArgs::builder()
            .name("shop-failed")
            .message_retention_seconds(1_209_600)
            .build_struct(),
        child(),
    );
    let role = role::create_with_options(
        context,
        "reader-role",
        RoleArgs::builder()
            .name("shop-reader")
            .assume_role_policy("{}")
            .build_struct(),
        child(),
    );
    // A JSON policy made of two outputs.
    let policy = pulumi_combine!(table.stream_arn.clone(), queue.arn.clone())
        .map(|(stream, queue)| json!({ "read": stream, "send": queue }).to_string());
    let policy = role_policy::create_with_options(
        context,
        "reader-policy",
        RolePolicyArgs::builder()
            .policy(policy)
            .role(role.name.clone())
            .build_struct(),
        child(),
    );

    let function = function(context, &table.name, &role.arn, child());
    let destination = queue.arn.map(|arn| EventSourceMappingDestinationConfig {
        on_failure: Some(Box::new(EventSourceMappingDestinationConfigOnFailure {
            destination_arn: arn,
        })),
    });
    event_source_mapping::create_with_options(
        context,
        "mapping",
        EventSourceMappingArgs::builder()
            .event_source_arn(table.stream_arn.clone())
            .function_name(function.clone())
            .batch_size(7)
            .destination_config(destination)
            .build_struct(),
        // Carries no data: without its policy the role may not read the stream yet.
        child().depends_on([&policy.urn]),
    );

    context.add_export("function", &function);
    context.add_export("queue", &queue.url);
}

/// Declared through the request itself, as generated code does: an environment of any shape, with
/// outputs inside, and a name formatted from an output and a call.
fn function(
    context: &Context,
    table: &Output<String>,
    role: &Output<String>,
    options: CustomResourceOptions,
) -> Output<String> {
    let arguments = get_region::GetRegionArgs::builder().build_struct();
    let region = get_region::invoke(context, arguments).region;
    let name = pulumi_format!(context, "{}-reader-{}", table, region);
    let environment = pulumi_any!({
        "variables": { "TABLE_NAME": table.clone(), "ROLE_ARN": role.clone(), "MODE": "fast" },
    });
    let code = pulumi_any!({
        "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
        "path": "target/lambda/reader/bootstrap.zip",
    });
    let field = |name: &str, value| ResourceRequestObjectField {
        name: name.to_owned(),
        value,
    };
    let function = context.register_resource(RegisterResourceRequest {
        type_: "aws:lambda/function:Function".to_owned(),
        name: "reader".to_owned(),
        version: "7.48.0".to_owned(),
        object: &[
            field("name", &name),
            field("role", role),
            field("environment", &context.new_output(&environment)),
            field("code", &context.new_output(&code)),
            field("description", &Output::new(None::<String>)),
            field("memorySize", &Output::new(256)),
        ],
        options: Some(options),
    });
    function.get_field("name")
}

/// Everything that can be said about a resource besides its properties.
pub(crate) fn options(context: &Context) {
    let europe = provider::create(
        context,
        "europe",
        ProviderArgs::builder().region("eu-west-1").build_struct(),
    );
    let outer = context.component("shop:flow:Orders", "outer");
    let below = CustomResourceOptions::default().parent(outer.urn());
    let inner = context.component_with_options("shop:flow:Returns", "inner", below);
    let first = queue::create(
        context,
        "first",
        QueueArgs::builder().name("first").build_struct(),
    );
    let known = context.new_output(&"urn:pulumi:dev::shop::shop:flow:Orders::outer".to_owned());
    let options = CustomResourceOptions::default()
        .parent(inner.urn())
        .provider(&europe)
        .depends_on([&first.urn, &known])
        .protect(false)
        .retain_on_delete(true);
    let args = QueueArgs::builder().name("kept").build_struct();
    queue::create_with_options(context, "kept", args, options);
}

/// A secret value, on its own and inside another.
pub(crate) fn secret(context: &Context) {
    let password = context.new_secret(&"hunter2".to_owned());
    let policy = pulumi_format!(context, "password={}", password);
    let args = QueueArgs::builder()
        .name("shop-secret")
        .policy(policy)
        .build_struct();
    let queue = queue::create(context, "secret", args);
    let copy = QueueArgs::builder()
        .name("shop-copy")
        .policy(queue.policy)
        .build_struct();
    let copy = queue::create(context, "copy", copy);
    context.add_export("hidden", &copy.policy);
}
