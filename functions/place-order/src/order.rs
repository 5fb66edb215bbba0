//! The order that an input means. Pure.

use events::OrderLine;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::input::Input;

/// The most products of one order: each is an update and an event, and a transaction has at most 100 actions, of which
/// the order, its counter and its own event are three
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
pub const PRODUCTS: usize = (100 - 3) / 2;

/// The most of one product in an order.
pub const MOST: u32 = 1_000_000;

/// The longest id and the longest stock keeping unit, in characters.
const LONGEST: usize = 64;

/// The longest name of a restaurant, in characters.
const LONGEST_RESTAURANT: usize = 100;

/// An order as it is kept in the shop table, and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Chosen by the caller, or the id of the request.
    #[serde(rename = "orderId")]
    pub id: String,
    /// Who cooks it; may be empty.
    pub restaurant: String,
    /// One line for each product, in the order in which they were first named.
    pub lines: Vec<OrderLine>,
}

/// An order with the lines of the input that each of its own is from; 1 is the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The order.
    pub order: Order,
    /// For each line of the order those of the input.
    pub named_in: Vec<Vec<usize>>,
}

impl Request {
    /// The order that an input means; `request_id` is its id if the input gives none.
    pub fn new(input: Input, request_id: &str) -> Result<Self, Error> {
        let id = input.id.unwrap_or_else(|| request_id.to_owned());
        let restaurant = input.restaurant.unwrap_or_default();
        check("id", &id)?;
        if restaurant.chars().count() > LONGEST_RESTAURANT {
            return Err(Error::Restaurant {
                characters: restaurant.chars().count(),
                limit: LONGEST_RESTAURANT,
            });
        }
        let mut lines: Vec<OrderLine> = Vec::new();
        let mut named_in: Vec<Vec<usize>> = Vec::new();
        for (line, number) in input.lines.into_iter().zip(1..) {
            check(&format!("line {number}: sku"), &line.sku)?;
            let known = lines.iter().position(|known| known.sku == line.sku);
            let place = known.unwrap_or_else(|| {
                lines.push(OrderLine {
                    sku: line.sku,
                    quantity: 0,
                });
                named_in.push(Vec::new());
                lines.len() - 1
            });
            let merged = &mut lines[place];
            named_in[place].push(number);
            merged.quantity = merged.quantity.saturating_add(line.quantity);
            if merged.quantity > MOST {
                return Err(Error::TooMany {
                    lines: named_in[place].clone(),
                    sku: merged.sku.clone(),
                    quantity: merged.quantity,
                    limit: MOST,
                });
            }
        }
        match lines.len() {
            0 => Err(Error::NoLine),
            products if products > PRODUCTS => Err(Error::TooManyProducts {
                products,
                limit: PRODUCTS,
            }),
            _ => Ok(Self {
                order: Order {
                    id,
                    restaurant,
                    lines,
                },
                named_in,
            }),
        }
    }
}

/// What becomes part of a key is as strict as the ids of the REST API.
fn check(place: &str, text: &str) -> Result<(), Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !text.is_empty() && text.len() <= LONGEST && text.bytes().all(allowed) {
        return Ok(());
    }
    Err(Error::Key {
        place: place.to_owned(),
        value: text.chars().take(LONGEST).collect(),
        limit: LONGEST,
    })
}
