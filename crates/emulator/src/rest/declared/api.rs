use serde_json::Value;
use stack::Resource;

use super::read::{one_of, unsupported};
use crate::declaration::{DeclarationError, refuse};

/// Refuses what an API can't be here.
pub(super) fn check(api: &Resource) -> Result<(), DeclarationError> {
    unsupported(
        api,
        &[
            "binaryMediaTypes",
            "body",
            "disableExecuteApiEndpoint",
            "parameters",
            "policy",
        ],
    )?;
    one_of(api, "apiKeySource", &["HEADER", "AUTHORIZER"])?;
    let endpoint = api.inputs.get("endpointConfiguration");
    let kind = endpoint.and_then(|endpoint| endpoint.get("types"));
    // The provider takes a text, earlier versions of it a list of one.
    let kind = match kind {
        Some(Value::Array(kinds)) => kinds.first(),
        kind => kind,
    };
    match kind.and_then(Value::as_str) {
        Some("PRIVATE") => {
            let reason = "`endpointConfiguration` is PRIVATE, which is not supported here; REGIONAL and EDGE are";
            Err(refuse(api, reason))
        }
        _ => Ok(()),
    }
}

/// Refuses what a stage can't be here. Tracing changes no answer and is left out.
pub(super) fn check_stage(stage: &Resource) -> Result<(), DeclarationError> {
    unsupported(stage, &["cacheClusterEnabled", "canarySettings"])
}
