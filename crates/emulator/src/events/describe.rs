//! What can be asked about buses, rules and archives.

use delivery::document::Document;
use delivery::pattern::{Language, Pattern};
use serde_json::{Map, Value, json};

use super::{Bus, Buses, Rule, archive};
use crate::front::ServiceError;

/// The fields that `TestEventPattern` requires of an event.
const EVENT_FIELDS: [&str; 7] = [
    "id",
    "account",
    "source",
    "time",
    "region",
    "resources",
    "detail-type",
];

impl Buses {
    pub(super) fn describe_event_bus(&self, body: &Value) -> Result<Value, ServiceError> {
        let bus = self.existing_bus(body["Name"].as_str())?;
        Ok(bus_json(bus))
    }

    pub(super) fn list_event_buses(&self, body: &Value) -> Value {
        let prefix = body["NamePrefix"].as_str().unwrap_or_default();
        let buses = &self.0.declared.buses;
        let buses: Vec<Value> = buses
            .iter()
            .filter(|bus| bus.name.starts_with(prefix))
            .map(bus_json)
            .collect();
        json!({"EventBuses": buses})
    }

    pub(super) fn list_rules(&self, body: &Value) -> Result<Value, ServiceError> {
        let bus = self.existing_bus(body["EventBusName"].as_str())?;
        let prefix = body["NamePrefix"].as_str().unwrap_or_default();
        let rules: Vec<Value> = self
            .rules_of(bus)
            .filter(|rule| rule.name.starts_with(prefix))
            .map(|rule| {
                present(json!({
                    "Name": rule.name,
                    "Arn": rule.arn,
                    "EventPattern": rule.event_pattern,
                    "ScheduleExpression": rule.schedule_expression,
                    "State": if rule.enabled { "ENABLED" } else { "DISABLED" },
                    "Description": rule.description,
                    "EventBusName": bus.name,
                }))
            })
            .collect();
        Ok(json!({"Rules": rules}))
    }

    pub(super) fn list_targets_by_rule(&self, body: &Value) -> Result<Value, ServiceError> {
        let bus = self.existing_bus(body["EventBusName"].as_str())?;
        let name = body["Rule"].as_str().unwrap_or_default();
        let rule = self
            .rules_of(bus)
            .find(|rule| rule.name == name)
            .ok_or_else(|| {
                not_found(&format!(
                    "Rule {name} does not exist on EventBus {}.",
                    bus.name
                ))
            })?;
        let targets: Vec<Value> = rule
            .targets
            .iter()
            .map(|target| {
                let mut described = json!({
                    "Id": target.id,
                    "Arn": target.arn,
                    "RoleArn": target.role_arn,
                    "RetryPolicy": {
                        "MaximumRetryAttempts": target.retry_policy.maximum_retry_attempts,
                        "MaximumEventAgeInSeconds": target.retry_policy.maximum_event_age_in_seconds,
                    },
                    "DeadLetterConfig": target.dead_letter_arn.as_ref().map(|arn| json!({"Arn": arn})),
                });
                for (name, value) in &target.declared_input {
                    described[name] = value.clone();
                }
                present(described)
            })
            .collect();
        Ok(json!({"Targets": targets}))
    }

    pub(super) fn describe_archive(&self, body: &Value) -> Result<Value, ServiceError> {
        let name = body["ArchiveName"].as_str().unwrap_or_default();
        let archives = &self.0.declared.archives;
        let archive = archives
            .iter()
            .find(|archive| archive.name == name)
            .ok_or_else(|| not_found(&format!("Archive {name} does not exist.")))?;
        let (events, bytes) = self
            .0
            .store
            .commit(|transaction| archive::count(transaction, &archive.arn))
            .map_err(|error| ServiceError::internal(error.to_string()))?;
        Ok(present(json!({
            "ArchiveArn": archive.arn,
            "ArchiveName": archive.name,
            "EventSourceArn": archive.bus_arn,
            "EventPattern": archive.event_pattern,
            "State": "ENABLED",
            "RetentionDays": archive.retention_days,
            "EventCount": events,
            "SizeBytes": bytes,
        })))
    }

    pub(super) fn test_event_pattern(body: &Value) -> Result<Value, ServiceError> {
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let pattern = Pattern::read(text("EventPattern"), Language::Rule)
            .map_err(|error| invalid_pattern(&error))?;
        let invalid = |reason: String| {
            let message = format!("Parameter Event is not valid. Reason: {reason}.");
            ServiceError::bad_request("ValidationException", message)
        };
        let event = Document::parse(text("Event")).map_err(|error| invalid(error.to_string()))?;
        if let Some(missing) = EVENT_FIELDS.iter().find(|field| !event.has_field(field)) {
            return Err(invalid(format!("{missing} is a required field")));
        }
        Ok(json!({"Result": pattern.matches_document(&event)}))
    }

    fn existing_bus(&self, name_or_arn: Option<&str>) -> Result<&Bus, ServiceError> {
        self.bus(name_or_arn).ok_or_else(|| {
            let name = name_or_arn.unwrap_or_default();
            not_found(&format!("Event bus {name} does not exist."))
        })
    }

    fn rules_of(&self, bus: &Bus) -> impl Iterator<Item = &Rule> {
        let name = bus.name.clone();
        self.0
            .declared
            .rules
            .iter()
            .filter(move |rule| rule.bus == name)
    }
}

fn bus_json(bus: &Bus) -> Value {
    present(json!({"Name": bus.name, "Arn": bus.arn, "Description": bus.description}))
}

/// AWS leaves out what has no value.
fn present(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(fields.collect::<Map<_, _>>())
        }
        other => other,
    }
}

fn not_found(message: &str) -> ServiceError {
    ServiceError::bad_request("ResourceNotFoundException", message)
}

fn invalid_pattern(error: &dyn std::error::Error) -> ServiceError {
    ServiceError::bad_request(
        "InvalidEventPatternException",
        format!("Event pattern is not valid. Reason: {error}"),
    )
}
