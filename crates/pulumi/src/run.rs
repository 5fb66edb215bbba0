use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Context, Failure};

/// "Failed, and the user has been told through the engine": the host then adds nothing.
/// <https://github.com/pulumi/pulumi/blob/master/sdk/go/common/constant/exec_kind.go>
const ALREADY_LOGGED: u8 = 32;

/// Declares a stack: connects to the engine, runs `program`, waits for all that it registered.
///
/// ```no_run
/// use pulumi::{Context, run};
///
/// fn main() -> std::process::ExitCode {
///     run(|context: &Context| -> Result<(), pulumi::ConfigError> {
///         let memory = context.config_or("memory", 256, "128 to 10240 MB", |mb| {
///             (128..=10_240).contains(mb)
///         })?;
///         context.add_export("memory", &memory);
///         Ok(())
///     })
/// }
/// ```
///
/// # Failures
///
/// Each is one line and an exit code. An error of `program`, a panic, an unusable environment or
/// answer: the line goes to standard error, exit code 1. A request that the engine refused: the line
/// goes to the engine's log as an error, exit code 32, by which Pulumi's language hosts know that
/// nothing is left to tell; if it can't be logged, standard error and 1. A resource that failed: the
/// engine has printed why, so nothing more, exit code 1.
pub fn run<E: Into<Box<dyn Error + Send + Sync>>>(
    program: impl FnOnce(&Context) -> Result<(), E>,
) -> ExitCode {
    tell_panics_in_one_line();
    let mut context = match Context::connect() {
        Ok(context) => context,
        Err(failure) => return told(&failure.to_string()),
    };
    // What a panic leaves half done is not looked at again: the program ends.
    let declared = catch_unwind(AssertUnwindSafe(|| match program(&context) {
        Ok(()) => context.finish().map_err(Ending::Failure),
        Err(error) => Err(Ending::Error(error.into())),
    }));
    let failure = match declared {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(Ending::Error(error))) => return told(&chain(&*error)),
        Ok(Err(Ending::Failure(failure))) => failure,
        Err(_) => Failure::Panicked,
    };
    match failure {
        Failure::Panicked | Failure::Stopped { .. } => ExitCode::FAILURE,
        Failure::Refused { .. } if context.log_error(&one_line(&failure.to_string())) => {
            ExitCode::from(ALREADY_LOGGED)
        }
        _ => told(&failure.to_string()),
    }
}

/// Who ended it: the program's own closure or what became of its requests.
enum Ending {
    Error(Box<dyn Error + Send + Sync>),
    Failure(Failure),
}

fn told(reason: &str) -> ExitCode {
    eprintln!("error: {}", one_line(reason));
    ExitCode::FAILURE
}

/// The error with its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        // Some errors already say what their cause says.
        let source_text = source.to_string();
        if !text.contains(&source_text) {
            text = format!("{text}: {source_text}");
        }
        cause = source.source();
    }
    text
}

fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" ")
}

/// The first panic is told with its place; those that follow from it are not.
fn tell_panics_in_one_line() {
    static TOLD: AtomicBool = AtomicBool::new(false);
    set_hook(Box::new(|panic| {
        if TOLD.swap(true, Ordering::SeqCst) {
            return;
        }
        let reason = panic.payload_as_str().unwrap_or("a value that is not text");
        let place = panic
            .location()
            .map(|at| format!(" at {at}"))
            .unwrap_or_default();
        eprintln!("error: the program panicked{place}: {}", one_line(reason));
    }));
}
