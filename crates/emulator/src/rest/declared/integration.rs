use std::collections::BTreeSet;
use std::time::Duration;

use delivery::rest::{
    Action, Backend, Integration, IntegrationResponse, Passthrough, Selection, Side, Source,
};
use stack::Resource;

use super::Place;
use super::read::{is_of_method, one_of, status, templates, texts, unsupported};
use crate::declaration::{DeclarationError, number, property, refuse, required, text};
use crate::dynamodb::DynamoDb;
use crate::rest::backend::SERVICES;

const INTEGRATION: &str = "aws:apigateway/integration:Integration";
const INTEGRATION_RESPONSE: &str = "aws:apigateway/integrationResponse:IntegrationResponse";

/// The integration of a method.
pub(super) fn declared(
    place: Place<'_>,
    method: &Resource,
    statuses: &BTreeSet<u16>,
) -> Result<Integration, DeclarationError> {
    let mut declared = place.stack.of_type(INTEGRATION);
    let declared = declared.find(|integration| is_of_method(integration, method));
    let Some(resource) = declared else {
        let reason = "it has no integration; AWS deploys no API with such a method";
        return Err(refuse(method, reason));
    };
    unsupported(
        resource,
        &[
            "cacheKeyParameters",
            "connectionId",
            "contentHandling",
            "integrationTarget",
        ],
    )?;
    one_of(resource, "connectionType", &["INTERNET"])?;
    one_of(resource, "responseTransferMode", &["BUFFERED"])?;
    check_parameters(resource)?;
    let backend = match one_of(resource, "type", &["AWS", "MOCK"])? {
        "MOCK" => Backend::Mock,
        _ => Backend::Action(action(place, resource)?),
    };
    let words = ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"];
    let passthrough = match one_of(resource, "passthroughBehavior", &words)? {
        "NEVER" => Passthrough::Never,
        "WHEN_NO_TEMPLATES" => Passthrough::WhenNoTemplates,
        _ => Passthrough::WhenNoMatch,
    };
    let timeout = property(resource, "timeoutMilliseconds");
    let timeout = number(resource, "timeoutMilliseconds", timeout, 50..=29_000)?;
    Ok(Integration {
        backend,
        templates: templates(resource, "requestTemplates")?,
        passthrough,
        timeout: Duration::from_millis(timeout.unwrap_or(29_000)),
        responses: responses(place, method, statuses)?,
    })
}

/// `arn:aws:apigateway:us-east-1:dynamodb:action/UpdateItem`
fn action(place: Place<'_>, resource: &Resource) -> Result<Action, DeclarationError> {
    let verb = text(resource, "integrationHttpMethod");
    if verb != Some("POST") {
        let reason = "`integrationHttpMethod` must be POST for an action of an AWS service";
        return Err(refuse(resource, reason));
    }
    if text(resource, "credentials").is_none() {
        let reason =
            "`credentials` is missing: without a role API Gateway may not call the service";
        return Err(refuse(resource, reason));
    }
    let uri = required(resource, "uri")?;
    let prefix = format!("arn:aws:apigateway:{}:", place.region);
    let action = uri
        .strip_prefix(&prefix)
        .and_then(|rest| rest.split_once(":action/"))
        .filter(|(service, _)| SERVICES.contains(service));
    let Some((service, name)) = action else {
        let reason = format!(
            "`uri` is {uri}, which is not supported here; {prefix}dynamodb:action/UpdateItem, for example, is"
        );
        return Err(refuse(resource, reason));
    };
    if !DynamoDb::supports(name) {
        let reason =
            format!("`uri` names the operation {name} of DynamoDB, which is not done here");
        return Err(refuse(resource, reason));
    }
    Ok(Action {
        service: service.to_owned(),
        name: name.to_owned(),
    })
}

/// Headers for an action of an AWS service change nothing here; the rest would go into its URI.
fn check_parameters(resource: &Resource) -> Result<(), DeclarationError> {
    let mut names = texts(resource, "requestParameters")?.into_keys();
    match names.find(|name| !name.starts_with("integration.request.header.")) {
        None => Ok(()),
        Some(name) => {
            let reason = format!("`requestParameters` has {name}, which is not supported here");
            Err(refuse(resource, reason))
        }
    }
}

fn responses(
    place: Place<'_>,
    method: &Resource,
    statuses: &BTreeSet<u16>,
) -> Result<Selection, DeclarationError> {
    let declared = place.stack.of_type(INTEGRATION_RESPONSE);
    let declared = declared.filter(|response| is_of_method(response, method));
    let responses = declared.map(|resource| response(resource, statuses));
    let responses = responses.collect::<Result<Vec<_>, _>>()?;
    Selection::new(responses).map_err(|error| refuse(method, error.to_string()))
}

fn response(
    resource: &Resource,
    statuses: &BTreeSet<u16>,
) -> Result<IntegrationResponse, DeclarationError> {
    unsupported(resource, &["contentHandling"])?;
    let status = status(resource, "statusCode")?;
    let status = status.ok_or_else(|| refuse(resource, "the property `statusCode` is missing"))?;
    if !statuses.contains(&status) {
        let reason = format!(
            "`statusCode` is {status}, but the method has no response for it; AWS refuses that"
        );
        return Err(refuse(resource, reason));
    }
    Ok(IntegrationResponse {
        status,
        pattern: text(resource, "selectionPattern").map(str::to_owned),
        templates: templates(resource, "responseTemplates")?,
        headers: headers(resource, "method.response.header.", Side::Answer)?,
    })
}

/// Headers and where their values come from.
pub(super) fn headers(
    resource: &Resource,
    prefix: &str,
    side: Side,
) -> Result<Vec<(String, Source)>, DeclarationError> {
    let declared = texts(resource, "responseParameters")?;
    declared
        .into_iter()
        .map(|(name, source)| {
            let refused =
                |reason: String| refuse(resource, format!("`responseParameters`: {reason}"));
            let header = name.strip_prefix(prefix);
            let header = header.ok_or_else(|| refused(format!("{name} is no {prefix}NAME")))?;
            let source = Source::parse(&source, side).map_err(refused)?;
            Ok((header.to_owned(), source))
        })
        .collect()
}
