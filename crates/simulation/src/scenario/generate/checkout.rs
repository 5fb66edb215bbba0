use std::time::Duration;

use super::{Draw, shape::Shape};
use crate::scenario::{Call, Damage, Line, Operation, Write};

/// What a seed's callers are like, per thousand.
struct Mix {
    products: u8,
    hot: u16,
    bursts: u16,
    restocks: u16,
    damaged: u16,
    dying: u16,
    again: u16,
}

/// What callers of the shop do, in the order of time.
pub(super) fn operations(draw: &mut Draw, shape: Shape) -> Vec<Operation> {
    let mix = Mix {
        products: 4,
        hot: draw.pick(&[200, 600, 900]),
        bursts: draw.pick(&[0, 300, 800]),
        restocks: draw.pick(&[0, 50, 200, 400]),
        damaged: draw.pick(&[0, 0, 0, 20, 80]),
        dying: draw.pick(&[0, 100, 300]),
        again: draw.pick(&[0, 100, 300]),
    };
    let count = if shape.is_long() {
        draw.between(8, 20)
    } else {
        draw.between(15, 80)
    };
    let bursts: Vec<Duration> = (0..draw.between(1, 4))
        .map(|_| draw.duration(Duration::ZERO, shape.span()))
        .collect();
    let mut operations: Vec<Operation> = Vec::new();
    for key in 0..u16::try_from(count).unwrap_or(u16::MAX) {
        let at = if draw.chance(mix.bursts) {
            let burst = draw.index(bursts.len());
            bursts[burst] + draw.duration(Duration::ZERO, Duration::from_millis(20))
        } else {
            draw.duration(Duration::ZERO, shape.span())
        };
        let operation = if !operations.is_empty() && draw.chance(mix.again) {
            again(draw, &mix, &operations, at)
        } else {
            let write = write(draw, &mix);
            Operation { at, key, write }
        };
        operations.push(operation);
    }
    operations.sort_by_key(|operation| operation.at);
    operations
}

fn write(draw: &mut Draw, mix: &Mix) -> Write {
    if draw.chance(mix.damaged) {
        return Write::DamagedRow(draw.pick(&[
            Damage::Detail,
            Damage::EventId,
            Damage::CreatedAt,
            Damage::Aggregate,
        ]));
    }
    let call = call(draw, mix);
    if draw.chance(mix.restocks) {
        let line = line(draw, mix);
        return Write::Restock { line, call };
    }
    let lines = (0..draw.small(4)).map(|_| line(draw, mix)).collect();
    Write::Place { lines, call }
}

/// The same once more, soon or later; seldom something else under the same name.
fn again(draw: &mut Draw, mix: &Mix, operations: &[Operation], at: Duration) -> Operation {
    let earlier = &operations[draw.index(operations.len())];
    let at = if draw.chance(700) {
        let longest = Duration::from_mins(15);
        earlier.at + draw.magnitude(Duration::from_millis(20), longest)
    } else {
        at
    };
    let mut write = if draw.chance(150) {
        self::write(draw, mix)
    } else {
        earlier.write.clone()
    };
    if let Write::Place { call, .. } | Write::Restock { call, .. } = &mut write {
        *call = self::call(draw, mix);
    }
    Operation {
        at,
        key: earlier.key,
        write,
    }
}

fn line(draw: &mut Draw, mix: &Mix) -> Line {
    Line {
        product: if draw.chance(mix.hot) {
            0
        } else {
            u8::try_from(draw.between(0, u32::from(mix.products))).unwrap_or_default()
        },
        quantity: draw.small(5),
    }
}

fn call(draw: &mut Draw, mix: &Mix) -> Call {
    Call {
        within: draw.pick(&[100, 2_000, 7_000, 27_000, 840_000].map(Duration::from_millis)),
        dies_after: draw
            .chance(mix.dying)
            .then(|| draw.magnitude(Duration::from_millis(5), Duration::from_secs(20))),
    }
}
