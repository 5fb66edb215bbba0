//! An engine that keeps each request as it came over the wire and answers as it is told.

use std::net::Ipv4Addr;
use std::process::Output;
use std::sync::{Arc, Mutex};

use pulumi_gestalt_proto::pulumi::pulumirpc::engine_server::{Engine, EngineServer};
use pulumi_gestalt_proto::pulumi::pulumirpc::resource_monitor_server::{
    ResourceMonitor, ResourceMonitorServer,
};
use pulumi_gestalt_proto::pulumi::pulumirpc::{
    CallResponse, Callback, GetRootResourceRequest, GetRootResourceResponse, InvokeResponse,
    LogRequest, ReadResourceRequest, ReadResourceResponse, RegisterErrorHookRequest,
    RegisterPackageRequest, RegisterPackageResponse, RegisterResourceHookRequest,
    RegisterResourceOutputsRequest, RegisterResourceRequest, RegisterResourceResponse,
    RequirePulumiVersionRequest, RequirePulumiVersionResponse, ResourceCallRequest,
    ResourceInvokeRequest, SetRootResourceRequest, SetRootResourceResponse, StartDebuggingRequest,
    SupportsFeatureRequest, SupportsFeatureResponse,
};
use tokio::net::TcpListener;
use tokio::process::Command;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// What a run of the program sent.
#[derive(Clone)]
pub(crate) struct Recorder {
    /// Refuses the resource of this name so.
    pub(crate) refuse: Option<(&'static str, Status)>,
    /// Whether it takes log lines.
    pub(crate) logs: bool,
    pub(crate) registered: Arc<Mutex<Vec<RegisterResourceRequest>>>,
    pub(crate) logged: Arc<Mutex<Vec<LogRequest>>>,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self {
            refuse: None,
            logs: true,
            registered: Arc::default(),
            logged: Arc::default(),
        }
    }

    /// Runs the program to its end.
    pub(crate) async fn run(&self, scenario: &str) -> Output {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = Server::builder()
            .add_service(ResourceMonitorServer::new(self.clone()))
            .add_service(EngineServer::new(self.clone()))
            .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)));
        let server = tokio::spawn(server);
        let output = Command::new(crate::program::program(scenario).binary)
            .envs([("PULUMI_MONITOR", &address), ("PULUMI_ENGINE", &address)])
            .envs([
                ("PULUMI_PROJECT", "shop"),
                ("PULUMI_STACK", "dev"),
                ("PULUMI_ORGANIZATION", "organization"),
                ("PULUMI_ROOT_DIRECTORY", "/"),
                (
                    "PULUMI_CONFIG",
                    &format!(r#"{{"shop:scenario":"{scenario}"}}"#),
                ),
            ])
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        server.abort();
        output
    }

    /// The request that registered the resource of this name.
    pub(crate) fn registered(&self, name: &str) -> RegisterResourceRequest {
        let registered = self.registered.lock().unwrap();
        registered
            .iter()
            .find(|request| request.name == name)
            .expect(name)
            .clone()
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ResourceMonitor for Recorder {
    async fn register_resource(
        &self,
        request: Request<RegisterResourceRequest>,
    ) -> Answer<RegisterResourceResponse> {
        let request = request.into_inner();
        if let Some((_, status)) = self
            .refuse
            .as_ref()
            .filter(|(name, _)| *name == request.name)
        {
            return Err(status.clone());
        }
        let urn = format!("urn:pulumi:dev::shop::{}::{}", request.r#type, request.name);
        let id = if request.custom {
            format!("{}-id", request.name)
        } else {
            String::new()
        };
        let object = request.object.clone();
        self.registered.lock().unwrap().push(request);
        Ok(Response::new(RegisterResourceResponse {
            urn,
            id,
            object,
            ..RegisterResourceResponse::default()
        }))
    }

    async fn register_resource_outputs(
        &self,
        _: Request<RegisterResourceOutputsRequest>,
    ) -> Answer<()> {
        Ok(Response::new(()))
    }

    async fn supports_feature(
        &self,
        _: Request<SupportsFeatureRequest>,
    ) -> Answer<SupportsFeatureResponse> {
        unused()
    }

    async fn invoke(&self, _: Request<ResourceInvokeRequest>) -> Answer<InvokeResponse> {
        unused()
    }

    async fn call(&self, _: Request<ResourceCallRequest>) -> Answer<CallResponse> {
        unused()
    }

    async fn read_resource(&self, _: Request<ReadResourceRequest>) -> Answer<ReadResourceResponse> {
        unused()
    }

    async fn register_stack_transform(&self, _: Request<Callback>) -> Answer<()> {
        unused()
    }

    async fn register_stack_invoke_transform(&self, _: Request<Callback>) -> Answer<()> {
        unused()
    }

    async fn register_resource_hook(&self, _: Request<RegisterResourceHookRequest>) -> Answer<()> {
        unused()
    }

    async fn register_error_hook(&self, _: Request<RegisterErrorHookRequest>) -> Answer<()> {
        unused()
    }

    async fn register_package(
        &self,
        _: Request<RegisterPackageRequest>,
    ) -> Answer<RegisterPackageResponse> {
        unused()
    }

    async fn signal_and_wait_for_shutdown(&self, _: Request<()>) -> Answer<()> {
        unused()
    }
}

#[tonic::async_trait]
impl Engine for Recorder {
    async fn log(&self, request: Request<LogRequest>) -> Answer<()> {
        if !self.logs {
            return unused();
        }
        self.logged.lock().unwrap().push(request.into_inner());
        Ok(Response::new(()))
    }

    async fn get_root_resource(
        &self,
        _: Request<GetRootResourceRequest>,
    ) -> Answer<GetRootResourceResponse> {
        unused()
    }

    async fn set_root_resource(
        &self,
        _: Request<SetRootResourceRequest>,
    ) -> Answer<SetRootResourceResponse> {
        unused()
    }

    async fn start_debugging(&self, _: Request<StartDebuggingRequest>) -> Answer<()> {
        unused()
    }

    async fn require_pulumi_version(
        &self,
        _: Request<RequirePulumiVersionRequest>,
    ) -> Answer<RequirePulumiVersionResponse> {
        unused()
    }
}

fn unused<T>() -> Answer<T> {
    Err(Status::unimplemented("no test needs it"))
}
