use futures::FutureExt;
use futures::future::BoxFuture;
use rusqlite::params;
use serde_json::{Map, Value, json};

use delivery::Time;

use super::failure::{NOT_FOUND, VALIDATION};
use super::iterator::ShardIterator;
use super::names;
use super::reader::StreamReader;
use super::record::{StreamRecord, public_sequence_number, stored_position};
use super::rows::newest_position;
use super::tables::Tables;
use crate::front::{Service, ServiceError};

const SUPPORTED: [&str; 4] = [
    "DescribeStream",
    "GetRecords",
    "GetShardIterator",
    "ListStreams",
];

/// DynamoDB Streams: the changes of the declared tables, for clients.
#[derive(Clone)]
pub struct DynamoDbStreams(Tables);

impl DynamoDbStreams {
    /// The service over these tables.
    #[must_use]
    pub fn new(tables: Tables) -> Self {
        Self(tables)
    }

    fn list_streams(&self, body: &Value) -> Result<Value, ServiceError> {
        let limit = limit(body, 100)?;
        let table = text(body, "TableName").map(|name| self.0.0.names.table(name));
        let mut streams: Vec<_> = self
            .0
            .declared()
            .values()
            .filter(|declared| table.is_none_or(|table| declared.name == table))
            .filter_map(|declared| Some((&declared.name, declared.stream.as_ref()?)))
            .collect();
        if let Some(after) = text(body, "ExclusiveStartStreamArn") {
            let start = streams.iter().position(|(_, stream)| stream.arn == after);
            streams.drain(..start.map_or(0, |start| start + 1));
        }
        let more = streams.len() > limit;
        streams.truncate(limit);
        let list: Vec<_> = streams
            .iter()
            .map(|(name, stream)| {
                json!({
                    "StreamArn": stream.arn,
                    "TableName": name,
                    "StreamLabel": names::stream_label(&stream.arn),
                })
            })
            .collect();
        let mut answer = json!({ "Streams": list });
        if more {
            answer["LastEvaluatedStreamArn"] = json!(streams.last().map(|(_, stream)| &stream.arn));
        }
        Ok(answer)
    }

    fn describe_stream(&self, body: &Value) -> Result<Value, ServiceError> {
        limit(body, 100)?;
        let reader = self.reader(body)?;
        let shard = reader.shard_id();
        // The one shard never splits: it has no children, and nothing comes after it.
        let hidden = text(body, "ExclusiveStartShardId").is_some_and(|start| start >= &*shard)
            || body.get("ShardFilter").is_some_and(Value::is_object);
        let range = reader.range()?;
        let engine = self.0.engine();
        let starts_at = match range {
            Some((oldest, _)) => oldest,
            None => newest_position(&engine.connection, reader.table())? + 1,
        };
        let created_at: i64 = engine
            .connection
            .query_row(
                "SELECT created_at FROM _tables WHERE table_name = ?1",
                params![reader.table()],
                |row| row.get(0),
            )
            .map_err(super::Error::from)?;
        let shards = if hidden {
            json!([])
        } else {
            json!([{
                "ShardId": shard,
                "SequenceNumberRange": {
                    "StartingSequenceNumber": public_sequence_number(starts_at),
                },
            }])
        };
        let stream = reader.stream();
        let key_schema = self
            .0
            .declared()
            .get(reader.table())
            .map(|table| &table.create["KeySchema"]);
        Ok(json!({ "StreamDescription": {
            "StreamArn": stream.arn,
            "StreamLabel": names::stream_label(&stream.arn),
            "StreamStatus": "ENABLED",
            "StreamViewType": stream.view.name(),
            "CreationRequestDateTime": created_at,
            "TableName": reader.table(),
            "KeySchema": key_schema,
            "Shards": shards,
        }}))
    }

    fn get_shard_iterator(&self, body: &Value) -> Result<Value, ServiceError> {
        let reader = self.reader(body)?;
        let shard = required(body, "ShardId", "shardId")?;
        if shard != reader.shard_id() {
            return Err(not_found(&format!("Shard does not exist: {shard}")));
        }
        let kind = required(body, "ShardIteratorType", "shardIteratorType")?;
        let position = match kind {
            "TRIM_HORIZON" => 0,
            "LATEST" => newest_position(&self.0.engine().connection, reader.table())?,
            "AT_SEQUENCE_NUMBER" => named_position(&reader, body)? - 1,
            "AFTER_SEQUENCE_NUMBER" => named_position(&reader, body)?,
            "AT_TIMESTAMP" => self.position_at(&reader, body)?,
            other => {
                return Err(invalid(&format!(
                    "1 validation error detected: Value '{other}' at 'shardIteratorType' failed to \
                     satisfy constraint: Member must satisfy enum value set: [AT_SEQUENCE_NUMBER, \
                     AFTER_SEQUENCE_NUMBER, AT_TIMESTAMP, LATEST, TRIM_HORIZON]"
                )));
            }
        };
        Ok(json!({ "ShardIterator": self.iterator(reader.arn(), position) }))
    }

