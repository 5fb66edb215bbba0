use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Context, Output};

/// What [`pulumi_format!`](crate::pulumi_format) takes as an argument: a value or an output.
pub trait ToOutput<T> {
    /// Called by the macro.
    fn create_output(&self, context: &Context) -> Output<T>;
}

impl<T> ToOutput<T> for T
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
{
    fn create_output(&self, context: &Context) -> Output<T> {
        context.new_output(self)
    }
}

impl<T> ToOutput<T> for Output<T> {
    fn create_output(&self, _context: &Context) -> Output<T> {
        self.clone()
    }
}
