use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::arguments::Logs;
use crate::error::Error;

/// How often a followed log is looked at.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);

/// Prints the log of one function or REST API, and with `--follow` what is added to it.
pub(crate) async fn run(arguments: Logs) -> Result<ExitCode, Error> {
    let directory = arguments.place.state()?.join("logs");
    let known = known(&directory);
    let Some(path) = matching(&known, &arguments.name).map(|name| file(&directory, name)) else {
        return Err(Error::NoLogs {
            name: arguments.name,
            directory,
            known,
        });
    };
    let reading = |source| Error::File {
        action: "read",
        path: path.clone(),
        source,
    };
    let mut log = File::open(&path).map_err(reading)?;
    let mut output = io::stdout().lock();
    loop {
        io::copy(&mut log, &mut output).map_err(reading)?;
        output.flush().map_err(Error::Terminal)?;
        if !arguments.follow {
            return Ok(ExitCode::SUCCESS);
        }
        tokio::time::sleep(FOLLOW_EVERY).await;
    }
}

fn file(directory: &Path, function: &str) -> PathBuf {
    directory.join(format!("{function}.log"))
}

/// The physical names of what has a log.
fn known(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let name = |entry: std::fs::DirEntry| {
        let file = entry.file_name().into_string().ok()?;
        file.strip_suffix(".log").map(str::to_owned)
    };
    let mut names: Vec<String> = entries.filter_map(name).collect();
    names.sort();
    names
}

/// The physical name that `name` means: itself, the log group (of a function, or of access logs, in
/// whose file's name slashes are `_`), or the only one that ends with `-<name>`.
fn matching<'a>(known: &'a [String], name: &str) -> Option<&'a String> {
    let function = name.strip_prefix("/aws/lambda/").unwrap_or(name);
    let file = function.trim_start_matches('/').replace('/', "_");
    if let Some(exact) = known.iter().find(|known| **known == file) {
        return Some(exact);
    }
    let suffix = format!("-{name}");
    let mut ending = known.iter().filter(|known| known.ends_with(&suffix));
    ending.next().filter(|_| ending.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_goes_by_its_physical_name_or_by_the_programs() {
        let known = ["shop-dev-greet", "shop-dev-register"].map(str::to_owned);

        assert_eq!(matching(&known, "shop-dev-greet"), known.first());
        assert_eq!(matching(&known, "greet"), known.first());
        assert_eq!(matching(&known, "dev"), None);
    }

    #[test]
    fn a_log_group_is_found_by_its_own_name_and_by_its_end() {
        let known = ["aws_apigateway_shop-dev-goods", "shop-dev-greet"].map(str::to_owned);

        assert_eq!(
            matching(&known, "/aws/apigateway/shop-dev-goods"),
            known.first()
        );
        assert_eq!(matching(&known, "goods"), known.first());
        assert_eq!(matching(&known, "/aws/lambda/shop-dev-greet"), known.last());
    }

    #[test]
    fn a_name_that_two_functions_could_mean_is_none() {
        let known = ["a-dev-greet", "b-dev-greet"].map(str::to_owned);

        assert_eq!(matching(&known, "greet"), None);
        assert_eq!(matching(&known, "b-dev-greet"), known.last());
    }
}
