//! Lambda: the declared functions as real processes on the Runtime API.
//!
//! An *environment* is one process of a function with an id and access key of its own. It is
//! started when an invocation finds none idle, kept warm, and takes one invocation at a time.
//!
//! From the top: `functions` are all that can be invoked, `pool` is the environments of one of them,
//! `host` starts environments and knows those that live.

mod environment;
mod failure;
mod function;
mod functions;
mod guard;
mod host;
mod invoke_api;
mod memory;
mod pool;
mod process;
mod runtime_api;

pub use function::{Function, declared};
pub use functions::Lambda;
pub use host::Settings;
pub use pool::{Completed, NotRun};

pub(crate) use invoke_api::{Enqueue, Invokes, router as invoke_router};
pub(crate) use runtime_api::router as runtime_router;
