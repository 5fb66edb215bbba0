use super::*;

#[test]
fn a_request_that_no_method_is_for_lacks_authentication() {
    let api = api(method());
    let cases = [("POST", "/orders"), ("GET", "/orders/7"), ("POST", "/")];
    for (method, path) in cases {
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            ..Request::default()
        };
        let fault = api.receive(&request, &Facts::default()).unwrap_err();

        let refusal = api.refuse(&request, &Facts::default(), &fault);

        assert_eq!(refusal.status, 403);
        assert_eq!(
            refusal.body,
            r#"{"message":"Missing Authentication Token"}"#
        );
        let type_header = &refusal.headers[0];
        assert_eq!(type_header.1, "MissingAuthenticationTokenException");
    }
}

#[test]
fn the_template_of_the_content_type_writes_the_call() {
    let request = post("application/json; charset=utf-8", r#"{"id":"a"}"#);
    assert_eq!(called(method(), &request).unwrap(), "id=a");
}

#[test]
fn a_body_without_a_template_goes_through_or_not_as_the_passthrough_says() {
    let text = post("text/plain", "raw");
    let with = |passthrough, templates| {
        let mut method = method();
        method.integration.passthrough = passthrough;
        method.integration.templates = templates;
        method
    };
    let json = || templates(&[("application/json", "x")]);
    let cases = [
        (Passthrough::WhenNoMatch, json(), true),
        (Passthrough::WhenNoMatch, BTreeMap::new(), true),
        (Passthrough::WhenNoTemplates, json(), false),
        (Passthrough::WhenNoTemplates, BTreeMap::new(), true),
        (Passthrough::Never, json(), false),
        (Passthrough::Never, BTreeMap::new(), false),
    ];
    for (passthrough, templates, through) in cases {
        let result = called(with(passthrough, templates), &text);
        match result {
            Ok(body) => assert!(through && body == "raw", "{passthrough:?}"),
            Err(fault) => {
                assert!(!through, "{passthrough:?}");
                assert_eq!(fault.response_type.status(), 415);
                assert_eq!(fault.message, "Unsupported Media Type");
            }
        }
    }
}

#[test]
fn a_body_is_validated_by_the_model_of_its_content_type_and_else_by_the_default() {
    let needs = |name: &str| json!({ "required": [name] });
    let models = [("application/json", needs("a")), ("$default", needs("b"))];
    let valid = |content_type: &str, body: &str| {
        let method = validating(&models);
        let model = method.validate(&Parameters::default(), content_type, body);
        model.is_ok()
    };
    assert!(valid("application/json", r#"{"a":1}"#));
    assert!(!valid("application/json", r#"{"b":1}"#));
    assert!(valid("text/plain", r#"{"b":1}"#));
    assert!(!valid("text/plain", r#"{"a":1}"#));
}

#[test]
fn without_a_model_for_the_content_type_nothing_is_validated() {
    let models = [("application/json", json!({ "required": ["a"] }))];
    let method = validating(&models);
    let parameters = Parameters::default();
    assert!(
        method
            .validate(&parameters, "text/plain", "not JSON")
            .is_ok()
    );
}

#[test]
fn a_body_that_is_not_valid_never_reaches_the_backend() {
    let method = validating(&[("application/json", json!({ "required": ["id"] }))]);
    let fault = called(method, &post("application/json", "{}")).unwrap_err();

    assert_eq!(fault.response_type, ResponseType::BadRequestBody);
    assert_eq!(fault.message, "Invalid request body");
    let words = fault.validation.unwrap();
    assert_eq!(
        words,
        r#"[object has missing required properties (["id"])]"#
    );
}

#[test]
fn a_body_that_is_not_json_is_the_clients_fault_also_without_a_validator() {
    let fault = called(method(), &post("application/json", "{")).unwrap_err();

    assert_eq!(fault.response_type, ResponseType::BadRequestBody);
    assert!(
        fault
            .message
            .starts_with("Could not parse request body into json")
    );
}

#[test]
fn a_required_parameter_that_is_missing_is_named() {
    let mut method = validating(&[]);
    method.required = vec![
        (Place::QueryString, "page".to_owned()),
        (Place::Header, "X-Trace".to_owned()),
        (Place::Path, "id".to_owned()),
    ];
    let fault = called(method, &post("application/json", "{}")).unwrap_err();

    assert_eq!(fault.response_type, ResponseType::BadRequestParameters);
    assert_eq!(
        fault.message,
        "Missing required request parameters: [page, X-Trace]"
    );
}

#[test]
fn a_mock_goes_on_with_the_status_of_its_template() {
    let mut method = method();
    method.integration.backend = Backend::Mock;
    method.integration.templates = templates(&[("application/json", r#"{"statusCode": 204}"#)]);
    let request = post("application/json", "");
    assert_eq!(called(method.clone(), &request).unwrap(), "mock 204");

    method.integration.templates = templates(&[("application/json", "{}")]);
    let fault = called(method, &request).unwrap_err();
    assert_eq!(fault.response_type.status(), 500);
}

#[test]
fn a_method_takes_as_many_requests_as_its_rate_allows() {
    let mut method = method();
    method.rate = Some(Rate {
        per_second: 1.0,
        burst: 2,
    });
    let api = api(method);
    let request = post("application/json", "{}");
    let exchange = api.receive(&request, &Facts::default()).unwrap();
    let mut throttles = Throttles::default();
    let mut admit = |second: u64| throttles.admit(&exchange, crate::Time(second * 1000));

    assert_eq!((admit(1), admit(1)), (Ok(()), Ok(())));
    let fault = admit(1).unwrap_err();
    assert_eq!(admit(2), Ok(()));

    let refusal = exchange.refuse(&fault);
    assert_eq!(refusal.status, 429);
    assert_eq!(refusal.body, r#"{"message":"Too Many Requests"}"#);
}
