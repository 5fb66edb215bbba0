//! The stage of a REST API: what makes it reachable, how many requests it takes, and its access log.

use std::collections::HashMap;

use pulumi_gestalt_rust::Output;
use serde_json::json;

use crate::aws::apigateway::deployment::{self, DeploymentArgs};
use crate::aws::apigateway::method_settings::{self, MethodSettingsArgs};
use crate::aws::apigateway::rest_api::RestApiResult;
use crate::aws::apigateway::stage::{self, StageArgs, StageResult};
use crate::aws::cloudwatch::log_group::{self, LogGroupArgs, LogGroupResult};
use crate::aws::types::apigateway::{MethodSettingsSettings, StageAccessLogSettings};
use crate::rest_api::RestApi;
use crate::settings::Throttle;

/// The last part of the API's address.
const STAGE: &str = "v1";

/// An API that is served.
pub(crate) struct ServedApi {
    pub(crate) api: RestApiResult,
    pub(crate) stage: StageResult,
}

impl RestApi<'_> {
    /// Serves the API as it has been declared so far. `variables` are what its templates find in `$stageVariables`;
    /// `log_role` is the URN of the account's role for logs, if this stack declares it.
    pub(crate) fn serve(
        self,
        variables: Output<HashMap<String, String>>,
        throttle: Throttle,
        log_role: Option<&Output<String>>,
    ) -> ServedApi {
        let Self { flow, name, .. } = self;
        let parts: Vec<&Output<String>> = self.parts.iter().collect();
        let deployment = deployment::create_with_options(
            flow.ctx,
            &format!("{name}-deployment"),
            DeploymentArgs::builder()
                .rest_api(self.api.id.clone())
                .triggers(HashMap::from([(
                    "content".to_owned(),
                    fingerprint(&self.content),
                )]))
                .build_struct(),
            flow.after(&parts),
        );
        let log = self.access_log();
        let stage = stage::create_with_options(
            flow.ctx,
            &format!("{name}-stage"),
            StageArgs::builder()
                .rest_api(self.api.id.clone())
                .deployment(deployment.id.clone())
                .stage_name(STAGE)
                .variables(variables)
                .access_log_settings(log.arn.map(access_log))
                .build_struct(),
            flow.after(log_role.as_slice()),
        );
        let settings = MethodSettingsSettings {
            metrics_enabled: Some(true),
            throttling_burst_limit: Some(throttle.burst),
            throttling_rate_limit: Some(f64::from(throttle.rate)),
        };
        method_settings::create_with_options(
            flow.ctx,
            &format!("{name}-settings"),
            MethodSettingsArgs::builder()
                .rest_api(self.api.id.clone())
                .stage_name(stage.stage_name.clone())
                .method_path("*/*")
                .settings(settings)
                .build_struct(),
            flow.options(),
        );
        ServedApi {
            api: self.api,
            stage,
        }
    }

    fn access_log(&self) -> LogGroupResult {
        let flow = self.flow;
        log_group::create_with_options(
            flow.ctx,
            &format!("{}-logs", self.name),
            LogGroupArgs::builder()
                .name(format!("/aws/apigateway/{}", flow.physical(self.name)))
                .retention_in_days(flow.settings.log_retention_days)
                .build_struct(),
            flow.options(),
        )
    }
}

/// One JSON object for each request, without what a client sent or who it is: ids, times, statuses
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>).
fn access_log(destination_arn: String) -> StageAccessLogSettings {
    let format = json!({
        "requestId": "$context.requestId",
        "extendedRequestId": "$context.extendedRequestId",
        "requestTime": "$context.requestTimeEpoch",
        "method": "$context.httpMethod",
        "path": "$context.resourcePath",
        "status": "$context.status",
        "responseType": "$context.error.responseType",
        "integrationStatus": "$context.integration.status",
        "integrationLatency": "$context.integration.latency",
        "responseLatency": "$context.responseLatency",
    });
    StageAccessLogSettings {
        destination_arn,
        format: format.to_string(),
    }
}

/// FNV-1a with 64 bits, as 16 digits: the same in every build, and only has to differ when the text does.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn a_fingerprint_is_fnv_1a() {
        // http://www.isthe.com/chongo/tech/comp/fnv/
        assert_eq!(fingerprint(""), "cbf29ce484222325");
        assert_eq!(fingerprint("a"), "af63dc4c8601ec8c");
    }
}
