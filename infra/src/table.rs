//! DynamoDB tables with a stream.

use crate::aws::dynamodb::table::{TableArgs, TableResult, create_with_options};
use crate::aws::types::dynamodb::{TableAttribute, TablePointInTimeRecovery};
use crate::flow::Flow;

/// A table whose items are found by one string key and whose every change becomes a stream record with the new image.
///
/// Deletion is protected twice if so configured: by AWS, which refuses it half-way through a `destroy`, and by
/// Pulumi, which refuses before anything is touched.
pub(crate) fn table_with_stream(flow: &Flow, name: &str, key: &str) -> TableResult {
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
            .stream_enabled(true)
            .stream_view_type("NEW_IMAGE")
            .point_in_time_recovery(TablePointInTimeRecovery {
                enabled: settings.point_in_time_recovery,
            })
            .deletion_protection_enabled(settings.deletion_protection)
            .build_struct(),
        flow.protected(settings.deletion_protection),
    )
}
