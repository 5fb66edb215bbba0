use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::entry::Raw;
use super::{Entry, EntryError};

/// How many entries one `PutEvents` request may hold.
pub const MAXIMUM_ENTRIES: usize = 10;

/// The entries of one request must stay under this size, counted as AWS counts.
pub const MAXIMUM_REQUEST_BYTES: usize = 1_048_576;

/// Why a whole `PutEvents` request is refused; nothing of it was published.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RequestError {
    /// Not the shape of a `PutEvents` request.
    #[error("the request is no PutEvents request: {0}")]
    Shape(String),
    /// A rule of the API is broken.
    #[error("{0}")]
    Validation(String),
}

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "Entries")]
    entries: Vec<Raw>,
}

/// Reads the body of a `PutEvents` request: each entry taken or refused, in the request's order.
pub fn read(body: Value) -> Result<Vec<Result<Entry, EntryError>>, RequestError> {
    let Request { entries } =
        serde_json::from_value(body).map_err(|error| RequestError::Shape(error.to_string()))?;
    let count = entries.len();
    if count == 0 || count > MAXIMUM_ENTRIES {
        return Err(RequestError::Validation(format!(
            "1 validation error detected: Value at 'entries' failed to satisfy constraint: \
             a request holds 1 to {MAXIMUM_ENTRIES} entries, this one {count}"
        )));
    }
    for (position, entry) in entries.iter().enumerate() {
        if let Some((field, length, limit)) = entry.too_long() {
            return Err(RequestError::Validation(format!(
                "1 validation error detected: Value at 'entries.{}.member.{field}' failed to satisfy \
                 constraint: Member must have length less than or equal to {limit}, it has {length}",
                position + 1
            )));
        }
    }
    if entries.iter().all(Raw::says_nothing) {
        return Err(RequestError::Validation(
            "no entry of the request has a Source, a DetailType or a Detail".to_owned(),
        ));
    }
    let size: usize = entries.iter().map(Raw::size).sum();
    if size >= MAXIMUM_REQUEST_BYTES {
        return Err(RequestError::Validation(format!(
            "Total size of the entries in the request is over the limit: {size} bytes, \
             it must be less than {MAXIMUM_REQUEST_BYTES}"
        )));
    }
    Ok(entries.into_iter().map(Raw::check).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]

    use serde_json::json;

    use super::*;
    use crate::Time;

    fn entry(detail: &str) -> Value {
        json!({"Source": "shop", "DetailType": "OrderPlaced", "Detail": detail})
    }

    fn code(entry: &Value) -> &'static str {
        let body = json!({"Entries": [entry, {"Source": "s", "DetailType": "t", "Detail": "{}"}]});
        read(body).unwrap().remove(0).unwrap_err().code
    }

    fn refusal(body: Value) -> String {
        read(body).unwrap_err().to_string()
    }

    #[test]
    fn row_3_1_one_to_ten_entries_are_taken() {
        let ten = read(json!({"Entries": vec![entry("{}"); 10]})).unwrap();
        assert!(ten.len() == 10 && ten.iter().all(Result::is_ok));
    }

    #[test]
    fn row_3_1_more_than_ten_entries_are_refused() {
        let error = refusal(json!({"Entries": vec![entry("{}"); 11]}));
        assert!(error.contains("1 to 10 entries, this one 11"), "{error}");
        assert!(refusal(json!({"Entries": []})).contains("this one 0"));
    }

    #[test]
    fn row_3_1_the_request_must_stay_under_one_mebibyte_as_aws_counts() {
        // "shop" and "OrderPlaced" are 15 bytes, the time counts 14, the resource 3.
        let counted = |detail_bytes: usize| {
            let detail = format!("{{\"a\":\"{}\"}}", "x".repeat(detail_bytes - 8));
            let mut entry = entry(&detail);
            entry["Time"] = json!(1_795_238_220);
            entry["Resources"] = json!(["arn"]);
            read(json!({"Entries": [entry]}))
        };
        let room = MAXIMUM_REQUEST_BYTES - 15 - 14 - 3;
        assert!(counted(room - 1).is_ok());
        let error = counted(room).unwrap_err().to_string();
        assert!(
            error.contains("1048576 bytes, it must be less than 1048576"),
            "{error}"
        );
    }

    #[test]
    fn row_3_1_bytes_are_counted_not_characters() {
        let detail = format!("{{\"a\":\"{}\"}}", "é".repeat(MAXIMUM_REQUEST_BYTES / 2));
        assert!(read(json!({"Entries": [entry(&detail)]})).is_err());
    }

    #[test]
    fn row_3_1_detail_must_be_a_json_object() {
        for detail in ["", "[]", "\"text\"", "1", "null", "{", "{} {}"] {
            let code = code(&entry(detail));
            let expected = if detail.is_empty() {
                "InvalidArgument"
            } else {
                "MalformedDetail"
            };
            assert_eq!(code, expected, "{detail}");
        }
    }

    #[test]
    fn row_3_1_a_missing_field_fails_its_entry_only() {
        for field in ["Source", "DetailType", "Detail"] {
            let mut incomplete = entry("{}");
            incomplete.as_object_mut().unwrap().remove(field);
            assert_eq!(code(&incomplete), "InvalidArgument", "{field}");
        }
    }

    #[test]
    fn row_3_1_if_no_entry_says_anything_the_request_fails() {
        assert!(refusal(json!({"Entries": [{}, {"EventBusName": "b"}]})).contains("no entry"));
    }

    #[test]
    fn row_3_1_sources_of_aws_are_not_authorized() {
        let mut foreign = entry("{}");
        foreign["Source"] = json!("aws.s3");
        assert_eq!(code(&foreign), "NotAuthorizedForSourceException");
    }

    #[test]
    fn row_3_1_a_field_that_is_too_long_fails_the_request() {
        for (field, limit, shown) in [
            ("DetailType", 128, "detailType"),
            ("TraceHeader", 500, "traceHeader"),
            ("EventBusName", 1600, "eventBusName"),
        ] {
            let mut fits = entry("{}");
            fits[field] = json!("é".repeat(limit));
            assert!(read(json!({"Entries": [fits]})).is_ok(), "{field}");
            let mut long = entry("{}");
            long[field] = json!("x".repeat(limit + 1));
            let error = refusal(json!({"Entries": [entry("{}"), long]}));
            assert!(
                error.contains(&format!("'entries.2.member.{shown}'")),
                "{error}"
            );
        }
    }

    #[test]
    fn a_body_of_another_shape_is_no_request() {
        for body in [json!({}), json!([]), json!({"Entries": [{"Detail": {}}]})] {
            assert!(matches!(read(body), Err(RequestError::Shape(_))));
        }
    }

    #[test]
    fn an_entry_keeps_its_time_resources_and_bus() {
        let mut full = entry(r#"{"b": 1, "a": 2}"#);
        full["Time"] = json!(1_795_238_220.007);
        full["Resources"] = json!(["arn:one"]);
        full["EventBusName"] = json!("events");
        let entry = read(json!({"Entries": [full]})).unwrap().remove(0).unwrap();
        assert_eq!(entry.time, Some(Time(1_795_238_220_007)));
        assert_eq!(entry.resources, ["arn:one"]);
        assert_eq!(entry.bus.as_deref(), Some("events"));
        assert_eq!(entry.detail.keys().collect::<Vec<_>>(), ["b", "a"]);
    }
}
