use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, join_all, ready};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::engine::{Engine, Registration};
use crate::environment::Environment;
use crate::failure::Failures;
use crate::model::PulumiValue;
use crate::request::resolve;
use crate::{
    Component, CompositeOutput, CustomResourceOptions, Failure, InvokeResourceRequest, Output,
    RegisterResourceRequest, ToPulumiValue,
};

type Export = (String, BoxFuture<'static, PulumiValue>);

/// The stack being declared.
///
/// What is registered is sent at once, by tasks of a runtime that the context owns; nothing here
/// waits. A failure of one of them ends the program when its closure has returned.
pub struct Context {
    environment: Environment,
    engine: Engine,
    failures: Failures,
    failed: UnboundedReceiver<Failure>,
    tasks: Mutex<JoinSet<()>>,
    exports: Mutex<Vec<Export>>,
    // Last, so that the tasks are gone before it is.
    runtime: Runtime,
}

impl Context {
    /// Connects to the engine that started this program.
    pub(crate) fn connect() -> Result<Self, Failure> {
        let environment = Environment::read(|name| std::env::var(name))?;
        // Two threads: registrations wait for the network, closures on outputs are short.
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        let runtime = runtime.map_err(Failure::Runtime)?;
        let engine = runtime.block_on(Engine::connect(&environment))?;
        let (failures, failed) = Failures::new();
        Ok(Self {
            environment,
            engine,
            failures,
            failed,
            tasks: Mutex::default(),
            exports: Mutex::default(),
            runtime,
        })
    }

    /// The project's name.
    #[must_use]
    pub fn get_project(&self) -> &str {
        &self.environment.project
    }

    /// The stack's name.
    #[must_use]
    pub fn get_stack(&self) -> &str {
        &self.environment.stack
    }

    /// The organization that the stack belongs to; `organization` where there are none.
    #[must_use]
    pub fn get_organization(&self) -> &str {
        &self.environment.organization
    }

    /// The directory of `Pulumi.yaml`.
    #[must_use]
    pub fn get_root_directory(&self) -> &str {
        &self.environment.root_directory
    }

    /// Whether this is a preview: outputs may be unknown, and closures do not run on those.
    #[must_use]
    pub fn is_preview(&self) -> bool {
        self.environment.preview
    }

    /// Ends the program if the engine's version is not in this range, for example `>=3.100.0`.
    pub fn require_pulumi_version(&self, range: &str) -> Result<(), Failure> {
        self.runtime.block_on(self.engine.require_version(range))
    }

    /// A known value as an output.
    pub fn new_output<T: Clone + Send + Sync + 'static>(&self, value: &T) -> Output<T> {
        Output::new(value.clone())
    }

    /// A known value that is encrypted in the state, with all that is made of it.
    pub fn new_secret<T: Clone + Send + Sync + 'static>(&self, value: &T) -> Output<T> {
        Output::new_secret(value.clone())
    }

    /// An output of the stack. A later one of the same name takes its place.
    pub fn add_export<T>(&self, name: &str, value: &T)
    where
        T: ToPulumiValue + Clone + Send + Sync + 'static,
    {
        let value = value.clone();
        let value = async move { value.to_pulumi_value().await }.boxed();
        let mut exports = self.exports.lock().unwrap_or_else(PoisonError::into_inner);
        exports.push((name.to_owned(), value));
    }

    /// A component of this type, for example `outbox:flow:Users`, below the stack.
    pub fn component(&self, type_token: &str, name: &str) -> Component {
        self.component_with_options(type_token, name, CustomResourceOptions::default())
    }

    /// Like [`component`](Self::component), below another one or with other options.
    pub fn component_with_options(
        &self,
        type_token: &str,
        name: &str,
        options: CustomResourceOptions,
    ) -> Component {
        let registration = Registration {
            type_token: type_token.to_owned(),
            name: name.to_owned(),
            version: String::new(),
            custom: false,
            object: ready(Vec::new()).boxed(),
            options,
        };
        let engine = self.engine.clone();
        Component::new(self.send(engine.register(registration)).get_urn())
    }

    /// Called by generated code.
    pub fn register_resource(&self, request: RegisterResourceRequest) -> CompositeOutput {
        let registration = Registration {
            type_token: request.type_,
            name: request.name,
            version: request.version,
            custom: true,
            object: resolve(request.object),
            options: request.options.unwrap_or_default(),
        };
        self.send(self.engine.clone().register(registration))
    }

    /// Called by generated code.
    pub fn invoke_resource(&self, request: InvokeResourceRequest) -> CompositeOutput {
        let arguments = resolve(request.object);
        self.send(
            self.engine
                .clone()
                .invoke(request.token, request.version, arguments),
        )
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Starts a task for the request and hands out its answer.
    fn send(
        &self,
        request: impl Future<Output = Result<Answer, Failure>> + Send + 'static,
    ) -> CompositeOutput {
        let failures = self.failures.clone();
        let answer = async move {
            match request.await {
                Ok(answer) => Arc::new(answer),
                Err(failure) => failures.end(failure).await,
            }
        };
        let answer = answer.boxed().shared();
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.spawn_on(answer.clone().map(drop), self.runtime.handle());
        CompositeOutput::new(answer, self.failures.clone())
    }

    /// Waits for every registration, then sends the exports. The first failure ends it.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        let tasks = self.tasks.get_mut().unwrap_or_else(PoisonError::into_inner);
        let exports = self
            .exports
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let exports = std::mem::take(exports);
        let engine = &self.engine;
        let complete = async {
            while let Some(ended) = tasks.join_next().await {
                if ended.is_err() {
                    return Err(Failure::Panicked);
                }
            }
            let values = exports
                .into_iter()
                .map(|(name, value)| async { (name, value.await) });
            engine.complete(join_all(values).await).await
        };
        let failed = &mut self.failed;
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                Some(failure) = failed.recv() => Err(failure),
                outcome = complete => outcome,
            }
        })
    }

    /// Shows an error to the user through the engine; false if it can't.
    pub(crate) fn log_error(&self, message: &str) -> bool {
        self.runtime.block_on(self.engine.log_error(message))
    }
}
