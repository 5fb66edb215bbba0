//! A flow: one path of events through the picture, the parent of all its resources.

use pulumi_gestalt_rust::{Context, CustomResourceOptions, Output};

use crate::names::Names;
use crate::settings::Settings;

/// What every resource of a flow is declared with.
pub(crate) struct Flow<'a> {
    pub(crate) ctx: &'a Context,
    pub(crate) settings: &'a Settings,
    names: &'a Names,
}

impl<'a> Flow<'a> {
    /// Begins a flow of type `outbox:flow:<kind>`.
    pub(crate) fn begin(
        ctx: &'a Context,
        names: &'a Names,
        settings: &'a Settings,
        _kind: &str,
        _name: &str,
    ) -> Self {
        Self {
            ctx,
            settings,
            names,
        }
    }

    /// The name that AWS sees for the resource that the program calls `name`.
    pub(crate) fn physical(&self, name: &str) -> String {
        self.names.physical(name)
    }

    /// A resource of this flow.
    #[expect(clippy::unused_self, reason = "the published SDK has no parents yet")]
    pub(crate) fn options(&self) -> CustomResourceOptions {
        CustomResourceOptions::default()
    }

    /// A resource of this flow that is created after others and destroyed before them, given by their URNs.
    /// Only for edges that carry no data; the others follow from the properties.
    #[expect(clippy::unused_self, reason = "the published SDK has no parents yet")]
    pub(crate) fn after(&self, _urns: Vec<Output<String>>) -> CustomResourceOptions {
        CustomResourceOptions::default()
    }

    /// A resource of this flow whose deletion Pulumi refuses if `protect`.
    #[expect(clippy::unused_self, reason = "the published SDK has no parents yet")]
    pub(crate) fn protected(&self, _protect: bool) -> CustomResourceOptions {
        CustomResourceOptions::default()
    }
}
