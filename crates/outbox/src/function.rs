//! What every function's `main` does around its own work: logs on, and a start that failed told to
//! Lambda.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_runtime::tracing;
use lambda_runtime::tracing::subscriber::filter::LevelFilter;
use lambda_runtime::{Context, Diagnostic};
use lambda_runtime_api_client::body::Body;
use tokio::time::Instant;

use crate::environment::{MissingVariable, optional, required};

/// Runs a function's work until its environment ends.
///
/// Logs go to standard output, one JSON object a line, from `AWS_LAMBDA_LOG_LEVEL` (or `RUST_LOG`,
/// else `INFO`) upwards. An error that ends `work` is printed with its whole chain of causes and told
/// to Lambda by the Runtime API's initialization error, so that the caller of the function reads what
/// is wrong and not only `Runtime.ExitError`.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror>.
pub async fn main<E>(work: impl Future<Output = Result<(), E>>) -> ExitCode
where
    E: Into<lambda_runtime::Error>,
{
    log_to_standard_output();
    if let Err(missing) = lambda_is_there() {
        let _ = writeln!(
            io::stderr(),
            "this program is an AWS Lambda function: {missing}"
        );
        return ExitCode::FAILURE;
    }
    match work.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let message = with_causes(&*error.into());
            tracing::error!(error = message, "the function can't go on");
            tell_lambda(message).await;
            ExitCode::FAILURE
        }
    }
}

/// An error with all that caused it, on one line.
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        // Some errors print their source as well; saying it twice helps nobody.
        if !text.ends_with(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = error.source();
    }
    text
}

/// Lambda names the deadline of an invocation as a time of day; what is left of it counts from here.
pub(crate) fn deadline(context: &Context) -> Instant {
    let at = UNIX_EPOCH + Duration::from_millis(context.deadline);
    Instant::now() + at.duration_since(SystemTime::now()).unwrap_or_default()
}

fn log_to_standard_output() {
    // One level for all: a filter by target would bring a regular expression engine into the binary.
    let level = optional("AWS_LAMBDA_LOG_LEVEL").or_else(|| optional("RUST_LOG"));
    let level = match level.as_deref() {
        Some("FATAL") => LevelFilter::ERROR,
        Some(level) => level.parse().unwrap_or(LevelFilter::INFO),
        None => LevelFilter::INFO,
    };
    // Fails only if the caller has set up logs of its own, which then stay.
    let _ = tracing::subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_max_level(level)
        .try_init();
}

/// The runtime client panics over these; a person who starts the program by hand deserves a sentence.
fn lambda_is_there() -> Result<(), MissingVariable> {
    required("AWS_LAMBDA_RUNTIME_API", "the Runtime API's address")?;
    required("AWS_LAMBDA_FUNCTION_NAME", "the function's name")?;
    required("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "its memory in MB")?;
    required("AWS_LAMBDA_FUNCTION_VERSION", "its version")?;
    Ok(())
}

async fn tell_lambda(message: String) {
    const PATIENCE: Duration = Duration::from_secs(2);
    let diagnostic = Diagnostic {
        error_type: "Runtime.InitError".to_owned(),
        error_message: message,
    };
    let told = async {
        let request = http::Request::post("/2018-06-01/runtime/init/error")
            .header("lambda-runtime-function-error-type", &diagnostic.error_type)
            .body(Body::from(serde_json::to_vec(&diagnostic)?))?;
        lambda_runtime_api_client::PooledClient::builder()
            .build()
            .call(request)
            .await
    };
    match tokio::time::timeout(PATIENCE, told).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(error = %error, "the Runtime API can't be reached"),
        Err(_) => tracing::warn!("the Runtime API did not answer"),
    }
}
