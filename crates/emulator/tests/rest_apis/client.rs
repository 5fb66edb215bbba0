//! A client of the API, and a look into the table.

use std::collections::BTreeMap;

use emulator::{Emulating, Emulator, Options};
use serde_json::{Value, json};

use crate::declaration::Orders;
use crate::support::{Answer, answer, authorization, call};

pub(crate) struct Shop {
    pub(crate) emulating: Emulating,
    url: String,
}

/// Starts a declared API and finds its address where a user finds it: in the stage's `invokeUrl`.
pub(crate) async fn start(orders: &Orders) -> Shop {
    let emulator = Emulator::bind(Options::default()).await.unwrap();
    // Nothing here runs a function, so no binary is needed.
    let emulating = emulator
        .start(&orders.stack, &BTreeMap::new())
        .await
        .unwrap();
    let stage = orders
        .stack
        .of_type("aws:apigateway/stage:Stage")
        .next()
        .unwrap();
    let url = stage.text("invokeUrl").unwrap();
    // The stack was declared before the port was known.
    let path = url.split_once(".com/").unwrap().1;
    let api = stage.text("restApi").unwrap();
    let url = format!(
        "{}/restapis/{api}/{path}/_user_request_",
        emulating.running().endpoint
    );
    Shop { emulating, url }
}

impl Shop {
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().unwrap();
        reqwest::Client::new().request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = self
            .request(method, path)
            .header("content-type", "application/json");
        answer(request.body(body.to_string())).await
    }

    pub(crate) async fn post(&self, order: &Value) -> Answer {
        self.send("POST", "/orders", order).await
    }

    pub(crate) async fn patch(&self, id: &str, status: &str) -> Answer {
        let path = format!("/orders/{id}");
        self.send("PATCH", &path, &json!({ "status": status }))
            .await
    }

    /// The items of the table by id, as DynamoDB's own API shows them.
    pub(crate) async fn items(&self) -> BTreeMap<String, Value> {
        let scan = json!({ "TableName": "shop-dev-orders" });
        let found = call(&self.emulating, "DynamoDB_20120810.Scan", &scan).await;
        let items = found["Items"].as_array().unwrap();
        let id = |item: &Value| item["id"]["S"].as_str().unwrap().to_owned();
        items.iter().map(|item| (id(item), item.clone())).collect()
    }

    /// The header of a request that the user signs.
    pub(crate) fn signature(&self) -> String {
        authorization(&self.emulating.running().access_key_id)
    }
}
