use std::num::NonZero;
use std::thread::available_parallelism;

use clap::Parser;
use simulation::scenario::Flow;
use simulation::{Scenario, Variant};

/// Plays transactions, the relay, the pipe, the delivery engine, the bus, queues and consumers on virtual time, one
/// scenario of workload, faults and kills for each seed, and checks that nothing is lost.
#[derive(Debug, Parser)]
#[command(name = "cargo simulate", bin_name = "cargo simulate", after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// How many seeds to play
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(super) seeds: u64,

    /// The first of them
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(super) from: u64,

    /// Play this seed only
    #[arg(long, value_name = "S", conflicts_with_all = ["seeds", "from"])]
    pub(super) seed: Option<u64>,

    /// Play this flow only [default: each seed chooses]
    #[arg(long, value_name = "FLOW")]
    pub(super) flow: Option<Flow>,

    /// Print everything that happens in the seed, one line each
    #[arg(long, requires = "seed")]
    pub(super) trace: bool,

    /// Play a relay or mapping that is broken on purpose, to see how that is found
    #[arg(
        long,
        value_name = "NAME",
        default_value = "sound",
        hide_default_value = true
    )]
    pub(super) broken: Variant,

    /// Play the other seeds too when one has failed
    #[arg(long, conflicts_with = "seed")]
    pub(super) keep_going: bool,

    /// How many seeds to play at a time [default: the number of cores]
    #[arg(long, value_name = "N", default_value_t = cores(), hide_default_value = true)]
    pub(super) threads: NonZero<usize>,
}

/// What the seeds are played as.
#[derive(Clone, Copy, Debug)]
pub(super) struct Playing {
    /// The flow of every seed; absent: each seed chooses.
    pub(super) flow: Option<Flow>,
    /// What runs.
    pub(super) variant: Variant,
}

impl Arguments {
    /// What is broken on purpose is looked for where it shows.
    pub(super) fn playing(&self) -> Playing {
        Playing {
            flow: self.flow.or(self.broken.flow()),
            variant: self.broken,
        }
    }
}

impl Playing {
    /// What a seed means.
    pub(super) fn scenario(self, seed: u64) -> Scenario {
        let flow = self.flow.unwrap_or(Flow::of(seed));
        Scenario::in_flow(flow, seed)
    }
}

const EXAMPLES: &str = "Examples:
  cargo simulate --seeds 1000                 # seeds 0 to 999; stops at the first that fails
  cargo simulate --seeds 100000 --from 1000   # seeds 1000 to 100999
  cargo simulate --seed 17                    # one seed: what it covers, and what went wrong
  cargo simulate --seed 17 --trace            # everything that happens in it
  cargo simulate --flow orders                # the pipe and the queues only
  cargo simulate --flow checkout              # orders and their stock, the outbox and its sweeper only
  cargo simulate --broken drops-poison        # what a failing seed looks like

Ctrl-C and SIGTERM end it with a summary of what was played. The exit code is 0 if every promise was kept, 1 if one was
broken, 130 after Ctrl-C and 143 after SIGTERM.";

fn cores() -> NonZero<usize> {
    available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_trace_is_of_one_seed() {
        assert!(Arguments::try_parse_from(["simulate", "--trace"]).is_err());
        assert!(Arguments::try_parse_from(["simulate", "--seed", "1", "--seeds", "2"]).is_err());
        assert!(Arguments::try_parse_from(["simulate", "--seed", "1", "--trace"]).is_ok());
    }
}
