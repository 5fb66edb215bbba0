use std::io::{self, BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::endpoint::{Call, Reply};
use crate::runtime_api::RuntimeApi;
use crate::usage::{self, Usage};

/// A function's running process and the Runtime API it polls. Dropping it kills the process.
pub struct Function {
    api: Arc<RuntimeApi>,
    server: JoinHandle<()>,
    /// Absent once it has been waited for.
    process: Option<Child>,
    started: Instant,
    ended: watch::Receiver<bool>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Function {
    /// Starts `binary` with Lambda's variables and `variables`, and nothing else of this process's
    /// environment. Every AWS call it makes is answered by `endpoint`.
    pub async fn start<F>(
        binary: impl AsRef<Path>,
        variables: &[(&str, &str)],
        endpoint: impl Fn(Call) -> F + Send + Sync + 'static,
    ) -> io::Result<Self>
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?.to_string();
        let api = RuntimeApi::new(Arc::new(move |call| Box::pin(endpoint(call))));
        let router = api.router();
        let server = tokio::spawn(async move {
            // Serving ends with the task; an error here shows as an answer that never comes.
            let _ = axum::serve(listener, router).await;
        });

        let started = Instant::now();
        let mut process = Command::new(binary.as_ref())
            .env_clear()
            .envs(lambda_variables(&address))
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let log = Arc::<Mutex<Vec<String>>>::default();
        let (end, ended) = watch::channel(false);
        if let Some(output) = process.stdout.take() {
            let log = Arc::clone(&log);
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    log.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(line);
                }
                let _ = end.send(true);
            });
        }
        Ok(Self {
            api,
            server,
            process: Some(process),
            started,
            ended,
            log,
        })
    }

    /// Hands the function an event, with this long until its deadline, and waits for its answer.
    pub async fn invoke(&self, event: impl Into<Bytes>, time_left: Duration) -> Answer {
        let answered = self.api.invoke(event.into(), time_left);
        let mut start_error = self.api.start_error();
        let mut ended = self.ended.clone();
        tokio::select! {
            biased;
            Ok(answer) = answered => answer,
            Ok(error) = start_error.wait_for(Option::is_some) => {
                Answer::NotStarted(error.clone().unwrap_or_default())
            }
            _ = ended.wait_for(|ended| *ended) => Answer::Ended,
        }
    }

    /// How long the process took from its start to its first poll; `None` if it ended before.
    pub async fn first_poll(&self) -> Option<Duration> {
        let mut first_poll = self.api.first_poll();
        let mut ended = self.ended.clone();
        tokio::select! {
            biased;
            Ok(polled) = first_poll.wait_for(Option::is_some) => {
                (*polled).map(|polled| polled.duration_since(self.started))
            }
            _ = ended.wait_for(|ended| *ended) => None,
        }
    }

    /// Kills the process and returns all that it wrote to standard output, by line.
    pub async fn stop(&mut self) -> Vec<String> {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
        }
        let _ = self.ended.wait_for(|ended| *ended).await;
        self.log()
    }

    /// Kills the process and returns what it has used.
    pub async fn end(mut self) -> io::Result<Usage> {
        let peak_memory = match &self.process {
            Some(process) => usage::peak_memory(process.id()),
            None => None,
        };
        self.stop().await;
        let process = self.process.take().ok_or(io::ErrorKind::NotFound)?;
        usage::of_ended(process, peak_memory)
    }

    /// What the function has written to standard output so far, by line.
    ///
    /// A line may come a moment after the answer that it belongs to.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits for a process that ends by itself and returns its exit code.
    pub async fn exit_code(&mut self) -> Option<i32> {
        let _ = self.ended.wait_for(|ended| *ended).await;
        self.process.take()?.wait().ok()?.code()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
        self.server.abort();
    }
}

/// What Lambda sets, as far as functions read it, with one address for the Runtime API and for AWS.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>.
fn lambda_variables(address: &str) -> Vec<(&'static str, String)> {
    [
        ("AWS_ACCESS_KEY_ID", "sandbox"),
        ("AWS_ENDPOINT_URL", &format!("http://{address}")),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_NAME", "sandbox"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/sandbox"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "sandbox"),
        ("AWS_LAMBDA_RUNTIME_API", address),
        ("AWS_REGION", "us-east-1"),
        ("AWS_SECRET_ACCESS_KEY", "sandbox"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}
