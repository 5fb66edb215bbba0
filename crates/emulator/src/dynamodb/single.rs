//! The operations on one item, from text to text: what an application does all day. Everything else, and every
//! request that is not plain, goes the longer way, which words what is wrong with it.

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

/// A request for one item.
trait Single: DeserializeOwned {
    const WRITES: bool;
    type Answer: Serialize;

    fn table(&mut self) -> &mut String;

    fn run(self, database: &Database) -> Result<Self::Answer, DynoxideError>;
}

impl DynamoDb {
    /// Does an operation on one item of a declared table; `None` if this is something else.
    pub(super) fn single(
        &self,
        operation: &str,
        body: &Bytes,
    ) -> Option<Result<Bytes, ServiceError>> {
        match operation {
            "GetItem" => self.run_single::<GetItemRequest>(operation, body),
            "PutItem" => self.run_single::<PutItemRequest>(operation, body),
            "UpdateItem" => self.run_single::<UpdateItemRequest>(operation, body),
            "DeleteItem" => self.run_single::<DeleteItemRequest>(operation, body),
            _ => None,
        }
    }

    fn run_single<Request: Single>(
        &self,
        operation: &str,
        body: &Bytes,
    ) -> Option<Result<Bytes, ServiceError>> {
        let mut request: Request = serde_json::from_slice(body).ok()?;
        let tables = &self.0;
        let table = tables.0.names.table(request.table()).to_owned();
        if !tables.declared().contains_key(&table) {
            return None;
        }
        if let Some(error) = self.1.error(tables.0.clock.now()) {
            return Some(Err(error));
        }
        request.table().clone_from(&table);
        let done = || {
            let mut engine = tables.engine();
            let answer = request.run(&engine.database);
            let answer = answer.map_err(|error| refused(operation, &error))?;
            if Request::WRITES {
                tables.announce(&mut engine, &table)?;
            }
            drop(engine);
            let text = serde_json::to_vec(&answer).map_err(|error| unwritable(&error))?;
            Ok(text.into())
        };
        Some(done())
    }
}

macro_rules! single {
    ($request:ident, $answer:ty, $operation:ident, writes: $writes:literal) => {
        impl Single for $request {
            const WRITES: bool = $writes;
            type Answer = $answer;

            fn table(&mut self) -> &mut String {
                &mut self.table_name
            }

            fn run(self, database: &Database) -> Result<Self::Answer, DynoxideError> {
                database.$operation(self)
            }
        }
    };
}

single!(GetItemRequest, dynoxide::actions::get_item::GetItemResponse, get_item, writes: false);
single!(PutItemRequest, dynoxide::actions::put_item::PutItemResponse, put_item, writes: true);
single!(UpdateItemRequest, dynoxide::actions::update_item::UpdateItemResponse, update_item, writes: true);
single!(DeleteItemRequest, dynoxide::actions::delete_item::DeleteItemResponse, delete_item, writes: true);
