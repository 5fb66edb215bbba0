//! One AWS service's JSON API.
//!
//! The relay makes a call for every ten records, so what a call costs is most of what a record costs. It needs three
//! operations; the SDK's clients, made for thousands, take several times the CPU for them and half of the binary.
//! HTTP and the primitives of signing are the SDK's own.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_types::SdkConfig;
use bytes::Bytes;
use http::Uri;
use http::uri::InvalidUri;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::endpoint::{self, Service};
use super::signature::{Signable, Signer};
use crate::function::with_causes;
use crate::publish::CallError;

/// A connection that takes this long will not come; the relay limits the call as a whole.
const TO_CONNECT: Duration = Duration::from_secs(2);

/// Room for a call of ten small events in bytes, so that writing it does not copy it again and again.
const USUAL_REQUEST: usize = 16 * 1024;

/// Credentials are replaced this long before they expire.
const BEFORE_EXPIRY: Duration = Duration::from_mins(2);

/// A client of one service in one Region. Of the settings it takes Region, endpoint and credentials.
#[derive(Debug)]
pub(super) struct Api {
    service: &'static Service,
    /// Where requests go, or why they can't.
    endpoint: Result<Endpoint, String>,
    connector: Connector,
    provider: Option<SharedCredentialsProvider>,
    credentials: Mutex<Option<Credentials>>,
}

#[derive(Debug)]
struct Endpoint {
    uri: Uri,
    signer: Signer,
}

impl Api {
    pub(super) fn new(settings: &SdkConfig, service: &'static Service) -> Self {
        let region = settings
            .region()
            .map(ToString::to_string)
            .unwrap_or_default();
        let url = endpoint::url(settings, service, &region);
        Self {
            service,
            endpoint: Endpoint::new(&url, service, &region),
            connector: connector(&url),
            provider: settings.credentials_provider(),
            credentials: Mutex::default(),
        }
    }

    /// Makes one attempt.
    pub(super) async fn call<A: DeserializeOwned>(
        &self,
        operation: &str,
        input: &impl Serialize,
    ) -> Result<A, CallError> {
        self.exchange(operation, input).await?.read()
    }

    /// Makes one attempt and gives the answer unread, for a refusal that says more than its code.
    pub(super) async fn exchange(
        &self,
        operation: &str,
        input: &impl Serialize,
    ) -> Result<Answered, CallError> {
        let mut body = Vec::with_capacity(USUAL_REQUEST);
        serde_json::to_writer(&mut body, input)
            .map_err(|error| CallError::NotSent(error.to_string()))?;
        let request = self.signed(operation, body).await?;
        let answer = self.connector.call(request).await;
        let answer = answer.map_err(|error| CallError::NoAnswer(with_causes(&error)))?;
        let status = answer.status().as_u16();
        let code = error_code_header(&answer);
        let body = ByteStream::new(answer.into_body()).collect().await;
        let body = body
            .map_err(|error| CallError::NoAnswer(with_causes(&error)))?
            .into_bytes();
        Ok(Answered { status, code, body })
    }

    async fn signed(&self, operation: &str, body: Vec<u8>) -> Result<HttpRequest, CallError> {
        let not_sent = |error: &dyn std::error::Error| CallError::NotSent(with_causes(error));
        let endpoint = self.endpoint.as_ref();
        let endpoint = endpoint.map_err(|reason| CallError::NotSent(reason.clone()))?;
        let target = format!("{}.{operation}", self.service.target);
        let credentials = self.credentials().await?;
        let now = Timestamp::try_from(SystemTime::now())
            .map_err(|_| CallError::NotSent("the clock shows no moment".to_owned()))?;
        let signable = Signable {
            content_type: self.service.content_type,
            target: &target,
            body: &body,
        };
        let signature = endpoint.signer.sign(&signable, &credentials, now);

        let mut request = HttpRequest::new(SdkBody::from(body));
        request
            .set_method("POST")
            .map_err(|error| not_sent(&error))?;
        request
            .set_uri(endpoint.uri.clone())
            .map_err(|error| not_sent(&error))?;
        let token = credentials.session_token().map(str::to_owned);
        for (name, value) in [
            ("content-type", Some(self.service.content_type.to_owned())),
            ("x-amz-target", Some(target)),
            ("x-amz-date", Some(signature.time)),
            ("x-amz-security-token", token),
            ("authorization", Some(signature.authorization)),
        ] {
            if let Some(value) = value {
                let headers = request.headers_mut();
                headers
                    .try_insert(name, value)
                    .map_err(|error| not_sent(&error))?;
            }
        }
        Ok(request)
    }

