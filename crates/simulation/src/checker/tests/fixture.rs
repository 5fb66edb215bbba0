//! A run written by hand.

use std::sync::Arc;
use std::time::Duration;

use delivery::Time;
use serde_json::{Value, json};

use crate::checker::{Checker, Verdict, ViolationKind};
use crate::observation::{Change, Ending, Function, Kind, Meaning, Observation, Target};
use crate::scenario::{Flow, Scenario};

/// 2026-11-21T05:17:00Z.
const START: Time = Time(1_795_238_220_000);

/// Observations as they are written down, a second apart unless said otherwise.
pub(super) struct Run {
    checker: Checker,
    at: Time,
    changes: Vec<Change>,
    committed: Vec<Time>,
    requests: usize,
    seen: Vec<ViolationKind>,
}

impl Run {
    pub(super) fn new() -> Self {
        Self::of(Scenario::of(0))
    }

    /// A run of a scenario without its workload and faults.
    pub(super) fn of(scenario: Scenario) -> Self {
        Self::playing(Scenario {
            operations: Vec::new(),
            ..scenario
        })
    }

    /// A run of a scenario with its workload.
    pub(super) fn playing(scenario: Scenario) -> Self {
        Self {
            checker: Checker::new(Arc::new(scenario)),
            at: START,
            changes: Vec::new(),
            committed: Vec::new(),
            requests: 0,
            seen: Vec::new(),
        }
    }

    /// The violations so far.
    pub(super) fn seen(&self) -> &[ViolationKind] {
        &self.seen
    }

    /// The kinds of all violations, with those that show at the end only.
    pub(super) fn ends_with(self) -> Vec<ViolationKind> {
        let verdict = self.verdict(true);
        verdict.violations.iter().map(|it| it.kind).collect()
    }

    pub(super) fn verdict(self, quiet: bool) -> Verdict {
        self.checker.finish(self.at, quiet)
    }

    pub(super) fn now(&self) -> Time {
        self.at
    }

    pub(super) fn wait(&mut self, duration: Duration) {
        self.at = self.at.plus(duration);
    }

    pub(super) fn tell(&mut self, what: &Observation) {
        let violations = self.checker.observe(self.at, what);
        self.seen.extend(violations.iter().map(|it| it.kind));
    }

    /// Commits the next change, numbered from 0.
    pub(super) fn commit(&mut self, key: &str, kind: Kind) -> usize {
        let item = matches!(kind, Kind::Insert | Kind::Modify).then(|| user(key));
        self.commit_item(key, kind, item)
    }

    pub(super) fn commit_item(&mut self, key: &str, kind: Kind, item: Option<Value>) -> usize {
        self.wait(Duration::from_secs(1));
        self.commit_now(key, kind, item)
    }

    /// A change in this very moment.
    pub(super) fn commit_now(&mut self, key: &str, kind: Kind, item: Option<Value>) -> usize {
        let number = self.changes.len();
        let change = Change {
            event_id: format!("change-{number}").into(),
            sequence_number: format!("1{number:020}"),
            shard: "shard-1".to_owned(),
            key: key.to_owned(),
            kind,
            item: item.map(Arc::new),
            meaning: Meaning::Event,
        };
        self.changes.push(change.clone());
        self.committed.push(self.at);
        self.tell(&Observation::Committed(change));
        number
    }

    /// Gives records to the relay and answers the request's number.
    pub(super) fn invoke(&mut self, changes: &[usize]) -> usize {
        self.requests += 1;
        let events = changes
            .iter()
            .map(|number| Arc::clone(&self.changes[*number].event_id))
            .collect();
        self.tell(&Observation::Invoked {
            function: Function::Relay,
            environment: 1,
            request_id: self.requests.to_string(),
            events,
            messages: Vec::new(),
        });
        self.requests
    }

    /// Gives messages with the events of changes to the consumer of the audit queue, and answers the request's number.
    /// The message of a change is always the same.
    pub(super) fn read(&mut self, changes: &[usize]) -> usize {
        self.requests += 1;
        let event_id = |change: &usize| {
            let id = &self.changes[*change].event_id;
            format!("{id}:{}", self.detail_type(*change)).into()
        };
        self.tell(&Observation::Invoked {
            function: Function::OfQueue(Target::Audit),
            environment: 1,
            request_id: self.requests.to_string(),
            events: changes.iter().map(event_id).collect(),
            messages: changes.iter().map(|it| message(*it).into()).collect(),
        });
        self.requests
    }

    /// The consumer of the audit queue answers with this body.
    pub(super) fn say(&mut self, request: usize, body: &str) {
        self.tell(&Observation::Answered {
            function: Function::OfQueue(Target::Audit),
            environment: 1,
            request_id: request.to_string(),
            ending: Ending::Answered(body.to_owned()),
        });
    }

    /// The relay answers with this body.
    pub(super) fn answer(&mut self, request: usize, body: &str) {
        self.end(request, Ending::Answered(body.to_owned()));
    }

    pub(super) fn end(&mut self, request: usize, ending: Ending) {
        self.tell(&Observation::Answered {
            function: Function::Relay,
            environment: 1,
            request_id: request.to_string(),
            ending,
        });
    }

    /// The body that reports a record as the first failed one.
    pub(super) fn failed_from(&self, change: usize) -> String {
        let number = &self.changes[change].sequence_number;
        json!({ "batchItemFailures": [{ "itemIdentifier": number }] }).to_string()
    }

    /// The bus takes the event of a change.
    pub(super) fn accept(&mut self, change: usize) {
        let detail = self.detail(change);
        self.accept_as(self.detail_type(change), &detail);
    }

