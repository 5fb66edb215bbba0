use std::time::Duration;

use super::super::*;
use crate::Time;

/// When each of `messages` messages is moved, looked at every millisecond.
fn moved(pace: &mut Pace, from: Time, messages: usize) -> Vec<Time> {
    let mut times = Vec::new();
    let mut now = from;
    while times.len() < messages {
        let due = pace.due(now);
        if due > 0 {
            times.extend((0..due).map(|_| now));
            pace.moved(due, now);
        }
        now = now.plus(Duration::from_millis(1));
    }
    times
}

#[test]
fn row_5_move_task_rate_is_at_most_500_messages_in_any_second() {
    for asked in [None, Some(500), Some(501)] {
        let times = moved(&mut Pace::new(asked, Time(0)), Time(0), 2_000);
        for (first, last) in times.iter().zip(times.iter().skip(500)) {
            assert!(last.since(*first) >= Duration::from_secs(1), "{asked:?}");
        }
        assert!(times[1_999] < Time(4_000), "{asked:?}");
    }
}

#[test]
fn row_5_move_task_rate_is_the_one_asked_for() {
    for (per_second, last) in [
        (1, Time(9_000)),
        (3, Time(3_006)),
        (10, Time(900)),
        (25, Time(320)),
    ] {
        let times = moved(&mut Pace::new(Some(per_second), Time(0)), Time(0), 10);
        assert_eq!(times[9], last, "{per_second}");
    }
}

#[test]
fn row_5_move_task_rate_does_not_make_up_for_lost_time() {
    let mut pace = Pace::new(Some(10), Time(0));
    assert_eq!(pace.due(Time(60_000)), 1);
    pace.moved(1, Time(60_000));
    assert_eq!(pace.due(Time(60_099)), 0);
    assert_eq!(pace.next(), Time(60_100));
}
