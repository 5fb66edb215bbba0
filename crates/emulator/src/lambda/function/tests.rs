#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;

use super::*;

fn declare(properties: &Value) -> Result<Function, DeclarationError> {
    let mut inputs = json!({
        "runtime": "provided.al2023",
        "code": {
            "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
            "path": "target/lambda/writer/bootstrap.zip",
        },
    });
    let inputs = inputs.as_object_mut().unwrap();
    inputs.extend(properties.as_object().unwrap().clone());
    let mut outputs = inputs.clone();
    outputs.insert("name".to_owned(), "shop-dev-w".into());
    outputs.insert(
        "arn".to_owned(),
        "arn:aws:lambda:eu-west-1:1:function:shop-dev-w".into(),
    );
    function(&Resource {
        urn: "urn:pulumi:dev::shop::aws:lambda/function:Function::w".to_owned(),
        type_token: TYPE.to_owned(),
        name: "w".to_owned(),
        parent: None,
        custom: true,
        protect: false,
        inputs: inputs.clone(),
        outputs,
        dependencies: Vec::new(),
        property_dependencies: BTreeMap::new(),
    })
}

#[test]
fn what_is_not_declared_is_as_on_aws() {
    let function = declare(&json!({})).unwrap();

    assert_eq!(function.package, "writer");
    assert_eq!(function.timeout, Duration::from_secs(3));
    assert_eq!(function.memory_mb, 128);
    assert_eq!(function.log_group, "/aws/lambda/shop-dev-w");
    assert_eq!(function.reserved_concurrency, None);
}

#[test]
fn whole_numbers_that_arrive_as_floating_point_are_understood() {
    let declared = json!({ "timeout": 30.0, "reservedConcurrentExecutions": -1.0 });
    let function = declare(&declared).unwrap();

    assert_eq!(function.timeout, Duration::from_secs(30));
    assert_eq!(function.reserved_concurrency, None);
}

#[test]
fn what_lambda_would_refuse_is_refused_by_name_and_reason() {
    let variables = |variables: Value| json!({ "environment": { "variables": variables } });
    let cases = [
        (json!({ "timeout": 901 }), "901"),
        (json!({ "timeout": 1.5 }), "1.5"),
        (json!({ "memorySize": 64 }), "128 to 10240"),
        (json!({ "runtime": "nodejs22.x" }), "nodejs22.x"),
        (json!({ "runtime": null }), "`runtime` is \"\""),
        (json!({ "code": null }), "FileArchive"),
        (variables(json!({ "AWS_REGION": "x" })), "reserved"),
        (variables(json!({ "1ST": "x" })), "1ST"),
        (variables(json!({ "X": "x" })), "at least two"),
        (variables(json!({ "NUMBER": 1 })), "not a text"),
        (
            variables(json!({ "LARGE": "x".repeat(4096) })),
            "4101 bytes",
        ),
        (json!({ "reservedConcurrentExecutions": -2 }), "-2"),
        (
            json!({ "layers": ["arn:aws:lambda:eu-west-1:1:layer:l:1"] }),
            "layers",
        ),
    ];
    for (properties, expected) in cases {
        let error = declare(&properties).unwrap_err().to_string();

        assert!(error.contains(expected), "{properties}: {error}");
        assert!(
            error.starts_with("w (aws:lambda/function:Function) can't be run here"),
            "{error}"
        );
    }
}

#[test]
fn an_archive_that_is_not_a_built_package_is_refused_with_its_path() {
    let archive = json!({
        "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
        "path": "dist/code.zip",
    });
    let error = declare(&json!({ "code": archive })).unwrap_err();

    assert!(error.to_string().contains("dist/code.zip"), "{error}");
}
