//! What generated code hands over.

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};

use crate::model::PulumiValue;
use crate::{CustomResourceOptions, Output, ToPulumiValue};

/// A property whose value can be waited for.
pub trait IntoProperty {
    /// The value, with the URNs it came from.
    fn resolve(&self) -> BoxFuture<'static, PulumiValue>;
}

impl<T: ToPulumiValue + Clone + Send + Sync + 'static> IntoProperty for Output<T> {
    fn resolve(&self) -> BoxFuture<'static, PulumiValue> {
        let output = self.clone();
        async move { output.to_pulumi_value().await }.boxed()
    }
}

/// One property of a resource or call.
pub struct ResourceRequestObjectField<'a> {
    /// Its name in the schema.
    pub name: String,
    /// Its value.
    pub value: &'a dyn IntoProperty,
}

/// A resource to register.
pub struct RegisterResourceRequest<'a> {
    /// For example `aws:sqs/queue:Queue`.
    pub type_: String,
    /// The name in the program, unique among those of its type and parent.
    pub name: String,
    /// Version of the provider.
    pub version: String,
    /// The properties.
    pub object: &'a [ResourceRequestObjectField<'a>],
    /// What is said besides the properties.
    pub options: Option<CustomResourceOptions>,
}

/// A provider function to call.
pub struct InvokeResourceRequest<'a> {
    /// For example `aws:index/getRegion:getRegion`.
    pub token: String,
    /// Version of the provider.
    pub version: String,
    /// The arguments.
    pub object: &'a [ResourceRequestObjectField<'a>],
}

/// All properties at once, each with the URNs it came from.
pub(crate) fn resolve(
    object: &[ResourceRequestObjectField],
) -> BoxFuture<'static, Vec<(String, PulumiValue)>> {
    let fields: Vec<_> = object
        .iter()
        .map(|field| {
            let (name, value) = (field.name.clone(), field.value.resolve());
            async move { (name, value.await) }
        })
        .collect();
    join_all(fields).boxed()
}
