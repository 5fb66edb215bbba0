use std::collections::BTreeSet;

use pulumi_gestalt_proto::pulumi::pulumirpc::engine_server::Engine as EngineService;
use pulumi_gestalt_proto::pulumi::pulumirpc::resource_monitor_server::ResourceMonitor;
use pulumi_gestalt_proto::pulumi::pulumirpc::{
    CallResponse, Callback, GetRootResourceRequest, GetRootResourceResponse, InvokeResponse,
    LogRequest, LogSeverity, ReadResourceRequest, ReadResourceResponse, RegisterErrorHookRequest,
    RegisterPackageRequest, RegisterPackageResponse, RegisterResourceHookRequest,
    RegisterResourceOutputsRequest, RegisterResourceRequest, RegisterResourceResponse,
    RequirePulumiVersionRequest, RequirePulumiVersionResponse, ResourceCallRequest,
    ResourceInvokeRequest, SetRootResourceRequest, SetRootResourceResponse, StartDebuggingRequest,
    SupportsFeatureRequest, SupportsFeatureResponse,
};
use tonic::{Request, Response, Status};

use super::Engine;
use super::record::{Registration, Rejection, STACK};
use crate::Declared;
use crate::value::{from_wire, has_signature, to_wire};

/// What an SDK may rely on. Not resource references and output values: an SDK then sends their plain
/// values, which is all that is recorded.
const FEATURES: [&str; 1] = ["secrets"];

/// What the real engine answers to every call once a resource has failed: it has printed the reason
/// itself, and the program is only to end.
const SHUT_DOWN: &str = "resource monitor shut down while waiting on step's done channel";

type Answer<T> = Result<Response<T>, Status>;

impl Engine {
    /// `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`.
    /// <https://www.pulumi.com/docs/iac/concepts/resources/names/#urns>
    fn urn(&self, parent: &str, type_token: &str, name: &str) -> String {
        let parent_type = parent.split("::").nth(2).unwrap_or_default();
        let qualified = if parent_type.is_empty() || parent_type == STACK {
            type_token.to_owned()
        } else {
            format!("{parent_type}${type_token}")
        };
        format!(
            "urn:pulumi:{}::{}::{qualified}::{name}",
            self.stack, self.project
        )
    }
}

fn registration(request: RegisterResourceRequest, urn: &str) -> Registration {
    let properties = from_wire(request.object);
    Registration {
        declared: Declared {
            urn: urn.to_owned(),
            type_token: request.r#type,
            name: request.name,
            inputs: properties.values,
            secrets: properties.secret,
        },
        parent: Some(request.parent).filter(|parent| !parent.is_empty()),
        custom: request.custom,
        protect: request.protect.unwrap_or_default(),
        dependencies: request.dependencies.into_iter().collect(),
        property_dependencies: request
            .property_dependencies
            .into_iter()
            .map(|(property, dependencies)| (property, dependencies.urns.into_iter().collect()))
            .collect(),
    }
}

