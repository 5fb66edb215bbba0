/// What a backend answered: an HTTP response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Names and values; a name may come several times.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What becomes of a call to a backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It answered, with whatever status.
    Answered(Response),
    /// It could not be reached or made no sense.
    Failed,
    /// It did not answer in the integration's time.
    TimedOut,
}
