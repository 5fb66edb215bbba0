//! A panic in the application's code, caught and told without what it says: the message of a panic may quote the
//! data.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A caught panic.
#[derive(Debug)]
pub(crate) struct Panic {
    /// File and line, when [`log_places_only`] is on.
    pub(crate) place: Option<String>,
    /// What the panic says. It may hold personal data: not for logs.
    pub(crate) message: String,
}

impl Panic {
    pub(crate) fn of(payload: &(dyn Any + Send)) -> Self {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Self {
            place: PLACE.with_borrow_mut(Option::take),
            message,
        }
    }
}

/// Runs the application's code and catches its panic.
pub(crate) fn catch<R>(code: impl FnOnce() -> R) -> Result<R, Panic> {
    // What the code was given is dropped with the panic, so nobody sees it half changed.
    catch_unwind(AssertUnwindSafe(code)).map_err(|payload| Panic::of(payload.as_ref()))
}

/// Makes every panic of this process one log line with its place in the code and nothing else.
#[cfg(feature = "aws")]
pub(crate) fn log_places_only() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        tracing::error!(place, "panicked");
        PLACE.set(Some(place));
    }));
}
