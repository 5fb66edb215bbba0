use std::sync::{Mutex, PoisonError};

use delivery::Time;
use delivery::rest::{Ending, Fault, Integrated, Request, Response};
use serde_json::Value;

use super::{Stage, access_logs::AccessLogs};
use crate::{Clock, Journal, Occurrence};

/// What became of one request.
#[derive(Debug)]
pub(super) struct Course {
    /// `$context` at its end.
    pub(super) context: Value,
    /// What the backend did, if it was called.
    pub(super) integration: Option<Integrated>,
    /// Why API Gateway answered by itself, if it did.
    pub(super) fault: Option<Fault>,
    pub(super) response: Response,
}

/// Tells of every request that was answered: the journal, and the stage's access log.
#[derive(Debug)]
pub(super) struct Teller {
    pub(super) journal: Journal,
    pub(super) clock: Clock,
    pub(super) access_logs: Mutex<AccessLogs>,
}

impl Teller {
    /// A request that a stage took.
    pub(super) fn tell(
        &self,
        stage: &Stage,
        request: &Request,
        received_at: Time,
        course: &Course,
    ) {
        let Course {
            context,
            integration,
            fault,
            response,
        } = course;
        // The client hears `Internal server error`; whoever runs the emulator hears why.
        if let Some(detail) = fault.as_ref().and_then(|fault| fault.detail.as_ref()) {
            self.journal.tell(Occurrence::Warning(format!(
                "the REST API {} answered {} {} with an error: {detail}",
                stage.api_id, request.method, request.path
            )));
        }
        if let Some(logging) = &stage.access_log {
            let ending = Ending {
                status: response.status,
                response_length: response.body.len(),
                latency: self.clock.now().since(received_at),
                integration: *integration,
                fault: fault.as_ref(),
            };
            let line = logging.format.line(context.clone(), &ending);
            let mut logs = self.access_logs.lock();
            let logs = logs.as_mut().unwrap_or_else(PoisonError::get_mut);
            if let Err(error) = logs.write(&logging.log_group, &line) {
                self.journal.tell(Occurrence::Warning(format!(
                    "a line of the access log {} could not be written: {error}",
                    logging.log_group
                )));
            }
        }
        self.requested(&stage.api_name, request, received_at, response.status);
    }

    /// A request to the API with this name, or this id if there is no such API.
    pub(super) fn requested(&self, api: &str, request: &Request, received_at: Time, status: u16) {
        self.journal.tell(Occurrence::Requested {
            api: api.to_owned(),
            method: request.method.clone(),
            path: request.path.clone(),
            status,
            received_at,
            answered_at: self.clock.now(),
        });
    }
}
