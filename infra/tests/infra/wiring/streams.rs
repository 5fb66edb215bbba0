//! From a table to its relay.

use serde_json::{Value, json};
use stack::Resource;

use super::{BUCKET, FUNCTION, MAPPING, TABLE, TARGET, at};
use crate::declared::{
    ACCOUNT, dev, dev_with_orders_relay, named, permissions_of_function, permitting,
};

fn reads_queue(mapping: &Resource) -> bool {
    let source = mapping.inputs["eventSourceArn"].as_str().unwrap();
    source.contains(":sqs:")
}

#[tokio::test]
async fn given_the_dev_stack_then_the_mapping_of_each_stream_loses_nothing() {
    let stack = dev_with_orders_relay().await;
    for table in ["users", "orders", "outbox"] {
        let mapping = named(&stack, MAPPING, &format!("{table}-relay-mapping"));

        assert_eq!(
            mapping.inputs["eventSourceArn"],
            named(&stack, TABLE, table).outputs["streamArn"]
        );
        assert_eq!(
            at(&stack, &mapping.inputs["functionName"]).name,
            format!("{table}-relay")
        );
        let values = [
            ("startingPosition", json!("TRIM_HORIZON")),
            ("batchSize", json!(100)),
            ("functionResponseTypes", json!(["ReportBatchItemFailures"])),
            ("bisectBatchOnFunctionError", json!(true)),
            ("maximumRecordAgeInSeconds", json!(72_000)),
            ("maximumRetryAttempts", json!(10_000)),
        ];
        for (property, value) in values {
            assert_eq!(mapping.inputs[property], value, "{property}");
        }
    }
}

#[tokio::test]
async fn row_2_4_role_of_each_mappings_function_may_put_objects_into_and_list_its_bucket() {
    let stack = dev_with_orders_relay().await;
    let mut mappings = 0;
    // A queue's mapping has no destination: the queue has.
    for mapping in stack.of_type(MAPPING).filter(|one| !reads_queue(one)) {
        mappings += 1;
        let bucket = at(
            &stack,
            &mapping.inputs["destinationConfig"]["onFailure"]["destinationArn"],
        );
        assert_eq!(
            bucket.type_token, BUCKET,
            "only a bucket takes the records themselves"
        );
        let arn = bucket.text("arn").unwrap();

        let rights = permissions_of_function(&stack, at(&stack, &mapping.inputs["functionName"]));

        let of_this_account = json!({ "StringEquals": { "s3:ResourceAccount": ACCOUNT } });
        for (action, resource) in [
            ("s3:PutObject", format!("{arn}/*")),
            ("s3:ListBucket", arn.to_owned()),
        ] {
            let permitted = permitting(&rights, action);
            assert_eq!(
                permitted.len(),
                1,
                "{} may {action} in one place",
                mapping.name
            );
            assert_eq!(permitted[0].resource, resource);
            assert_eq!(permitted[0].condition, of_this_account);
        }
    }
    assert_eq!(mappings, 3);
}

#[tokio::test]
async fn given_the_outbox_table_then_its_relay_gets_new_rows_alone_and_published_rows_expire() {
    let stack = dev().await;
    let table = named(&stack, TABLE, "outbox");
    assert_eq!(table.inputs["streamViewType"], "NEW_IMAGE");
    assert_eq!(
        table.inputs["ttl"],
        json!({ "attributeName": "expiresAt", "enabled": true })
    );
    let mapping = named(&stack, MAPPING, "outbox-relay-mapping");
    let filters = mapping.inputs["filterCriteria"]["filters"]
        .as_array()
        .unwrap();
    assert_eq!(filters.len(), 1);
    let pattern: Value = serde_json::from_str(filters[0]["pattern"].as_str().unwrap()).unwrap();
    let new_rows = json!({
        "eventName": ["INSERT"],
        "dynamodb": { "NewImage": { "detailType": { "S": [{ "exists": true }] } } },
    });
    assert_eq!(pattern, new_rows);
    // and the relay is told where to mark them
    let relay = named(&stack, FUNCTION, "outbox-relay");
    let variables = &relay.inputs["environment"]["variables"];
    assert_eq!(variables["OUTBOX_TABLE_NAME"], table.outputs["name"]);
    let permitted = permissions_of_function(&stack, relay);
    let update = permitting(&permitted, "dynamodb:UpdateItem");
    assert_eq!(update.len(), 1);
    assert_eq!(update[0].resource, table.text("arn").unwrap());
    // and waits for all that its events pass
    for name in ["order-placed-target", "order-placed-tracking-target"] {
        let target = named(&stack, TARGET, name);
        assert!(mapping.dependencies.contains(&target.urn), "{name}");
    }
}
