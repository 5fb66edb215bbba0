use std::path::Path;
use std::process::ExitCode;

use emulator::{Clock, Emulating, Journal, Options};
use tokio::sync::broadcast::error::RecvError;

use crate::arguments::{Place, Up};
use crate::error::Error;
use crate::launch::{Launched, launch};
use crate::narration;
use crate::overview::Overview;
use crate::printer::{NobodyReads, Printer};
use crate::signals;

/// Runs the stack until Ctrl-C or SIGTERM and prints a line for everything that happens to events.
pub(crate) async fn run(arguments: Up) -> Result<ExitCode, Error> {
    let project = arguments.place.project()?;
    let state = if arguments.ephemeral {
        None
    } else {
        Some(arguments.place.state()?)
    };
    let options = Options {
        state,
        port: arguments.port,
        invoke_port: arguments.invoke_port,
        ..arguments.settings.options()
    };
    // Heard from the beginning: a signal during the build must not leave a half-started stack.
    let mut end = std::pin::pin!(signals::end()?);
    let launched = tokio::select! {
        launched = launch(&project, &arguments.settings, options) => launched?,
        () = &mut end => return Ok(ExitCode::SUCCESS),
    };
    let Launched { stack, emulating } = launched;
    let overview = Overview {
        stack: &stack,
        running: emulating.running(),
        credentials: emulating.credentials(),
        state: emulating.state().root(),
        durable: emulating.state().is_durable(),
        found_by_default: is_default(emulating.state().root()),
    };
    let mut printer = Printer::start();
    let shown = printer.print(overview.to_string());
    if shown.is_ok() {
        tokio::select! {
            NobodyReads = narrate(emulating.journal(), &mut printer) => {}
            () = &mut end => {}
        }
    }
    finish(emulating, printer).await;
    Ok(ExitCode::SUCCESS)
}

/// Whether a command that is told no directory, run where this one was, looks for the state there.
fn is_default(state: &Path) -> bool {
    let place = Place {
        directory: None,
        state: None,
    };
    let default = place.state().ok().and_then(|path| path.canonicalize().ok());
    default.as_deref() == Some(state)
}

/// Prints what happens for as long as somebody reads it.
async fn narrate(journal: &Journal, printer: &mut Printer) -> NobodyReads {
    let clock = Clock::system();
    let mut occurrences = journal.listen();
    loop {
        let told = match occurrences.recv().await {
            Ok(occurrence) => printer.print(narration::line(&occurrence, clock.now())),
            Err(RecvError::Lagged(missed)) => {
                printer.leave_out(usize::try_from(missed).unwrap_or(usize::MAX));
                Ok(())
            }
            // The emulator holds the other end for as long as it runs.
            Err(RecvError::Closed) => Err(NobodyReads),
        };
        if let Err(nobody) = told {
            return nobody;
        }
    }
}

async fn finish(emulating: Emulating, mut printer: Printer) {
    let state = emulating.state();
    let kept = state.is_durable().then(|| state.root().to_owned());
    emulating.stop().await;
    let last = match kept {
        Some(state) => format!("ended; undelivered events wait in {}", state.display()),
        None => "ended; nothing is kept".to_owned(),
    };
    // It ends in any case; a reader that has gone misses only this.
    let _ = printer.print(last);
    printer.finish();
}
