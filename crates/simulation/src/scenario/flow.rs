use clap::ValueEnum;

/// Which part of the application a scenario plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Flow {
    /// Users: the stream goes through a mapping and a relay to the bus, a function and two queues.
    #[default]
    Users,
    /// Orders: the stream goes through a pipe to the bus and two queues; one consumer tracks each order's status.
    Orders,
    /// Checkout: transactions write orders, their stock and an outbox, whose stream goes through a mapping and a relay to
    /// the bus and two queues; a sweeper publishes what was not marked as published.
    Checkout,
}

impl Flow {
    /// The flow that a seed chooses: the rest of its division by three, in the order of this list.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        match seed % 3 {
            0 => Self::Users,
            1 => Self::Orders,
            _ => Self::Checkout,
        }
    }

    /// What stands between the stream and the bus.
    pub(crate) fn publisher(self) -> &'static str {
        match self {
            Self::Users | Self::Checkout => "the relay",
            Self::Orders => "the pipe",
        }
    }

    /// What the keys of its table's items begin with.
    pub(crate) fn item(self) -> &'static str {
        match self {
            Self::Users => "user",
            Self::Orders | Self::Checkout => "order",
        }
    }
}