    pub(super) fn accept_as(&mut self, detail_type: &str, detail: &Value) {
        self.tell(&Observation::Accepted {
            source: "myapp.users".to_owned(),
            detail_type: detail_type.to_owned(),
            detail: detail.to_string().into(),
            event_id: detail["metadata"]["eventId"]
                .as_str()
                .unwrap_or_default()
                .into(),
        });
    }

    pub(super) fn refuse(&mut self, change: usize, code: &str) {
        let event_id = format!(
            "{}:{}",
            self.changes[change].event_id,
            self.detail_type(change)
        );
        self.tell(&Observation::Refused {
            event_ids: vec![event_id.into()],
            code: code.to_owned(),
        });
    }

    pub(super) fn quarantine(&mut self, change: usize, event_ids: &[&str]) {
        let record = self.record(change);
        self.quarantine_record(&record, event_ids);
    }

    pub(super) fn quarantine_record(&mut self, record: &Value, event_ids: &[&str]) {
        let body = json!({
            "reason": { "kind": "unreadable", "message": "-" },
            "eventIds": event_ids,
            "acceptedEventIds": [],
            "function": { "name": "users-relay", "version": "1" },
            "record": record,
        });
        let body = body.to_string().into();
        self.tell(&Observation::Quarantined { body });
    }

    /// A failure record that holds these changes.
    pub(super) fn give_up(&mut self, changes: &[usize], condition: &str) {
        let records: Vec<_> = changes.iter().map(|number| self.record(*number)).collect();
        let number = |place: usize| self.changes[place].sequence_number.clone();
        let record = json!({
            "requestContext": { "condition": condition },
            "DDBStreamBatchInfo": {
                "shardId": "shard-1",
                "batchSize": records.len(),
                "startSequenceNumber": number(changes[0]),
                "endSequenceNumber": number(changes[changes.len() - 1]),
            },
            "payload": json!({ "Records": records }).to_string(),
        });
        self.fail(record);
    }

    pub(super) fn fail(&mut self, record: Value) {
        self.tell(&Observation::FailureRecord {
            destination: "arn:aws:s3:::failures".to_owned(),
            key: "key".to_owned(),
            record: Arc::new(record),
        });
    }

    pub(super) fn deliver(&mut self, target: Target, change: usize) {
        let event = self.envelope(change).to_string().into();
        self.tell(&Observation::Delivered { target, event });
    }

    pub(super) fn dead_letter(&mut self, target: Target, change: usize, attributes: Value) {
        let event = self.envelope(change).to_string().into();
        self.tell(&Observation::DeadLettered {
            target,
            queue: "queue".to_owned(),
            event,
            attributes,
        });
    }

    /// From the bus to every target that wants it.
    pub(super) fn arrive(&mut self, change: usize) {
        for target in Target::of(Flow::Users) {
            if target.takes(self.detail_type(change), &self.detail(change)) {
                self.deliver(*target, change);
            }
        }
    }

    pub(super) fn envelope(&self, change: usize) -> Value {
        json!({
            "version": "0",
            "id": "an id",
            "source": "myapp.users",
            "detail-type": self.detail_type(change),
            "detail": self.detail(change),
        })
    }

    fn detail_type(&self, change: usize) -> &'static str {
        match self.changes[change].kind {
            Kind::Insert => "UserCreated",
            Kind::Modify => "UserUpdated",
            Kind::Remove | Kind::Expire => "UserDeleted",
        }
    }

    /// The detail of a change's event, as the relay publishes it.
    pub(super) fn detail(&self, change: usize) -> Value {
        let Change {
            event_id,
            key,
            sequence_number,
            item,
            kind,
            ..
        } = &self.changes[change];
        let mut detail = match item {
            Some(item) => Value::clone(item),
            None if *kind == Kind::Expire => json!({ "id": key, "deletedBy": "expiry" }),
            None => json!({ "id": key, "deletedBy": "request" }),
        };
        detail["metadata"] = json!({
            "eventId": format!("{event_id}:{}", self.detail_type(change)),
            "occurredAt": self.committed[change].in_milliseconds(),
            "key": key,
            "sequence": sequence_number,
            "sequenceKind": "stream",
            "version": 1,
        });
        detail
    }

    /// The stream record of a change, as Lambda delivers it.
    pub(super) fn record(&self, change: usize) -> Value {
        let Change {
            event_id,
            key,
            sequence_number,
            item,
            kind,
            ..
        } = &self.changes[change];
        let name = match kind {
            Kind::Insert => "INSERT",
            Kind::Modify => "MODIFY",
            Kind::Remove | Kind::Expire => "REMOVE",
        };
        let mut record = json!({
            "eventID": event_id,
            "eventName": name,
            "dynamodb": {
                "ApproximateCreationDateTime": self.committed[change].0 / 1000,
                "Keys": { "id": { "S": key } },
                "SequenceNumber": sequence_number,
            },
        });
        if let Some(fields) = item.as_deref().and_then(Value::as_object) {
            for (name, value) in fields {
                record["dynamodb"]["NewImage"][name] = json!({ "S": value });
            }
        }
        if *kind == Kind::Expire {
            record["userIdentity"] =
                json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
        }
        record
    }
}

/// The message that holds the event of a change.
pub(super) fn message(change: usize) -> String {
    format!("message-{change}")
}

/// The item of a user.
pub(super) fn user(key: &str) -> Value {
    json!({
        "id": key,
        "username": "ada",
        "email": "ada@example.com",
        "avatar": "https://example.com/ada.png",
        "birthdate": "1990-12-10",
        "registeredAt": "2026-11-21T05:17:00Z",
    })
}
