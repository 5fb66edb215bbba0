//! From the resources of a stack to the APIs that are served.

mod access_log;
mod api;
mod gateway_responses;
mod integration;
mod method;
mod model;
mod order;
mod read;
mod resources;
mod settings;

use std::collections::BTreeMap;
use std::sync::Arc;

use delivery::rest::{Api, Model};
use stack::{Resource, Stack as Declared};

pub use access_log::AccessLogging;

use crate::declaration::{DeclarationError, refuse, required};

const REST_API: &str = "aws:apigateway/restApi:RestApi";
const DEPLOYMENT: &str = "aws:apigateway/deployment:Deployment";
const STAGE: &str = "aws:apigateway/stage:Stage";

/// A stage of a REST API, ready to be served.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The API's id.
    pub api_id: String,
    /// The API's name.
    pub api_name: String,
    /// The stage's name.
    pub name: String,
    /// The deployment that it serves.
    pub deployment_id: String,
    /// What is logged of each request.
    pub access_log: Option<AccessLogging>,
    /// What it does with requests.
    pub api: Api,
}

/// Where integrations may call.
#[derive(Clone, Copy, Debug)]
struct Place<'a> {
    stack: &'a Declared,
    region: &'a str,
}

/// The stages that a stack declares. Everything about them that can't be done here is refused: a type
/// of integration, a property, a construct in a template.
pub fn declared(stack: &Declared, region: &str) -> Result<Vec<Stage>, DeclarationError> {
    let place = Place { stack, region };
    for api in stack.of_type(REST_API) {
        api::check(api)?;
    }
    stack
        .of_type(STAGE)
        .map(|resource| stage(place, resource))
        .collect()
}

fn stage(place: Place<'_>, stage: &Resource) -> Result<Stage, DeclarationError> {
    api::check_stage(stage)?;
    let api_id = required(stage, "restApi")?;
    let name = required(stage, "stageName")?;
    let deployment_id = required(stage, "deployment")?;
    let declared = place.stack.of_type(REST_API);
    let mut declared = declared.filter(|api| api.text("id") == Some(api_id));
    let Some(api) = declared.next() else {
        return Err(refuse(
            stage,
            format!("`restApi` is {api_id}, which is no declared API"),
        ));
    };
    let mut deployments = place.stack.of_type(DEPLOYMENT);
    let deployment = deployments.find(|deployment| {
        deployment.text("id") == Some(deployment_id) && deployment.text("restApi") == Some(api_id)
    });
    let Some(deployment) = deployment else {
        let reason = format!("`deployment` is {deployment_id}, which is no deployment of its API");
        return Err(refuse(stage, reason));
    };
    let models: BTreeMap<String, Arc<Model>> = model::declared(place.stack, api_id)?;
    let rates = settings::Rates::declared(place.stack, api_id, name)?;
    let resources = resources::declared(place, api, &models, &rates)?;
    order::check(place.stack, api_id, deployment)?;
    Ok(Stage {
        api_id: api_id.to_owned(),
        api_name: required(api, "name")?.to_owned(),
        name: name.to_owned(),
        deployment_id: deployment_id.to_owned(),
        access_log: access_log::declared(stage)?,
        api: Api {
            resources,
            gateway_responses: gateway_responses::declared(place.stack, api_id)?,
            stage_variables: read::texts(stage, "variables")?,
        },
    })
}
