//! The one port for AWS calls: loopback only, every caller known by the access key it was given.
//!
//! A call names its service in `X-Amz-Target` (`DynamoDB_20120810.PutItem`), as the AWS JSON
//! protocols do; Lambda's paths are added by [`crate::lambda`].

mod access;
mod answer;
mod dispatch;
mod listen;
mod service;

pub use access::{AccessKeys, Caller, Credentials};
pub use dispatch::{Services, router};
pub use listen::{BindError, Ports};
pub use service::{Service, ServiceError};

pub(crate) use answer::{REQUEST_ID, error_body, new_request_id};
pub(crate) use dispatch::parse;
