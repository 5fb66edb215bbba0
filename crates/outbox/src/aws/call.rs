//! What an SDK's error says about its call.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::function::with_causes;
use crate::publish::CallError;

/// The relay retries by its own rules.
pub(super) fn one_attempt() -> RetryConfig {
    RetryConfig::disabled()
}

/// A connection that takes this long will not come; the relay limits the call as a whole.
pub(super) fn time_outs() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(std::time::Duration::from_secs(2))
        .build()
}

pub(super) fn error<E>(error: SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        // A body that can't be read arrives here as well: the service has said yes, but not to what.
        SdkError::ServiceError(unreadable) if unreadable.raw().status().is_success() => {
            CallError::NoAnswer("the answer can't be read".to_owned())
        }
        SdkError::ServiceError(refused) => {
            let metadata = refused.err().meta();
            CallError::Refused {
                status: refused.raw().status().as_u16(),
                code: metadata.code().unwrap_or_default().to_owned(),
                message: metadata.message().unwrap_or_default().to_owned(),
            }
        }
        SdkError::ResponseError(unreadable) if !unreadable.raw().status().is_success() => {
            CallError::Refused {
                status: unreadable.raw().status().as_u16(),
                code: String::new(),
                message: "the answer can't be read".to_owned(),
            }
        }
        error @ SdkError::ConstructionFailure(_) => CallError::NotSent(with_causes(&error)),
        error => CallError::NoAnswer(with_causes(&error)),
    }
}
