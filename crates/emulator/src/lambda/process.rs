use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use jiff::Timestamp;
use tokio::process::{Child, Command};
use uuid::Uuid;

use super::Function;
use super::guard::Guard;
use crate::Logs;
use crate::front::Credentials;

/// What a new process needs beside its function.
#[derive(Debug)]
pub(super) struct Start<'a> {
    pub(super) binary: &'a Path,
    pub(super) credentials: &'a Credentials,
    pub(super) endpoint: &'a str,
    pub(super) runtime_api: &'a str,
    pub(super) region: &'a str,
    pub(super) started_at: delivery::Time,
}

/// Starts the process of an environment, with exactly the variables that it has on AWS, the declared
/// ones, and `AWS_ENDPOINT_URL`.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
pub(super) fn start(
    function: &Function,
    start: &Start<'_>,
    logs: &Logs,
    guard: &Guard,
) -> io::Result<Child> {
    let root = task_root(start.binary);
    let log = logs.append(&function.name)?;
    let mut command = Command::new(start.binary);
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin")
        .env("LANG", "en_US.UTF-8")
        .env("TZ", ":UTC")
        .env("LAMBDA_TASK_ROOT", &root)
        .env("LAMBDA_RUNTIME_DIR", "/var/runtime")
        .env("_HANDLER", &function.handler)
        .env("AWS_REGION", start.region)
        .env("AWS_DEFAULT_REGION", start.region)
        .env("AWS_ACCESS_KEY_ID", &start.credentials.access_key_id)
        .env(
            "AWS_SECRET_ACCESS_KEY",
            &start.credentials.secret_access_key,
        )
        .env("AWS_LAMBDA_FUNCTION_NAME", &function.name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env(
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            function.memory_mb.to_string(),
        )
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", &function.log_group)
        .env("AWS_LAMBDA_LOG_STREAM_NAME", log_stream(start.started_at))
        .envs(&function.environment)
        // After the declared ones: nothing that runs here may reach the real AWS.
        .env("AWS_LAMBDA_RUNTIME_API", start.runtime_api)
        .env("AWS_ENDPOINT_URL", start.endpoint);
    if let Some(token) = &start.credentials.session_token {
        command.env("AWS_SESSION_TOKEN", token);
    }
    if let Some(format) = &function.log_format {
        command.env("AWS_LAMBDA_LOG_FORMAT", format);
    }
    if let Some(level) = &function.log_level {
        command.env("AWS_LAMBDA_LOG_LEVEL", level);
    }
    command
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(guard.group())
        .kill_on_drop(true)
        .spawn()
}

/// The binary's folder, as `/var/task` is on AWS.
fn task_root(binary: &Path) -> PathBuf {
    binary.parent().unwrap_or(Path::new("/")).to_owned()
}

/// `2026/11/21/[$LATEST]0123…`, as on AWS.
fn log_stream(started_at: delivery::Time) -> String {
    let millis = i64::try_from(started_at.0).unwrap_or(i64::MAX);
    let day = Timestamp::from_millisecond(millis).map_or_else(
        |_| "1970/01/01".to_owned(),
        |time| time.strftime("%Y/%m/%d").to_string(),
    );
    format!("{day}/[$LATEST]{}", Uuid::new_v4().simple())
}
