//! The bucket for batches that a mapping gave up on.

use pulumi_gestalt_rust::Output;

use crate::aws::s3::bucket::{BucketArgs, BucketResult, create_with_options};
use crate::flow::Flow;

/// A bucket for failed batches, records included. Its objects stay until somebody deletes them: they are the only
/// copy once the stream has trimmed the records.
///
/// A bucket's name is unique among all accounts, so the account's number ends it. What a new bucket has by default is
/// what it should have: no public access, no ACLs, encryption
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html>).
pub(crate) fn failure_bucket(flow: &Flow, name: &str, account: &Output<String>) -> BucketResult {
    let physical = flow.physical(name);
    create_with_options(
        flow.ctx,
        name,
        BucketArgs::builder()
            .bucket(account.map(move |account| format!("{physical}-{account}")))
            .force_destroy(flow.settings.force_destroy)
            .build_struct(),
        flow.options(),
    )
}
