//! DynamoDB tables.

use crate::aws::dynamodb::table::{TableArgs, TableResult, create_with_options};
use crate::aws::types::dynamodb::{TableAttribute, TablePointInTimeRecovery};
use crate::flow::Flow;

/// A table whose items are found by one string key.
///
/// Deletion is protected twice if so configured: by AWS, which refuses it half-way through a `destroy`, and by
/// Pulumi, which refuses before anything is touched.
pub(crate) fn table(flow: &Flow, name: &str, key: &str) -> TableResult {
    declare(flow, name, key, None)
}

/// A table as above whose every change becomes a stream record with the new image.
pub(crate) fn table_with_stream(flow: &Flow, name: &str, key: &str) -> TableResult {
    declare(flow, name, key, Some("NEW_IMAGE"))
}

fn declare(flow: &Flow, name: &str, key: &str, view_type: Option<&str>) -> TableResult {
    let settings = flow.settings;
    create_with_options(
        flow.ctx,
        name,
        TableArgs::builder()
            .name(flow.physical(name))
            .billing_mode("PAY_PER_REQUEST")
            .hash_key(key)
            .attributes([TableAttribute {
                name: key.to_owned(),
                type_: "S".to_owned(),
            }])
            .stream_enabled(view_type.is_some())
            .maybe_stream_view_type(view_type)
            .point_in_time_recovery(TablePointInTimeRecovery {
                enabled: settings.point_in_time_recovery,
            })
            .deletion_protection_enabled(settings.deletion_protection)
            .build_struct(),
        flow.protected(settings.deletion_protection),
    )
}
