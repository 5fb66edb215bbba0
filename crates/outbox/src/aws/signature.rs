//! Signature Version 4 of the one kind of request that this crate makes: a `POST` of JSON without a query
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).
//!
//! The SDK's signer takes any request, so it parses and sorts what is fixed here, and makes the signing key anew
//! although it changes once a day: more work than all else about a call. A test holds the two together.

use std::sync::{Mutex, PoisonError};

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use http::Uri;
use http::uri::Scheme;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// What signatures of one service in one Region have in common.
#[derive(Debug)]
pub(super) struct Signer {
    service: &'static str,
    region: String,
    host: String,
    path: String,
    key: Mutex<Option<Key>>,
}

/// The key of one day's signatures.
struct Key {
    secret: String,
    date: String,
    bytes: Vec<u8>,
}

/// What is signed of a request.
pub(super) struct Signable<'a> {
    pub(super) content_type: &'a str,
    pub(super) target: &'a str,
    pub(super) body: &'a [u8],
}

/// The values of the headers that carry a signature.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signature {
    /// `x-amz-date`
    pub(super) time: String,
    /// `authorization`
    pub(super) authorization: String,
}

impl Signer {
    pub(super) fn new(service: &'static str, region: &str, uri: &Uri) -> Self {
        Self {
            service,
            region: region.to_owned(),
            host: host(uri),
            path: uri.path().to_owned(),
            key: Mutex::default(),
        }
    }

    /// The signature of a request that is sent now.
    pub(super) fn sign(
        &self,
        request: &Signable<'_>,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Signature {
        // `2026-11-21T05:17:00Z` without its separators.
        let time = format!("{now:.0}").replace(['-', ':'], "");
        let date = &time[..8];
        let token = credentials.session_token();
        let (token_name, token) = match token {
            Some(token) => (
                "x-amz-security-token;",
                format!("x-amz-security-token:{token}\n"),
            ),
            None => ("", String::new()),
        };
        let names = format!("content-type;host;x-amz-date;{token_name}x-amz-target");
        let canonical = format!(
            "POST\n{}\n\ncontent-type:{}\nhost:{}\nx-amz-date:{time}\n{token}x-amz-target:{}\n\n{names}\n{}",
            self.path,
            request.content_type,
            self.host,
            request.target,
            sha256(request.body),
        );
        let scope = format!("{date}/{}/{}/aws4_request", self.region, self.service);
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
            sha256(canonical.as_bytes())
        );
        let signature = self.with_key(credentials, date, now, |key| {
            calculate_signature(key, to_sign.as_bytes())
        });
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            credentials.access_key_id(),
        );
        Signature {
            time,
            authorization,
        }
    }

    fn with_key<R>(
        &self,
        credentials: &Credentials,
        date: &str,
        now: Timestamp,
        use_key: impl FnOnce(&[u8]) -> R,
    ) -> R {
        let secret = credentials.secret_access_key();
        let mut known = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        let good = known
            .take()
            .filter(|key| key.date == date && key.secret == secret);
        let key = known.insert(good.unwrap_or_else(|| {
            let bytes = generate_signing_key(secret, now.into(), &self.region, self.service);
            Key {
                secret: secret.to_owned(),
                date: date.to_owned(),
                bytes: bytes.as_ref().to_vec(),
            }
        }));
        use_key(&key.bytes)
    }
}

/// What an HTTP client puts into the header `host`: the port only if it is not the scheme's own.
fn host(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    match uri.port_u16() {
        Some(80) if uri.scheme() == Some(&Scheme::HTTP) => host.to_owned(),
        Some(443) if uri.scheme() == Some(&Scheme::HTTPS) => host.to_owned(),
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "the signing key of {}", self.date)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4;

    use super::*;

    const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
    const TARGET: &str = "AWSEvents.PutEvents";

    /// What the SDK's own signer says.
    fn by_the_sdk(url: &str, body: &[u8], credentials: &Credentials, now: Timestamp) -> Signature {
        let identity = credentials.clone().into();
        let settings = v4::SigningParams::builder()
            .identity(&identity)
            .region("eu-central-1")
            .name("events")
            .time(now.into())
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = [("content-type", CONTENT_TYPE), ("x-amz-target", TARGET)];
        let body = SignableBody::Bytes(body);
        let request = SignableRequest::new("POST", url, headers.into_iter(), body).unwrap();
        let (signed, _) = sign(request, &settings).unwrap().into_parts();
        let header = |name| {
            signed
                .headers()
                .find(|(given, _)| *given == name)
                .unwrap()
                .1
        };
        Signature {
            time: header("x-amz-date").to_owned(),
            authorization: header("authorization").to_owned(),
        }
    }

    #[test]
    fn a_signature_is_the_one_that_the_sdk_makes() {
        let plain = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI", None, None, "test");
        let other = Credentials::new("OTHER", "K7MDENG", Some("a/token+of=".into()), None, "test");
        let moments = [
            "2026-11-21T05:17:00Z",
            "2026-11-21T23:59:59.999Z",
            "2026-11-22T00:00:00Z",
        ];
        for url in [
            "https://events.eu-central-1.amazonaws.com",
            "https://events.eu-central-1.amazonaws.com:443/",
            "http://127.0.0.1:4566",
            "http://localhost:80/",
        ] {
            // GIVEN one signer, so that a key of another day or secret would show
            let signer = Signer::new("events", "eu-central-1", &url.parse().unwrap());
            for moment in moments {
                for credentials in [&plain, &other, &plain] {
                    for body in [&b"{}"[..], "{\"Entries\":[\"äöü\"]}".as_bytes()] {
                        let now = moment.parse().unwrap();
                        let signable = Signable {
                            content_type: CONTENT_TYPE,
                            target: TARGET,
                            body,
                        };
                        // WHEN
                        let signature = signer.sign(&signable, credentials, now);
                        // THEN
                        assert_eq!(signature, by_the_sdk(url, body, credentials, now));
                    }
                }
            }
        }
    }
}
