//! Lambda function `place-order`: places an order and takes its lines from the stock, all or nothing.
//!
//! One transaction writes the order, takes each line from the stock if as much is left, and adds the events
//! `OrderPlaced` and one `StockReserved` a line to the outbox. In reading order: [`input`] is the event's shape,
//! [`order`] the order that it means, [`shop`] writes it, and [`handler`] joins them.

pub mod error;
pub mod handler;
pub mod input;
pub mod order;
pub mod shop;
