//! Where a service is reached: where the settings say, else at AWS's own endpoint of the Region.

use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

/// One service as its endpoints, signatures and requests name it.
#[derive(Debug)]
pub(super) struct Service {
    /// In signatures.
    pub(super) name: &'static str,
    /// The first part of endpoints.
    pub(super) host: &'static str,
    /// In settings: `AWS_ENDPOINT_URL_<ID>`.
    pub(super) id: &'static str,
    /// The first part of `X-Amz-Target`.
    pub(super) target: &'static str,
    /// The version of AWS's JSON protocol that it speaks.
    pub(super) content_type: &'static str,
}

/// Partitions by the beginning of their Regions, with the ends of their endpoints without and with dual stack. What is
/// not here is one of the commercial Regions or of `GovCloud`.
const PARTITIONS: [(&str, &str, &str); 6] = [
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
];

/// The URL of a service, without a path
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
pub(super) fn url(settings: &SdkConfig, service: &Service, region: &str) -> String {
    let of_service = ServiceConfigKey::builder()
        .service_id(service.id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let configured = settings
        .service_config()
        .zip(of_service.ok())
        .and_then(|(variables, key)| variables.load_config(key))
        .or_else(|| settings.endpoint_url().map(str::to_owned));
    configured.unwrap_or_else(|| {
        let fips = settings.use_fips().unwrap_or_default();
        let dual_stack = settings.use_dual_stack().unwrap_or_default();
        of_aws(service.host, region, fips, dual_stack)
    })
}

/// AWS's endpoint (<https://docs.aws.amazon.com/general/latest/gr/rande.html>).
fn of_aws(service: &str, region: &str, fips: bool, dual_stack: bool) -> String {
    let (_, suffix, dual_stack_suffix) = PARTITIONS
        .into_iter()
        .find(|(regions, _, _)| region.starts_with(regions))
        .unwrap_or(("", "amazonaws.com", "api.aws"));
    let suffix = if dual_stack {
        dual_stack_suffix
    } else {
        suffix
    };
    // In `GovCloud` every endpoint is a FIPS endpoint.
    let fips = if fips && !region.starts_with("us-gov-") {
        "-fips"
    } else {
        ""
    };
    format!("https://{service}{fips}.{region}.{suffix}")
}

#[cfg(test)]
mod tests {
    use super::of_aws;

    #[test]
    fn every_partition_has_its_own_endpoints() {
        let cases = [
            (
                "us-east-1",
                false,
                false,
                "https://events.us-east-1.amazonaws.com",
            ),
            (
                "us-east-1",
                true,
                false,
                "https://events-fips.us-east-1.amazonaws.com",
            ),
            ("us-east-1", false, true, "https://events.us-east-1.api.aws"),
            (
                "us-east-1",
                true,
                true,
                "https://events-fips.us-east-1.api.aws",
            ),
            (
                "cn-north-1",
                false,
                false,
                "https://events.cn-north-1.amazonaws.com.cn",
            ),
            (
                "cn-north-1",
                true,
                true,
                "https://events-fips.cn-north-1.api.amazonwebservices.com.cn",
            ),
            (
                "us-gov-west-1",
                true,
                false,
                "https://events.us-gov-west-1.amazonaws.com",
            ),
            (
                "us-iso-east-1",
                true,
                false,
                "https://events-fips.us-iso-east-1.c2s.ic.gov",
            ),
            (
                "us-isob-east-1",
                false,
                false,
                "https://events.us-isob-east-1.sc2s.sgov.gov",
            ),
            (
                "eusc-de-east-1",
                false,
                false,
                "https://events.eusc-de-east-1.amazonaws.eu",
            ),
        ];
        for (region, fips, dual_stack, expected) in cases {
            assert_eq!(of_aws("events", region, fips, dual_stack), expected);
        }
    }
}
