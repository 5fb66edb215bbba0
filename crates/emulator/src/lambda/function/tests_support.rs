use super::*;

/// A function of stack `dev` in project `shop`.
pub(in crate::lambda) fn function(resource: &str) -> Function {
    let name = format!("shop-dev-{resource}");
    Function {
        arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{name}"),
        resource: resource.to_owned(),
        package: format!("{resource}-package"),
        handler: "bootstrap".to_owned(),
        timeout: Duration::from_secs(3),
        memory_mb: 128,
        environment: BTreeMap::new(),
        reserved_concurrency: None,
        log_format: None,
        log_level: None,
        log_group: format!("/aws/lambda/{name}"),
        name,
    }
}
