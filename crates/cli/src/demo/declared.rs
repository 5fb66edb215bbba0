use stack::{Resource, Stack};

use crate::error::Error;

pub(super) const TABLE: &str = "aws:dynamodb/table:Table";

/// The resource of this type that the program calls so.
pub(super) fn declared<'a>(
    stack: &'a Stack,
    type_token: &'a str,
    name: &str,
) -> Result<&'a Resource, Error> {
    let found = stack
        .of_type(type_token)
        .find(|resource| resource.name == name);
    found.ok_or_else(|| Error::NotDeclared {
        what: format!("{name:?} of type {type_token}"),
    })
}

pub(super) fn output(resource: &Resource, name: &str) -> Result<String, Error> {
    let value = resource.text(name).map(str::to_owned);
    value.ok_or_else(|| Error::NotDeclared {
        what: format!("{name} of {:?}", resource.name),
    })
}

/// The physical name of the function that the program calls so.
pub(super) fn function(stack: &Stack, name: &str) -> Result<String, Error> {
    output(
        declared(stack, "aws:lambda/function:Function", name)?,
        "name",
    )
}
