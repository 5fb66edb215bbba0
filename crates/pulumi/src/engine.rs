//! The requests that a program sends.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use futures::future::{BoxFuture, join_all};
use pulumi_gestalt_proto::pulumi::pulumirpc::engine_client::EngineClient;
use pulumi_gestalt_proto::pulumi::pulumirpc::register_resource_request::PropertyDependencies;
use pulumi_gestalt_proto::pulumi::pulumirpc::resource_monitor_client::ResourceMonitorClient;
use pulumi_gestalt_proto::pulumi::pulumirpc::{
    LogRequest, LogSeverity, RegisterResourceOutputsRequest, RegisterResourceRequest,
    RequirePulumiVersionRequest, ResourceInvokeRequest,
};
use tonic::transport::{Channel, Endpoint};

use crate::answer::Answer;
use crate::environment::Environment;
use crate::model::{PulumiValue, PulumiValueContent};
use crate::wire::encode;
use crate::{CustomResourceOptions, Failure, Output, ToPulumiValue};

type Object = BoxFuture<'static, Vec<(String, PulumiValue)>>;

/// Both services of the engine, and the stack that everything belongs to.
#[derive(Clone)]
pub(crate) struct Engine {
    monitor: ResourceMonitorClient<Channel>,
    log: EngineClient<Channel>,
    root: String,
    preview: bool,
}

/// A resource, or a component if `custom` is false.
pub(crate) struct Registration {
    pub(crate) type_token: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) custom: bool,
    pub(crate) object: Object,
    pub(crate) options: CustomResourceOptions,
}

impl Engine {
    /// Connects and registers the stack itself, the root of the tree.
    pub(crate) async fn connect(environment: &Environment) -> Result<Self, Failure> {
        let monitor = channel(&environment.monitor).await?;
        let mut engine = Self {
            // Pulumi's own limit is far above gRPC's 4 MB; a large program must not meet a smaller one.
            monitor: ResourceMonitorClient::new(monitor).max_decoding_message_size(usize::MAX),
            log: EngineClient::new(channel(&environment.engine).await?),
            root: String::new(),
            preview: environment.preview,
        };
        let request = RegisterResourceRequest {
            r#type: "pulumi:pulumi:Stack".to_owned(),
            name: format!("{}-{}", environment.project, environment.stack),
            ..RegisterResourceRequest::default()
        };
        engine.root = engine.send(request).await?.urn;
        Ok(engine)
    }

    /// Waits for the inputs, then registers.
    pub(crate) async fn register(self, registration: Registration) -> Result<Answer, Failure> {
        let Registration {
            type_token,
            name,
            version,
            custom,
            object,
            options,
        } = registration;
        let properties = encode(object.await);
        let mut dependencies: BTreeSet<String> = properties
            .dependencies
            .values()
            .flatten()
            .cloned()
            .collect();
        for (urn, sources) in join_all(options.depends_on.iter().map(known)).await {
            dependencies.extend(urn);
            dependencies.extend(sources);
        }
        let parent = match &options.parent {
            Some(urn) => known(urn).await.0.unwrap_or_else(|| self.root.clone()),
            None => self.root.clone(),
        };
        let provider = match &options.provider {
            Some(provider) => known(provider).await.0.unwrap_or_default(),
            None => String::new(),
        };
        self.send(RegisterResourceRequest {
            r#type: type_token,
            name,
            version,
            custom,
            parent,
            provider,
            object: Some(properties.object),
            protect: options.protect,
            retain_on_delete: options.retain_on_delete,
            dependencies: dependencies.into_iter().collect(),
            property_dependencies: by_property(properties.dependencies),
            accept_secrets: true,
            supports_partial_values: true,
            ..RegisterResourceRequest::default()
        })
        .await
    }

