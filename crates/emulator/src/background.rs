use std::future::Future;

use tokio::task::JoinHandle;

/// A task that ends when this is dropped.
///
/// What such a task must not lose it has committed before it waits, so it may end at any wait.
#[derive(Debug)]
pub struct Background(JoinHandle<()>);

impl Background {
    /// Starts the task.
    pub fn start(task: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(task))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.0.abort();
    }
}
