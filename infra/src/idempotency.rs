//! What consumers keep in order to complete each event once: `outbox::consume::Once`.

use crate::aws::dynamodb::table::TableResult;
use crate::flow::Flow;
use crate::function::Variable;
use crate::right::{self, Rights};
use crate::table::table_that_forgets;

/// The table with a record for each consumer and event, for 16 days.
pub(crate) struct Idempotency {
    table: TableResult,
}

/// Declares the table. All consumers share it: their names are part of its key.
pub(crate) fn idempotency(flow: &Flow) -> Idempotency {
    let keys = ["eventId", "consumer"];
    Idempotency {
        table: table_that_forgets(flow, "idempotency", keys, "expiresAt"),
    }
}

impl Idempotency {
    /// What a consumer's environment needs.
    pub(crate) fn variable(&self) -> Variable {
        ("IDEMPOTENCY_TABLE_NAME", self.table.name.clone())
    }

    /// What a consumer may do with the table.
    pub(crate) fn rights(&self) -> Rights {
        right::put_and_update_items(&self.table)
    }
}
