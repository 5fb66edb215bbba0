use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use serde_json::{Value, json};

use super::attributes::{Attributes, from_sdk};

/// A table and a key.
pub(super) type Place = (String, String);

/// An action of a transaction: a put or an update, which is all that the application has.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    pub(super) place: Place,
    pub(crate) condition: Option<String>,
    /// Absent: a put.
    pub(super) update: Option<String>,
    /// What the placeholders of both stand for.
    pub(super) values: Attributes,
    /// What is put; of an update the key.
    pub(super) item: Attributes,
    /// Who hears that the condition does not hold hears of the item too.
    pub(super) shows_old: bool,
}

impl Action {
    pub(crate) fn of(action: &TransactWriteItem) -> Option<Self> {
        let all_old = Some(&ReturnValuesOnConditionCheckFailure::AllOld);
        let values = |values: Option<&_>| values.map(from_sdk).unwrap_or_default();
        if let Some(put) = &action.put {
            let item = from_sdk(&put.item);
            return Some(Self {
                place: (put.table_name.clone(), id(&item)),
                condition: put.condition_expression.clone(),
                update: None,
                values: values(put.expression_attribute_values.as_ref()),
                item,
                shows_old: put.return_values_on_condition_check_failure.as_ref() == all_old,
            });
        }
        let update = action.update.as_ref()?;
        let key = from_sdk(&update.key);
        Some(Self {
            place: (update.table_name.clone(), id(&key)),
            condition: update.condition_expression.clone(),
            update: Some(update.update_expression.clone()),
            values: values(update.expression_attribute_values.as_ref()),
            item: key,
            shows_old: update.return_values_on_condition_check_failure.as_ref() == all_old,
        })
    }

    /// The key of its item.
    pub(crate) fn key(&self) -> String {
        self.place.1.clone()
    }

    /// Gives a row another id, which stands in its event too.
    pub(crate) fn rename(&mut self, id: &str) {
        let old = std::mem::replace(&mut self.place.1, id.to_owned());
        for value in self.item.values_mut() {
            if let Some(text) = value["S"].as_str() {
                *value = json!({ "S": text.replace(&old, id) });
            }
        }
    }

    /// The id of a row of the outbox, if it is one.
    pub(crate) fn row(&self) -> Option<&str> {
        let is_row = self.item.contains_key("detailType");
        is_row.then_some(self.place.1.as_str())
    }
}

/// The same number for the same actions.
pub(crate) fn request(actions: &[Action]) -> u64 {
    // The keys of this hasher are fixed.
    let mut hasher = DefaultHasher::new();
    for action in actions {
        action.place.hash(&mut hasher);
        action.condition.hash(&mut hasher);
        action.update.hash(&mut hasher);
        for attributes in [&action.values, &action.item] {
            Value::Object(attributes.clone())
                .to_string()
                .hash(&mut hasher);
        }
    }
    hasher.finish()
}

fn id(item: &Attributes) -> String {
    let id = item.get("id").and_then(|id| id["S"].as_str());
    id.unwrap_or_default().to_owned()
}