    async fn credentials(&self) -> Result<Credentials, CallError> {
        let mut known = self.credentials.lock().await;
        if let Some(credentials) = &*known
            && credentials
                .expiry()
                .is_none_or(|expiry| SystemTime::now() + BEFORE_EXPIRY < expiry)
        {
            return Ok(credentials.clone());
        }
        let Some(provider) = &self.provider else {
            return Err(CallError::NotSent("there are no credentials".to_owned()));
        };
        let credentials = provider.provide_credentials().await;
        let credentials = credentials.map_err(|error| CallError::NotSent(with_causes(&error)))?;
        *known = Some(credentials.clone());
        Ok(credentials)
    }
}

/// What a service said.
pub(super) struct Answered {
    status: u16,
    /// The error's code when it stands in the header.
    code: Option<String>,
    body: Bytes,
}

impl Answered {
    /// The output, or the refusal.
    pub(super) fn read<A: DeserializeOwned>(self) -> Result<A, CallError> {
        if (200..300).contains(&self.status) {
            serde_json::from_slice(&self.body)
                .map_err(|error| CallError::NoAnswer(format!("the answer can't be read: {error}")))
        } else {
            Err(refusal(self.status, self.code, &self.body))
        }
    }

    /// What a refusal with this code says beside it; nothing if the answer is another one.
    pub(super) fn refused_with<B: DeserializeOwned>(&self, expected: &str) -> Option<B> {
        match refusal(self.status, self.code.clone(), &self.body) {
            CallError::Refused {
                status: 400, code, ..
            } if code == expected => serde_json::from_slice(&self.body).ok(),
            _ => None,
        }
    }
}

impl Endpoint {
    fn new(url: &str, service: &Service, region: &str) -> Result<Self, String> {
        let wrong = |reason: &str| format!("the endpoint `{url}` can't be used: {reason}");
        let uri: Uri = url
            .parse()
            .map_err(|error: InvalidUri| wrong(&error.to_string()))?;
        if uri.scheme().is_none() || uri.host().is_none() {
            return Err(wrong("it is no `https://host`"));
        }
        let signer = Signer::new(service.name, region, &uri);
        Ok(Self { uri, signer })
    }
}

/// Without TLS for a local emulator: loading the machine's root certificates costs milliseconds of the cold start.
fn connector(url: &str) -> Connector {
    let settings = HttpConnectorSettings::builder()
        .connect_timeout(TO_CONNECT)
        .build();
    let builder = Connector::builder().connector_settings(settings);
    if url.starts_with("http://") {
        builder.build_http()
    } else {
        builder
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build()
    }
}

/// Where the error's code stands when it is not in the body.
fn error_code_header(answer: &HttpResponse) -> Option<String> {
    answer.headers().get("x-amzn-errortype").map(str::to_owned)
}

/// An error as AWS's JSON protocols put it
/// (<https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization>).
fn refusal(status: u16, code: Option<String>, body: &[u8]) -> CallError {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Error {
        #[serde(rename = "__type")]
        kind: Option<String>,
        #[serde(alias = "Message")]
        message: String,
    }
    let error: Error = serde_json::from_slice(body).unwrap_or_default();
    let code = code.or(error.kind).unwrap_or_default();
    // `com.amazonaws.events#InternalException`, and in the header `InternalException:http://…`.
    let code = code.rsplit('#').next().unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default();
    CallError::Refused {
        status,
        code: code.to_owned(),
        message: error.message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_errors_code_is_found_wherever_a_service_puts_it() {
        let namespaced = br#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}"#;
        let plain = br#"{"__type":"ResourceNotFoundException","Message":"gone"}"#;
        let header = Some("ThrottlingException:http://internal.amazon.com/".to_owned());
        for (given, body, code) in [
            (None, &namespaced[..], "QueueDoesNotExist"),
            (None, &plain[..], "ResourceNotFoundException"),
            (
                header,
                &b"{\"message\":\"gone\"}"[..],
                "ThrottlingException",
            ),
        ] {
            let expected = CallError::Refused {
                status: 400,
                code: code.to_owned(),
                message: "gone".to_owned(),
            };
            assert_eq!(refusal(400, given, body), expected);
        }
    }

    #[test]
    fn an_error_that_is_no_json_keeps_its_status() {
        let CallError::Refused { status, code, .. } = refusal(502, None, b"<html>") else {
            unreachable!("refusal gives nothing else")
        };
        assert_eq!((status, code.as_str()), (502, ""));
    }
}
