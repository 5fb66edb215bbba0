use crate::environment::MissingVariable;

/// Why a function can't start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An environment variable is missing.
    #[error(transparent)]
    MissingVariable(#[from] MissingVariable),
    /// A consumer asks for gapless order and does not read every kind of event.
    #[error(transparent)]
    NotAllTypes(#[from] contract::NotAllTypes),
    /// The Lambda Runtime API can't be used.
    #[error("the Lambda Runtime API failed: {0}")]
    Runtime(#[from] lambda_runtime::Error),
}
