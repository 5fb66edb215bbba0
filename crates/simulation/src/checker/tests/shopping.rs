//! What callers of the shop are told, and what their transactions leave.

use serde_json::json;

use super::shop::{
    arrives, asks, hears, leaves, order, outbox_has, places, publish, refused, row, sends, shop,
    stores,
};
use crate::checker::ViolationKind::{
    self, Altered, AnsweredWrongly, DoneTwice, HalfWritten, Invented, Lost, NotRepeated,
    StockWrong, WrongSequence,
};
use crate::observation::{Answer, Kind};

const NONE: [ViolationKind; 0] = [];

#[test]
fn an_order_that_is_written_told_and_published_breaks_nothing() {
    let mut run = shop();
    order(&mut run);
    arrives(&mut run);
    assert_eq!(run.ends_with(), NONE);
}

#[test]
fn what_is_written_must_be_published() {
    let mut run = shop();
    order(&mut run);
    assert_eq!(run.ends_with(), [ViolationKind::Stuck; 2]);
}

#[test]
fn a_repeat_is_the_same_and_its_rows_are_too() {
    let mut run = shop();
    asks(&mut run, 2);
    sends(&mut run, 2, "delivery-8", 1, &["a"]);
    sends(&mut run, 2, "delivery-8", 1, &["a"]);
    // After a conflict: other numbers, hence another token.
    sends(&mut run, 2, "drawn", 2, &["a"]);
    assert_eq!(run.seen(), NONE);
    sends(&mut run, 2, "drawn", 3, &["a"]);
    assert_eq!(run.seen(), [NotRepeated]);
    sends(&mut run, 2, "drawn again", 3, &["b"]);
    assert_eq!(run.seen(), [NotRepeated; 2]);
}

#[test]
fn an_order_is_there_once_whoever_asks() {
    let mut run = shop();
    order(&mut run);
    asks(&mut run, 3);
    hears(&mut run, 3, Answer::AlreadyThere);
    assert_eq!(run.seen(), NONE);
    sends(&mut run, 3, "order#order-7", 3, &["c", "d"]);
    places(&mut run, 3);
    assert_eq!(run.seen(), [DoneTwice]);
}

#[test]
fn a_transaction_is_done_once() {
    let mut run = shop();
    asks(&mut run, 2);
    sends(&mut run, 2, "delivery-8", 1, &["a"]);
    leaves(&mut run, 2, 7);
    assert_eq!(run.seen(), NONE);
    leaves(&mut run, 2, 9);
    assert_eq!(run.seen(), [DoneTwice]);
}

#[test]
fn the_stock_is_what_orders_leave_of_it_and_never_less_than_nothing() {
    for (left, seen) in [(2, &NONE[..]), (1, &[StockWrong]), (-1, &[StockWrong])] {
        let mut run = shop();
        asks(&mut run, 1);
        leaves(&mut run, 1, left);
        assert_eq!(run.seen(), seen, "{left}");
    }
}

#[test]
fn a_part_of_an_order_is_not_enough() {
    let mut run = shop();
    asks(&mut run, 1);
    places(&mut run, 1);
    leaves(&mut run, 1, 2);
    assert_eq!(run.ends_with(), [HalfWritten]);
}

#[test]
fn the_numbers_of_an_aggregate_have_no_gaps_and_no_repeats() {
    for (second, seen) in [(2, &NONE[..]), (1, &[WrongSequence]), (3, &[WrongSequence])] {
        let mut run = shop();
        asks(&mut run, 1);
        sends(&mut run, 1, "order#order-7", 1, &["a", "b"]);
        outbox_has(&mut run, "a", 1);
        let mut row = row(&run, "b", 2);
        row["sequence"] = json!(second);
        run.commit_now("b", Kind::Insert, Some(row));
        assert_eq!(run.seen(), seen, "{second}");
    }
}

#[test]
fn a_row_is_what_its_caller_wants_to_tell() {
    let mut run = shop();
    asks(&mut run, 1);
    sends(&mut run, 1, "order#order-7", 1, &["a", "b"]);
    let mut changed = row(&run, "a", 1);
    changed["source"] = json!("shop.others");
    run.commit_now("a", Kind::Insert, Some(changed));
    assert_eq!(run.seen(), [Altered]);
    outbox_has(&mut run, "nobody's", 2);
    assert_eq!(run.seen(), [Altered, Invented]);
}

#[test]
fn an_order_is_stored_as_it_was_asked_for() {
    let mut run = shop();
    asks(&mut run, 1);
    let item = json!({"id": "order#order-7", "orderId": "order-7", "restaurant": "", "lines": []});
    stores(&mut run, 1, "order#order-7", item);
    assert_eq!(run.seen(), [Altered]);
}

#[test]
fn who_is_told_that_it_is_written_can_rely_on_it() {
    let mut run = shop();
    asks(&mut run, 1);
    hears(&mut run, 1, Answer::Written);
    assert_eq!(run.seen(), [AnsweredWrongly]);
    hears(&mut run, 1, Answer::AlreadyThere);
    assert_eq!(run.seen(), [AnsweredWrongly; 2]);
}

#[test]
fn who_is_told_that_nothing_is_written_can_rely_on_it_also_later() {
    let mut run = shop();
    asks(&mut run, 1);
    hears(&mut run, 1, refused());
    assert_eq!(run.seen(), NONE);
    places(&mut run, 1);
    assert_eq!(run.seen(), [AnsweredWrongly]);

    let mut run = shop();
    asks(&mut run, 1);
    places(&mut run, 1);
    hears(&mut run, 1, refused());
    assert_eq!(run.seen(), [AnsweredWrongly]);
}

#[test]
fn who_is_told_that_nobody_knows_hears_which_rows_to_look_for() {
    let unknown = |ids: &[&str]| Answer::Unknown {
        event_ids: Some(ids.iter().map(ToString::to_string).collect()),
        reason: "no answer".to_owned(),
    };
    let mut run = shop();
    asks(&mut run, 1);
    sends(&mut run, 1, "order#order-7", 1, &["a", "b"]);
    hears(&mut run, 1, unknown(&["a", "b"]));
    assert_eq!(run.seen(), NONE);
    hears(&mut run, 1, unknown(&["a"]));
    assert_eq!(run.seen(), [AnsweredWrongly]);
}

#[test]
fn a_row_stays_until_it_was_published_and_its_time_is_over() {
    let mut run = shop();
    order(&mut run);
    run.commit_now("a", Kind::Expire, None);
    assert_eq!(run.seen(), [Lost]);
    let row = row(&run, "b", 2);
    publish(&mut run, &row);
    run.commit_now("b", Kind::Expire, None);
    assert_eq!(run.seen(), [Lost; 2]);
}
