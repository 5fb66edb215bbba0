//! Parts of a run of the flow of orders, written by hand.

use std::sync::Arc;

use serde_json::{Value, json};

use super::fixture::Run;
use crate::observation::{Ending, Function, Kind, Observation, Target};
use crate::scenario::{Flow, Scenario, Settings};

/// A run of the flow of orders with the usual settings.
pub(super) fn orders() -> Run {
    Run::of(Scenario {
        settings: Settings::usual(Flow::Orders),
        ..Scenario::in_flow(Flow::Orders, 0)
    })
}

/// The item of an order.
pub(super) fn order(id: &str, status: &str) -> Value {
    json!({
        "id": id,
        "status": status,
        "restaurant": "Da \"Enzo\"",
        "occurredAt": "2026-11-21T05:17:00.123Z",
    })
}

/// The event of a change, by its number and its item.
pub(super) fn event(number: usize, item: &Value) -> Value {
    json!({
        "version": "0",
        "source": "order.event",
        "detail-type": "OrderDetailsChanged",
        "detail": {
            "id": item["id"],
            "status": item["status"],
            "restaurant": item["restaurant"],
            "metadata": {
                "eventId": event_id(number),
                "occurredAt": item["occurredAt"],
                "key": item["id"],
                "sequence": sequence(number),
                "sequenceKind": "stream",
                "version": 1,
            },
        },
    })
}

/// The sequence number of a change.
pub(super) fn sequence(number: usize) -> String {
    format!("1{number:020}")
}

/// The id of the event of a change.
pub(super) fn event_id(number: usize) -> Arc<str> {
    format!("change-{number}:OrderDetailsChanged").into()
}

impl Run {
    /// The table takes a status of an order.
    pub(super) fn order(&mut self, id: &str, status: &str) -> usize {
        self.commit_item(id, Kind::Modify, Some(order(id, status)))
    }

    /// The pipe calls the bus with the events of changes.
    pub(super) fn call(&mut self, request: &str, changes: &[usize]) {
        self.tell(&Observation::Invoked {
            function: Function::Pipe,
            environment: 1,
            request_id: request.to_owned(),
            events: changes.iter().map(|it| event_id(*it)).collect(),
            messages: Vec::new(),
        });
    }

    /// The bus takes the event of a change with this item.
    pub(super) fn take(&mut self, number: usize, item: &Value) {
        self.tell(&Observation::Accepted {
            source: "order.event".to_owned(),
            detail_type: "OrderDetailsChanged".to_owned(),
            detail: event(number, item)["detail"].to_string().into(),
            event_id: event_id(number),
        });
    }

    /// The pipe hears these codes, one for each entry; empty for one that was taken.
    pub(super) fn hear(&mut self, request: &str, codes: &[&str]) {
        let entry = |code: &&str| match *code {
            "" => json!({ "EventId": "an id" }),
            code => json!({ "ErrorCode": code }),
        };
        let entries: Vec<Value> = codes.iter().map(entry).collect();
        let answer = json!({ "Entries": entries }).to_string();
        self.hear_ending(request, Ending::Answered(answer));
    }

    pub(super) fn hear_ending(&mut self, request: &str, ending: Ending) {
        self.tell(&Observation::Answered {
            function: Function::Pipe,
            environment: 1,
            request_id: request.to_owned(),
            ending,
        });
    }

    /// The consumer that tracks orders completes the event of a change with this item.
    pub(super) fn track(&mut self, number: usize, item: &Value) {
        self.tell(&Observation::Delivered {
            target: Target::Tracking,
            event: event(number, item).to_string().into(),
        });
    }

    /// The tracking table takes a status.
    pub(super) fn tracked(&mut self, order: &str, status: &str, sequence: &str) {
        self.tell(&Observation::Tracked {
            order: order.to_owned(),
            status: status.to_owned(),
            sequence: sequence.to_owned(),
        });
    }
}
