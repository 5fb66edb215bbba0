use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, header};
use rand::RngExt;

use super::ServiceError;

/// What a caller signs its requests with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// `AKIA…` for a user, `ASIA…` for a function's environment.
    pub access_key_id: String,
    /// The secret. Signatures are not verified: the key id itself can't be guessed.
    pub secret_access_key: String,
    /// What temporary credentials carry beside the secret; absent for a user.
    pub session_token: Option<String>,
}

/// Whom an access key was given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The person at the machine.
    User,
    /// One environment of a function.
    Function {
        /// The function's ARN.
        arn: String,
    },
}

/// The access keys of this run.
///
/// A process that outlived an earlier run, or an environment that was stopped, holds a key that
/// is not among them, so nothing it sends has an effect.
#[derive(Clone, Debug, Default)]
pub struct AccessKeys(Arc<Mutex<HashMap<String, Caller>>>);

impl AccessKeys {
    /// Makes credentials for `caller`.
    #[must_use]
    pub fn issue(&self, caller: Caller) -> Credentials {
        let temporary = caller != Caller::User;
        let prefix = if temporary { "ASIA" } else { "AKIA" };
        let credentials = Credentials {
            access_key_id: format!(
                "{prefix}{}",
                random_text(16, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
            ),
            secret_access_key: random_text(40, ALPHANUMERIC),
            session_token: temporary.then(|| random_text(64, ALPHANUMERIC)),
        };
        self.keys()
            .insert(credentials.access_key_id.clone(), caller);
        credentials
    }

    /// From now on calls with this key are refused.
    pub fn revoke(&self, access_key_id: &str) {
        self.keys().remove(access_key_id);
    }

    /// Who sends a request with these headers.
    pub fn caller(&self, headers: &HeaderMap) -> Result<Caller, ServiceError> {
        let Some(key) = access_key_id(headers) else {
            return Err(ServiceError::bad_request(
                "MissingAuthenticationTokenException",
                "Missing Authentication Token: the request is not signed; use the AWS_ACCESS_KEY_ID \
                 and AWS_SECRET_ACCESS_KEY that the emulator prints when it starts",
            ));
        };
        let caller = self.keys().get(key).cloned();
        caller.ok_or_else(|| ServiceError {
            // What SQS's clients know it as.
            query_error: Some("InvalidClientTokenId;Sender".to_owned()),
            ..ServiceError::bad_request(
                "UnrecognizedClientException",
                format!(
                    "The security token included in the request is invalid: the access key {key:?} was not \
                     given out by this run of the emulator, or its environment has ended; nothing was \
                     done; use the keys that the emulator printed when it started"
                ),
            )
        })
    }

    /// The access key that a request with these headers is signed with.
    #[must_use]
    pub fn id(headers: &HeaderMap) -> Option<&str> {
        access_key_id(headers)
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, HashMap<String, Caller>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn random_text(length: usize, alphabet: &[u8]) -> String {
    let mut random = rand::rng();
    (0..length)
        .map(|_| char::from(alphabet[random.random_range(0..alphabet.len())]))
        .collect()
}

/// The key in `Authorization: AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …`.
fn access_key_id(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = authorization.split_once("Credential=")?;
    let (key, _) = credential.split_once('/')?;
    Some(key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn signed_with(key: &str) -> HeaderMap {
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={key}/20261121/us-east-1/dynamodb/aws4_request, \
             SignedHeaders=host, Signature=00"
        );
        HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())])
    }

    #[test]
    fn a_key_given_out_in_this_run_names_its_caller() {
        let keys = AccessKeys::default();
        let function = Caller::Function {
            arn: "arn:aws:lambda:us-east-1:000000000000:function:f".to_owned(),
        };
        let credentials = keys.issue(function.clone());

        let caller = keys.caller(&signed_with(&credentials.access_key_id));

        assert_eq!(caller, Ok(function));
    }

    #[test]
    fn a_revoked_key_is_refused_by_name() {
        let keys = AccessKeys::default();
        let credentials = keys.issue(Caller::User);
        keys.revoke(&credentials.access_key_id);

        let refusal = keys
            .caller(&signed_with(&credentials.access_key_id))
            .unwrap_err();

        assert_eq!(refusal.code, "UnrecognizedClientException");
        assert!(refusal.message.contains(&credentials.access_key_id));
    }

    #[test]
    fn an_unsigned_request_is_refused() {
        let refusal = AccessKeys::default().caller(&HeaderMap::new()).unwrap_err();

        assert_eq!(refusal.code, "MissingAuthenticationTokenException");
    }
}
