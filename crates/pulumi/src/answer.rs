use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use futures::future::{BoxFuture, Shared};
use prost_types::Value;

use crate::failure::Failures;
use crate::model::{
    FromPulumiValue, PulumiValue, PulumiValueContent, PulumiValueMiddleware, ResolvedOutput,
};
use crate::wire::{UNKNOWN, decode, is_unknown};
use crate::{Failure, Output, PulumiAny};

/// What the engine answered to a registration or call.
pub(crate) struct Answer {
    pub(crate) subject: String,
    pub(crate) urn: String,
    /// `None` in a preview, and for components and calls.
    pub(crate) id: Option<String>,
    pub(crate) fields: BTreeMap<String, Value>,
    /// The URNs that every field depends on.
    pub(crate) dependencies: HashSet<String>,
    /// Every field is a secret, as an argument was.
    pub(crate) secret: bool,
    pub(crate) preview: bool,
}

impl Answer {
    /// Not answered means: not known yet in a preview, else without a value.
    fn field(&self, name: &str) -> PulumiValue {
        let value = self.fields.get(name).map(decode);
        let value = value.unwrap_or_else(|| {
            if self.preview {
                PulumiValue::nothing()
            } else {
                PulumiValue::none()
            }
        });
        PulumiValue {
            secret: value.secret || self.secret,
            dependencies: self.dependencies.clone(),
            content: value.content,
        }
    }

    fn resolved<T>(&self, value: Option<T>) -> ResolvedOutput<T> {
        ResolvedOutput {
            value,
            secret: self.secret,
            dependencies: self.dependencies.clone(),
        }
    }
}

/// The outputs of a resource or call, each known as soon as the answer is there.
pub struct CompositeOutput {
    answer: Shared<BoxFuture<'static, Arc<Answer>>>,
    failures: Failures,
}

impl CompositeOutput {
    pub(crate) fn new(answer: Shared<BoxFuture<'static, Arc<Answer>>>, failures: Failures) -> Self {
        Self { answer, failures }
    }

    /// The output `name`. A value of another type than the schema says ends the program.
    #[must_use]
    pub fn get_field<T>(&self, name: &str) -> Output<T>
    where
        T: FromPulumiValue + Send + Sync + 'static,
    {
        let (answer, failures, name) =
            (self.answer.clone(), self.failures.clone(), name.to_owned());
        Output::from_resolved_future(async move {
            let answer = answer.await;
            let field = answer.field(&name);
            let value = match typed(&field) {
                Ok(value) => value,
                // In a preview an object may be known in part only.
                Err(_) if is_unknown(&field) => None,
                Err(reason) => {
                    let subject = answer.subject.clone();
                    failures
                        .end(Failure::Answer {
                            subject,
                            field: name,
                            reason,
                        })
                        .await
                }
            };
            ResolvedOutput {
                value,
                secret: field.secret,
                dependencies: field.dependencies,
            }
        })
    }

    /// The output `name`, of whatever type.
    #[must_use]
    pub fn get_field_any(&self, name: &str) -> Output<PulumiAny> {
        let (answer, name) = (self.answer.clone(), name.to_owned());
        Output::from_resolved_future(async move {
            let field = answer.await.field(&name);
            let (secret, dependencies) = (field.secret, field.dependencies.clone());
            let known = !matches!(field.content, PulumiValueContent::Nothing);
            let value = known.then(|| PulumiValueMiddleware::ready(field));
            ResolvedOutput {
                value,
                secret,
                dependencies,
            }
        })
    }

    /// The resource's URN, known in a preview too.
    #[must_use]
    pub fn get_urn(&self) -> Output<String> {
        self.derive(|answer| Some(answer.urn.clone()))
    }

    /// The id that the provider gave it.
    #[must_use]
    pub fn get_id(&self) -> Output<String> {
        self.derive(|answer| answer.id.clone())
    }

    /// By what other resources name it as their provider.
    #[must_use]
    pub fn get_provider_id(&self) -> Output<String> {
        self.derive(|answer| Some(provider_reference(&answer.urn, answer.id.as_deref())))
    }

    fn derive(&self, read: fn(&Answer) -> Option<String>) -> Output<String> {
        let answer = self.answer.clone();
        Output::from_resolved_future(async move {
            let answer = answer.await;
            answer.resolved(read(&answer))
        })
    }
}

/// `<urn>::<id>`, by which a resource names its provider.
fn provider_reference(urn: &str, id: Option<&str>) -> String {
    format!("{urn}::{}", id.unwrap_or(UNKNOWN))
}

/// `None` for what is not known yet.
fn typed<T: FromPulumiValue>(field: &PulumiValue) -> Result<Option<T>, String> {
    if matches!(field.content, PulumiValueContent::Nothing) {
        return Ok(None);
    }
    let converted = T::from_pulumi_value(field).or_else(|error| match field.content {
        // The wire does not tell 1 from 1.0; gestalt takes only one of them for a given type.
        PulumiValueContent::Integer(number) => T::from_pulumi_value(&PulumiValue {
            content: PulumiValueContent::Number(f64::from(number)),
            ..field.clone()
        }),
        _ => Err(error),
    });
    // gestalt's own report shows the value, which may be a secret.
    converted.map(Some).map_err(|_| match &field.content {
        PulumiValueContent::None => "no value, where the schema requires one".to_owned(),
        content => format!(
            "{}, where the schema has {}",
            kind(content),
            std::any::type_name::<T>()
        ),
    })
}

fn kind(content: &PulumiValueContent) -> &'static str {
    match content {
        PulumiValueContent::String(_) => "a string",
        PulumiValueContent::Integer(_) => "a whole number",
        PulumiValueContent::Number(_) => "a number",
        PulumiValueContent::Boolean(_) => "true or false",
        PulumiValueContent::Array(_) => "a list",
        PulumiValueContent::Object(_) => "an object",
        PulumiValueContent::None | PulumiValueContent::Nothing => "no value",
    }
}
