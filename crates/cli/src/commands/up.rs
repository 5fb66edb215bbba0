use std::process::ExitCode;

use emulator::{Clock, Emulating, Journal, Options};
use tokio::sync::broadcast::error::RecvError;

use crate::arguments::Up;
use crate::error::Error;
use crate::launch::{Launched, launch};
use crate::narration;
use crate::overview::Overview;
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
        state: emulating
            .state()
            .is_durable()
            .then(|| emulating.state().root()),
    };
    print!("{overview}");
    tokio::select! {
        () = narrate(emulating.journal()) => {}
        () = &mut end => {}
    }
    finish(emulating).await;
    Ok(ExitCode::SUCCESS)
}

async fn narrate(journal: &Journal) {
    let clock = Clock::system();
    let mut occurrences = journal.listen();
    loop {
        match occurrences.recv().await {
            Ok(occurrence) => println!("{}", narration::line(&occurrence, clock.now())),
            Err(RecvError::Lagged(missed)) => println!("({missed} lines left out)"),
            Err(RecvError::Closed) => return,
        }
    }
}

async fn finish(emulating: Emulating) {
    let kept = emulating
        .state()
        .is_durable()
        .then(|| emulating.state().root().to_owned());
    emulating.stop().await;
    match kept {
        Some(state) => println!("ended; undelivered events wait in {}", state.display()),
        None => println!("ended; nothing is kept"),
    }
}
