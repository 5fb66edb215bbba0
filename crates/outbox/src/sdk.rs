//! The AWS SDK's settings from the environment variables that Lambda sets, and from nothing else.
//!
//! `aws-config` would also look into profile files, containers and the instance metadata service;
//! a function needs none of that and would pay for it in size and in start-up time.

use std::env;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
pub use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::environment::{MissingVariable, optional, required};

/// Settings for any service's client, for example `aws_sdk_dynamodb::Client::new(&sdk_config()?)`.
///
/// Reads `AWS_REGION` (or `AWS_DEFAULT_REGION`), `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
/// `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`,
/// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`, `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`,
/// as <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html> describes them.
/// Nothing is connected or looked up yet.
pub fn sdk_config() -> Result<SdkConfig, MissingVariable> {
    let region = match optional("AWS_REGION").or_else(|| optional("AWS_DEFAULT_REGION")) {
        Some(region) => region,
        None => required("AWS_REGION", "the AWS Region, for example us-east-1")?,
    };
    let credentials = Credentials::new(
        required("AWS_ACCESS_KEY_ID", "the access key id")?,
        required("AWS_SECRET_ACCESS_KEY", "the secret access key")?,
        optional("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let mut settings = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client())
        .use_fips(is_true("AWS_USE_FIPS_ENDPOINT"))
        .use_dual_stack(is_true("AWS_USE_DUALSTACK_ENDPOINT"));
    if !is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
        settings = settings.service_config(ServiceVariables);
        settings.set_endpoint_url(optional("AWS_ENDPOINT_URL"));
    }
    Ok(settings.build())
}

/// Settings for services that are all reached at one plain HTTP endpoint, such as an emulator's, whatever the
/// environment variables say.
#[must_use]
pub fn local_config(
    endpoint: &str,
    region: &str,
    access_key_id: &str,
    secret_access_key: &str,
) -> SdkConfig {
    let credentials = Credentials::new(access_key_id, secret_access_key, None, None, "given");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint)
        .build()
}

/// A client of DynamoDB with the settings of [`sdk_config`] that gives up early what it can do
/// again: DynamoDB answers within milliseconds, and what waits longer than this will not be answered.
///
/// It makes up to three attempts, so write with a condition that tells an earlier attempt from somebody else's write;
/// a [`Transaction`](crate::transact::Transaction) makes its attempts by itself.
pub fn dynamodb_client() -> Result<aws_sdk_dynamodb::Client, MissingVariable> {
    let settings = sdk_config()?
        .into_builder()
        .retry_config(RetryConfig::standard())
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(1))
                .operation_attempt_timeout(Duration::from_secs(2))
                .build(),
        )
        .build();
    Ok(aws_sdk_dynamodb::Client::new(&settings))
}

/// `AWS_ENDPOINT_URL_DYNAMODB` and its like, which take precedence over `AWS_ENDPOINT_URL`.
#[derive(Debug)]
struct ServiceVariables;

impl LoadServiceConfig for ServiceVariables {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace([' ', '-'], "_");
        optional(&format!("{}_{service}", key.env()))
    }
}

/// Loading the machine's root certificates costs milliseconds of the cold start, so a function
/// whose endpoints are all plain HTTP (a local emulator) goes without.
fn http_client() -> SharedHttpClient {
    let builder = aws_smithy_http_client::Builder::new();
    if plain_http(env::vars()) {
        builder.build_http()
    } else {
        builder
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https()
    }
}

fn plain_http(variables: impl Iterator<Item = (String, String)>) -> bool {
    let mut every_service_is_covered = false;
    for (name, value) in variables {
        match name.as_str() {
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" if value.eq_ignore_ascii_case("true") => {
                return false;
            }
            "AWS_ENDPOINT_URL" => every_service_is_covered = value.starts_with("http://"),
            name if name.starts_with("AWS_ENDPOINT_URL_") && !value.starts_with("http://") => {
                return false;
            }
            _ => {}
        }
    }
    every_service_is_covered
}

fn is_true(name: &str) -> bool {
    optional(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

#[cfg(test)]
mod tests {
    use super::plain_http;

    fn plain(variables: &[(&str, &str)]) -> bool {
        plain_http(
            variables
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned())),
        )
    }

    #[test]
    fn tls_is_left_out_only_when_every_endpoint_is_plain_http() {
        let local = ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566");
        assert!(plain(&[local]));
        assert!(plain(&[local, ("AWS_ENDPOINT_URL_SQS", "http://[::1]:1")]));

        assert!(!plain(&[]), "AWS itself is reached over TLS");
        assert!(!plain(&[("AWS_ENDPOINT_URL", "https://proxy.example.com")]));
        assert!(!plain(&[("AWS_ENDPOINT_URL_DYNAMODB", "http://[::1]:1")]));
        assert!(!plain(&[
            local,
            ("AWS_ENDPOINT_URL_SQS", "https://sqs.example.com")
        ]));
        assert!(!plain(&[
            local,
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        ]));
    }
}
