use std::collections::BTreeMap;

use delivery::rest::{GatewayResponse, GatewayResponses, ResponseType, Side, Substitution};
use stack::{Resource, Stack};

use super::integration::headers;
use super::read::{of_api, status, texts};
use crate::declaration::{DeclarationError, refuse, required};

const RESPONSE: &str = "aws:apigateway/response:Response";

/// The gateway responses of an API.
pub(super) fn declared(stack: &Stack, api_id: &str) -> Result<GatewayResponses, DeclarationError> {
    let mut declared = BTreeMap::new();
    for resource in of_api(stack, RESPONSE, api_id) {
        let name = required(resource, "responseType")?;
        let response_type = ResponseType::named(name).ok_or_else(|| {
            refuse(
                resource,
                format!("`responseType` is {name}, which AWS does not know"),
            )
        })?;
        let response = GatewayResponse {
            status: status(resource, "statusCode")?,
            headers: headers(resource, "gatewayresponse.header.", Side::Refusal)?,
            templates: templates(resource)?,
        };
        declared.insert(response_type, response);
    }
    Ok(GatewayResponses::new(declared))
}

fn templates(resource: &Resource) -> Result<BTreeMap<String, Substitution>, DeclarationError> {
    let texts = texts(resource, "responseTemplates")?;
    texts
        .into_iter()
        .map(|(media_type, text)| {
            let template = Substitution::parse(&text).map_err(|reason| {
                refuse(
                    resource,
                    format!("`responseTemplates` for {media_type}: {reason}"),
                )
            })?;
            Ok((media_type, template))
        })
        .collect()
}
