//! The simulated application as a stack declares it: `infra`'s flow of users with two queues more, its flow of
//! orders, or its checkout.

mod checkout;
mod orders;
mod users;

use std::collections::BTreeMap;

use contract::EventPattern;
use events::{OrderDetailsChanged, OrderPlaced, OrderStatus, SHOP, USERS, UserCreated};
use serde_json::{Map, Value, json};
use stack::{Resource, Stack};

use super::names::{
    BUS, dead_letters_of, function_arn, function_of, queue_arn, queue_of, queue_url, redrive_of,
    target_arn,
};
use crate::Variant;
use crate::functions::OF_QUEUE_TIMEOUT;
use crate::observation::Target;
use crate::scenario::{Flow, Settings};

/// The detail-type that the mapping of the audit queue leaves out if the settings say so.
const FILTERED: &str = "UserDeleted";

/// 14 days, as `infra` keeps failures.
const RETENTION_SECONDS: u64 = 1_209_600;

/// All resources that events pass.
pub(crate) fn declare(flow: Flow, settings: &Settings, variant: Variant) -> Stack {
    let mut resources = vec![resource(
        "aws:cloudwatch/eventBus:EventBus",
        BUS,
        json!({"name": BUS, "arn": bus_arn()}),
    )];
    resources.extend(match flow {
        Flow::Users => users::resources(settings),
        Flow::Orders => orders::resources(settings, variant),
        Flow::Checkout => checkout::resources(settings),
    });
    for target in Target::of(flow) {
        let dead_letters = dead_letters_of(*target);
        resources.push(queue(dead_letters, &open_to(*target, dead_letters)));
        resources.extend(read_queue(*target, settings));
        resources.push(rule(flow, *target));
        resources.push(rule_target(*target, settings));
    }
    Stack {
        project: "simulation".to_owned(),
        name: "simulation".to_owned(),
        resources,
        ..Stack::default()
    }
}

fn bus_arn() -> String {
    format!("arn:aws:events:us-east-1:000000000000:event-bus/{BUS}")
}

/// The queue that a target is, its redrive queue, and the function that reads it.
fn read_queue(target: Target, settings: &Settings) -> Vec<Resource> {
    let (Some(name), Some(redrive), Some(function)) =
        (queue_of(target), redrive_of(target), function_of(target))
    else {
        return Vec::new();
    };
    let policy = json!({
        "deadLetterTargetArn": queue_arn(redrive),
        "maxReceiveCount": settings.maximum_receive_count,
    });
    let mut more = open_to(target, name);
    more["visibilityTimeoutSeconds"] = json!(settings.visibility_timeout.as_secs());
    more["redrivePolicy"] = json!(policy.to_string());
    let mut mapping = json!({
        "uuid": format!("6f1d4c9a-0000-4000-8000-00000000001{}", target as u8),
        "eventSourceArn": queue_arn(name),
        "functionArn": function_arn(&function),
        "functionName": function_arn(&function),
        "batchSize": settings.queue_batch_size,
        "maximumBatchingWindowInSeconds": settings.queue_batching_window.as_secs(),
        "functionResponseTypes": ["ReportBatchItemFailures"],
    });
    if let Some(most) = settings.queue_concurrency {
        mapping["scalingConfig"] = json!({ "maximumConcurrency": most });
    }
    if target == Target::Audit && settings.audit_filters {
        let pattern = json!({"body": {"detail-type": [{"anything-but": FILTERED}]}});
        mapping["filterCriteria"] = json!({"filters": [{"pattern": pattern.to_string()}]});
    }
    vec![
        queue(redrive, &json!({})),
        queue(name, &more),
        resource(
            "aws:lambda/function:Function",
            &function,
            json!({
                "arn": function_arn(&function),
                "name": function,
                "timeout": OF_QUEUE_TIMEOUT.as_secs(),
            }),
        ),
        resource(
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            &format!("{function}-mapping"),
            mapping,
        ),
    ]
}

