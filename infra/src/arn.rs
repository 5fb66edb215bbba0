//! ARNs that have to be known before their resource is, or that belong to no resource.

/// The ARN of another service's `resource` in the partition, region and account of `arn`.
pub(crate) fn beside(arn: &str, service: &str, resource: &str) -> String {
    let mut parts = arn.split(':').skip(1);
    let partition = parts.next().unwrap_or_default();
    let region = parts.nth(1).unwrap_or_default();
    let account = parts.next().unwrap_or_default();
    format!("arn:{partition}:{service}:{region}:{account}:{resource}")
}

/// The operation `name` of DynamoDB as an API calls it, in the partition and region of `arn`: the account's place holds
/// the service (<https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html>).
pub(crate) fn dynamodb_action(arn: &str, name: &str) -> String {
    let mut parts = arn.split(':').skip(1);
    let partition = parts.next().unwrap_or_default();
    let region = parts.nth(1).unwrap_or_default();
    format!("arn:{partition}:apigateway:{region}:dynamodb:action/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/orders";

    #[test]
    fn a_resource_stands_beside_another_of_its_partition_region_and_account() {
        assert_eq!(
            beside(TABLE, "pipes", "pipe/orders"),
            "arn:aws-cn:pipes:cn-north-1:123456789012:pipe/orders"
        );
        assert_eq!(
            dynamodb_action(TABLE, "UpdateItem"),
            "arn:aws-cn:apigateway:cn-north-1:dynamodb:action/UpdateItem"
        );
    }
}
