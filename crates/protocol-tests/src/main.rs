//! A Pulumi program for tests: declares what its `scenario` says.

#[allow(
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    reason = "generated from the schema"
)]
mod aws {
    pulumi_gestalt_rust::include_provider!("aws");
}
mod faults;
mod graph;

use std::error::Error;
use std::process::ExitCode;

use pulumi_gestalt_rust::{Context, run};

fn main() -> ExitCode {
    run(
        |context: &Context| -> Result<(), Box<dyn Error + Send + Sync>> {
            match context.require_config(None, "scenario")?.as_str() {
                "graph" => graph::declare(context),
                "refused" => faults::refused(context),
                "duplicate" => faults::duplicate(context),
                "panic" => faults::panic_on_an_output(context),
                "late-panic" => faults::panic_on_an_export(context),
                "stubborn" => faults::goes_on_after_a_refusal(context),
                "unread" => faults::reads_a_missing_output(context),
                "mistyped" => faults::reads_a_name_as_a_flag(context),
                "unused" => faults::leaves_a_missing_output(context),
                "invoke" => faults::unknown_invoke(context),
                "memory" => faults::memory(context)?,
                "cause" => faults::with_a_cause()?,
                "options" => graph::options(context),
                "secret" => graph::secret(context),
                other => return Err(format!("there is no scenario `{other}`").into()),
            }
            Ok(())
        },
    )
}