fn queue(name: &str, more: &Value) -> Resource {
    let mut properties = json!({
        "name": name,
        "arn": queue_arn(name),
        "url": queue_url(name),
        "messageRetentionSeconds": RETENTION_SECONDS,
    });
    if let (Some(properties), Some(more)) = (properties.as_object_mut(), more.as_object()) {
        properties.extend(more.clone());
    }
    resource("aws:sqs/queue:Queue", name, properties)
}

/// The policy that lets the target's rule send to a queue.
fn open_to(target: Target, queue: &str) -> Value {
    let policy = json!({"Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn(queue),
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn(target)}},
    }});
    json!({ "policy": policy.to_string() })
}

fn rule_arn(target: Target) -> String {
    let name = rule_name(target);
    format!("arn:aws:events:us-east-1:000000000000:rule/{BUS}/{name}")
}

fn rule(flow: Flow, target: Target) -> Resource {
    let pattern = match target {
        Target::Consumer => EventPattern::of::<UserCreated>().to_string(),
        Target::Queue => {
            json!({"source": [USERS], "detail-type": ["UserUpdated", "UserDeleted"]}).to_string()
        }
        Target::Audit => json!({"source": [USERS]}).to_string(),
        Target::Notify | Target::Tracking if flow == Flow::Checkout => {
            EventPattern::of::<OrderPlaced>().to_string()
        }
        // A pattern that can't be made is refused with the reason in its place.
        Target::Notify => EventPattern::of::<OrderDetailsChanged>()
            .with("status", [OrderStatus::FIRST])
            .map_or_else(|error| error.to_string(), |pattern| pattern.to_string()),
        Target::Tracking => EventPattern::of::<OrderDetailsChanged>().to_string(),
        Target::History => {
            json!({"source": [SHOP], "detail-type": ["OrderPlaced", "StockReserved"]}).to_string()
        }
    };
    let name = rule_name(target);
    resource(
        "aws:cloudwatch/eventRule:EventRule",
        name,
        json!({
            "name": name,
            "arn": rule_arn(target),
            "eventBusName": BUS,
            "eventPattern": pattern,
        }),
    )
}

fn rule_target(target: Target, settings: &Settings) -> Resource {
    let name = rule_name(target);
    resource(
        "aws:cloudwatch/eventTarget:EventTarget",
        &format!("{name}-target"),
        json!({
            "rule": name,
            "eventBusName": BUS,
            "targetId": name,
            "arn": target_arn(target),
            "retryPolicy": {
                "maximumRetryAttempts": settings.target_maximum_retry_attempts,
                "maximumEventAgeInSeconds": settings.target_maximum_age.as_secs(),
            },
            "deadLetterConfig": {"arn": queue_arn(dead_letters_of(target))},
        }),
    )
}

fn rule_name(target: Target) -> &'static str {
    match target {
        Target::Consumer => "user-created",
        Target::Queue => "user-changed",
        Target::Audit => "audit",
        Target::Notify => "order-created",
        Target::Tracking => "order-changed",
        Target::History => "order-history",
    }
}

/// A resource whose inputs are all there is to it.
fn resource(type_token: &str, name: &str, properties: Value) -> Resource {
    let properties = match properties {
        Value::Object(properties) => properties,
        _ => Map::new(),
    };
    Resource {
        urn: format!("urn:pulumi:simulation::simulation::{type_token}::{name}"),
        type_token: type_token.to_owned(),
        name: name.to_owned(),
        parent: None,
        custom: true,
        protect: false,
        inputs: match type_token {
            // What other resources are found by stands in the outputs only.
            "aws:lambda/eventSourceMapping:EventSourceMapping" => properties.clone(),
            _ => Map::new(),
        },
        outputs: properties,
        dependencies: Vec::new(),
        property_dependencies: BTreeMap::new(),
    }
}
