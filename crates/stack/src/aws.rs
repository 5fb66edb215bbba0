//! Answers as AWS would, computed from the declaration alone.

mod api_gateway;
mod arn;
mod naming;
mod outputs;

use serde_json::{Map, Value, json};

use crate::value::has_unknown;
use crate::{Declared, Provider, Refusal};
use naming::{Naming, named, one_per};
use outputs::Subject;

/// Names, ARNs, ids and URLs as AWS forms them, without AWS.
///
/// The same declaration gets the same answer in every run, generated names too, so that kept state
/// still fits. Inputs come back as outputs; what AWS would add and the Pulumi schema calls required
/// is there, empty where only AWS could know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aws {
    /// For example `us-east-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// Where the services answer, for example `http://127.0.0.1:4566`: queue URLs start with it.
    /// `None`: AWS's own addresses.
    pub endpoint: Option<String>,
}

/// How one resource type is answered.
struct Kind {
    token: &'static str,
    naming: Naming,
    required: &'static [&'static str],
    outputs: fn(&Subject) -> Value,
}

const fn kind(
    token: &'static str,
    naming: Naming,
    required: &'static [&'static str],
    outputs: fn(&Subject) -> Value,
) -> Kind {
    Kind {
        token,
        naming,
        required,
        outputs,
    }
}

/// The types that can be answered: how each is named (with AWS's longest name), its required inputs
/// and what AWS adds.
#[rustfmt::skip]
static KINDS: [Kind; 20] = [
    kind("aws:cloudwatch/eventArchive:EventArchive", named("archive", "name", 48, &[]), &["eventSourceArn"], outputs::archive),
    kind("aws:cloudwatch/eventBus:EventBus", named("event bus", "name", 256, &[]), &[], outputs::bus),
    kind("aws:cloudwatch/eventRule:EventRule", named("rule", "name", 64, &["eventBusName"]), &[], outputs::rule),
    kind("aws:cloudwatch/eventTarget:EventTarget", named("target", "targetId", 64, &["eventBusName", "rule"]), &["arn", "rule"], outputs::target),
    kind("aws:cloudwatch/logGroup:LogGroup", named("log group", "name", 512, &[]), &[], outputs::log_group),
    kind("aws:cloudwatch/logMetricFilter:LogMetricFilter", named("metric filter", "name", 512, &["logGroupName"]), &["logGroupName", "metricTransformation", "pattern"], outputs::metric_filter),
    kind("aws:cloudwatch/metricAlarm:MetricAlarm", named("alarm", "name", 255, &[]), &[], outputs::alarm),
    kind("aws:dynamodb/table:Table", named("table", "name", 255, &[]), &[], outputs::table),
    kind("aws:iam/role:Role", named("role", "name", 64, &[]), &["assumeRolePolicy"], outputs::role),
    kind("aws:iam/rolePolicy:RolePolicy", named("role policy", "name", 128, &["role"]), &["policy", "role"], outputs::role_policy),
    kind("aws:iam/rolePolicyAttachment:RolePolicyAttachment", one_per("policy attachment", &["role", "policyArn"]), &["policyArn", "role"], outputs::policy_attachment),
    kind("aws:lambda/eventSourceMapping:EventSourceMapping", one_per("event source mapping", &["eventSourceArn", "functionName"]), &["functionName"], outputs::mapping),
    kind("aws:lambda/function:Function", named("function", "name", 64, &[]), &["role"], outputs::function),
    kind("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", one_per("event invoke configuration", &["functionName", "qualifier"]), &["functionName"], outputs::invoke_config),
    kind("aws:lambda/permission:Permission", named("permission", "statementId", 100, &["function"]), &["action", "function", "principal"], outputs::permission),
    kind("aws:pipes/pipe:Pipe", named("pipe", "name", 64, &[]), &["roleArn", "source", "target"], outputs::pipe),
    kind("aws:s3/bucket:Bucket", named("bucket", "bucket", 63, &[]), &[], outputs::bucket),
    kind("aws:s3/bucketV2:BucketV2", named("bucket", "bucket", 63, &[]), &[], outputs::bucket_v2),
    kind("aws:sqs/queue:Queue", named("queue", "name", 80, &[]), &[], outputs::queue),
    kind("aws:sqs/queuePolicy:QueuePolicy", one_per("queue policy", &["queueUrl"]), &["policy", "queueUrl"], outputs::queue_policy),
];

fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().chain(&api_gateway::KINDS)
}

fn kind_of(request: &Declared) -> Result<&'static Kind, Refusal> {
    kinds()
        .find(|kind| kind.token == request.type_token)
        .ok_or_else(|| {
            let known: Vec<&str> = kinds().map(|kind| kind.token).collect();
            Refusal::new(format!(
                "resource `{}` has the type {}, which can't be run here; these can: {}",
                request.name,
                request.type_token,
                known.join(", ")
            ))
        })
}

impl Provider for Aws {
    fn create(&self, request: &Declared) -> Result<Map<String, Value>, Refusal> {
        let kind = kind_of(request)?;
        let missing = kind
            .required
            .iter()
            .find(|name| !request.inputs.contains_key(**name));
        if let Some(missing) = missing {
            return Err(Refusal::new(format!(
                "`{missing}` is missing; a {} can't be without it",
                kind.naming.noun
            )));
        }
        let name = kind.naming.physical(request)?;
        let subject = Subject {
            aws: self,
            urn: &request.urn,
            inputs: &request.inputs,
            name: &name,
        };
        let added = (kind.outputs)(&subject);

        // What AWS fills in where nothing was given stands under `default`; what it computes does not
        // yield to an input.
        let mut outputs = Map::new();
        let (defaults, computed) = outputs::parts(added);
        outputs.extend(defaults);
        outputs.extend(request.inputs.clone());
        outputs.extend(computed);
        outputs
            .entry("region")
            .or_insert_with(|| json!(self.region));
        if let Some(property) = kind.naming.property {
            outputs.insert(property.to_owned(), json!(name));
        }
        let tags = request
            .inputs
            .get("tags")
            .cloned()
            .unwrap_or_else(|| json!({}));
        outputs.insert("tagsAll".to_owned(), tags);
        Ok(outputs)
    }

    fn invoke(
        &self,
        token: &str,
        _arguments: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Refusal> {
        let answer = match token {
            "aws:index/getCallerIdentity:getCallerIdentity" => json!({
                "accountId": self.account,
                "arn": format!("arn:aws:iam::{}:root", self.account),
                "id": self.account,
                "userId": self.account,
            }),
            "aws:index/getRegion:getRegion" => json!({
                "description": self.region,
                "endpoint": format!("ec2.{}.amazonaws.com", self.region),
                "id": self.region,
                "name": self.region,
                "region": self.region,
            }),
            _ => {
                return Err(Refusal::new(format!(
                    "the function {token} can't be answered here; these can: \
                     aws:index/getCallerIdentity:getCallerIdentity, aws:index/getRegion:getRegion"
                )));
            }
        };
        match answer {
            Value::Object(answer) => Ok(answer),
            _ => Ok(Map::new()),
        }
    }

    fn claim(&self, request: &Declared, outputs: &Map<String, Value>) -> Option<String> {
        if request.inputs.values().any(has_unknown) {
            return None;
        }
        kind_of(request).ok()?.naming.claim(outputs)
    }
}
