use super::Scenario;

impl Scenario {
    /// Whether nothing may be lost: every outage is shorter than the age limit, or the failure destination comes back
    /// before the stream forgets.
    #[must_use]
    pub fn is_inside_the_envelope(&self) -> bool {
        self.settings.consumer_destination
    }
}
