use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::source::Place;
use super::{Fault, Integration, Model, Parameters, Rate, ResponseType};

/// Who may call a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authorization {
    /// Everybody.
    #[default]
    None,
    /// Whoever signs with an access key that is known.
    Iam,
}

/// What a request validator looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// The body, against the model of its content type.
    pub body: bool,
    /// Whether the required parameters are there.
    pub parameters: bool,
}

/// A method of a resource.
#[derive(Clone, Debug)]
pub struct Method {
    /// Who may call it.
    pub authorization: Authorization,
    /// What of a request is validated.
    pub validation: Validation,
    /// Models by media type; `$default` stands for all others.
    pub models: BTreeMap<String, Arc<Model>>,
    /// Parameters that a request must have.
    pub required: Vec<(Place, String)>,
    /// The statuses that the method has a response for.
    pub responses: BTreeSet<u16>,
    /// How many requests it takes; none is as many as the account.
    pub rate: Option<Rate>,
    /// What it calls.
    pub integration: Integration,
}

/// The model for every media type that has none of its own.
const ANY: &str = "$default";

impl Method {
    /// The model that a body of this media type is validated against.
    #[must_use]
    pub fn model(&self, media_type: &str) -> Option<&Model> {
        let model = self.models.get(media_type).or_else(|| self.models.get(ANY));
        model.map(Arc::as_ref)
    }

    pub(super) fn validate(
        &self,
        parameters: &Parameters,
        media_type: &str,
        body: &str,
    ) -> Result<(), Fault> {
        if self.validation.parameters {
            self.validate_parameters(parameters)?;
        }
        if !self.validation.body {
            return Ok(());
        }
        // Without a model for the content type nothing is validated.
        let Some(model) = self.model(media_type) else {
            return Ok(());
        };
        model.validate(body).map_err(|reasons| Fault {
            validation: Some(format!("[{}]", reasons.join(", "))),
            ..Fault::new(ResponseType::BadRequestBody, "Invalid request body")
        })
    }

    fn validate_parameters(&self, parameters: &Parameters) -> Result<(), Fault> {
        let missing: Vec<&str> = self
            .required
            .iter()
            .filter(|(place, name)| place.of(parameters, name).is_none_or(str::is_empty))
            .map(|(_, name)| name.as_str())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        let message = format!("Missing required request parameters: [{missing}]");
        Err(Fault::new(ResponseType::BadRequestParameters, message))
    }
}
