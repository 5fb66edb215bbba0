//! Lambda: the declared functions as real processes on the Runtime API.
//!
//! An *environment* is one process of a function with an id and access key of its own. It is
//! started when an invocation finds none idle, kept warm, and takes one invocation at a time.

mod environment;
mod failure;
mod function;
mod guard;
mod host;
mod invoke_api;
mod logs;
mod pool;
mod process;
mod runtime_api;

pub use function::{Function, declared};
pub use host::{Lambda, Settings};
pub use logs::Logs;
pub use pool::{Completed, NotRun};

pub(crate) use invoke_api::{Enqueue, Invokes, router as invoke_router};
pub(crate) use runtime_api::router as runtime_router;
