use std::path::PathBuf;

use serde::Deserialize;

#[derive(Deserialize)]
struct Artifact {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// The binary or example that one of cargo's messages reports as built.
///
/// <https://doc.rust-lang.org/cargo/reference/external-tools.html#artifact-messages>
pub(crate) fn executable(message: &str) -> Option<(String, PathBuf)> {
    let artifact: Artifact = serde_json::from_str(message).ok()?;
    let mut kinds = artifact.target.kind.iter();
    let is_program = kinds.any(|kind| kind == "bin" || kind == "example");
    Some((
        artifact.target.name,
        artifact.executable.filter(|_| is_program)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_programs_count_as_executables() {
        let message = |kind: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"a","kind":["{kind}"]}},"executable":"/t/a"}}"#
            )
        };
        let program = Some(("a".to_owned(), PathBuf::from("/t/a")));

        assert_eq!(executable(&message("bin")), program);
        assert_eq!(executable(&message("example")), program);
        assert_eq!(executable(&message("test")), None);
        assert_eq!(executable("   Compiling a"), None);
    }
}
