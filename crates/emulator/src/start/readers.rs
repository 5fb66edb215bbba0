//! Which function reads which table's stream, for the commands that look for it.

use std::collections::BTreeMap;
use std::path::Path;

use stack::Stack;

use super::Error;
use crate::lambda::Lambda;
use crate::state::StreamReader;
use crate::{dynamodb, mapping};

/// The tables: the name in the program to the physical name.
pub(super) fn tables(stack: &Stack) -> BTreeMap<String, String> {
    let tables = stack.of_type("aws:dynamodb/table:Table");
    tables
        .filter_map(|table| Some((table.name.clone(), table.text("name")?.to_owned())))
        .collect()
}

/// What the mappings on the tables' streams feed. `buckets` is the folder of all buckets.
pub(super) fn stream_readers(
    stack: &Stack,
    lambda: &Lambda,
    buckets: &Path,
) -> Result<Vec<StreamReader>, Error> {
    let tables = dynamodb::declared(stack)?;
    let reader = |mapping: mapping::Mapping| {
        let table = tables.iter().find(|table| {
            let stream = table.stream.as_ref();
            stream.is_some_and(|stream| stream.arn == mapping.stream_arn)
        })?;
        let mut functions = lambda.functions();
        let function = functions.find(|function| function.arn == mapping.function_arn)?;
        let bucket = mapping.settings.on_failure.as_deref();
        let bucket = bucket.and_then(|arn| arn.strip_prefix("arn:aws:s3:::"));
        Some(StreamReader {
            table: table.name.clone(),
            function: function.name.clone(),
            variables: function.environment.clone(),
            failures: bucket.map(|bucket| buckets.join(bucket)),
        })
    };
    let mappings = mapping::declared(stack)?;
    Ok(mappings.into_iter().filter_map(reader).collect())
}
