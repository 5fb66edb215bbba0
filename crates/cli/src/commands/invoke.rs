use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use emulator::state::Running;
use serde_json::Value;

use crate::arguments::Invoke;
use crate::client::{Answer, Client};
use crate::error::Error;

/// Invokes a function of the running stack: its answer goes to standard output, its error to
/// standard error.
pub(crate) async fn run(arguments: Invoke) -> Result<ExitCode, Error> {
    let event = if arguments.event == "-" {
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .map_err(Error::Terminal)?;
        text
    } else {
        arguments.event
    };
    serde_json::from_str::<Value>(&event).map_err(Error::Event)?;
    let client = Client::of(&Running::read(&arguments.place.state()?)?)?;
    match client.invoke(&arguments.name, event).await? {
        Answer::Returned(text) => {
            writeln!(io::stdout(), "{text}").map_err(Error::Terminal)?;
            Ok(ExitCode::SUCCESS)
        }
        Answer::Failed(text) => {
            eprintln!("{text}");
            Ok(ExitCode::FAILURE)
        }
    }
}
