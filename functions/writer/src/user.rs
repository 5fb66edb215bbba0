//! Which user an input means. Pure: time and chance are handed in.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use email_address::{EmailAddress, Options};
use events::User;
use fake::Fake as _;
use fake::faker::internet::en::{SafeEmail, Username};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rand::{Rng, RngExt as _};

use crate::error::Error;
use crate::input::Input;

/// The longest partition key in bytes.
///
/// See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>.
const LONGEST_ID: usize = 2048;

/// The largest item in bytes: 400 KB, names and values counted (same page).
const LARGEST_ITEM: usize = 400 * 1024;

/// The user that an input means: its fields as they are given, realistic ones in place of the rest.
pub fn user(input: Input, now: Timestamp, random: &mut impl Rng) -> Result<User, Error> {
    let id = input.id.unwrap_or_else(|| {
        uuid::Builder::from_random_bytes(random.random())
            .into_uuid()
            .to_string()
    });
    let user = User {
        username: input
            .username
            .unwrap_or_else(|| Username().fake_with_rng(random)),
        // From the domains that are reserved for examples, so that it is nobody's.
        email: input
            .email
            .unwrap_or_else(|| SafeEmail().fake_with_rng(random)),
        avatar: input.avatar.unwrap_or_else(|| a_picture(random)),
        birthdate: input
            .birthdate
            .unwrap_or_else(|| an_adults_birthdate(now, random).to_string()),
        registered_at: input.registered_at.unwrap_or_else(|| format!("{now:.3}")),
        id,
    };
    check(&user)?;
    Ok(user)
}

fn a_picture(random: &mut impl Rng) -> String {
    format!("https://picsum.photos/seed/{}/256", random.random::<u32>())
}

fn an_adults_birthdate(now: Timestamp, random: &mut impl Rng) -> Date {
    let today = now.to_zoned(TimeZone::UTC).date();
    let days: i64 = random.random_range(18 * 366..90 * 365);
    today.saturating_sub(days.days())
}

fn check(user: &User) -> Result<(), Error> {
    if user.id.is_empty() {
        return Err(Error::EmptyId);
    }
    if user.id.len() > LONGEST_ID {
        return Err(Error::LongId {
            bytes: user.id.len(),
            limit: LONGEST_ID,
        });
    }
    let address = Options::default()
        .with_required_tld()
        .without_display_text()
        .without_domain_literal();
    if EmailAddress::parse_with_options(&user.email, address).is_err() {
        return Err(Error::invalid(
            "email",
            &user.email,
            "an e-mail address such as name@example.com",
        ));
    }
    if !is_date(&user.birthdate) {
        return Err(Error::invalid(
            "birthdate",
            &user.birthdate,
            "a day such as 2000-12-31",
        ));
    }
    if DateTime::from_str(&user.registered_at, Format::DateTimeWithOffset).is_err() {
        return Err(Error::invalid(
            "registeredAt",
            &user.registered_at,
            "an RFC 3339 time such as 2026-01-31T12:00:00Z",
        ));
    }
    match item_size(user) {
        bytes if bytes > LARGEST_ITEM => Err(Error::TooLarge {
            bytes,
            limit: LARGEST_ITEM,
        }),
        _ => Ok(()),
    }
}

/// Jiff reads more than the one form that other readers of the date expect; that one it writes.
fn is_date(text: &str) -> bool {
    text.len() == "YYYY-MM-DD".len()
        && text
            .parse::<Date>()
            .is_ok_and(|date| date.to_string() == text)
}

/// The bytes that `DynamoDB` counts for an item of strings: each attribute's name and value in UTF-8.
///
/// See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>.
fn item_size(user: &User) -> usize {
    [
        ("id", &user.id),
        ("username", &user.username),
        ("email", &user.email),
        ("avatar", &user.avatar),
        ("birthdate", &user.birthdate),
        ("registeredAt", &user.registered_at),
    ]
    .iter()
    .map(|(name, value)| name.len() + value.len())
    .sum()
}

#[cfg(test)]
#[path = "user_tests.rs"]
mod tests;
