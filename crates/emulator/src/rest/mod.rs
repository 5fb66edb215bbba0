//! REST APIs of API Gateway, served on the port for AWS calls.
//!
//! A stage answers below `/restapis/<api id>/<stage>/_user_request_`, which is the stage's `invokeUrl`
//! here. What a request means, what the backend is called with and how the answer is worded is
//! decided in [`delivery::rest`]; here are the HTTP side, the access keys and the call.

mod access_logs;
mod backend;
mod course;
mod declared;
mod server;

pub use backend::Backends;
pub use declared::{AccessLogging, Stage, declared};
pub use server::{RestApis, router};
