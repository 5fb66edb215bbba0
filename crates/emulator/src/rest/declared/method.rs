use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use delivery::rest::{Authorization, Method, Model, Place as Position, Validation};
use stack::Resource;

use super::read::{flags, is_of_method, of_api, one_of, owned, status, texts, unsupported};
use super::settings::Rates;
use super::{Place, integration};
use crate::declaration::{DeclarationError, property, refuse, text};

pub(super) const METHOD: &str = "aws:apigateway/method:Method";
const METHOD_RESPONSE: &str = "aws:apigateway/methodResponse:MethodResponse";
const VALIDATOR: &str = "aws:apigateway/requestValidator:RequestValidator";

const VERBS: [&str; 8] = [
    "ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT",
];

/// The methods of a resource by HTTP method.
pub(super) fn declared(
    place: Place<'_>,
    api_id: &str,
    (resource_id, path): (&str, &str),
    models: &BTreeMap<String, Arc<Model>>,
    rates: &Rates,
) -> Result<BTreeMap<String, Method>, DeclarationError> {
    let mut methods = BTreeMap::new();
    for resource in of_api(place.stack, METHOD, api_id) {
        if resource.text("resourceId") != Some(resource_id) {
            continue;
        }
        let verb = owned(resource, "httpMethod")?;
        if !VERBS.contains(&verb.as_str()) {
            let possible = VERBS.join(", ");
            let reason = format!("`httpMethod` is {verb}; AWS takes {possible}");
            return Err(refuse(resource, reason));
        }
        let method = method(place, resource, models)?;
        let rate = rates.of(path, &verb);
        methods.insert(verb, Method { rate, ..method });
    }
    Ok(methods)
}

fn method(
    place: Place<'_>,
    resource: &Resource,
    models: &BTreeMap<String, Arc<Model>>,
) -> Result<Method, DeclarationError> {
    unsupported(
        resource,
        &["apiKeyRequired", "authorizationScopes", "authorizerId"],
    )?;
    let authorization = match one_of(resource, "authorization", &["NONE", "AWS_IAM"])? {
        "AWS_IAM" => Authorization::Iam,
        _ => Authorization::None,
    };
    let responses = responses(place, resource)?;
    Ok(Method {
        authorization,
        validation: validation(place, resource)?,
        models: of_requests(resource, models)?,
        required: parameters(resource)?,
        integration: integration::declared(place, resource, &responses)?,
        responses,
        rate: None,
    })
}

fn responses(place: Place<'_>, method: &Resource) -> Result<BTreeSet<u16>, DeclarationError> {
    let declared = place.stack.of_type(METHOD_RESPONSE);
    let declared = declared.filter(|response| is_of_method(response, method));
    declared
        .map(|response| {
            let status = status(response, "statusCode")?;
            status.ok_or_else(|| refuse(response, "the property `statusCode` is missing"))
        })
        .collect()
}

fn validation(place: Place<'_>, method: &Resource) -> Result<Validation, DeclarationError> {
    let Some(id) = text(method, "requestValidatorId") else {
        return Ok(Validation::default());
    };
    let validator = place.stack.of_type(VALIDATOR).find(|validator| {
        validator.text("id") == Some(id) && validator.text("restApi") == method.text("restApi")
    });
    let Some(validator) = validator else {
        let reason = format!("`requestValidatorId` is {id}, which is no validator of its API");
        return Err(refuse(method, reason));
    };
    let flag = |name: &str| property(validator, name).and_then(serde_json::Value::as_bool);
    Ok(Validation {
        body: flag("validateRequestBody").unwrap_or_default(),
        parameters: flag("validateRequestParameters").unwrap_or_default(),
    })
}

fn of_requests(
    method: &Resource,
    models: &BTreeMap<String, Arc<Model>>,
) -> Result<BTreeMap<String, Arc<Model>>, DeclarationError> {
    let named = texts(method, "requestModels")?;
    named
        .into_iter()
        .map(|(media_type, name)| {
            let model = models.get(&name).ok_or_else(|| {
                let reason = format!("`requestModels` names {name}, which is no model of its API");
                refuse(method, reason)
            })?;
            Ok((media_type.to_ascii_lowercase(), Arc::clone(model)))
        })
        .collect()
}

/// The parameters that a request must have.
fn parameters(method: &Resource) -> Result<Vec<(Position, String)>, DeclarationError> {
    let mut required = Vec::new();
    for (name, is_required) in flags(method, "requestParameters")? {
        let position = name
            .strip_prefix("method.request.")
            .and_then(Position::parse);
        let Some((position, parameter)) = position else {
            let reason = format!(
                "`requestParameters` has {name}; method.request.{{header,path,querystring}}.NAME is supported"
            );
            return Err(refuse(method, reason));
        };
        if is_required {
            required.push((position, parameter.to_owned()));
        }
    }
    Ok(required)
}
