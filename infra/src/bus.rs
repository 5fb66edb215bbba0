//! The custom event bus and its archive.

use pulumi_gestalt_rust::Output;

use crate::aws::cloudwatch::event_archive::{self, EventArchiveArgs, EventArchiveResult};
use crate::aws::cloudwatch::event_bus::{self, EventBusArgs, EventBusResult};
use crate::flow::Flow;

/// A bus together with the archive that keeps a copy of all its events.
pub(crate) struct Bus {
    pub(crate) bus: EventBusResult,
    archive: EventArchiveResult,
}

impl Bus {
    /// The URNs of all that an event passes here.
    pub(crate) fn urns(&self) -> [&Output<String>; 2] {
        [&self.bus.urn, &self.archive.urn]
    }
}

/// A custom bus whose events can be replayed: what no rule took is still there.
pub(crate) fn bus_with_archive(flow: &Flow, name: &str) -> Bus {
    let bus = event_bus::create_with_options(
        flow.ctx,
        name,
        EventBusArgs::builder()
            .name(flow.physical(name))
            .build_struct(),
        flow.options(),
    );
    let archive_name = format!("{name}-archive");
    let archive = event_archive::create_with_options(
        flow.ctx,
        &archive_name,
        EventArchiveArgs::builder()
            .name(flow.physical(&archive_name))
            .event_source_arn(bus.arn.clone())
            .retention_days(flow.settings.archive_retention_days)
            .build_struct(),
        flow.options(),
    );
    Bus { bus, archive }
}
