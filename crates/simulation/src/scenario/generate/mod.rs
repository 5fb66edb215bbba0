//! From a seed to its scenario.

mod checkout;
mod checkout_faults;
mod draw;
mod faults;
mod order_faults;
mod shape;
mod workload;

use draw::Draw;

use std::time::Duration;

use super::{Flow, Kill, Scenario, Split};
use shape::Shape;

impl Scenario {
    /// The scenario that a seed means, in the flow that it chooses.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self::in_flow(Flow::of(seed), seed)
    }

    /// The scenario that a seed means in a flow.
    #[must_use]
    pub fn in_flow(flow: Flow, seed: u64) -> Self {
        // Each part draws from its own numbers, so that a change of one leaves the others as they are.
        let shape = Shape::draw(&mut Draw::of(seed, 0), flow);
        Self {
            seed,
            flow,
            settings: shape.settings(&mut Draw::of(seed, 1), flow),
            operations: match flow {
                Flow::Checkout => checkout::operations(&mut Draw::of(seed, 2), shape),
                _ => workload::operations(&mut Draw::of(seed, 2), shape, flow),
            },
            faults: match flow {
                Flow::Users => faults::faults(&mut Draw::of(seed, 3), shape),
                Flow::Orders => order_faults::faults(&mut Draw::of(seed, 3), shape),
                Flow::Checkout => checkout_faults::faults(&mut Draw::of(seed, 3), shape),
            },
            splits: splits(&mut Draw::of(seed, 4), shape),
            kills: kills(&mut Draw::of(seed, 5), shape),
        }
    }
}

fn splits(draw: &mut Draw, shape: Shape) -> Vec<Split> {
    let count = if draw.chance(300) {
        draw.between(1, 4)
    } else {
        0
    };
    let mut splits: Vec<Split> = (0..count)
        .map(|_| Split {
            at: draw.duration(Duration::ZERO, shape.span()),
            shard: draw.index(8),
        })
        .collect();
    splits.sort_by_key(|split| split.at);
    splits
}

fn kills(draw: &mut Draw, shape: Shape) -> Vec<Kill> {
    let count = if draw.chance(400) {
        draw.between(1, 4)
    } else {
        0
    };
    let mut kills: Vec<Kill> = (0..count)
        .map(|_| Kill {
            at: draw.duration(Duration::ZERO, shape.span().mul_f64(1.1)),
            after_commits: draw.chance(600).then(|| draw.small(60)),
            down: match draw.index(10) {
                0..=5 => Duration::ZERO,
                6..=8 => draw.duration(Duration::from_millis(1), Duration::from_secs(20)),
                _ => draw.duration(Duration::from_secs(20), shape.span()),
            },
        })
        .collect();
    kills.sort_by_key(|kill| kill.at);
    kills
}
