use crate::Output;

/// A resource that only groups others: no provider stands behind it.
///
/// Others become its children with [`CustomResourceOptions::parent`](crate::CustomResourceOptions::parent).
#[derive(Clone)]
pub struct Component {
    urn: Output<String>,
}

impl Component {
    pub(crate) fn new(urn: Output<String>) -> Self {
        Self { urn }
    }

    /// Its URN.
    #[must_use]
    pub fn urn(&self) -> &Output<String> {
        &self.urn
    }
}
