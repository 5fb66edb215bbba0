use crate::lambda::Function;

/// The function that `name` means: its physical name or ARN as on AWS (`name`, `arn:…:function:name`,
/// `account:function:name`, each also with `:$LATEST`), or else what is shorter to type, its name in
/// the Pulumi program or its package, if that is unique.
pub(super) fn find<'a>(
    functions: impl Iterator<Item = &'a Function>,
    name: &str,
) -> Option<&'a Function> {
    let functions: Vec<_> = functions.collect();
    let name = name.strip_suffix(":$LATEST").unwrap_or(name);
    let by = |matches: &dyn Fn(&Function) -> bool| {
        let mut found = functions.iter().filter(|function| matches(function));
        match (found.next(), found.next()) {
            (Some(only), None) => Some(*only),
            _ => None,
        }
    };
    by(&|function| function.arn == name || function.name == name)
        .or_else(|| {
            by(&|function| {
                name.contains(":function:") && function.arn.ends_with(&format!(":{name}"))
            })
        })
        .or_else(|| by(&|function| function.resource == name))
        .or_else(|| by(&|function| function.package == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lambda::function::tests_support::function;

    #[test]
    fn a_function_is_found_by_each_of_its_names() {
        let functions = [function("writer"), function("relay")];
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:shop-dev-writer";
        let latest = format!("{arn}:$LATEST");
        for name in [
            "shop-dev-writer",
            arn,
            &latest,
            "000000000000:function:shop-dev-writer",
            "writer",
            "writer-package",
        ] {
            assert_eq!(find(functions.iter(), name), Some(&functions[0]), "{name}");
        }
        assert_eq!(find(functions.iter(), "dev-writer"), None);
    }

    #[test]
    fn a_package_that_two_functions_run_is_no_name() {
        let mut functions = [function("a"), function("b")];
        for function in &mut functions {
            "shared".clone_into(&mut function.package);
        }

        assert_eq!(find(functions.iter(), "shared"), None);
    }
}
