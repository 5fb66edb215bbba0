use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use delivery::Time;

use crate::front::ServiceError;

/// A failure of a service that somebody ordered, to see what becomes of events meanwhile. Until it ends,
/// each call of the service is answered with one error and does nothing.
///
/// Cheap to clone: clones are the same outage. Nothing is out until [`Outage::begin`].
#[derive(Clone, Debug, Default)]
pub struct Outage(Arc<Mutex<Option<Ordered>>>);

#[derive(Clone, Debug)]
struct Ordered {
    error: ServiceError,
    until: Time,
}

impl Outage {
    /// Answers `error` from now on and before `until`; a former order is replaced.
    pub fn begin(&self, error: ServiceError, until: Time) {
        *self.lock() = Some(Ordered { error, until });
    }

    /// What a call at `now` is answered with; none if it is to be done.
    pub(crate) fn error(&self, now: Time) -> Option<ServiceError> {
        let mut ordered = self.lock();
        if ordered.as_ref().is_some_and(|ordered| now >= ordered.until) {
            *ordered = None;
        }
        ordered.as_ref().map(|ordered| ordered.error.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Ordered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_answers_its_error_until_its_end_and_never_again() {
        let outage = Outage::default();
        let error = ServiceError::internal("ordered");
        assert_eq!(outage.error(Time(0)), None);

        outage.clone().begin(error.clone(), Time(100));

        assert_eq!(outage.error(Time(99)), Some(error));
        assert_eq!(outage.error(Time(100)), None);
        assert_eq!(outage.error(Time(99)), None);
    }
}
