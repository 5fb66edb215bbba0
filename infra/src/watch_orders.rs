//! What is watched between a request and the bus, where no function of ours runs.

use crate::alarm::{Above, Metric, alarm};
use crate::flow::Flow;
use crate::rest_stage::ServedApi;

/// The API: what clients hear when something behind it fails.
pub(crate) fn watch_api(flow: &Flow, name: &str, served: &ServedApi) {
    let api = ("ApiName", &served.api.name);
    let stage = ("Stage", &served.stage.stage_name);
    alarm(
        flow,
        &format!("{name}-5xx-errors"),
        "Clients get errors that are not theirs: DynamoDB fails, or a template or its role is wrong. See the access log.",
        Metric::of_both("AWS/ApiGateway", "5XXError", api, stage),
        Above::Sum(0.0),
    );
}
