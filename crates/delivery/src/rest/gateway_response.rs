use std::collections::BTreeMap;

use super::{Source, Substitution};

/// Why API Gateway answers by itself.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(
    missing_docs,
    reason = "the names are AWS's; the page above has their meaning"
)]
pub enum ResponseType {
    AccessDenied,
    ApiConfigurationError,
    AuthorizerConfigurationError,
    AuthorizerFailure,
    BadRequestBody,
    BadRequestParameters,
    Default4xx,
    Default5xx,
    ExpiredToken,
    IntegrationFailure,
    IntegrationTimeout,
    InvalidApiKey,
    InvalidSignature,
    MissingAuthenticationToken,
    QuotaExceeded,
    RequestTooLarge,
    ResourceNotFound,
    Throttled,
    Unauthorized,
    UnsupportedMediaType,
    WafFiltered,
}

/// Each type with AWS's name for it, its status and the exception its header names.
#[rustfmt::skip]
const TYPES: [(ResponseType, &str, u16, &str); 21] = [
    (ResponseType::AccessDenied, "ACCESS_DENIED", 403, "AccessDeniedException"),
    (ResponseType::ApiConfigurationError, "API_CONFIGURATION_ERROR", 500, "InternalServerErrorException"),
    (ResponseType::AuthorizerConfigurationError, "AUTHORIZER_CONFIGURATION_ERROR", 500, "InternalServerErrorException"),
    (ResponseType::AuthorizerFailure, "AUTHORIZER_FAILURE", 500, "InternalServerErrorException"),
    (ResponseType::BadRequestBody, "BAD_REQUEST_BODY", 400, "BadRequestException"),
    (ResponseType::BadRequestParameters, "BAD_REQUEST_PARAMETERS", 400, "BadRequestException"),
    (ResponseType::Default4xx, "DEFAULT_4XX", 400, "BadRequestException"),
    (ResponseType::Default5xx, "DEFAULT_5XX", 500, "InternalServerErrorException"),
    (ResponseType::ExpiredToken, "EXPIRED_TOKEN", 403, "ExpiredTokenException"),
    (ResponseType::IntegrationFailure, "INTEGRATION_FAILURE", 504, "InternalServerErrorException"),
    (ResponseType::IntegrationTimeout, "INTEGRATION_TIMEOUT", 504, "InternalServerErrorException"),
    (ResponseType::InvalidApiKey, "INVALID_API_KEY", 403, "ForbiddenException"),
    (ResponseType::InvalidSignature, "INVALID_SIGNATURE", 403, "InvalidSignatureException"),
    (ResponseType::MissingAuthenticationToken, "MISSING_AUTHENTICATION_TOKEN", 403, "MissingAuthenticationTokenException"),
    (ResponseType::QuotaExceeded, "QUOTA_EXCEEDED", 429, "LimitExceededException"),
    (ResponseType::RequestTooLarge, "REQUEST_TOO_LARGE", 413, "RequestTooLargeException"),
    (ResponseType::ResourceNotFound, "RESOURCE_NOT_FOUND", 404, "NotFoundException"),
    (ResponseType::Throttled, "THROTTLED", 429, "TooManyRequestsException"),
    (ResponseType::Unauthorized, "UNAUTHORIZED", 401, "UnauthorizedException"),
    (ResponseType::UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", 415, "UnsupportedMediaTypeException"),
    (ResponseType::WafFiltered, "WAF_FILTERED", 403, "ForbiddenException"),
];

impl ResponseType {
    fn row(self) -> &'static (Self, &'static str, u16, &'static str) {
        let row = TYPES.iter().find(|(known, ..)| *known == self);
        row.unwrap_or(&TYPES[7])
    }

    /// AWS's name: `BAD_REQUEST_BODY`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The status where no gateway response says another.
    #[must_use]
    pub fn status(self) -> u16 {
        self.row().2
    }

    /// What the header `x-amzn-ErrorType` says.
    #[must_use]
    pub fn exception(self) -> &'static str {
        self.row().3
    }

    /// The type with this name of AWS's.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let row = TYPES.iter().find(|(_, known, ..)| *known == name);
        row.map(|(known, ..)| *known)
    }

    /// Stands in for all types of its hundred that are not declared.
    fn fallback(self) -> Self {
        if self.status() < 500 {
            Self::Default4xx
        } else {
            Self::Default5xx
        }
    }
}

/// Why a request is answered by API Gateway itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which gateway response it is.
    pub response_type: ResponseType,
    /// `$context.error.message`.
    pub message: String,
    /// `$context.error.validationErrorString`.
    pub validation: Option<String>,
    /// What only a log may say: an error in the API's own declaration.
    pub detail: Option<String>,
}

impl Fault {
    /// A fault with AWS's message for it.
    #[must_use]
    pub fn new(response_type: ResponseType, message: impl Into<String>) -> Self {
        Self {
            response_type,
            message: message.into(),
            validation: None,
            detail: None,
        }
    }

    /// An error in the API's own declaration; the client hears no more than that.
    #[must_use]
    pub fn configuration(detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..Self::new(ResponseType::ApiConfigurationError, "Internal server error")
        }
    }
}

/// How one type is answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GatewayResponse {
    /// Another status than the type's own.
    pub status: Option<u16>,
    /// Headers and where their values come from.
    pub headers: Vec<(String, Source)>,
    /// Bodies by media type.
    pub templates: BTreeMap<String, Substitution>,
}

/// The declared gateway responses of an API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GatewayResponses(BTreeMap<ResponseType, GatewayResponse>);

impl GatewayResponses {
    /// The declared ones, by type.
    #[must_use]
    pub fn new(declared: BTreeMap<ResponseType, GatewayResponse>) -> Self {
        Self(declared)
    }

    /// The one for a type: its own, else the declared default of its hundred.
    pub(super) fn find(&self, response_type: ResponseType) -> Option<&GatewayResponse> {
        let own = self.0.get(&response_type);
        own.or_else(|| self.0.get(&response_type.fallback()))
    }
}
