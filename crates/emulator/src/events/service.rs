use futures::future::BoxFuture;
use serde_json::Value;

use super::Buses;
use crate::front::{Service, ServiceError};

const OPERATIONS: [&str; 7] = [
    "PutEvents",
    "DescribeEventBus",
    "ListEventBuses",
    "ListRules",
    "ListTargetsByRule",
    "DescribeArchive",
    "TestEventPattern",
];

impl Service for Buses {
    fn call<'a>(
        &'a self,
        operation: &'a str,
        body: Value,
    ) -> BoxFuture<'a, Result<Value, ServiceError>> {
        Box::pin(async move {
            match operation {
                "PutEvents" => self.put_events(body),
                "DescribeEventBus" => self.describe_event_bus(&body),
                "ListEventBuses" => Ok(self.list_event_buses(&body)),
                "ListRules" => self.list_rules(&body),
                "ListTargetsByRule" => self.list_targets_by_rule(&body),
                "DescribeArchive" => self.describe_archive(&body),
                "TestEventPattern" => Self::test_event_pattern(&body),
                _ => Err(ServiceError::unknown_operation(operation, &OPERATIONS)),
            }
        })
    }
}
