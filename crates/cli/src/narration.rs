use delivery::{Outcome, Time};
use emulator::Occurrence;
use jiff::Timestamp;
use serde_json::Value;

/// How much of a function's error is shown on its line.
const ERROR_SHOWN: usize = 160;

/// One occurrence as a line for a person, with the time at which it was heard.
pub(crate) fn line(occurrence: &Occurrence, heard: Time) -> String {
    let (mark, place, what) = describe(occurrence);
    format!("{} {mark} {place:<32} {what}", clock_time(heard))
}

fn describe(occurrence: &Occurrence) -> (char, &str, String) {
    match occurrence {
        Occurrence::Written {
            table,
            sequence_number,
        } => (' ', table, format!("stream record {sequence_number}")),
        Occurrence::Requested {
            api,
            method,
            path,
            status,
            received_at,
            answered_at,
        } => {
            let mark = if *status < 400 { ' ' } else { '!' };
            let took = answered_at.since(*received_at).as_millis();
            (mark, api, format!("{method} {path} {status} in {took} ms"))
        }
        Occurrence::Published {
            bus,
            detail_type,
            event_id: Some(_),
            matched_rules,
            ..
        } => {
            let rules = count(*matched_rules, "rule", "rules");
            (' ', bus, format!("{detail_type}, matched {rules}"))
        }
        Occurrence::Published {
            bus,
            detail_type,
            error_code,
            ..
        } => {
            let code = error_code.as_deref().unwrap_or("no reason given");
            ('!', bus, format!("{detail_type} refused: {code}"))
        }
        Occurrence::PutEventsCall { entries, failed } => {
            let mark = if *failed == 0 { ' ' } else { '!' };
            let entries = count(*entries, "entry", "entries");
            (mark, "PutEvents", format!("{entries}, {failed} refused"))
        }
        Occurrence::Scheduled { rule } => (' ', rule, "ran on its schedule".to_owned()),
        Occurrence::Invoked {
            function,
            payload,
            outcome,
            started_at,
            ended_at,
            ..
        } => {
            let event = event_of(payload);
            let took = ended_at.since(*started_at).as_millis();
            match outcome {
                Outcome::Answered(_) => (' ', function, format!("{event}, answered in {took} ms")),
                Outcome::Failed { body } => (
                    '!',
                    function,
                    format!("{event}, failed in {took} ms: {}", error_of(body)),
                ),
                Outcome::NotRun { reason } => {
                    ('!', function, format!("{event}, not run: {reason}"))
                }
            }
        }
        Occurrence::Discarded {
            source,
            destination,
            condition,
            count: given_up,
        } => {
            let events = count(*given_up, "event", "events");
            let place = destination.as_deref().unwrap_or("nowhere: they are lost");
            (
                '!',
                source,
                format!("gave up {events} ({condition}), now in {place}"),
            )
        }
        Occurrence::Warning(text) => ('!', "warning", text.clone()),
    }
}

/// What an event is, in a few words: its detail-type, or how many records of which source.
fn event_of(payload: &[u8]) -> String {
    let event: Value = serde_json::from_slice(payload).unwrap_or_default();
    if let Some(detail_type) = event.get("detail-type").and_then(Value::as_str) {
        return detail_type.to_owned();
    }
    match event.get("Records").and_then(Value::as_array) {
        Some(records) => count(records.len(), "record", "records"),
        None => count(payload.len(), "byte", "bytes"),
    }
}

/// The `errorType` and `errorMessage` that Lambda answers.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-retries.html>
fn error_of(body: &[u8]) -> String {
    let error: Value = serde_json::from_slice(body).unwrap_or_default();
    let field = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    let text = format!("{}: {}", field("errorType"), field("errorMessage"));
    let mut characters = text.chars();
    let shown: String = characters.by_ref().take(ERROR_SHOWN).collect();
    if characters.next().is_some() {
        shown + "…"
    } else {
        shown
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `05:41:12.345Z`: the time of day in UTC.
fn clock_time(time: Time) -> String {
    let millis = i64::try_from(time.0).unwrap_or(i64::MAX);
    match Timestamp::from_millisecond(millis) {
        Ok(timestamp) => timestamp.strftime("%H:%M:%S%.3fZ").to_string(),
        Err(_) => "??:??:??.???Z".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn invoked(payload: &'static str, outcome: Outcome) -> Occurrence {
        Occurrence::Invoked {
            function: "shop-dev-greet".to_owned(),
            request_id: "r".to_owned(),
            payload: Bytes::from_static(payload.as_bytes()),
            outcome,
            started_at: Time(10),
            ended_at: Time(15),
        }
    }

    fn of(occurrence: &Occurrence) -> String {
        line(occurrence, Time(1_763_703_672_345))
    }

    #[test]
    fn a_delivery_is_one_line_with_time_place_and_event() {
        let answered = invoked(
            r#"{"detail-type": "Created"}"#,
            Outcome::Answered(Bytes::new()),
        );

        assert_eq!(
            of(&answered),
            "05:41:12.345Z   shop-dev-greet                   Created, answered in 5 ms"
        );
    }

    #[test]
    fn a_batch_says_how_many_records_it_has() {
        let one = invoked(r#"{"Records": [{}]}"#, Outcome::Answered(Bytes::new()));
        let two = invoked(r#"{"Records": [{}, {}]}"#, Outcome::Answered(Bytes::new()));

        assert!(of(&one).contains("1 record, answered"), "{}", of(&one));
        assert!(of(&two).contains("2 records, answered"), "{}", of(&two));
    }

    #[test]
    fn a_failure_is_marked_and_says_why_in_one_line_at_most() {
        let body = format!(
            r#"{{"errorType": "Error", "errorMessage": "{}"}}"#,
            "ä".repeat(500)
        );
        let failed = invoked(
            "{}",
            Outcome::Failed {
                body: Bytes::from(body),
            },
        );

        let line = of(&failed);

        assert!(line.starts_with("05:41:12.345Z ! "), "{line}");
        assert!(
            line.contains("2 bytes, failed in 5 ms: Error: ää"),
            "{line}"
        );
        assert!(line.ends_with('…') && line.chars().count() < 260, "{line}");
    }

    #[test]
    fn a_request_says_how_it_was_answered_and_a_refusal_is_marked() {
        let requested = |status| Occurrence::Requested {
            api: "shop-dev-orders".to_owned(),
            method: "POST".to_owned(),
            path: "/orders".to_owned(),
            status,
            received_at: Time(10),
            answered_at: Time(13),
        };

        assert_eq!(
            of(&requested(201)),
            "05:41:12.345Z   shop-dev-orders                  POST /orders 201 in 3 ms"
        );
        assert!(of(&requested(409)).contains("! shop-dev-orders"));
    }

    #[test]
    fn what_was_given_up_names_where_it_lies() {
        let lost = Occurrence::Discarded {
            source: "shop-dev-greet".to_owned(),
            destination: None,
            condition: "RetriesExhausted".to_owned(),
            count: 2,
        };

        assert!(of(&lost).contains("gave up 2 events (RetriesExhausted), now in nowhere"));
    }

    #[test]
    fn a_refused_entry_shows_its_code() {
        let refused = Occurrence::Published {
            bus: "shop-dev-events".to_owned(),
            detail_type: "Created".to_owned(),
            event_id: None,
            error_code: Some("ThrottlingException".to_owned()),
            matched_rules: 0,
        };

        assert!(of(&refused).contains("! shop-dev-events"));
        assert!(of(&refused).ends_with("Created refused: ThrottlingException"));
    }
}
