use std::time::Duration;

use super::{Draw, shape::Shape};
use crate::scenario::{Content, Flow, Operation, Write};

/// Enough control characters that no event can hold them.
const TOO_MANY_TO_ESCAPE: u32 = 300_000;

/// What a seed's writes are like, per thousand.
struct Mix {
    flow: Flow,
    unmappable: u16,
    panicking: u16,
    large: u16,
    escaped: u16,
    short_lived: u16,
    hot: u16,
    bursts: u16,
    keys: u32,
}

impl Mix {
    fn draw(draw: &mut Draw, shape: Shape) -> Self {
        let bad = matches!(shape, Shape::BadDeployment(_));
        let poison = if bad {
            700
        } else {
            draw.pick(&[0, 0, 0, 10, 30, 100])
        };
        Self {
            flow: Flow::Users,
            unmappable: poison,
            panicking: if bad { 0 } else { poison / 2 },
            large: if draw.chance(150) { 15 } else { 0 },
            escaped: if draw.chance(15) { 10 } else { 0 },
            short_lived: draw.pick(&[0, 50, 150]),
            hot: draw.pick(&[0, 200, 600]),
            bursts: draw.pick(&[0, 300, 800]),
            keys: draw.small(40),
        }
    }
}

/// What callers do, in the order of time.
pub(super) fn operations(draw: &mut Draw, shape: Shape, flow: Flow) -> Vec<Operation> {
    let mix = Mix {
        flow,
        ..Mix::draw(draw, shape)
    };
    let count = if shape.is_long() {
        draw.between(8, 20)
    } else {
        draw.between(20, 150)
    };
    let bursts: Vec<Duration> = (0..draw.between(1, 4))
        .map(|_| draw.duration(Duration::ZERO, shape.span()))
        .collect();
    let mut operations: Vec<Operation> = (0..count)
        .map(|revision| Operation {
            at: if draw.chance(mix.bursts) {
                let burst = draw.index(bursts.len());
                bursts[burst] + draw.duration(Duration::ZERO, Duration::from_millis(20))
            } else {
                draw.duration(Duration::ZERO, shape.span())
            },
            key: if draw.chance(mix.hot) {
                0
            } else {
                u16::try_from(draw.between(0, mix.keys)).unwrap_or(0)
            },
            write: write(draw, &mix, shape, revision),
        })
        .collect();
    operations.sort_by_key(|operation| operation.at);
    operations
}

fn write(draw: &mut Draw, mix: &Mix, shape: Shape, revision: u32) -> Write {
    match draw.index(100) {
        0..15 => Write::Remove,
        15..20 => Write::PutUnchanged,
        _ => Write::Put {
            revision,
            content: content(draw, mix),
            time_to_live: draw
                .chance(mix.short_lived)
                .then(|| draw.duration(Duration::from_secs(1), shape.span())),
        },
    }
}

fn content(draw: &mut Draw, mix: &Mix) -> Content {
    if draw.chance(mix.unmappable) {
        Content::Unmappable
    } else if mix.flow == Flow::Users && draw.chance(mix.panicking) {
        Content::Panicking
    } else if draw.chance(mix.large) {
        Content::Large(draw.between(10_000, 350_000))
    } else if draw.chance(mix.escaped) {
        let most = match mix.flow {
            Flow::Users => TOO_MANY_TO_ESCAPE,
            // What no event can hold, no order holds: the API takes 100 characters.
            Flow::Orders | Flow::Checkout => 50_000,
        };
        Content::Escaped(draw.pick(&[20_000, 100_000, most]))
    } else if mix.flow == Flow::Orders && draw.chance(150) {
        Content::Awkward
    } else {
        Content::Plain
    }
}
