use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use pulumi_gestalt_proto::pulumi::pulumirpc::engine_server::EngineServer;
use pulumi_gestalt_proto::pulumi::pulumirpc::resource_monitor_server::ResourceMonitorServer;
use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tonic::transport::server::TcpIncoming;

use crate::engine::{Engine, Record};
use crate::resource::in_order;
use crate::{Error, Provider, Stack};

/// A program that makes no step for so long hangs.
const SILENCE: Duration = Duration::from_mins(1);
/// How long a program may take to end once a resource was refused.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How many of its last lines are kept.
const LINES: usize = 50;

/// A compiled Pulumi program and what it is run with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The executable, of any Pulumi SDK that makes one.
    pub binary: PathBuf,
    /// The directory that holds `Pulumi.yaml`; the program runs in it.
    pub directory: PathBuf,
    /// The project's name.
    pub project: String,
    /// The stack's name.
    pub stack: String,
    /// Configuration by `project:key`; a key without `:` belongs to the project.
    pub config: BTreeMap<String, String>,
    /// Answer outputs with [`crate::UNKNOWN`], as `pulumi preview` does on an empty stack.
    pub preview: bool,
}

/// Runs the program to its end and returns what it declared.
///
/// Only the exit of the program counts as its end: outputs may be registered before the last resource.
/// On every error the process is gone when this returns. Nothing is created but the record.
pub async fn run(program: &Program, provider: Arc<dyn Provider>) -> Result<Stack, Error> {
    run_within(program, provider, SILENCE).await
}

/// Like [`run`], with the time a program may go without a step before it is ended as hanging.
pub async fn run_within(
    program: &Program,
    provider: Arc<dyn Provider>,
    limit: Duration,
) -> Result<Stack, Error> {
    if !program.binary.is_file() {
        return Err(Error::Missing(program.binary.clone()));
    }
    let engine = Engine::new(provider, &program.project, &program.stack, program.preview);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.map_err(Error::Listen)?;
    let address = listener.local_addr().map_err(Error::Listen)?.to_string();
    let server = tonic::transport::Server::builder()
        .add_service(
            // gRPC's own limit of 4 MB is below what a program may inline, for example a dashboard.
            ResourceMonitorServer::new(engine.clone()).max_decoding_message_size(usize::MAX),
        )
        .add_service(EngineServer::new(engine.clone()))
        // Small answers, each waited for: no delay for the sake of fuller packets.
        .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)));
    let _server = Ends(tokio::spawn(server));

    let mut child = start(program, &address)?;
    let errors = tokio::spawn(last_lines(child.stderr.take()));
    let output = tokio::spawn(last_lines(child.stdout.take()));
    let ended = wait(&mut child, &engine, limit).await;
    if ended.is_err() {
        // Already ended when this fails; either way no process is left.
        let _ = child.kill().await;
    }
    let lines = joined(errors, output).await;
    let mut record = engine.record();
    let record = std::mem::take(&mut *record);
    outcome(program, record, ended, lines)
}

/// Ends a task when dropped, so that no server outlives its run.
struct Ends<T>(JoinHandle<T>);

impl<T> Drop for Ends<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The environment is the one that Pulumi's language hosts give a program.
fn start(program: &Program, address: &str) -> Result<Child, Error> {
    let config: Map<String, Value> = program
        .config
        .iter()
        .map(|(key, value)| {
            let full = if key.contains(':') {
                key.clone()
            } else {
                format!("{}:{key}", program.project)
            };
            (full, Value::String(value.clone()))
        })
        .collect();
    // It starts in another directory than ours, where a relative path would mean another file.
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let directory = absolute(&program.directory);
    let mut command = Command::new(absolute(&program.binary));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PULUMI_") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(&directory)
        .env("PULUMI_MONITOR", address)
        .env("PULUMI_ENGINE", address)
        .env("PULUMI_PROJECT", &program.project)
        .env("PULUMI_STACK", &program.stack)
        .env("PULUMI_ORGANIZATION", "organization")
        .env("PULUMI_ROOT_DIRECTORY", &directory)
        .env("PULUMI_DRY_RUN", program.preview.to_string())
        .env("PULUMI_PARALLEL", "0")
        .env("PULUMI_CONFIG", Value::Object(config).to_string())
        .env("PULUMI_CONFIG_SECRET_KEYS", "[]")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| Error::Start {
            program: program.binary.clone(),
            source,
        })
}

/// Waits for the exit, as long as the program keeps making steps.
async fn wait(child: &mut Child, engine: &Engine, limit: Duration) -> Result<ExitStatus, Error> {
    let mut steps = engine.steps();
    loop {
        let refused = engine.record().refused.is_some();
        let patience = if refused {
            LAST_WORDS.min(limit)
        } else {
            limit
        };
        tokio::select! {
            status = child.wait() => {
                return status.map_err(|source| Error::Failed {
                    status: format!("its exit can't be read: {source}"),
                    lines: Vec::new(),
                });
            }
            Ok(()) = steps.changed() => {}
            () = tokio::time::sleep(patience) => {
                let last = steps.borrow().clone();
                return Err(Error::Hanging { limit: patience, last });
            }
        }
    }
}

async fn last_lines(pipe: Option<impl AsyncRead + Unpin>) -> Vec<String> {
    let mut kept = std::collections::VecDeque::new();
    let Some(pipe) = pipe else { return Vec::new() };
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    while pipe
        .read_until(b'\n', &mut line)
        .await
        .is_ok_and(|read| read > 0)
    {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        line.clear();
        if !text.is_empty() {
            kept.push_back(text);
        }
        if kept.len() > LINES {
            kept.pop_front();
        }
    }
    kept.into()
}

/// What it wrote to standard error or, if nothing, to standard output.
async fn joined(errors: JoinHandle<Vec<String>>, output: JoinHandle<Vec<String>>) -> Vec<String> {
    // A process that the program left behind may hold the pipes open: don't wait for it for ever.
    let read = |task: JoinHandle<Vec<String>>| async {
        match tokio::time::timeout(Duration::from_secs(1), task).await {
            Ok(Ok(lines)) => lines,
            Ok(Err(_)) | Err(_) => Vec::new(),
        }
    };
    let (errors, output) = tokio::join!(read(errors), read(output));
    if errors.is_empty() { output } else { errors }
}

fn outcome(
    program: &Program,
    record: Record,
    ended: Result<ExitStatus, Error>,
    printed: Vec<String>,
) -> Result<Stack, Error> {
    let lines = if record.errors.is_empty() {
        printed
    } else {
        record.errors.clone()
    };
    if let Some((urn, reason)) = record.refused {
        let status = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
        return Err(Error::Refused {
            urn,
            reason,
            status,
            lines,
        });
    }
    let status = ended?;
    if !status.success() || !record.errors.is_empty() {
        return Err(Error::Failed {
            status: status.to_string(),
            lines,
        });
    }
    if !record.complete {
        return Err(Error::Incomplete {
            declared: record.resources.len(),
        });
    }
    Ok(Stack {
        project: program.project.clone(),
        name: program.stack.clone(),
        resources: in_order(record.resources),
        outputs: record.outputs,
    })
}
