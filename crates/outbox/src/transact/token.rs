use sha2::{Digest as _, Sha256};

/// The idempotency token of an operation: DynamoDB does a request again under the same token only once, for ten
/// minutes after the first was done
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html>).
///
/// It covers the repeats that [`commit`](super::Transaction::commit) makes by itself. An operation that its caller
/// begins anew (a retried invocation) has other event ids, so the same token makes it
/// [`TokenUsed`](super::Error::TokenUsed) for ten minutes; what covers it for ever is a condition on an item of the
/// caller's own, such as `attribute_not_exists` on an order whose id comes from the request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Token(String);

/// The longest token that DynamoDB takes, in characters.
const LONGEST: usize = 36;

impl Token {
    /// The token as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A fresh token, for the same operation with other parameters.
    pub(super) fn drawn(random: &mut fastrand::Rng) -> Self {
        Self(
            uuid::Builder::from_random_bytes(random.u128(..).to_ne_bytes())
                .into_uuid()
                .to_string(),
        )
    }
}

/// A text of up to 36 characters is taken as it is (a UUID fits, hence the request id of an invocation), a longer one
/// is hashed.
impl From<&str> for Token {
    fn from(text: &str) -> Self {
        if text.chars().count() <= LONGEST {
            return Self(text.to_owned());
        }
        let mut hash = hex::encode(Sha256::digest(text));
        hash.truncate(LONGEST);
        Self(hash)
    }
}

impl From<String> for Token {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for Token {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}
