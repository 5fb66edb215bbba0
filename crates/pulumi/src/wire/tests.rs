#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

fn value(content: PulumiValueContent) -> PulumiValue {
    PulumiValue {
        content,
        secret: false,
        dependencies: HashSet::new(),
    }
}

fn string(text: &str) -> PulumiValue {
    value(PulumiValueContent::String(text.to_owned()))
}

fn from(urn: &str, value: PulumiValue) -> PulumiValue {
    PulumiValue {
        dependencies: HashSet::from([urn.to_owned()]),
        ..value
    }
}

fn object(fields: Vec<(&str, PulumiValue)>) -> PulumiValue {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    value(PulumiValueContent::Object(fields.collect()))
}

#[test]
fn what_is_not_given_is_left_out_with_its_dependencies() {
    let given = object(vec![("a", string("x")), ("b", PulumiValue::none())]);
    let encoded = encode(vec![
        ("tags".to_owned(), given),
        ("policy".to_owned(), PulumiValue::none()),
    ]);
    assert_eq!(
        encoded.object.fields["tags"],
        encode_value(&object(vec![("a", string("x"))])).unwrap()
    );
    assert!(!encoded.object.fields.contains_key("policy"));
    assert!(!encoded.dependencies.contains_key("policy"));
}

#[test]
fn every_property_has_an_entry_and_it_names_sources_at_any_depth() {
    let nested = value(PulumiValueContent::Array(vec![
        object(vec![("arn", from("queue", string("a")))]),
        from("role", string("b")),
    ]));
    let encoded = encode(vec![
        ("list".to_owned(), nested),
        ("name".to_owned(), string("n")),
    ]);
    let sources = HashSet::from(["queue".to_owned(), "role".to_owned()]);
    assert_eq!(encoded.dependencies["list"], sources);
    assert!(encoded.dependencies["name"].is_empty());
}

#[test]
fn unknown_stays_unknown_at_any_depth() {
    let encoded = encode(vec![(
        "environment".to_owned(),
        object(vec![
            ("TABLE", PulumiValue::nothing()),
            ("MODE", string("on")),
        ]),
    )]);
    assert!(encoded.unknown);
    let decoded = decode(&encoded.object.fields["environment"]);
    assert!(is_unknown(&decoded));
    assert_eq!(
        decoded,
        object(vec![
            ("MODE", string("on")),
            ("TABLE", PulumiValue::nothing())
        ])
    );
}

#[test]
fn a_secret_is_wrapped_once_and_comes_back_as_one() {
    let hidden = PulumiValue {
        secret: true,
        ..string("hunter2")
    };
    let outer = PulumiValue {
        secret: true,
        ..object(vec![("PASSWORD", hidden)])
    };
    let encoded = encode(vec![("environment".to_owned(), outer)]);
    assert!(encoded.secret);
    let decoded = decode(&encoded.object.fields["environment"]);
    assert!(decoded.secret);
    let PulumiValueContent::Object(fields) = decoded.content else {
        unreachable!("it was an object")
    };
    assert_eq!(fields, [("PASSWORD".to_owned(), string("hunter2"))]);
}

#[test]
fn an_archive_is_no_secret() {
    let archive = object(vec![
        (SIGNATURE, string("0def7320c3a5731c473e5ecbe6d01bc7")),
        ("path", string("a.zip")),
    ]);
    let encoded = encode(vec![("code".to_owned(), archive.clone())]);
    assert!(!encoded.secret);
    assert_eq!(decode(&encoded.object.fields["code"]), archive);
}

#[test]
fn a_whole_number_beyond_32_bits_is_not_cut() {
    let number = Value {
        kind: Some(Kind::NumberValue(3_000_000_000.0)),
    };
    assert_eq!(
        decode(&number).content,
        PulumiValueContent::Number(3_000_000_000.0)
    );
    let number = Value {
        kind: Some(Kind::NumberValue(-7.0)),
    };
    assert_eq!(decode(&number).content, PulumiValueContent::Integer(-7));
}
