use std::collections::BTreeMap;
use std::sync::Arc;

use delivery::rest::{self, Model, Resources};
use stack::Resource;

use super::read::{of_api, owned};
use super::settings::Rates;
use super::{Place, method};
use crate::declaration::{DeclarationError, refuse, required};

const RESOURCE: &str = "aws:apigateway/resource:Resource";

/// The resources of an API with their methods.
pub(super) fn declared(
    place: Place<'_>,
    api: &Resource,
    models: &BTreeMap<String, Arc<Model>>,
    rates: &Rates,
) -> Result<Resources, DeclarationError> {
    let api_id = required(api, "id")?;
    let root = required(api, "rootResourceId")?;
    let below = of_api(place.stack, RESOURCE, api_id);
    let below: Vec<&Resource> = below.collect();
    let mut paths = vec![(root.to_owned(), "/".to_owned())];
    for resource in &below {
        let path = path(root, &below, resource)?;
        paths.push((owned(resource, "id")?, path));
    }
    let mut resources = Vec::new();
    for (id, path) in paths {
        let methods = method::declared(place, api_id, (&id, &path), models, rates)?;
        resources.push(rest::Resource { id, path, methods });
    }
    let of_none = of_api(place.stack, method::METHOD, api_id).find(|method| {
        let id = method.text("resourceId");
        !resources
            .iter()
            .any(|resource| Some(resource.id.as_str()) == id)
    });
    if let Some(method) = of_none {
        return Err(refuse(method, "`resourceId` names no resource of its API"));
    }
    Ok(Resources::new(resources))
}

/// The path from the root down.
fn path(root: &str, all: &[&Resource], resource: &Resource) -> Result<String, DeclarationError> {
    let mut parts = Vec::new();
    let mut current = resource;
    loop {
        parts.push(part(current)?);
        let parent = required(current, "parentId")?;
        if parent == root {
            break;
        }
        let above = all.iter().find(|above| above.text("id") == Some(parent));
        // A circle can't be declared: a parent's id is known before its children's.
        match above {
            Some(above) if parts.len() <= all.len() => current = above,
            _ => {
                let reason = format!("`parentId` is {parent}, which is no resource of its API");
                return Err(refuse(current, reason));
            }
        }
    }
    parts.reverse();
    Ok(format!("/{}", parts.join("/")))
}

/// A part of a path as AWS takes it: plain, or one parameter in braces.
fn part(resource: &Resource) -> Result<&str, DeclarationError> {
    let part = required(resource, "pathPart")?;
    let name = part
        .strip_prefix('{')
        .and_then(|part| part.strip_suffix('}'));
    let name = name.map_or(part, |name| name.strip_suffix('+').unwrap_or(name));
    if !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-:".contains(c))
    {
        return Ok(part);
    }
    let reason = format!(
        "`pathPart` is {part}; AWS takes letters, digits and ._-: only, or a parameter as in {{id}}"
    );
    Err(refuse(resource, reason))
}
