//! The emulator's own parts over one store in memory, and the world around them.

mod declare;
mod destinations;
mod drain;
mod faults;
mod ground;
mod life;
mod log;
mod names;
mod recorder;
mod stream;
mod sweep;
mod targets;
mod waiting;

pub(crate) use ground::Ground;
pub(crate) use life::{Life, LifeError, Plan};
pub(crate) use log::Log;
pub(crate) use names::{
    BUS, CONSUMER, OUTBOX_RELAY, QUARANTINE, RECOVERY, RELAY, function_arn, function_of, queue_url,
};
