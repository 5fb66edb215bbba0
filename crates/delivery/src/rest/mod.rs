//! A REST API of API Gateway: from a request to the call of its backend, and from the backend's
//! answer to the client's, with no I/O.
//!
//! [`Api::receive`] finds the method; [`Exchange::call`] validates the request and writes what the
//! backend is called with; [`Exchange::answer`] words the backend's answer; whatever goes wrong on
//! the way is a [`Fault`], and [`Exchange::refuse`] or [`Api::refuse`] words that as the API's gateway
//! responses say.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-develop-integrations.html>

mod access_log;
mod api;
mod content_type;
mod context;
mod exchange;
mod gateway_response;
mod integration;
mod json_path;
mod method;
mod model;
mod resource;
mod response;
mod source;
mod substitution;
mod template;
mod throttle;

#[cfg(test)]
mod tests;

pub use access_log::{AccessLog, Ending, Integrated};
pub use api::Api;
pub use content_type::media_type;
pub use context::{Facts, Identity};
pub use exchange::{Call, Exchange, Request};
pub use gateway_response::{Fault, GatewayResponse, GatewayResponses, ResponseType};
pub use integration::{
    Action, Backend, Integration, IntegrationResponse, Passthrough, Selection, SelectionError,
};
pub use method::{Authorization, Method, Validation};
pub use model::{Model, ModelError};
pub use resource::{Resource, Resources};
pub use response::{Answer, Response};
pub use source::{Place, Side, Source};
pub use substitution::Substitution;
pub use template::{Overrides, Parameters, RenderError, Template, TemplateError};
pub use throttle::{Rate, Throttles};
