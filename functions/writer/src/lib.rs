//! Lambda function `writer`: stores one user, and thereby starts everything that follows from it.
//!
//! In reading order: [`input`] is the event's shape, [`user`] decides which user it means,
//! [`store`] says what it takes to keep one, [`dynamodb`] keeps it, and [`handler`] joins them.

pub mod dynamodb;
pub mod error;
pub mod handler;
pub mod input;
pub mod store;
pub mod user;
