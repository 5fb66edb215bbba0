//! A consumer: a function that is invoked asynchronously, and the place for what it refuses to the end.

use pulumi_gestalt_rust::Output;

use crate::aws::lambda::function_event_invoke_config::{
    FunctionEventInvokeConfigArgs, FunctionEventInvokeConfigResult, create_with_options,
};
use crate::aws::sqs::queue::QueueResult;
use crate::aws::types::lambda::{
    FunctionEventInvokeConfigDestinationConfig, FunctionEventInvokeConfigDestinationConfigOnFailure,
};
use crate::flow::Flow;
use crate::function::{Function, function};
use crate::idempotency::Idempotency;
use crate::queue::failure_queue;
use crate::right;
use crate::settings::Size;

/// Lambda's longest for asynchronous invocations: two retries after errors, 6 h of throttling
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>).
const MAXIMUM_RETRY_ATTEMPTS: i32 = 2;
const MAXIMUM_EVENT_AGE_SECONDS: i32 = 21_600;

/// The function and where its failures are kept.
pub(crate) struct Consumer {
    pub(crate) function: Function,
    /// Events that failed in every attempt, each whole in the record of its failure.
    pub(crate) failures: QueueResult,
    invoke_config: FunctionEventInvokeConfigResult,
}

impl Consumer {
    /// The URNs of all that an event passes here.
    pub(crate) fn urns(&self) -> [&Output<String>; 3] {
        [
            &self.function.policy.urn,
            &self.failures.urn,
            &self.invoke_config.urn,
        ]
    }
}

/// The consumer in the package `package`. It needs no right but to report its own failures and to remember what it
/// has completed: the events are brought.
pub(crate) fn consumer(flow: &Flow, package: &str, size: Size, once: &Idempotency) -> Consumer {
    let failures = failure_queue(flow, &format!("{package}-failures"));
    let function = function(
        flow,
        package,
        size,
        vec![once.variable()],
        vec![right::send(&failures), once.rights()],
    );
    let invoke_config = keep_failures(flow, &function, &failures);
    Consumer {
        function,
        failures,
        invoke_config,
    }
}

/// Lambda itself sends to the queue with the function's role, so the role's policy comes first
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>).
fn keep_failures(
    flow: &Flow,
    function: &Function,
    failures: &QueueResult,
) -> FunctionEventInvokeConfigResult {
    let on_failure = |destination| FunctionEventInvokeConfigDestinationConfig {
        on_failure: Some(Box::new(
            FunctionEventInvokeConfigDestinationConfigOnFailure { destination },
        )),
    };
    create_with_options(
        flow.ctx,
        &format!("{}-invoke-config", function.name),
        FunctionEventInvokeConfigArgs::builder()
            .function_name(function.lambda.name.clone())
            .maximum_retry_attempts(MAXIMUM_RETRY_ATTEMPTS)
            .maximum_event_age_in_seconds(MAXIMUM_EVENT_AGE_SECONDS)
            .destination_config(failures.arn.map(on_failure))
            .build_struct(),
        flow.after(&[&function.policy.urn]),
    )
}
