//! The protocol, call by call, as a program of any language would speak it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::sync::Arc;

use pulumi_gestalt_proto::pulumi::pulumirpc::engine_server::Engine as _;
use pulumi_gestalt_proto::pulumi::pulumirpc::register_resource_request::PropertyDependencies;
use pulumi_gestalt_proto::pulumi::pulumirpc::resource_monitor_server::ResourceMonitor;
use pulumi_gestalt_proto::pulumi::pulumirpc::{
    LogRequest, LogSeverity, RegisterResourceOutputsRequest, RegisterResourceRequest,
    RegisterResourceResponse, ResourceInvokeRequest,
};
use serde_json::{Map, Value, json};
use tonic::{Code, Request, Status};

use super::Engine;
use crate::value::{ARCHIVE, SIGNATURE, from_wire, to_wire};
use crate::{Aws, UNKNOWN};

const QUEUE: &str = "aws:sqs/queue:Queue";
const ROOT: &str = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";

fn engine(preview: bool) -> Engine {
    let aws = Aws {
        region: "us-east-1".to_owned(),
        account: "000000000000".to_owned(),
        endpoint: None,
    };
    Engine::new(Arc::new(aws), "shop", "dev", preview)
}

fn request(type_token: &str, name: &str, inputs: Value) -> RegisterResourceRequest {
    let inputs: Map<String, Value> = serde_json::from_value(inputs).unwrap();
    RegisterResourceRequest {
        r#type: type_token.to_owned(),
        name: name.to_owned(),
        custom: true,
        accept_secrets: true,
        object: Some(to_wire(&inputs, &["policy".to_owned()].into())),
        ..RegisterResourceRequest::default()
    }
}

fn component(type_token: &str, name: &str, parent: &str) -> RegisterResourceRequest {
    RegisterResourceRequest {
        custom: false,
        parent: parent.to_owned(),
        ..request(type_token, name, json!({}))
    }
}

async fn register(
    engine: &Engine,
    request: RegisterResourceRequest,
) -> Result<RegisterResourceResponse, Status> {
    let answer = engine.register_resource(Request::new(request)).await?;
    Ok(answer.into_inner())
}

#[tokio::test]
async fn a_urn_tells_the_types_of_all_parents_but_the_stack() {
    let engine = engine(false);
    let root = component("pulumi:pulumi:Stack", "shop-dev", "");
    let root = register(&engine, root).await.unwrap().urn;
    let flow = register(&engine, component("shop:Flow", "users", &root))
        .await
        .unwrap()
        .urn;
    let mut queue = request(QUEUE, "failed", json!({}));
    queue.parent.clone_from(&flow);
    let queue = register(&engine, queue).await.unwrap().urn;

    assert_eq!(root, ROOT);
    assert_eq!(flow, "urn:pulumi:dev::shop::shop:Flow::users");
    assert_eq!(
        queue,
        "urn:pulumi:dev::shop::shop:Flow$aws:sqs/queue:Queue::failed"
    );
    assert_eq!(engine.record().resources[2].parent, Some(flow));
}

#[tokio::test]
async fn dependencies_are_recorded_by_property_and_in_all() {
    let engine = engine(false);
    let first = register(&engine, request(QUEUE, "first", json!({})))
        .await
        .unwrap()
        .urn;
    let second = RegisterResourceRequest {
        protect: Some(true),
        dependencies: vec![first.clone()],
        property_dependencies: HashMap::from([
            (
                "redrivePolicy".to_owned(),
                PropertyDependencies {
                    urns: vec![first.clone()],
                },
            ),
            ("name".to_owned(), PropertyDependencies::default()),
        ]),
        ..request(
            QUEUE,
            "second",
            json!({ "name": "b", "redrivePolicy": "{}" }),
        )
    };
    register(&engine, second).await.unwrap();

    let record = engine.record();
    let second = &record.resources[1];
    assert!(second.protect);
    assert_eq!(second.dependencies.first(), Some(&first));
    assert_eq!(second.property_dependencies["redrivePolicy"], [first]);
    assert!(second.property_dependencies["name"].is_empty());
}

#[tokio::test]
async fn a_request_that_contradicts_what_was_declared_is_told_to_the_program() {
    let engine = engine(false);
    register(&engine, request(QUEUE, "failed", json!({})))
        .await
        .unwrap();
    let nowhere = "urn:pulumi:dev::shop::shop:Flow::nowhere".to_owned();
    let cases = [
        (
            request(QUEUE, "failed", json!({})),
            "duplicate resource URN urn:pulumi:dev::shop::aws:sqs/queue:Queue::failed",
        ),
        (
            RegisterResourceRequest {
                parent: nowhere.clone(),
                ..request(QUEUE, "b", json!({}))
            },
            "refers to urn:pulumi:dev::shop::shop:Flow::nowhere, which is not registered",
        ),
        (
            RegisterResourceRequest {
                dependencies: vec![nowhere],
                ..request(QUEUE, "c", json!({}))
            },
            "refers to urn:pulumi:dev::shop::shop:Flow::nowhere, which is not registered",
        ),
    ];
    for (request, expected) in cases {
        let status = register(&engine, request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains(expected), "{}", status.message());
    }
    assert_eq!(engine.record().resources.len(), 1);
}