    fn get_records(&self, body: &Value) -> Result<Value, ServiceError> {
        let limit = limit(body, 1000)?;
        let iterator = required(body, "ShardIterator", "shardIterator")?;
        let iterator =
            ShardIterator::decode(iterator).ok_or_else(|| invalid("Invalid ShardIterator"))?;
        if iterator.has_expired(self.0.0.clock.now()) {
            return Err(ServiceError::bad_request(
                "com.amazonaws.dynamodb.v20120810#ExpiredIteratorException",
                "The shard iterator has expired: it is good for 15 minutes; get a new one",
            ));
        }
        let reader = self
            .0
            .stream(&iterator.stream)
            .ok_or_else(|| no_stream(&iterator.stream))?;
        let page = reader.read_from(iterator.position, limit)?;
        let position = page
            .read_to
            .as_deref()
            .and_then(stored_position)
            .unwrap_or(iterator.position);
        Ok(json!({
            "Records": page.records.into_iter().map(for_clients).collect::<Vec<_>>(),
            "NextShardIterator": self.iterator(reader.arn(), position),
        }))
    }

    fn reader(&self, body: &Value) -> Result<StreamReader, ServiceError> {
        let arn = required(body, "StreamArn", "streamArn")?;
        self.0.stream(arn).ok_or_else(|| no_stream(arn))
    }

    fn iterator(&self, stream: &str, position: i64) -> String {
        ShardIterator {
            stream: stream.to_owned(),
            position,
            issued: self.0.0.clock.now(),
        }
        .encode()
    }

    fn position_at(&self, reader: &StreamReader, body: &Value) -> Result<i64, ServiceError> {
        let seconds = body
            .get("Timestamp")
            .and_then(Value::as_f64)
            .ok_or_else(|| invalid("Timestamp must be given for the type AT_TIMESTAMP"))?;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float saturates, which is what a time out of range should do"
        )]
        let time = Time((seconds * 1000.0) as u64);
        if time > self.0.0.clock.now() {
            return Err(invalid("Timestamp must not lie in the future"));
        }
        Ok(reader.before(time)?)
    }
}

impl Service for DynamoDbStreams {
    fn call<'a>(
        &'a self,
        operation: &'a str,
        body: Value,
    ) -> BoxFuture<'a, Result<Value, ServiceError>> {
        async move {
            match operation {
                "DescribeStream" => self.describe_stream(&body),
                "GetRecords" => self.get_records(&body),
                "GetShardIterator" => self.get_shard_iterator(&body),
                "ListStreams" => self.list_streams(&body),
                _ => Err(ServiceError::unknown_operation(operation, &SUPPORTED)),
            }
        }
        .boxed()
    }
}

/// The record as `GetRecords` hands it out: here the members of `userIdentity` have capitals.
fn for_clients(record: StreamRecord) -> Value {
    let mut body = record.body;
    if let Some(Value::Object(identity)) = body.get_mut("userIdentity") {
        let capitals: Map<_, _> = [("PrincipalId", "principalId"), ("Type", "type")]
            .into_iter()
            .filter_map(|(capital, lower)| Some((capital.to_owned(), identity.remove(lower)?)))
            .collect();
        *identity = capitals;
    }
    Value::Object(body)
}

/// The position of the sequence number that a request names.
fn named_position(reader: &StreamReader, body: &Value) -> Result<i64, ServiceError> {
    let number = text(body, "SequenceNumber")
        .ok_or_else(|| invalid("SequenceNumber must be given for this ShardIteratorType"))?;
    if !(21..=40).contains(&number.len()) {
        return Err(invalid(&format!(
            "1 validation error detected: Value '{number}' at 'sequenceNumber' failed to satisfy \
             constraint: Member must have length between 21 and 40"
        )));
    }
    let position = stored_position(number)
        .ok_or_else(|| invalid(&format!("Invalid SequenceNumber for the shard: {number}")))?;
    let oldest = match reader.range()? {
        Some((oldest, _)) => oldest,
        // All is trimmed: what was written until now, and so every number up to the newest.
        None => reader.newest_position()? + 1,
    };
    if position < oldest {
        return Err(ServiceError::bad_request(
            "com.amazonaws.dynamodb.v20120810#TrimmedDataAccessException",
            format!(
                "the sequence number {number} is older than the oldest record that is kept, {}; \
                 start at TRIM_HORIZON",
                public_sequence_number(oldest)
            ),
        ));
    }
    Ok(position)
}

fn limit(body: &Value, most: usize) -> Result<usize, ServiceError> {
    let Some(limit) = body.get("Limit").filter(|limit| !limit.is_null()) else {
        return Ok(most);
    };
    limit
        .as_u64()
        .and_then(|limit| usize::try_from(limit).ok())
        .filter(|limit| (1..=most).contains(limit))
        .ok_or_else(|| {
            invalid(&format!(
                "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy \
                 constraint: Member must have value between 1 and {most}"
            ))
        })
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

fn required<'a>(body: &'a Value, name: &str, member: &str) -> Result<&'a str, ServiceError> {
    text(body, name).ok_or_else(|| {
        invalid(&format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: \
             Member must not be null"
        ))
    })
}

fn no_stream(arn: &str) -> ServiceError {
    not_found(&format!(
        "Requested resource not found: Stream: {arn} not found"
    ))
}

fn not_found(message: &str) -> ServiceError {
    ServiceError::bad_request(NOT_FOUND, message)
}

fn invalid(message: &str) -> ServiceError {
    ServiceError::bad_request(VALIDATION, message)
}
