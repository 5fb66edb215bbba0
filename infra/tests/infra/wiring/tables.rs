//! What holds data.

use serde_json::json;

use super::{BUCKET, TABLE};
use crate::declared::{dev, dev_with, named};

#[tokio::test]
async fn given_the_dev_stack_then_its_tables_stream_new_images_of_items_by_id() {
    let stack = dev().await;
    for name in ["users", "orders"] {
        let table = named(&stack, TABLE, name);
        assert_eq!(table.inputs["billingMode"], "PAY_PER_REQUEST");
        assert_eq!(table.inputs["hashKey"], "id");
        assert_eq!(
            table.inputs["attributes"],
            json!([{ "name": "id", "type": "S" }])
        );
        assert_eq!(table.inputs["streamEnabled"], true);
        assert_eq!(table.inputs["streamViewType"], "NEW_IMAGE");
    }
    let tracking = named(&stack, TABLE, "tracking");
    assert_eq!(tracking.inputs["hashKey"], "id");
    assert_eq!(tracking.inputs["streamEnabled"], false);
}

#[tokio::test]
async fn given_no_configuration_then_data_is_protected_and_in_dev_destroy_works() {
    let protected = dev_with(&[
        ("pointInTimeRecovery", "true"),
        ("deletionProtection", "true"),
        ("forceDestroy", "false"),
    ])
    .await
    .unwrap();
    for (stack, production) in [(protected, true), (dev().await, false)] {
        for table in stack.of_type(TABLE) {
            assert_eq!(
                table.inputs["pointInTimeRecovery"],
                json!({ "enabled": production })
            );
            assert_eq!(table.inputs["deletionProtectionEnabled"], production);
            assert_eq!(table.protect, production);
        }
        for bucket in stack.of_type(BUCKET) {
            assert_eq!(bucket.inputs["forceDestroy"], !production);
        }
        let protected = stack.resources.iter().filter(|one| one.protect).count();
        let tables = stack.of_type(TABLE).count();
        assert_eq!(protected, if production { tables } else { 0 });
    }
}
