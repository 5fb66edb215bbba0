//! What a function logs.

use std::io;
use std::sync::{Arc, Mutex};

use lambda_runtime::tracing::{instrument::WithSubscriber as _, subscriber};

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Runs the function, whose lines are kept as Lambda keeps them.
    pub(crate) async fn of<F: Future>(&self, function: F) -> F::Output {
        let writer = self.clone();
        let subscriber = subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_writer(move || writer.clone())
            .finish();
        function.with_subscriber(subscriber).await
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
