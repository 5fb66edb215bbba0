//! A deployment is a copy of the API as it stands when the deployment is made. On AWS what is made
//! after it is not served, so a deployment must depend on all that it should hold.

use std::collections::{BTreeSet, VecDeque};

use stack::{Resource, Stack};

use super::read::of_api;
use crate::declaration::{DeclarationError, refuse};

const HELD: [&str; 5] = [
    "aws:apigateway/method:Method",
    "aws:apigateway/integration:Integration",
    "aws:apigateway/methodResponse:MethodResponse",
    "aws:apigateway/integrationResponse:IntegrationResponse",
    "aws:apigateway/response:Response",
];

/// Refuses a deployment that may be made before something that it should hold.
pub(super) fn check(
    stack: &Stack,
    api_id: &str,
    deployment: &Resource,
) -> Result<(), DeclarationError> {
    let before = before(stack, deployment);
    let held = HELD.iter().flat_map(|held| of_api(stack, held, api_id));
    let mut late = held.filter(|resource| !before.contains(resource.urn.as_str()));
    match late.next() {
        None => Ok(()),
        Some(late) => {
            let kind = late.type_token.rsplit(':').next().unwrap_or_default();
            let reason = format!(
                "it does not depend on {} ({kind}), so AWS may make it before that and never serve \
                 it; add it to the deployment's dependsOn",
                late.name
            );
            Err(refuse(deployment, reason))
        }
    }
}

/// All that a resource waits for, directly or through others.
fn before<'a>(stack: &'a Stack, resource: &'a Resource) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open = VecDeque::from([resource]);
    while let Some(resource) = open.pop_front() {
        for urn in &resource.dependencies {
            if found.insert(urn.as_str()) {
                open.extend(stack.by_urn(urn));
            }
        }
    }
    found
}