#[tokio::test]
async fn a_refused_resource_ends_the_run_as_the_real_engine_does() {
    let engine = engine(false);
    let status = register(&engine, request("aws:sns/topic:Topic", "news", json!({}))).await;
    assert_eq!(status.unwrap_err().code(), Code::Unavailable);
    let later = register(&engine, request(QUEUE, "failed", json!({}))).await;
    assert_eq!(later.unwrap_err().code(), Code::Unavailable);

    let record = engine.record();
    let (urn, reason) = record.refused.as_ref().unwrap();
    assert_eq!(urn, "urn:pulumi:dev::shop::aws:sns/topic:Topic::news");
    assert!(reason.contains("aws:sns/topic:Topic"), "{reason}");
    assert!(record.resources.is_empty());
}

#[tokio::test]
async fn a_second_resource_of_one_physical_name_is_refused_by_name_and_holder() {
    let engine = engine(false);
    register(&engine, request(QUEUE, "a", json!({ "name": "failed" })))
        .await
        .unwrap();
    register(&engine, request(QUEUE, "b", json!({ "name": "failed" })))
        .await
        .unwrap_err();
    let record = engine.record();
    let (urn, reason) = record.refused.as_ref().unwrap();
    assert!(urn.ends_with("::b"));
    assert_eq!(
        reason,
        "the queue `failed` is already declared by urn:pulumi:dev::shop::aws:sqs/queue:Queue::a; \
         give one of them another name"
    );
}

#[tokio::test]
async fn a_secret_input_is_recorded_plain_and_answered_as_a_secret() {
    let engine = engine(false);
    let answer = register(&engine, request(QUEUE, "a", json!({ "policy": "p" })))
        .await
        .unwrap();
    assert_eq!(engine.record().resources[0].inputs["policy"], "p");
    assert!(from_wire(answer.object).secret.contains("policy"));
}

#[tokio::test]
async fn an_archive_is_recorded_and_never_echoed() {
    let engine = engine(false);
    let code = json!({ SIGNATURE: ARCHIVE, "path": "a.zip" });
    let function = request(
        "aws:lambda/function:Function",
        "f",
        json!({ "role": "r", "code": code }),
    );
    let answer = register(&engine, function).await.unwrap();
    assert!(!from_wire(answer.object).values.contains_key("code"));
    assert_eq!(engine.record().resources[0].outputs["code"], code);
}

#[tokio::test]
async fn in_a_preview_only_known_inputs_are_known() {
    let engine = engine(true);
    let inputs = json!({ "name": "a", "redrivePolicy": { "deadLetterTargetArn": UNKNOWN } });
    let answer = register(&engine, request(QUEUE, "a", inputs))
        .await
        .unwrap();
    let outputs = from_wire(answer.object).values;
    assert_eq!(answer.id, "");
    assert_eq!(outputs["name"], "a");
    assert_eq!(outputs["arn"], UNKNOWN);
    assert_eq!(outputs["redrivePolicy"], UNKNOWN);
}

#[tokio::test]
async fn the_stack_is_complete_with_its_outputs_and_only_with_its_own() {
    let engine = engine(false);
    let root = component("pulumi:pulumi:Stack", "shop-dev", "");
    register(&engine, root).await.unwrap();
    let flow = register(&engine, component("shop:Flow", "users", ROOT))
        .await
        .unwrap()
        .urn;
    let complete = |urn: String, outputs: Value| {
        let outputs: Map<String, Value> = serde_json::from_value(outputs).unwrap();
        let outputs = Some(to_wire(&outputs, &[].into()));
        engine.register_resource_outputs(Request::new(RegisterResourceOutputsRequest {
            urn,
            outputs,
        }))
    };
    complete(flow, json!({ "inner": 1 })).await.unwrap();
    assert!(!engine.record().complete);
    complete(ROOT.to_owned(), json!({ "table": "users" }))
        .await
        .unwrap();
    assert!(engine.record().complete);
    assert_eq!(
        Value::Object(engine.record().outputs.clone()),
        json!({ "table": "users" })
    );
    let unknown = complete("urn:pulumi:dev::shop::a:b:C::d".to_owned(), json!({})).await;
    assert_eq!(unknown.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn error_lines_are_kept_with_their_resource_and_others_are_not() {
    let engine = engine(false);
    for (severity, urn) in [
        (LogSeverity::Info, ""),
        (LogSeverity::Error, ""),
        (LogSeverity::Error, "urn"),
    ] {
        let log = LogRequest {
            severity: severity.into(),
            message: "no such key\n".to_owned(),
            urn: urn.to_owned(),
            ..LogRequest::default()
        };
        engine.log(Request::new(log)).await.unwrap();
    }
    assert_eq!(engine.record().errors, ["no such key", "urn: no such key"]);
}

#[tokio::test]
async fn an_invoke_is_answered_and_an_unknown_one_refused_by_name() {
    let engine = engine(false);
    let invoke = |token: &str| {
        engine.invoke(Request::new(ResourceInvokeRequest {
            tok: token.to_owned(),
            ..ResourceInvokeRequest::default()
        }))
    };
    let answer = invoke("aws:index/getRegion:getRegion")
        .await
        .unwrap()
        .into_inner();
    assert_eq!(from_wire(answer.r#return).values["region"], "us-east-1");
    let status = invoke("aws:index/getZones:getZones").await.unwrap_err();
    assert!(status.message().contains("aws:index/getZones:getZones"));
}
