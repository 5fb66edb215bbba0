/// Why a target did not take an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// AWS's `ERROR_CODE`, for example `NO_RESOURCE` or `THROTTLING`.
    pub code: &'static str,
    /// What a person should read.
    pub message: String,
    /// Whether another attempt can help; a missing right or resource is not tried again.
    pub retryable: bool,
}

impl Refusal {
    /// The target does not exist.
    #[must_use]
    pub fn no_resource(message: impl Into<String>) -> Self {
        Self::for_ever("NO_RESOURCE", message)
    }

    /// The target's policy does not let the rule.
    #[must_use]
    pub fn no_permissions(message: impl Into<String>) -> Self {
        Self::for_ever("NO_PERMISSIONS", message)
    }

    /// The role that the target names can't be taken.
    #[must_use]
    pub fn failed_to_assume_role(message: impl Into<String>) -> Self {
        Self::for_ever("FAILED_TO_ASSUME_ROLE", message)
    }

    /// What the target's input shaping made of the event is no JSON.
    #[must_use]
    pub fn invalid_json(message: impl Into<String>) -> Self {
        Self::for_ever("INVALID_JSON", message)
    }

    /// The target does not take such an event, for example because it is too large.
    ///
    /// AWS does not say which code an event has that is too large for its target.
    #[must_use]
    pub fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::for_ever("INVALID_PARAMETER", message)
    }

    fn for_ever(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retryable: false,
        }
    }
}
