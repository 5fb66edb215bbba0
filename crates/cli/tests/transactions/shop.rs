//! A shop with an outbox, and what is asked of it.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, Update};
use contract::Event;
use emulator::{Emulating, Emulator, Options};
use outbox::sdk::{SdkConfig, local_config};
use outbox::transact::Transaction;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::script::{Reply, Script};
use crate::support::{declare, stack};

pub(crate) type Item = HashMap<String, AttributeValue>;

#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Placed {
    pub(crate) order: String,
}

impl Event for Placed {
    const SOURCE: &'static str = "test.orders";
    const DETAIL_TYPE: &'static str = "Placed";
    const VERSION: u32 = 1;

    fn sample() -> Self {
        placed("42")
    }
}

pub(crate) fn placed(order: &str) -> Placed {
    Placed {
        order: order.to_owned(),
    }
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) struct Shop {
    pub(crate) emulating: Emulating,
    pub(crate) script: Script,
    pub(crate) client: Client,
}

impl Shop {
    /// A shop with so many teas; its first writes are met so.
    pub(crate) async fn open(teas: u64, writes: impl IntoIterator<Item = Reply>) -> Self {
        let mut declared = stack(&[]);
        for table in ["shop", "outbox"] {
            let table = json!({
                "name": table,
                "hashKey": "id",
                "attributes": [{ "name": "id", "type": "S" }],
                "billingMode": "PAY_PER_REQUEST",
            });
            let name = table["name"].as_str().unwrap().to_owned();
            declare(&mut declared, "aws:dynamodb/table:Table", &name, table);
        }
        let emulator = Emulator::bind(Options::default()).await.unwrap();
        let emulating = emulator.start(&declared, &BTreeMap::new()).await.unwrap();
        let running = emulating.running();
        let script = Script::before(&running.endpoint, writes).await;
        let client = script.client(&running.access_key_id);
        let put = client.put_item().table_name("shop");
        let put = put.item("id", text("tea")).item("inStock", number(teas));
        put.send().await.unwrap();
        Self {
            emulating,
            script,
            client,
        }
    }

    /// Settings of other clients.
    pub(crate) fn settings(&self) -> SdkConfig {
        let running = self.emulating.running();
        local_config(
            &running.endpoint,
            &running.region,
            &running.access_key_id,
            &running.secret_access_key,
        )
    }

    /// An order of one tea.
    pub(crate) fn order(&self, id: &str) -> Transaction<'_, Client> {
        Transaction::new(&self.client, "outbox")
            .key_of("shop", ["id"])
            .put(put(&format!("order-{id}")))
            .update(take(1))
            .event("shop#1", placed(id))
    }

    pub(crate) async fn items(&self, table: &str) -> Vec<Item> {
        let scan = self.client.scan().table_name(table).consistent_read(true);
        scan.send().await.unwrap().items.unwrap_or_default()
    }

    pub(crate) async fn teas(&self) -> AttributeValue {
        let get = self.client.get_item().table_name("shop");
        let got = get.key("id", text("tea")).send().await.unwrap();
        got.item.unwrap()["inStock"].clone()
    }

    /// The numbers of the rows, sorted.
    pub(crate) async fn numbers(&self) -> Vec<u64> {
        let rows = self.items("outbox").await;
        let sequences = rows.iter().filter_map(|row| row.get("sequence"));
        let mut numbers: Vec<_> = sequences
            .map(|sequence| sequence.as_n().unwrap().parse().unwrap())
            .collect();
        numbers.sort_unstable();
        numbers
    }
}

pub(crate) fn put(id: &str) -> Put {
    let put = Put::builder().table_name("shop").item("id", text(id));
    let put = put.condition_expression("attribute_not_exists(id)");
    put.build().unwrap()
}

pub(crate) fn take(teas: u64) -> Update {
    Update::builder()
        .table_name("shop")
        .key("id", text("tea"))
        .update_expression("SET inStock = inStock - :some")
        .condition_expression("inStock >= :some")
        .expression_attribute_values(":some", number(teas))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .unwrap()
}
