use emulator::state::Running;

use crate::quoted::quoted_text;

/// What the AWS CLI and the SDKs need to find a running stack, as lines for a shell.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html>
pub(crate) fn exports(running: &Running) -> Vec<String> {
    let variables = [
        ("AWS_ENDPOINT_URL", &running.endpoint),
        ("AWS_REGION", &running.region),
        // The name that version 1 of the AWS CLI reads.
        ("AWS_DEFAULT_REGION", &running.region),
        ("AWS_ACCESS_KEY_ID", &running.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", &running.secret_access_key),
    ];
    let export = |(name, value): (&str, &String)| format!("export {name}={}", quoted_text(value));
    variables.map(export).to_vec()
}