    async fn send(&self, request: RegisterResourceRequest) -> Result<Answer, Failure> {
        let subject = format!("{} `{}`", request.r#type, request.name);
        let answer = self.monitor.clone().register_resource(request).await;
        let answer = answer.map_err(|status| Failure::from_status(subject.clone(), &status))?;
        let answer = answer.into_inner();
        Ok(Answer {
            subject,
            dependencies: HashSet::from([answer.urn.clone()]),
            urn: answer.urn,
            id: Some(answer.id).filter(|id| !id.is_empty()),
            fields: answer.object.unwrap_or_default().fields,
            secret: false,
            preview: self.preview,
        })
    }

    /// Calls a provider function. With an argument that is not known yet there is no answer yet.
    pub(crate) async fn invoke(
        self,
        token: String,
        version: String,
        object: Object,
    ) -> Result<Answer, Failure> {
        let arguments = encode(object.await);
        let mut answer = Answer {
            subject: token.clone(),
            urn: String::new(),
            id: None,
            fields: BTreeMap::new(),
            dependencies: arguments.dependencies.into_values().flatten().collect(),
            secret: arguments.secret,
            preview: self.preview,
        };
        if arguments.unknown {
            return Ok(answer);
        }
        let request = ResourceInvokeRequest {
            tok: token,
            version,
            args: Some(arguments.object),
            ..ResourceInvokeRequest::default()
        };
        let response = self.monitor.clone().invoke(request).await;
        let response =
            response.map_err(|status| Failure::from_status(answer.subject.clone(), &status))?;
        let response = response.into_inner();
        if let Some(failure) = response.failures.first() {
            let reason = format!("argument `{}`: {}", failure.property, failure.reason);
            return Err(Failure::Refused {
                subject: answer.subject,
                reason,
            });
        }
        answer.fields = response.r#return.unwrap_or_default().fields;
        Ok(answer)
    }

    /// The stack's outputs, which also say that its declarations are complete.
    pub(crate) async fn complete(
        &self,
        outputs: Vec<(String, PulumiValue)>,
    ) -> Result<(), Failure> {
        let request = RegisterResourceOutputsRequest {
            urn: self.root.clone(),
            outputs: Some(encode(outputs).object),
        };
        let done = self
            .monitor
            .clone()
            .register_resource_outputs(request)
            .await;
        done.map_err(|status| Failure::from_status("the stack's outputs".to_owned(), &status))?;
        Ok(())
    }

    /// Shows an error to the user; false if the engine can't.
    pub(crate) async fn log_error(&self, message: &str) -> bool {
        let request = LogRequest {
            severity: LogSeverity::Error.into(),
            message: message.to_owned(),
            ..LogRequest::default()
        };
        self.log.clone().log(request).await.is_ok()
    }

    pub(crate) async fn require_version(&self, range: &str) -> Result<(), Failure> {
        let request = RequirePulumiVersionRequest {
            pulumi_version_range: range.to_owned(),
        };
        let done = self.log.clone().require_pulumi_version(request).await;
        done.map_err(|status| Failure::from_status(format!("Pulumi {range}"), &status))?;
        Ok(())
    }
}

async fn channel(address: &str) -> Result<Channel, Failure> {
    let unreachable = |reason: String| Failure::Unreachable {
        address: address.to_owned(),
        reason,
    };
    let endpoint = Endpoint::from_shared(format!("http://{address}"));
    let endpoint = endpoint.map_err(|error| unreachable(error.to_string()))?;
    endpoint
        .connect()
        .await
        .map_err(|error| unreachable(error.to_string()))
}

/// The text if it is known, and the URNs it came from.
async fn known(output: &Output<String>) -> (Option<String>, HashSet<String>) {
    let value = output.to_pulumi_value().await;
    match value.content {
        PulumiValueContent::String(text) => (Some(text), value.dependencies),
        _ => (None, value.dependencies),
    }
}

fn by_property(
    dependencies: impl IntoIterator<Item = (String, HashSet<String>)>,
) -> HashMap<String, PropertyDependencies> {
    let sorted = |urns: HashSet<String>| {
        let mut urns: Vec<String> = urns.into_iter().collect();
        urns.sort();
        urns
    };
    dependencies
        .into_iter()
        .map(|(name, urns)| (name, PropertyDependencies { urns: sorted(urns) }))
        .collect()
}
