use crate::Output;

/// A resource that stands for a configured provider, to hand to other resources.
pub trait Provider {
    /// `<urn>::<id>` of the provider.
    fn get_provider_id(&self) -> Output<String>;
}

/// What can be said about a resource besides its properties.
///
/// <https://www.pulumi.com/docs/iac/concepts/resources/options/>
#[derive(Clone, Default)]
pub struct CustomResourceOptions {
    /// URN of the component it belongs to; the stack unless told.
    pub parent: Option<Output<String>>,
    /// URNs of resources that must be there first and go last, where no property says so.
    pub depends_on: Vec<Output<String>>,
    /// Deletion is refused until this is taken back.
    pub protect: Option<bool>,
    /// When it leaves the program it is forgotten and not deleted.
    pub retain_on_delete: Option<bool>,
    /// `<urn>::<id>` of the provider; the default one unless told.
    pub provider: Option<Output<String>>,
}

impl CustomResourceOptions {
    /// Puts it below the component with this URN.
    #[must_use]
    pub fn parent(mut self, urn: &Output<String>) -> Self {
        self.parent = Some(urn.clone());
        self
    }

    /// Waits for the resources with these URNs, and for those named before.
    #[must_use]
    pub fn depends_on<'a>(mut self, urns: impl IntoIterator<Item = &'a Output<String>>) -> Self {
        self.depends_on.extend(urns.into_iter().cloned());
        self
    }

    /// Whether its deletion is refused.
    #[must_use]
    pub fn protect(mut self, protect: bool) -> Self {
        self.protect = Some(protect);
        self
    }

    /// Whether it outlives its place in the program.
    #[must_use]
    pub fn retain_on_delete(mut self, retain: bool) -> Self {
        self.retain_on_delete = Some(retain);
        self
    }

    /// Managed by this provider.
    #[must_use]
    pub fn provider(mut self, provider: &impl Provider) -> Self {
        self.provider = Some(provider.get_provider_id());
        self
    }
}
