use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::RequestExt as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::any;
use delivery::Time;
use delivery::rest::{
    Answer, Authorization, Call, Exchange, Facts, Fault, Identity, Integrated, Parameters, Request,
    Response, ResponseType, Throttles,
};

use super::access_logs::AccessLogs;
use super::course::{Course, Teller};
use super::{Backends, Stage};
use crate::front::{AccessKeys, Caller, REQUEST_ID};
use crate::{Chance, Clock, Journal, Logs};

/// API Gateway's largest payload.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>
const LARGEST_REQUEST: usize = 10 * 1024 * 1024;

/// Stands between a stage and the path of its API.
const BELOW_STAGE: &str = "_user_request_";

/// The declared stages, and what serving them needs.
pub struct RestApis {
    /// What is served.
    pub stages: Vec<Stage>,
    /// What integrations call.
    pub backends: Backends,
    /// Who may call methods with `AWS_IAM`.
    pub keys: AccessKeys,
    /// For `$context.requestTime` and the throttles.
    pub clock: Clock,
    /// For request ids.
    pub chance: Chance,
    /// Hears of every request, and what an API's own declaration got wrong.
    pub journal: Journal,
    /// Where access logs are written.
    pub logs: Logs,
    /// For `$context.accountId` and the callers' ARNs.
    pub account: String,
}

struct Served {
    apis: RestApis,
    /// By API and stage.
    throttles: BTreeMap<(String, String), Mutex<Throttles>>,
    teller: Teller,
}

/// Serves the stages.
pub fn router(apis: RestApis) -> Router {
    let throttles = apis.stages.iter().map(|stage| {
        let key = (stage.api_id.clone(), stage.name.clone());
        (key, Mutex::new(Throttles::default()))
    });
    let throttles = throttles.collect();
    let teller = Teller {
        journal: apis.journal.clone(),
        clock: apis.clock,
        access_logs: Mutex::new(AccessLogs::new(apis.logs.clone())),
    };
    let below = format!("/restapis/{{api}}/{{stage}}/{BELOW_STAGE}");
    Router::new()
        .route(&below, any(handle))
        .route(&format!("{below}/"), any(handle))
        .route(&format!("{below}/{{*path}}"), any(handle))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .with_state(Arc::new(Served {
            apis,
            throttles,
            teller,
        }))
}

async fn handle(
    State(served): State<Arc<Served>>,
    request: axum::extract::Request,
) -> axum::response::Response {
    let ids = Ids::of(request.headers(), served.apis.chance.uuid().to_string());
    let response = served.respond(request, &ids).await;
    worded(response, &ids)
}

/// What a request is known by.
struct Ids {
    /// A UUID, unless the client sends another text: AWS says that a client can override it, and not
    /// how (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>).
    request: String,
    /// API Gateway's own, which ends in an equals sign.
    extended: String,
}

impl Ids {
    fn of(headers: &HeaderMap, own: String) -> Self {
        let short: String = own.chars().filter(|c| *c != '-').take(15).collect();
        let sent = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        Self {
            request: sent.map_or(own, str::to_owned),
            extended: format!("{short}="),
        }
    }
}

impl Served {
    async fn respond(&self, request: axum::extract::Request, ids: &Ids) -> Response {
        let received_at = self.apis.clock.now();
        let uri = request.uri().clone();
        let mut parts = uri.path().trim_start_matches('/').splitn(5, '/').skip(1);
        let api_id = parts.next().unwrap_or_default();
        let name = parts.next().unwrap_or_default();
        let path = format!("/{}", parts.nth(1).unwrap_or_default());
        let headers = request.headers().clone();
        let mut received = Request {
            method: request.method().as_str().to_owned(),
            path,
            parameters: Parameters {
                path: BTreeMap::new(),
                query: query(uri.query().unwrap_or_default()),
                header: texts(&headers),
            },
            body: String::new(),
        };
        let mut stages = self.apis.stages.iter();
        let stage = stages.find(|stage| stage.api_id == api_id && stage.name == name);
        let Some(stage) = stage else {
            let response = forbidden();
            self.teller
                .requested(api_id, &received, received_at, response.status);
            return response;
        };
        let facts = self.facts(stage, &headers, received_at, ids);
        let course = if let Ok(body) = request.extract::<Bytes, _>().await {
            received.body = String::from_utf8_lossy(&body).into_owned();
            self.course(stage, &received, &facts, &headers).await
        } else {
            let fault = Fault::new(ResponseType::RequestTooLarge, "Request Too Long");
            refused(stage, &received, &facts, fault)
        };
        self.teller.tell(stage, &received, received_at, &course);
        course.response
    }

