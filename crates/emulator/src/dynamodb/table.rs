use serde_json::{Map, Value, json};
use stack::{Resource, Stack};

use super::Error;

const TYPE: &str = "aws:dynamodb/table:Table";

/// One declared table, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The physical name.
    pub name: String,
    /// The table's ARN.
    pub arn: String,
    /// Its stream, if it has one.
    pub stream: Option<Stream>,
    /// The attribute that holds an item's expiry in epoch seconds, if items expire.
    pub time_to_live: Option<String>,
    /// The `CreateTable` request that makes it, in AWS's JSON, without the stream.
    pub(super) create: Value,
}

/// The stream of a declared table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// The stream's ARN, as the stack answered it to the program.
    pub arn: String,
    /// What its records carry.
    pub view: ViewType,
}

/// What a stream's records carry beside the keys.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewType {
    /// Nothing more.
    KeysOnly,
    /// The item after the change.
    NewImage,
    /// The item before the change.
    OldImage,
    /// Both.
    NewAndOldImages,
}

impl ViewType {
    /// AWS's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::KeysOnly => "KEYS_ONLY",
            Self::NewImage => "NEW_IMAGE",
            Self::OldImage => "OLD_IMAGE",
            Self::NewAndOldImages => "NEW_AND_OLD_IMAGES",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [
            Self::KeysOnly,
            Self::NewImage,
            Self::OldImage,
            Self::NewAndOldImages,
        ]
        .into_iter()
        .find(|view| view.name() == name)
    }
}

/// The tables that a stack declares.
///
/// # Errors
/// A property that is missing, or that AWS would refuse.
pub fn declared(stack: &Stack) -> Result<Vec<Table>, Error> {
    stack.of_type(TYPE).map(table).collect()
}

fn table(resource: &Resource) -> Result<Table, Error> {
    let refuse = |reason: String| Error::Declared {
        resource: resource.urn.clone(),
        reason,
    };
    let output = |name: &str| {
        resource
            .text(name)
            .map(str::to_owned)
            .ok_or_else(|| refuse(format!("its output `{name}` is missing")))
    };
    let properties = &resource.inputs;
    let name = output("name")?;
    let stream = if properties.get("streamEnabled") == Some(&Value::Bool(true)) {
        let view = text(properties, "streamViewType")
            .ok_or_else(|| refuse("streamEnabled needs a streamViewType".to_owned()))?;
        Some(Stream {
            arn: output("streamArn")?,
            view: ViewType::named(view).ok_or_else(|| {
                refuse(format!(
                    "streamViewType {view:?} is none of KEYS_ONLY, NEW_IMAGE, OLD_IMAGE, \
                     NEW_AND_OLD_IMAGES"
                ))
            })?,
        })
    } else {
        None
    };
    let ttl = properties.get("ttl").and_then(Value::as_object);
    let expires = ttl.is_some_and(|ttl| ttl.get("enabled") != Some(&Value::Bool(false)));
    let time_to_live = match ttl.and_then(|ttl| text(ttl, "attributeName")) {
        Some(attribute) if expires && !attribute.is_empty() => Some(attribute.to_owned()),
        None if expires => return Err(refuse("ttl needs an attributeName".to_owned())),
        _ => None,
    };
    Ok(Table {
        create: create(&name, properties).map_err(refuse)?,
        arn: output("arn")?,
        name,
        stream,
        time_to_live,
    })
}

/// The `CreateTable` request for what Pulumi's properties say.
fn create(name: &str, properties: &Map<String, Value>) -> Result<Value, String> {
    let hash = text(properties, "hashKey").ok_or("hashKey is missing")?;
    let mut request = json!({
        "TableName": name,
        "KeySchema": key_schema(hash, text(properties, "rangeKey")),
        "AttributeDefinitions": list(properties, "attributes")
            .map(|attribute| json!({
                "AttributeName": attribute["name"],
                "AttributeType": attribute["type"],
            }))
            .collect::<Vec<_>>(),
    });
    let billing = text(properties, "billingMode").unwrap_or("PROVISIONED");
    request["BillingMode"] = json!(billing);
    if billing == "PROVISIONED" {
        request["ProvisionedThroughput"] = throughput(properties);
    }
    if properties.get("deletionProtectionEnabled") == Some(&Value::Bool(true)) {
        request["DeletionProtectionEnabled"] = json!(true);
    }
    let global = list(properties, "globalSecondaryIndexes")
        .map(|index| {
            let mut request = secondary_index(index, &global_keys(index)?);
            if billing == "PROVISIONED" {
                request["ProvisionedThroughput"] = throughput(index);
            }
            Ok(request)
        })
        .collect::<Result<Vec<_>, String>>()?;
    if !global.is_empty() {
        request["GlobalSecondaryIndexes"] = Value::Array(global);
    }
    let local: Vec<_> = list(properties, "localSecondaryIndexes")
        .map(|index| secondary_index(index, &key_schema(hash, text(index, "rangeKey"))))
        .collect();
    if !local.is_empty() {
        request["LocalSecondaryIndexes"] = Value::Array(local);
    }
    Ok(request)
}

fn secondary_index(index: &Map<String, Value>, keys: &Value) -> Value {
    let mut projection = json!({ "ProjectionType": index.get("projectionType") });
    if let Some(attributes) = index.get("nonKeyAttributes").filter(|list| !list.is_null()) {
        projection["NonKeyAttributes"] = attributes.clone();
    }
    json!({ "IndexName": index.get("name"), "KeySchema": keys, "Projection": projection })
}

/// A global index names its keys as `hashKey` and `rangeKey`, or as a list of `keySchemas`.
fn global_keys(index: &Map<String, Value>) -> Result<Value, String> {
    if let Some(hash) = text(index, "hashKey") {
        return Ok(key_schema(hash, text(index, "rangeKey")));
    }
    let keys: Vec<_> = list(index, "keySchemas")
        .map(|key| json!({ "AttributeName": key.get("attributeName"), "KeyType": key.get("keyType") }))
        .collect();
    if keys.is_empty() {
        let name = text(index, "name").unwrap_or("without a name");
        return Err(format!("the global secondary index {name} has no hashKey"));
    }
    Ok(Value::Array(keys))
}

fn key_schema(hash: &str, range: Option<&str>) -> Value {
    let mut keys = vec![json!({ "AttributeName": hash, "KeyType": "HASH" })];
    keys.extend(range.map(|range| json!({ "AttributeName": range, "KeyType": "RANGE" })));
    Value::Array(keys)
}

fn throughput(properties: &Map<String, Value>) -> Value {
    let units = |name: &str| properties.get(name).and_then(Value::as_f64).unwrap_or(1.0);
    // Pulumi sends every number as a double; DynamoDB takes whole units only.
    #[allow(clippy::cast_possible_truncation, reason = "capacity units are small")]
    let whole = |name: &str| units(name) as i64;
    json!({
        "ReadCapacityUnits": whole("readCapacity"),
        "WriteCapacityUnits": whole("writeCapacity"),
    })
}

fn text<'a>(properties: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    properties.get(name)?.as_str()
}

fn list<'a>(
    properties: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    properties
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
}
