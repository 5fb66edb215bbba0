/// What a request without a content type counts as.
const DEFAULT: &str = "application/json";

/// The media type of a `Content-Type` header: `application/json` for `Application/JSON; charset=utf-8`.
#[must_use]
pub fn media_type(header: Option<&str>) -> String {
    let header = header.unwrap_or(DEFAULT);
    let media_type = header.split(';').next().unwrap_or_default().trim();
    if media_type.is_empty() {
        return DEFAULT.to_owned();
    }
    media_type.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn parameters_and_case_of_a_content_type_do_not_count() {
        assert_eq!(media_type(None), "application/json");
        assert_eq!(media_type(Some("")), "application/json");
        assert_eq!(media_type(Some("Text/XML; charset=utf-8")), "text/xml");
    }
}
