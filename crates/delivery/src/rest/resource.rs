use std::collections::BTreeMap;

use super::method::Method;

/// One resource of an API, a place in its tree of paths.
#[derive(Clone, Debug)]
pub struct Resource {
    /// AWS's id.
    pub id: String,
    /// The full path, for example `/orders/{id}`; `/` for the root.
    pub path: String,
    /// The methods by HTTP method; `ANY` stands for those that have none.
    pub methods: BTreeMap<String, Method>,
}

/// The resources of an API.
#[derive(Clone, Debug)]
pub struct Resources(Vec<Resource>);

/// How well a part of a path fits; the earlier the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Parameter,
    /// `{proxy+}`, which takes all the rest.
    Greedy,
}

impl Resources {
    /// The resources, in any order.
    #[must_use]
    pub fn new(resources: Vec<Resource>) -> Self {
        Self(resources)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Resource> {
        self.0.iter()
    }

    /// The resource for a request's path and the path's parameters, percent-decoded. Parts that are
    /// written out go before parameters, and both before what takes all the rest.
    pub(super) fn find(&self, path: &str) -> Option<(&Resource, BTreeMap<String, String>)> {
        let parts: Vec<&str> = parts(path);
        let fitting = self.0.iter().filter_map(|resource| {
            let (fits, parameters) = fit(&resource.path, &parts)?;
            Some((fits, resource, parameters))
        });
        let best = fitting.min_by(|(left, ..), (right, ..)| left.cmp(right));
        best.map(|(_, resource, parameters)| (resource, parameters))
    }
}

fn parts(path: &str) -> Vec<&str> {
    match path.trim_start_matches('/') {
        "" => Vec::new(),
        path => path.split('/').collect(),
    }
}

fn fit(pattern: &str, path: &[&str]) -> Option<(Vec<Fit>, BTreeMap<String, String>)> {
    let pattern = parts(pattern);
    let mut fits = Vec::new();
    let mut parameters = BTreeMap::new();
    for (index, part) in pattern.iter().enumerate() {
        let found = *path.get(index)?;
        let name = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'));
        match name {
            None if *part == found => fits.push(Fit::Exact),
            None => return None,
            Some(name) => {
                if let Some(name) = name.strip_suffix('+') {
                    parameters.insert(name.to_owned(), decoded(&path[index..].join("/")));
                    fits.push(Fit::Greedy);
                    return Some((fits, parameters));
                }
                if found.is_empty() {
                    return None;
                }
                parameters.insert(name.to_owned(), decoded(found));
                fits.push(Fit::Parameter);
            }
        }
    }
    (pattern.len() == path.len()).then_some((fits, parameters))
}

fn decoded(text: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    decoded.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str) -> Option<(String, Vec<(String, String)>)> {
        let paths = [
            "/",
            "/orders",
            "/orders/{id}",
            "/orders/new",
            "/orders/{id}/lines",
            "/files/{rest+}",
        ];
        let resources = paths.map(|path| Resource {
            id: path.to_owned(),
            path: path.to_owned(),
            methods: BTreeMap::new(),
        });
        let resources = Resources::new(resources.into());
        let (resource, parameters) = resources.find(path)?;
        Some((resource.path.clone(), parameters.into_iter().collect()))
    }

    #[test]
    fn the_resource_that_fits_best_is_found_with_its_parameters() {
        let plain = |path: &str| Some((path.to_owned(), Vec::new()));
        let with = |path: &str, name: &str, value: &str| {
            Some((path.to_owned(), vec![(name.to_owned(), value.to_owned())]))
        };
        assert_eq!(found("/"), plain("/"));
        assert_eq!(found("/orders"), plain("/orders"));
        assert_eq!(found("/orders/new"), plain("/orders/new"));
        assert_eq!(found("/orders/a%20b"), with("/orders/{id}", "id", "a b"));
        assert_eq!(
            found("/orders/new/lines"),
            with("/orders/{id}/lines", "id", "new")
        );
        assert_eq!(
            found("/files/a/b%2Fc"),
            with("/files/{rest+}", "rest", "a/b/c")
        );
    }

    #[test]
    fn a_path_that_no_resource_has_is_not_found() {
        for path in [
            "/order",
            "/orders/",
            "/orders/1/",
            "/Orders",
            "/orders/1/lines/2",
            "/files",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
