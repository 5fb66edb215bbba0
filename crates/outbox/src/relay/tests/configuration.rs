//! What heals when somebody repairs it is reported as failed and never thrown away.

use super::fixture::*;
use crate::publish::CallError;
use crate::testing::{Bus, Quarantine, inserts};
use crate::verdict::{CALL_CODES, ENTRY_CODES, Verdict, of_call, of_entry};

#[tokio::test(start_paused = true)]
async fn an_entry_refused_for_a_reason_of_configuration_is_reported_and_not_quarantined() {
    for code in [
        "AccessDeniedException",
        "InvalidAccountIdException",
        "SomethingNewIn2027",
        "",
    ] {
        let (bus, quarantine) = (Bus::new().refuse(&stored(2), code, 1), Quarantine::new());

        let failures = handle(&relay(&bus, &quarantine), &inserts(items(3))).await;

        assert_eq!(
            failures.first(),
            Some(sequence_number(2).as_str()),
            "{code}"
        );
        assert!(quarantine.messages().is_empty(), "{code}");
        assert_eq!(bus.calls().len(), 1, "{code}: no retry would help");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_refused_for_a_reason_of_configuration_is_reported_and_not_quarantined() {
    for (status, code) in [
        (400, "AccessDeniedException"),
        (403, "InvalidClientTokenId"),
        (400, "UnrecognizedClientException"),
        (400, "ExpiredTokenException"),
        (400, "ResourceNotFoundException"),
        (403, "SomethingNewIn2027"),
    ] {
        let bus = Bus::new().fail_call(CallError::Refused {
            status,
            code: code.to_owned(),
            message: String::new(),
        });
        let quarantine = Quarantine::new();

        let failures = handle(&relay(&bus, &quarantine), &inserts(items(3))).await;

        assert_eq!(
            failures.first(),
            Some(sequence_number(1).as_str()),
            "{code}"
        );
        assert!(quarantine.messages().is_empty(), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_could_not_be_built_is_reported() {
    let bus = Bus::new().fail_call(CallError::NotSent("no Region".to_owned()));

    let failures = handle(&relay(&bus, &Quarantine::new()), &inserts(items(1))).await;

    assert_eq!(failures.first(), Some(sequence_number(1).as_str()));
}

#[test]
fn every_code_that_put_events_documents_for_an_entry_has_its_verdict() {
    use Verdict::{Configuration, Poison, Transient};
    for (code, verdict) in [
        ("ThrottlingException", Transient),
        ("InternalFailure", Transient),
        ("AccessDeniedException", Configuration),
        ("InvalidAccountIdException", Configuration),
        ("InvalidArgument", Poison),
        ("MalformedDetail", Poison),
        ("RedactionFailure", Poison),
        ("NotAuthorizedForSourceException", Poison),
        ("NotAuthorizedForDetailTypeException", Poison),
        ("", Configuration),
    ] {
        assert_eq!(of_entry(code), verdict, "{code}");
    }
}

#[test]
fn no_code_stands_twice_in_a_table() {
    for table in [&ENTRY_CODES[..], &CALL_CODES[..]] {
        let mut codes: Vec<_> = table.iter().map(|(code, _)| code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), table.len());
    }
}

#[test]
fn no_code_of_a_whole_call_is_poison_by_itself() {
    assert!(
        CALL_CODES
            .iter()
            .all(|(_, verdict)| *verdict != Verdict::Poison)
    );
    assert_eq!(
        of_call(&CallError::NoAnswer(String::new())),
        Verdict::Transient
    );
}
