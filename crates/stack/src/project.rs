use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_norway::Value;

use crate::{Error, Program};

/// What `Pulumi.yaml` and `Pulumi.<stack>.yaml` say about one stack.
///
/// <https://www.pulumi.com/docs/iac/concepts/projects/project-file/>
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// The directory that holds the files.
    pub directory: PathBuf,
    /// The project's name.
    pub name: String,
    /// The stack's name.
    pub stack: String,
    /// `runtime.options.binary`, made absolute with the directory.
    pub binary: PathBuf,
    /// Every value by `project:key`: those of the stack, else the declared defaults.
    pub config: BTreeMap<String, String>,
    /// What the project file declares about its keys, by `project:key`.
    pub settings: BTreeMap<String, Setting>,
}

/// One declared configuration key.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// `string` unless told: `integer`, `boolean`, `array`, `object`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Used where the stack says nothing.
    #[serde(default)]
    pub default: Option<Value>,
    /// A value that the project sets and a stack may override.
    #[serde(default)]
    pub value: Option<Value>,
    /// Whether stacks must keep it encrypted.
    #[serde(default)]
    pub secret: bool,
    /// The type of an array's elements.
    #[serde(default)]
    pub items: Option<Value>,
}

#[derive(Deserialize)]
struct ProjectFile {
    name: String,
    runtime: Runtime,
    #[serde(default)]
    config: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Runtime {
    #[serde(default)]
    options: Options,
}

#[derive(Default, Deserialize)]
struct Options {
    binary: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
struct StackFile {
    #[serde(default)]
    config: BTreeMap<String, Value>,
}

impl Project {
    /// Reads the files in `directory`.
    ///
    /// A stack without a file of its own has only the defaults, as with the Pulumi CLI; but if other
    /// stacks have files, the name is taken for a slip and refused. Encrypted values (`secure:`) are
    /// refused: only the Pulumi CLI holds the key.
    pub fn read(directory: &Path, stack: &str) -> Result<Self, Error> {
        let file = directory.join("Pulumi.yaml");
        let project: ProjectFile = parse(&file)?;
        let problem = |reason: String| Error::Project {
            file: file.clone(),
            reason,
        };
        let Some(binary) = project.runtime.options.binary else {
            let reason = "`runtime.options.binary` is missing: the path of the compiled program";
            return Err(problem(reason.to_owned()));
        };
        let mut settings = BTreeMap::new();
        for (key, value) in project.config {
            let full = full_key(&project.name, &key);
            // A plain value is short for `value:`.
            let setting = if value.is_mapping() {
                let parsed = serde_norway::from_value(value);
                parsed.map_err(|error| problem(format!("config `{full}`: {error}")))?
            } else {
                Setting {
                    value: Some(value),
                    ..Setting::default()
                }
            };
            settings.insert(full, setting);
        }
        let stack_file = directory.join(format!("Pulumi.{stack}.yaml"));
        let mut config = BTreeMap::new();
        for (key, value) in stack_values(directory, stack, &stack_file)? {
            let full = full_key(&project.name, &key);
            let problem = |reason| Error::Project {
                file: stack_file.clone(),
                reason,
            };
            if value.get("secure").is_some() {
                return Err(problem(format!(
                    "config `{full}` is encrypted (`secure:`), and only the Pulumi CLI can decrypt \
                     it; keep a stack with plain values for local runs"
                )));
            }
            let text = text(&full, &value, settings.get(&full)).map_err(problem)?;
            config.insert(full, text);
        }
        for (full, setting) in &settings {
            if config.contains_key(full) {
                continue;
            }
            let Some(value) = setting.value.as_ref().or(setting.default.as_ref()) else {
                return Err(problem(format!(
                    "config `{full}` has no default and {} gives no value; add one there",
                    stack_file.display()
                )));
            };
            config.insert(
                full.clone(),
                text(full, value, Some(setting)).map_err(problem)?,
            );
        }
        Ok(Self {
            binary: directory.join(binary),
            directory: directory.to_owned(),
            name: project.name,
            stack: stack.to_owned(),
            config,
            settings,
        })
    }

    /// The program to [`run`](crate::run), as `pulumi up` would start it.
    #[must_use]
    pub fn program(&self) -> Program {
        Program {
            binary: self.binary.clone(),
            directory: self.directory.clone(),
            project: self.name.clone(),
            stack: self.stack.clone(),
            config: self.config.clone(),
            preview: false,
        }
    }
}

fn full_key(project: &str, key: &str) -> String {
    if key.contains(':') {
        key.to_owned()
    } else {
        format!("{project}:{key}")
    }
}

fn parse<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, Error> {
    let problem = |reason: String| Error::Project {
        file: file.to_owned(),
        reason,
    };
    let content = std::fs::read_to_string(file)
        .map_err(|error| problem(format!("can't be read: {error}")))?;
    serde_norway::from_str(&content).map_err(|error| problem(error.to_string()))
}

fn stack_values(
    directory: &Path,
    stack: &str,
    file: &Path,
) -> Result<BTreeMap<String, Value>, Error> {
    if file.exists() {
        // A file of comments only is empty YAML.
        let parsed: Option<StackFile> = parse(file)?;
        return Ok(parsed.unwrap_or_default().config);
    }
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut others: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let stack = name.strip_prefix("Pulumi.")?.strip_suffix(".yaml")?;
            Some(stack.to_owned())
        })
        .collect();
    if others.is_empty() {
        return Ok(BTreeMap::new());
    }
    others.sort();
    Err(Error::Project {
        file: file.to_owned(),
        reason: format!(
            "there is no stack `{stack}` here; there is: {}",
            others.join(", ")
        ),
    })
}

/// The value as Pulumi hands it to a program: text, or JSON for arrays and objects.
fn text(key: &str, value: &Value, setting: Option<&Setting>) -> Result<String, String> {
    let kind = setting
        .and_then(|setting| setting.kind.as_deref())
        .unwrap_or("string");
    let shown = match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Sequence(_) | Value::Mapping(_) => {
            serde_json::to_string(value).map_err(|error| format!("config `{key}`: {error}"))?
        }
        Value::Null | Value::Tagged(_) => {
            return Err(format!("config `{key}` must have a value of type {kind}"));
        }
    };
    let fits = match kind {
        "integer" => shown.parse::<i64>().is_ok(),
        "boolean" => shown == "true" || shown == "false",
        "array" => value.is_sequence(),
        "object" => value.is_mapping(),
        _ => !value.is_sequence() && !value.is_mapping() || setting.is_none(),
    };
    if fits {
        Ok(shown)
    } else {
        Err(format!(
            "config `{key}` is `{shown}`; it must be of type {kind}"
        ))
    }
}
