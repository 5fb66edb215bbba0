//! A flow: one path of events through the picture, the parent of all its resources.

use pulumi_gestalt_rust::{Component, Context, CustomResourceOptions, Output};

use crate::names::Names;
use crate::settings::Settings;

/// What every resource of a flow is declared with.
pub(crate) struct Flow<'a> {
    pub(crate) ctx: &'a Context,
    pub(crate) settings: &'a Settings,
    names: &'a Names,
    component: Component,
}

impl<'a> Flow<'a> {
    /// Begins the flow `name` with a component of type `type_token`, such as `outbox:flow:Users`.
    pub(crate) fn begin(
        ctx: &'a Context,
        names: &'a Names,
        settings: &'a Settings,
        type_token: &str,
        name: &str,
    ) -> Self {
        let component = ctx.component(type_token, name);
        Self {
            ctx,
            settings,
            names,
            component,
        }
    }

    /// The name that AWS sees for the resource that the program calls `name`.
    pub(crate) fn physical(&self, name: &str) -> String {
        self.names.physical(name)
    }

    /// A resource of this flow.
    pub(crate) fn options(&self) -> CustomResourceOptions {
        CustomResourceOptions::default().parent(self.component.urn())
    }

    /// A resource of this flow that is created after others and destroyed before them, given by
    /// their URNs. Only for edges that carry no data: the others follow from the properties.
    pub(crate) fn after(&self, urns: &[&Output<String>]) -> CustomResourceOptions {
        self.options().depends_on(urns.iter().copied())
    }

    /// A resource of this flow whose deletion Pulumi refuses if `protect`.
    pub(crate) fn protected(&self, protect: bool) -> CustomResourceOptions {
        self.options().protect(protect)
    }
}
