//! What AWS adds to each resource type: its id, its ARN, and every output that the Pulumi schema of
//! the AWS provider (7.48.0) calls required.

use serde_json::{Map, Value, json};
use uuid::Builder;

use super::Aws;
use crate::fingerprint::fingerprint;

/// The resource being answered.
pub(super) struct Subject<'a> {
    pub(super) aws: &'a Aws,
    pub(super) urn: &'a str,
    pub(super) inputs: &'a Map<String, Value>,
    pub(super) name: &'a str,
}

impl Subject<'_> {
    pub(super) fn text(&self, input: &str) -> &str {
        self.inputs
            .get(input)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn flag(&self, input: &str) -> bool {
        self.inputs
            .get(input)
            .and_then(Value::as_bool)
            .unwrap_or_default()
    }
}

/// When everything was created: AWS's clock has no part in a declaration.
pub(super) const CREATED: &str = "2024-01-01T00:00:00.000";

/// Splits an answer into what an input overrides (under `default`) and what none can.
pub(super) fn parts(answer: Value) -> (Map<String, Value>, Map<String, Value>) {
    let Value::Object(mut computed) = answer else {
        return (Map::new(), Map::new());
    };
    match computed.remove("default") {
        Some(Value::Object(defaults)) => (defaults, computed),
        _ => (Map::new(), computed),
    }
}

pub(super) fn table(table: &Subject) -> Value {
    let arn = table.aws.arn("dynamodb", &format!("table/{}", table.name));
    let (stream_arn, label) = if table.flag("streamEnabled") {
        (format!("{arn}/stream/{CREATED}"), CREATED)
    } else {
        (String::new(), "")
    };
    json!({
        "id": table.name,
        "arn": arn,
        "streamArn": stream_arn,
        "streamLabel": label,
        "default": {
            "attributes": [], "globalSecondaryIndexes": [], "globalTableWitness": {}, "hashKey": "",
            "pointInTimeRecovery": {}, "readCapacity": 0, "serverSideEncryption": {},
            "streamViewType": "", "ttl": {}, "warmThroughput": {}, "writeCapacity": 0,
        },
    })
}

pub(super) fn bus(bus: &Subject) -> Value {
    let arn = bus.aws.arn("events", &format!("event-bus/{}", bus.name));
    json!({ "id": bus.name, "arn": arn })
}

/// A rule of the default bus has no bus in its ARN and id.
pub(super) fn rule(rule: &Subject) -> Value {
    let bus = bus_name(rule);
    let place = if bus == "default" {
        rule.name.to_owned()
    } else {
        format!("{bus}/{}", rule.name)
    };
    json!({
        "id": place,
        "arn": rule.aws.arn("events", &format!("rule/{place}")),
        "default": { "namePrefix": "", "eventBusName": "default" },
    })
}

pub(super) fn target(target: &Subject) -> Value {
    let bus = bus_name(target);
    json!({
        "id": format!("{bus}-{}-{}", target.text("rule"), target.name),
        "default": { "eventBusName": "default" },
    })
}

/// `eventBusName` takes a name or an ARN.
fn bus_name<'a>(subject: &Subject<'a>) -> &'a str {
    let given = subject
        .inputs
        .get("eventBusName")
        .and_then(Value::as_str)
        .unwrap_or("default");
    given.rsplit('/').next().unwrap_or(given)
}

pub(super) fn archive(archive: &Subject) -> Value {
    let arn = archive
        .aws
        .arn("events", &format!("archive/{}", archive.name));
    json!({ "id": archive.name, "arn": arn })
}

pub(super) fn log_group(group: &Subject) -> Value {
    json!({
        "id": group.name,
        "arn": group.aws.arn("logs", &format!("log-group:{}", group.name)),
        "default": { "namePrefix": "", "logGroupClass": "STANDARD", "deletionProtectionEnabled": false },
    })
}

pub(super) fn metric_filter(filter: &Subject) -> Value {
    json!({ "id": filter.name })
}

pub(super) fn alarm(alarm: &Subject) -> Value {
    json!({
        "id": alarm.name,
        "arn": alarm.aws.arn("cloudwatch", &format!("alarm:{}", alarm.name)),
        "default": { "evaluateLowSampleCountPercentiles": "" },
    })
}

pub(super) fn function(function: &Subject) -> Value {
    let arn = function.aws.function_arn(function.name);
    let invoke = |version: &str, arn: &str, call: &str| {
        let region = &function.aws.region;
        format!("arn:aws:apigateway:{region}:lambda:path/{version}/functions/{arn}/{call}")
    };
    let qualified = format!("{arn}:$LATEST");
    json!({
        "id": function.name,
        "arn": arn,
        "invokeArn": invoke("2015-03-31", &arn, "invocations"),
        "qualifiedArn": qualified,
        "qualifiedInvokeArn": invoke("2015-03-31", &qualified, "invocations"),
        "responseStreamingInvokeArn": invoke("2021-11-15", &arn, "response-streaming-invocations"),
        "lastModified": CREATED,
        "signingJobArn": "",
        "signingProfileVersionArn": "",
        "sourceCodeSize": 0,
        "version": "$LATEST",
        "default": {
            "architectures": ["x86_64"], "codeSha256": "", "ephemeralStorage": { "size": 512 },
            "loggingConfig": { "logFormat": "Text" }, "memorySize": 128, "sourceCodeHash": "",
            "timeout": 3, "tracingConfig": { "mode": "PassThrough" },
        },
    })
}

