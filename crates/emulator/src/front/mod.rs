//! The one port for AWS calls.

mod service;

pub use service::{Service, ServiceError};