#[tonic::async_trait]
impl ResourceMonitor for Engine {
    async fn register_resource(
        &self,
        request: Request<RegisterResourceRequest>,
    ) -> Answer<RegisterResourceResponse> {
        let request = request.into_inner();
        let urn = self.urn(&request.parent, &request.r#type, &request.name);
        self.note(format!("it registered {urn}"));
        let accept_secrets = request.accept_secrets;
        let registration = registration(request, &urn);
        let secret = if accept_secrets {
            registration.declared.secrets.clone()
        } else {
            BTreeSet::new()
        };
        tokio::time::sleep(self.provider.delay(&registration.declared)).await;

        let mut record = self.record();
        if record.refused.is_some() {
            return Err(Status::unavailable(SHUT_DOWN));
        }
        let resource = match record.register(registration, &*self.provider, self.preview) {
            Ok(resource) => resource,
            Err(Rejection::Request(reason)) => return Err(Status::invalid_argument(reason)),
            Err(Rejection::Provider(reason)) => {
                record.refused = Some((urn, reason));
                return Err(Status::unavailable(SHUT_DOWN));
            }
        };
        let mut outputs = resource.outputs.clone();
        let id = outputs.remove("id").filter(|_| !self.preview);
        outputs.retain(|_, value| !has_signature(value));
        Ok(Response::new(RegisterResourceResponse {
            urn,
            id: id
                .and_then(|id| id.as_str().map(ToOwned::to_owned))
                .unwrap_or_default(),
            object: Some(to_wire(&outputs, &secret)),
            ..RegisterResourceResponse::default()
        }))
    }

    async fn register_resource_outputs(
        &self,
        request: Request<RegisterResourceOutputsRequest>,
    ) -> Answer<()> {
        let request = request.into_inner();
        self.note(format!("it completed {}", request.urn));
        let outputs = from_wire(request.outputs).values;
        let mut record = self.record();
        if record.refused.is_some() {
            return Err(Status::unavailable(SHUT_DOWN));
        }
        let Some(resource) = record
            .resources
            .iter_mut()
            .find(|resource| resource.urn == request.urn)
        else {
            let reason = format!("outputs for {}, which is not registered", request.urn);
            return Err(Status::not_found(reason));
        };
        resource.outputs.extend(outputs.clone());
        if record.root.as_deref() == Some(request.urn.as_str()) {
            record.outputs = outputs;
            record.complete = true;
        }
        Ok(Response::new(()))
    }

    async fn invoke(&self, request: Request<ResourceInvokeRequest>) -> Answer<InvokeResponse> {
        let request = request.into_inner();
        self.note(format!("it invoked {}", request.tok));
        if self.record().refused.is_some() {
            return Err(Status::unavailable(SHUT_DOWN));
        }
        let arguments = from_wire(request.args).values;
        let answer = self.provider.invoke(&request.tok, &arguments);
        let answer = answer.map_err(|refusal| Status::invalid_argument(refusal.to_string()))?;
        Ok(Response::new(InvokeResponse {
            r#return: Some(to_wire(&answer, &BTreeSet::new())),
            failures: Vec::new(),
        }))
    }

    async fn supports_feature(
        &self,
        request: Request<SupportsFeatureRequest>,
    ) -> Answer<SupportsFeatureResponse> {
        let has_support = FEATURES.contains(&request.into_inner().id.as_str());
        Ok(Response::new(SupportsFeatureResponse { has_support }))
    }

    async fn signal_and_wait_for_shutdown(&self, _: Request<()>) -> Answer<()> {
        Ok(Response::new(()))
    }

    async fn call(&self, request: Request<ResourceCallRequest>) -> Answer<CallResponse> {
        let method = request.into_inner().tok;
        Err(unsupported(&format!(
            "calling the resource method {method}"
        )))
    }

    async fn read_resource(
        &self,
        request: Request<ReadResourceRequest>,
    ) -> Answer<ReadResourceResponse> {
        let name = request.into_inner().name;
        Err(unsupported(&format!(
            "reading the existing resource `{name}`: nothing exists but what the program declares;"
        )))
    }

    async fn register_stack_transform(&self, _: Request<Callback>) -> Answer<()> {
        Err(unsupported("a stack transform"))
    }

    async fn register_stack_invoke_transform(&self, _: Request<Callback>) -> Answer<()> {
        Err(unsupported("an invoke transform"))
    }

    async fn register_resource_hook(&self, _: Request<RegisterResourceHookRequest>) -> Answer<()> {
        Err(unsupported("a resource hook"))
    }

    async fn register_error_hook(&self, _: Request<RegisterErrorHookRequest>) -> Answer<()> {
        Err(unsupported("an error hook"))
    }

    async fn register_package(
        &self,
        _: Request<RegisterPackageRequest>,
    ) -> Answer<RegisterPackageResponse> {
        Err(unsupported("a parameterised package"))
    }
}

fn unsupported(what: &str) -> Status {
    Status::unimplemented(format!("{what} can't be run without the Pulumi CLI"))
}

#[tonic::async_trait]
impl EngineService for Engine {
    async fn log(&self, request: Request<LogRequest>) -> Answer<()> {
        let request = request.into_inner();
        if request.severity() == LogSeverity::Error {
            let message = request.message.trim_end();
            let line = if request.urn.is_empty() {
                message.to_owned()
            } else {
                format!("{}: {message}", request.urn)
            };
            self.note(format!("it logged an error: {line}"));
            self.record().errors.push(line);
        }
        Ok(Response::new(()))
    }

    async fn get_root_resource(
        &self,
        _: Request<GetRootResourceRequest>,
    ) -> Answer<GetRootResourceResponse> {
        let urn = self.record().root.clone().unwrap_or_default();
        Ok(Response::new(GetRootResourceResponse { urn }))
    }

    async fn set_root_resource(
        &self,
        request: Request<SetRootResourceRequest>,
    ) -> Answer<SetRootResourceResponse> {
        self.record().root = Some(request.into_inner().urn);
        Ok(Response::new(SetRootResourceResponse {}))
    }

    async fn start_debugging(&self, _: Request<StartDebuggingRequest>) -> Answer<()> {
        Ok(Response::new(()))
    }

    async fn require_pulumi_version(
        &self,
        _: Request<RequirePulumiVersionRequest>,
    ) -> Answer<RequirePulumiVersionResponse> {
        Ok(Response::new(RequirePulumiVersionResponse {}))
    }
}
