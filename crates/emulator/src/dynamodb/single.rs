//! The operations on one item, from text to text: what an application does all day. Everything else, and every
//! request that can't be read so, goes the longer way, which words what is wrong with it.

use bytes::Bytes;
use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::DynamoDb;
use super::failure::{refused, unwritable};
use crate::front::ServiceError;

impl DynamoDb {
    /// Does an operation on one item; `None` if this is something else.
    pub(super) fn single(
        &self,
        operation: &str,
        body: &Bytes,
    ) -> Option<Result<Bytes, ServiceError>> {
        match operation {
            "GetItem" => self.read_and_do(
                operation,
                body,
                |it: &mut GetItemRequest| &mut it.table_name,
                Database::get_item,
            ),
            "PutItem" => self.read_and_do(
                operation,
                body,
                |it: &mut PutItemRequest| &mut it.table_name,
                Database::put_item,
            ),
            "UpdateItem" => self.read_and_do(
                operation,
                body,
                |it: &mut UpdateItemRequest| &mut it.table_name,
                Database::update_item,
            ),
            "DeleteItem" => self.read_and_do(
                operation,
                body,
                |it: &mut DeleteItemRequest| &mut it.table_name,
                Database::delete_item,
            ),
            _ => None,
        }
    }

    fn read_and_do<Request: DeserializeOwned, Answer: Serialize>(
        &self,
        operation: &str,
        body: &Bytes,
        table: fn(&mut Request) -> &mut String,
        work: fn(&Database, Request) -> Result<Answer, DynoxideError>,
    ) -> Option<Result<Bytes, ServiceError>> {
        let mut request: Request = serde_json::from_slice(body).ok()?;
        let done = || {
            self.available()?;
            let table = table(&mut request);
            *table = self.table(operation, table)?;
            let named = [table.clone()];
            let answer = self.on_store(operation, &named, |database| {
                work(database, request).map_err(|error| refused(operation, &error))
            })?;
            let text = serde_json::to_vec(&answer).map_err(|error| unwritable(&error))?;
            Ok(text.into())
        };
        Some(done())
    }
}
