//! DynamoDB tables.

use crate::aws::dynamodb::table::{TableArgs, TableResult, create_with_options};
use crate::aws::types::dynamodb::{TableAttribute, TablePointInTimeRecovery, TableTtl};
use crate::flow::Flow;

/// A table whose items are found by one string key.
///
/// Deletion is protected twice if so configured: by AWS, which refuses it half-way through a `destroy`, and by
/// Pulumi, which refuses before anything is touched.
pub(crate) fn table(flow: &Flow, name: &str, key: &str) -> TableResult {
    declare(flow, name, &[key], None, None)
}

/// A table whose items are found by two string keys, and go when the time in `expires` has come.
pub(crate) fn table_that_forgets(
    flow: &Flow,
    name: &str,
    keys: [&str; 2],
    expires: &str,
) -> TableResult {
    declare(flow, name, &keys, None, Some(expires))
}

/// A table as above whose every change becomes a stream record with the new image.
pub(crate) fn table_with_stream(flow: &Flow, name: &str, key: &str) -> TableResult {
    declare(flow, name, &[key], Some("NEW_IMAGE"), None)
}

/// A table with a stream as above whose items go when the time in `expires` has come.
pub(crate) fn table_with_stream_that_forgets(
    flow: &Flow,
    name: &str,
    key: &str,
    expires: &str,
) -> TableResult {
    declare(flow, name, &[key], Some("NEW_IMAGE"), Some(expires))
}

/// `keys` are the partition key and, if there is one, the sort key.
fn declare(
    flow: &Flow,
    name: &str,
    keys: &[&str],
    view_type: Option<&str>,
    expires: Option<&str>,
) -> TableResult {
    let settings = flow.settings;
    let attribute = |key: &&str| TableAttribute {
        name: (*key).to_owned(),
        type_: "S".to_owned(),
    };
    let time_to_live = |attribute: &str| TableTtl {
        attribute_name: Some(attribute.to_owned()),
        enabled: Some(true),
    };
    create_with_options(
        flow.ctx,
        name,
        TableArgs::builder()
            .name(flow.physical(name))
            .billing_mode("PAY_PER_REQUEST")
            .hash_key(keys[0])
            .maybe_range_key(keys.get(1).copied())
            .attributes(keys.iter().map(attribute).collect::<Vec<_>>())
            .stream_enabled(view_type.is_some())
            .maybe_stream_view_type(view_type)
            .maybe_ttl(expires.map(time_to_live))
            .point_in_time_recovery(TablePointInTimeRecovery {
                enabled: settings.point_in_time_recovery,
            })
            .deletion_protection_enabled(settings.deletion_protection)
            .build_struct(),
        flow.protected(settings.deletion_protection),
    )
}
