use tokio::signal::unix::{SignalKind, signal};

use crate::error::Error;

/// Completes on Ctrl-C or SIGTERM; from now on neither ends the process by itself.
pub(crate) fn end() -> Result<impl Future<Output = ()>, Error> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Terminal)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::Terminal)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
