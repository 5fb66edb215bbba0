use stack::{Resource, Stack};

use super::Names;
use crate::application::{CONSUMER, TABLE, WRITER};
use crate::error::Error;

/// The declared parts that the demo is about, by their physical names.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) names: Names,
    pub(crate) table: String,
}

impl Parts {
    pub(crate) fn of(stack: &Stack) -> Result<Self, Error> {
        let table = declared(stack, "aws:dynamodb/table:Table", TABLE)?;
        let function = |name| {
            output(
                declared(stack, "aws:lambda/function:Function", name)?,
                "name",
            )
        };
        Ok(Self {
            names: Names {
                writer: function(WRITER)?,
                consumer: function(CONSUMER)?,
                key: output(table, "hashKey")?,
            },
            table: output(table, "name")?,
        })
    }
}

fn declared<'a>(stack: &'a Stack, type_token: &'a str, name: &str) -> Result<&'a Resource, Error> {
    let found = stack
        .of_type(type_token)
        .find(|resource| resource.name == name);
    found.ok_or_else(|| Error::NotDeclared {
        what: format!("{name:?} of type {type_token}"),
    })
}

fn output(resource: &Resource, name: &str) -> Result<String, Error> {
    let value = resource.text(name).map(str::to_owned);
    value.ok_or_else(|| Error::NotDeclared {
        what: format!("{name} of {:?}", resource.name),
    })
}