pub(super) fn permission(permission: &Subject) -> Value {
    json!({ "id": permission.name, "default": { "statementIdPrefix": "" } })
}

pub(super) fn mapping(mapping: &Subject) -> Value {
    let uuid = Builder::from_random_bytes(fingerprint(mapping.urn).to_be_bytes()).into_uuid();
    json!({
        "id": uuid,
        "uuid": uuid,
        "arn": mapping.aws.arn("lambda", &format!("event-source-mapping:{uuid}")),
        "functionArn": mapping.aws.function_arn(mapping.text("functionName")),
        "lastModified": CREATED,
        "lastProcessingResult": "No records processed",
        "state": if mapping.inputs.get("enabled") == Some(&json!(false)) { "Disabled" } else { "Enabled" },
        "stateTransitionReason": "User action",
        // AWS's defaults for a stream: every record is retried until it expires.
        "default": {
            "amazonManagedKafkaEventSourceConfig": {}, "selfManagedKafkaEventSourceConfig": {},
            "maximumRecordAgeInSeconds": -1, "maximumRetryAttempts": -1, "parallelizationFactor": 1,
        },
    })
}

pub(super) fn invoke_config(config: &Subject) -> Value {
    let function = config.text("functionName");
    let id = match config.text("qualifier") {
        "" => function.to_owned(),
        qualifier => format!("{function}:{qualifier}"),
    };
    json!({ "id": id })
}

/// The provider has no output for the state a pipe is in; the one it should be in is an input.
pub(super) fn pipe(pipe: &Subject) -> Value {
    json!({
        "id": pipe.name,
        "arn": pipe.aws.arn("pipes", &format!("pipe/{}", pipe.name)),
        "default": { "desiredState": "RUNNING", "namePrefix": "", "sourceParameters": {} },
    })
}

pub(super) fn role(role: &Subject) -> Value {
    let path = match role.text("path") {
        "" => "/",
        path => path,
    };
    let unique = format!("{:X}", fingerprint(role.urn));
    json!({
        "id": role.name,
        // IAM is global: its ARNs have no region.
        "arn": format!("arn:aws:iam::{}:role{path}{}", role.aws.account, role.name),
        "createDate": CREATED,
        "uniqueId": format!("AROA{}", unique.get(..17).unwrap_or(&unique)),
        "default": { "inlinePolicies": [], "managedPolicyArns": [], "namePrefix": "" },
    })
}

pub(super) fn role_policy(policy: &Subject) -> Value {
    let id = format!("{}:{}", policy.text("role"), policy.name);
    json!({ "id": id, "default": { "namePrefix": "" } })
}

pub(super) fn policy_attachment(attachment: &Subject) -> Value {
    let (role, policy) = (attachment.text("role"), attachment.text("policyArn"));
    json!({ "id": format!("{role}/{policy}") })
}

pub(super) fn queue(queue: &Subject) -> Value {
    let url = queue.aws.queue_url(queue.name);
    json!({
        "id": url,
        "url": url,
        "arn": queue.aws.arn("sqs", queue.name),
        "default": {
            "deduplicationScope": "", "fifoThroughputLimit": "", "kmsDataKeyReusePeriodSeconds": 300,
            "namePrefix": "", "policy": "", "redriveAllowPolicy": "", "redrivePolicy": "",
            "sqsManagedSseEnabled": true,
        },
    })
}

pub(super) fn queue_policy(policy: &Subject) -> Value {
    json!({ "id": policy.text("queueUrl") })
}

pub(super) fn bucket(bucket: &Subject) -> Value {
    let mut answer = any_bucket(bucket);
    answer["default"]["logging"] = json!({});
    answer["default"]["replicationConfiguration"] = json!({});
    answer["default"]["serverSideEncryptionConfiguration"] = json!({});
    answer["default"]["versioning"] = json!({});
    answer["default"]["website"] = json!({});
    answer
}

pub(super) fn bucket_v2(bucket: &Subject) -> Value {
    let mut answer = any_bucket(bucket);
    answer["default"]["loggings"] = json!([]);
    answer["default"]["replicationConfigurations"] = json!([]);
    answer["default"]["serverSideEncryptionConfigurations"] = json!([]);
    answer["default"]["versionings"] = json!([]);
    answer["default"]["websites"] = json!([]);
    answer
}

fn any_bucket(bucket: &Subject) -> Value {
    let (name, region) = (bucket.name, &bucket.aws.region);
    json!({
        "id": name,
        "arn": format!("arn:aws:s3:::{name}"),
        "bucketDomainName": format!("{name}.s3.amazonaws.com"),
        "bucketRegion": region,
        "bucketRegionalDomainName": format!("{name}.s3.{region}.amazonaws.com"),
        "hostedZoneId": "",
        "websiteDomain": format!("s3-website-{region}.amazonaws.com"),
        "websiteEndpoint": format!("{name}.s3-website-{region}.amazonaws.com"),
        "default": {
            "accelerationStatus": "", "acl": "private", "bucketNamespace": "global", "bucketPrefix": "",
            "corsRules": [], "grants": [], "lifecycleRules": [], "objectLockConfiguration": {},
            "objectLockEnabled": false, "policy": "", "requestPayer": "BucketOwner",
        },
    })
}