    async fn course(
        &self,
        stage: &Stage,
        received: &Request,
        facts: &Facts,
        headers: &HeaderMap,
    ) -> Course {
        let mut exchange = match stage.api.receive(received, facts) {
            Ok(exchange) => exchange,
            Err(fault) => return refused(stage, received, facts, fault),
        };
        let mut integration = None;
        let result = self
            .exchange(stage, &mut exchange, headers, &mut integration)
            .await;
        let (response, fault) = match result {
            Ok(response) => (response, None),
            Err(fault) => (exchange.refuse(&fault), Some(fault)),
        };
        Course {
            context: exchange.context().clone(),
            integration,
            fault,
            response,
        }
    }

    async fn exchange(
        &self,
        stage: &Stage,
        exchange: &mut Exchange<'_>,
        headers: &HeaderMap,
        integration: &mut Option<Integrated>,
    ) -> Result<Response, Fault> {
        if exchange.method().authorization == Authorization::Iam {
            self.authorize(exchange, headers)?;
        }
        let key = (stage.api_id.clone(), stage.name.clone());
        if let Some(throttles) = self.throttles.get(&key) {
            let mut throttles = throttles.lock().unwrap_or_else(PoisonError::into_inner);
            throttles.admit(exchange, self.apis.clock.now())?;
        }
        let timeout = exchange.method().integration.timeout;
        let answer = match exchange.call()? {
            Call::Mock(answer) => Answer::Answered(answer),
            Call::Action { action, body } => {
                let called_at = self.apis.clock.now();
                let answer = self.apis.backends.call(action, body, timeout).await;
                let status = match &answer {
                    Answer::Answered(answer) => Some(answer.status),
                    Answer::Failed | Answer::TimedOut => None,
                };
                let latency = self.apis.clock.now().since(called_at);
                *integration = Some(Integrated { status, latency });
                answer
            }
        };
        exchange.answer(answer)
    }

    /// A request must be signed with a key of this run; what the caller's policies say is not asked.
    fn authorize(&self, exchange: &mut Exchange<'_>, headers: &HeaderMap) -> Result<(), Fault> {
        let caller = self.apis.keys.caller(headers).map_err(|error| {
            if error.code == "MissingAuthenticationTokenException" {
                Fault::new(
                    ResponseType::MissingAuthenticationToken,
                    "Missing Authentication Token",
                )
            } else {
                Fault::new(
                    ResponseType::InvalidSignature,
                    "The security token included in the request is invalid.",
                )
            }
        })?;
        let arn = match caller {
            Caller::User => format!("arn:aws:iam::{}:root", self.apis.account),
            Caller::Function { arn } => arn,
        };
        let key = AccessKeys::id(headers).unwrap_or_default();
        exchange.signed_by(key, &arn);
        Ok(())
    }

    fn facts(&self, stage: &Stage, headers: &HeaderMap, received_at: Time, ids: &Ids) -> Facts {
        let text = |name: HeaderName| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        Facts {
            request_id: ids.request.clone(),
            extended_request_id: ids.extended.clone(),
            received_at,
            account_id: self.apis.account.clone(),
            api_id: stage.api_id.clone(),
            deployment_id: stage.deployment_id.clone(),
            stage: stage.name.clone(),
            domain_name: text(header::HOST),
            identity: Identity {
                // Only the loopback is served.
                source_ip: "127.0.0.1".to_owned(),
                user_agent: text(header::USER_AGENT),
                ..Identity::default()
            },
        }
    }
}

/// A request that gets to no method.
fn refused(stage: &Stage, request: &Request, facts: &Facts, fault: Fault) -> Course {
    Course {
        context: stage.api.context(request, facts),
        integration: None,
        response: stage.api.refuse(request, facts, &fault),
        fault: Some(fault),
    }
}

/// AWS's answer for an API or stage that is not there.
fn forbidden() -> Response {
    Response {
        status: 403,
        headers: vec![
            (
                "x-amzn-ErrorType".to_owned(),
                "ForbiddenException".to_owned(),
            ),
            ("Content-Type".to_owned(), "application/json".to_owned()),
        ],
        body: r#"{"message":"Forbidden"}"#.to_owned(),
    }
}

fn query(query: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn texts(headers: &HeaderMap) -> BTreeMap<String, String> {
    let headers = headers.iter();
    headers
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

fn worded(response: Response, ids: &Ids) -> axum::response::Response {
    let mut headers = HeaderMap::new();
    let mut add = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.append(name, value);
        }
    };
    add(REQUEST_ID, &ids.request);
    add(HeaderName::from_static("x-amz-apigw-id"), &ids.extended);
    for (name, value) in &response.headers {
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            add(name, value);
        }
    }
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, headers, response.body).into_response()
}
