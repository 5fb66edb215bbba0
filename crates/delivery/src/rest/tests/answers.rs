use super::*;

#[test]
fn the_backends_whole_status_selects_the_response_and_the_default_takes_the_rest() {
    let made = answered(method(), 200, r#"{"id":"a"}"#).unwrap();
    assert_eq!((made.status, made.body.as_str()), (201, "made a"));

    let refused = answered(method(), 400, "{}").unwrap();
    assert_eq!((refused.status, refused.body.as_str()), (409, "no"));
    assert!(refused.headers.contains(&("A".to_owned(), "b".to_owned())));

    // 4 hundred and something is not 4000.
    let pattern = Selection::new(vec![response(500, Some(r"4\d{1}"), "")]).unwrap();
    assert!(pattern.select(400).is_none());
}

#[test]
fn a_status_that_no_response_is_for_is_an_error_of_the_declaration() {
    let mut method = method();
    method.integration.responses = Selection::new(vec![response(201, Some("200"), "")]).unwrap();

    let fault = answered(method, 503, "").unwrap_err();

    assert_eq!(fault.response_type, ResponseType::ApiConfigurationError);
    assert_eq!(fault.message, "Internal server error");
    assert!(fault.detail.unwrap().contains("503"));
}

#[test]
fn a_status_without_a_method_response_is_an_error_of_the_declaration() {
    let mut method = method();
    let template = "#set($context.responseOverride.status = 418)";
    method.integration.responses = Selection::new(vec![response(201, None, template)]).unwrap();

    let fault = answered(method, 200, "{}").unwrap_err();

    assert_eq!(fault.response_type.status(), 500);
    assert!(fault.detail.unwrap().contains("418"));
}

#[test]
fn an_answer_without_a_template_goes_to_the_client_as_it_is() {
    let mut method = method();
    let mut plain = response(201, None, "");
    let source = |text| Source::parse(text, Side::Answer).unwrap();
    plain.headers = vec![
        ("Id".to_owned(), source("integration.response.body.id")),
        ("Kind".to_owned(), source("'made'")),
        (
            "None".to_owned(),
            source("integration.response.header.ETag"),
        ),
    ];
    method.integration.responses = Selection::new(vec![plain]).unwrap();

    let answer = answered(method, 200, r#"{"id":"a"}"#).unwrap();

    assert_eq!(answer.body, r#"{"id":"a"}"#);
    let headers: Vec<_> = answer
        .headers
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(
        headers,
        [
            ("Id", "a"),
            ("Kind", "made"),
            ("Content-Type", "application/json")
        ]
    );
}

#[test]
fn responses_between_which_aws_does_not_choose_are_refused() {
    let both = vec![
        response(400, Some(r"4\d\d"), ""),
        response(404, Some("40[0-4]"), ""),
    ];
    assert!(matches!(
        Selection::new(both).unwrap_err(),
        SelectionError::Ambiguous {
            first: 400,
            second: 404,
            status: 400
        }
    ));
    let defaults = vec![response(200, None, ""), response(201, None, "")];
    assert!(matches!(
        Selection::new(defaults).unwrap_err(),
        SelectionError::TwoDefaults { .. }
    ));
    let broken = vec![response(200, Some("("), "")];
    assert!(matches!(
        Selection::new(broken).unwrap_err(),
        SelectionError::Pattern { .. }
    ));
}

#[test]
fn a_backend_that_fails_or_takes_too_long_is_told_as_504() {
    let api = api(method());
    let request = post("application/json", "{}");
    let exchange = api.receive(&request, &Facts::default()).unwrap();

    let failed = exchange.answer(Answer::Failed).unwrap_err();
    let late = exchange.answer(Answer::TimedOut).unwrap_err();

    assert_eq!(failed.response_type, ResponseType::IntegrationFailure);
    assert_eq!(late.response_type, ResponseType::IntegrationTimeout);
    assert_eq!(exchange.refuse(&failed).status, 504);
    assert_eq!(
        exchange.refuse(&late).body,
        r#"{"message":"Endpoint request timed out"}"#
    );
}

#[test]
fn a_declared_gateway_response_words_the_fault_and_a_default_those_of_its_hundred() {
    let own = GatewayResponse {
        status: Some(422),
        headers: vec![
            ("Why".to_owned(), Source::parse("'the body'", Side::Refusal).unwrap()),
            ("Got".to_owned(), Source::parse("method.request.header.Content-Type", Side::Refusal).unwrap()),
        ],
        templates: BTreeMap::from([(
            "application/problem+json".to_owned(),
            Substitution::parse(
                r#"{"m":$context.error.messageString,"w":"$context.error.validationErrorString","t":"$context.error.responseType","id":"$context.requestId"}"#,
            )
            .unwrap(),
        )]),
    };
    let default = GatewayResponse {
        status: Some(444),
        ..GatewayResponse::default()
    };
    let mut api = api(validating(&[(
        "application/json",
        json!({ "required": ["id"] }),
    )]));
    api.gateway_responses = GatewayResponses::new(BTreeMap::from([
        (ResponseType::BadRequestBody, own),
        (ResponseType::Default4xx, default),
    ]));
    let facts = Facts {
        request_id: "r-1".to_owned(),
        ..Facts::default()
    };
    let request = post("application/json", "{}");
    let mut exchange = api.receive(&request, &facts).unwrap();

    let fault = exchange.call().unwrap_err();
    let refusal = exchange.refuse(&fault);

    assert_eq!(refusal.status, 422);
    let body: Value = serde_json::from_str(&refusal.body).unwrap();
    assert_eq!(
        body,
        json!({
            "m": "Invalid request body", "w": r#"[object has missing required properties (["id"])]"#,
            "t": "BAD_REQUEST_BODY", "id": "r-1",
        })
    );
    for header in [
        ("Why", "the body"),
        ("Got", "application/json"),
        ("Content-Type", "application/problem+json"),
    ] {
        let header = (header.0.to_owned(), header.1.to_owned());
        assert!(refusal.headers.contains(&header), "{refusal:?}");
    }
    let other = Fault::new(ResponseType::Throttled, "Too Many Requests");
    assert_eq!(exchange.refuse(&other).status, 444);
    let server = Fault::configuration("x");
    assert_eq!(exchange.refuse(&server).status, 500);
}

#[test]
fn the_names_of_gateway_responses_are_awss() {
    for name in [
        "DEFAULT_4XX",
        "BAD_REQUEST_BODY",
        "THROTTLED",
        "WAF_FILTERED",
    ] {
        assert_eq!(ResponseType::named(name).unwrap().name(), name);
    }
    assert_eq!(ResponseType::named("TEAPOT"), None);
}

#[test]
fn a_request_template_hands_on_what_the_response_template_needs_of_the_request() {
    let mut method = method();
    let request = "#set($context.requestOverride.path.wanted = $input.path('$.id')){}";
    method.integration.templates = templates(&[("application/json", request)]);
    let answer = "$context.requestOverride.path.wanted, not $input.path('$.id')";
    method.integration.responses = Selection::new(vec![response(201, None, answer)]).unwrap();
    let api = api(method);
    let request = post("application/json", r#"{"id":"a"}"#);
    let mut exchange = api.receive(&request, &Facts::default()).unwrap();

    exchange.call().unwrap();
    let answer = exchange.answer(Answer::Answered(Response {
        status: 200,
        headers: Vec::new(),
        body: r#"{"id":"b"}"#.to_owned(),
    }));

    assert_eq!(answer.unwrap().body, "a, not b");
}
