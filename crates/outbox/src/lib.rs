//! A transactional outbox toolkit for AWS: relay, quarantine, consumers.

pub mod environment;
pub mod function;
pub mod sdk;
