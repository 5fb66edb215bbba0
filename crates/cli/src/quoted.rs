use std::path::Path;

/// The path as a shell takes it for one word.
pub(crate) fn quoted(path: &Path) -> String {
    quoted_text(&path.to_string_lossy())
}

/// A text as a shell takes it for one word.
pub(crate) fn quoted_text(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+,@%:=".contains(c);
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_a_quoted_path_for_one_word() {
        assert_eq!(quoted(Path::new("/tmp/outbox-1")), "/tmp/outbox-1");
        assert_eq!(quoted(Path::new("/my $x's/a")), r"'/my $x'\''s/a'");
    }
}
