//! What the program says when something is wrong, and that it can be previewed.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use stack::{Aws, Declared, Error, Program, Provider, Refusal, Stack};

use crate::declared::{aws, dev, dev_program, run};

/// AWS, but for one resource that it refuses.
struct Refusing {
    aws: Aws,
    name: &'static str,
}

impl Provider for Refusing {
    fn create(&self, request: &Declared) -> Result<Map<String, Value>, Refusal> {
        if request.name == self.name {
            return Err(Refusal::new("the account has no room for another one"));
        }
        self.aws.create(request)
    }

    fn invoke(
        &self,
        token: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Refusal> {
        self.aws.invoke(token, arguments)
    }
}

/// A script that runs the program and leaves its exit code in a file.
fn with_exit_code(directory: &Path) -> (Program, PathBuf) {
    let (script, code) = (directory.join("infra"), directory.join("code"));
    let text = format!(
        "#!/bin/sh\n'{}'\necho $? > '{}'\n",
        env!("CARGO_BIN_EXE_infra"),
        code.display()
    );
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, Permissions::from_mode(0o700)).unwrap();
    (
        Program {
            binary: script,
            ..dev_program()
        },
        code,
    )
}

#[tokio::test]
async fn given_a_refused_resource_then_one_line_names_it_and_the_exit_code_is_1() {
    for name in ["users", "users-relay-quarantine", "users-relay-mapping"] {
        let directory = tempfile::tempdir().unwrap();
        let (program, code) = with_exit_code(directory.path());

        let result = run(&program, Refusing { aws: aws(), name }).await;

        let Err(error @ Error::Refused { .. }) = result else {
            panic!("{name}: {result:?}")
        };
        let line = error.to_string();
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(line.contains(&format!("::{name} ")), "{line}");
        assert!(
            line.contains("the account has no room for another one"),
            "{line}"
        );
        let Error::Refused { lines, .. } = error else {
            unreachable!()
        };
        assert_eq!(
            lines,
            Vec::<String>::new(),
            "the engine has said it: the program adds nothing"
        );
        assert_eq!(std::fs::read_to_string(code).unwrap().trim(), "1");
    }
}

#[tokio::test]
async fn given_a_preview_of_an_empty_stack_then_everything_is_declared_with_unknown_values() {
    let program = Program {
        preview: true,
        ..dev_program()
    };
    let preview = run(&program, aws()).await.unwrap();
    let real = dev().await;

    let urns = |stack: &Stack| {
        stack
            .resources
            .iter()
            .map(|one| one.urn.clone())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(urns(&preview), urns(&real));
    assert_eq!(preview.edges(), real.edges());
    let properties = |stack: &Stack| -> BTreeSet<(String, String)> {
        let each = stack.resources.iter();
        each.flat_map(|one| one.inputs.keys().map(|key| (one.urn.clone(), key.clone())))
            .collect()
    };
    assert_eq!(properties(&preview), properties(&real));
}
