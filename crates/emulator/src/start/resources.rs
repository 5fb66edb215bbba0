use stack::Stack;
use thiserror::Error;

/// Types that the emulator brings up.
const RUN: &[&str] = &[
    "aws:apigateway/deployment:Deployment",
    "aws:apigateway/integration:Integration",
    "aws:apigateway/integrationResponse:IntegrationResponse",
    "aws:apigateway/method:Method",
    "aws:apigateway/methodResponse:MethodResponse",
    "aws:apigateway/methodSettings:MethodSettings",
    "aws:apigateway/model:Model",
    "aws:apigateway/requestValidator:RequestValidator",
    "aws:apigateway/resource:Resource",
    "aws:apigateway/response:Response",
    "aws:apigateway/restApi:RestApi",
    "aws:apigateway/stage:Stage",
    "aws:cloudwatch/eventBus:EventBus",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cloudwatch/eventArchive:EventArchive",
    "aws:dynamodb/table:Table",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:lambda/function:Function",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    "aws:lambda/permission:Permission",
    "aws:pipes/pipe:Pipe",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
    "aws:sqs/queue:Queue",
    "aws:sqs/queuePolicy:QueuePolicy",
];

/// Types that change nothing about how events are delivered here: they are listed and otherwise left
/// alone. Roles and their policies are among them for as long as callers' rights are not enforced.
pub const INERT: &[&str] = &[
    "aws:apigateway/account:Account",
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:iam/policy:Policy",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:sqs/queueRedriveAllowPolicy:QueueRedriveAllowPolicy",
];

/// A resource is of a type that the emulator can't run.
#[derive(Debug, Error)]
#[error("the emulator can't run {resource:?} of type {type_token} ({urn}); it runs {run}", run = RUN.join(", "))]
pub struct Unsupported {
    /// Its name in the program.
    pub resource: String,
    /// Its type.
    pub type_token: String,
    /// Its URN.
    pub urn: String,
}

/// Refuses a stack with a resource that the emulator neither runs nor may leave alone.
pub fn check(stack: &Stack) -> Result<(), Unsupported> {
    let unsupported = stack.resources.iter().find(|resource| {
        let token = resource.type_token.as_str();
        resource.custom
            && !token.starts_with("pulumi:")
            && !RUN.contains(&token)
            && !INERT.contains(&token)
    });
    match unsupported {
        None => Ok(()),
        Some(resource) => Err(Unsupported {
            resource: resource.name.clone(),
            type_token: resource.type_token.clone(),
            urn: resource.urn.clone(),
        }),
    }
}
