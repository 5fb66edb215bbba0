use serde_json::Value;

use crate::value::{ARCHIVE, SIGNATURE};

/// The path in a file archive, for example `target/lambda/checkout/bootstrap.zip` in a function's `code`.
///
/// `None` for anything but an archive that names a path, such as an archive of inline assets.
#[must_use]
pub fn archive_path(value: &Value) -> Option<&str> {
    if value.get(SIGNATURE)?.as_str()? != ARCHIVE {
        return None;
    }
    value.get("path")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_archive_names_its_path_and_nothing_else_does() {
        let code = json!({ SIGNATURE: ARCHIVE, "path": "target/lambda/writer/bootstrap.zip" });
        assert_eq!(
            archive_path(&code),
            Some("target/lambda/writer/bootstrap.zip")
        );
        assert_eq!(archive_path(&json!({ "path": "a.zip" })), None);
        assert_eq!(
            archive_path(&json!({ SIGNATURE: "other", "path": "a.zip" })),
            None
        );
        assert_eq!(archive_path(&json!("a.zip")), None);
    }
}
