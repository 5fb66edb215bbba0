use clap::ValueEnum;

/// Which part of the application a scenario plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Flow {
    /// Users: the stream goes through a mapping and a relay to the bus, a function and two queues.
    #[default]
    Users,
    /// Orders: the stream goes through a pipe to the bus and two queues; one consumer tracks each order's status.
    Orders,
}

impl Flow {
    /// The flow that a seed chooses.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        if seed.is_multiple_of(2) {
            Self::Users
        } else {
            Self::Orders
        }
    }

    /// What stands between the stream and the bus.
    pub(crate) fn publisher(self) -> &'static str {
        match self {
            Self::Users => "the relay",
            Self::Orders => "the pipe",
        }
    }

    /// What the keys of its table's items begin with.
    pub(crate) fn item(self) -> &'static str {
        match self {
            Self::Users => "user",
            Self::Orders => "order",
        }
    }
}
