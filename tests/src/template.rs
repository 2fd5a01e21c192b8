//! The SAM template as data: short tags in their long form, parameters by their defaults.

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

/// Where the template is.
pub const PATH: &str = "infra/template.yaml";

/// A template: its text and what it says.
#[derive(Clone, Debug)]
pub struct Template {
    /// As written.
    pub text: String,
    content: Value,
}

/// A resource by its logical id.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// The logical id.
    pub id: &'a str,
    body: &'a Value,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with its YAML.
    pub fn parse(text: String) -> Result<Self, String> {
        let yaml: Yaml = serde_yaml_ng::from_str(&text).map_err(|error| error.to_string())?;
        let content = long_form(yaml)?;
        Ok(Self { text, content })
    }

    /// A part, by JSON pointer; null if it is not there.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Value {
        self.content.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// All resources of a type, in order of their logical ids; every type for an empty name.
    #[must_use]
    pub fn resources(&self, kind: &str) -> Vec<Resource<'_>> {
        let all = self.at("/Resources").as_object();
        let resources = all.into_iter().flatten().map(|(id, body)| Resource { id, body });
        resources.filter(|found| kind.is_empty() || found.kind() == kind).collect()
    }

    /// A resource by its logical id.
    #[must_use]
    pub fn resource(&self, id: &str) -> Option<Resource<'_>> {
        self.resources("").into_iter().find(|resource| resource.id == id)
    }

    /// A value, or the default of the parameter that it refers to.
    #[must_use]
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let default = refers_to(value).map(|name| self.at(&format!("/Parameters/{name}/Default")));
        default.filter(|found| !found.is_null()).unwrap_or(value)
    }

    /// A whole number, by itself or as the default of a parameter.
    #[must_use]
    pub fn number(&self, value: &Value) -> Option<u64> {
        self.resolve(value).as_u64()
    }

    /// A property of a function, or what all functions share.
    #[must_use]
    pub fn function_property<'a>(&'a self, function: Resource<'a>, name: &str) -> &'a Value {
        match function.property(name) {
            Value::Null => self.at(&format!("/Globals/Function/{name}")),
            own => own,
        }
    }

    /// All functions.
    #[must_use]
    pub fn functions(&self) -> Vec<Resource<'_>> {
        self.resources("AWS::Serverless::Function")
    }
}

impl<'a> Resource<'a> {
    /// Its type.
    #[must_use]
    pub fn kind(&self) -> &'a str {
        self.body.get("Type").and_then(Value::as_str).unwrap_or_default()
    }

    /// A part, by JSON pointer; null if it is not there.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &'a Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// A property by its name; null if it is not there.
    #[must_use]
    pub fn property(&self, name: &str) -> &'a Value {
        self.at(&format!("/Properties/{name}"))
    }

    /// The statements of its own policies.
    #[must_use]
    pub fn statements(&self) -> Vec<&'a Value> {
        let policies = items(self.property("Policies"));
        policies
            .into_iter()
            .flat_map(|policy| items(policy.pointer("/Statement").unwrap_or(&Value::Null)))
            .collect()
    }

    /// The binary that a function is built from.
    #[must_use]
    pub fn binary(&self) -> &'a str {
        self.at("/Metadata/BuildProperties/Binary").as_str().unwrap_or_default()
    }
}

/// A list as its items; anything else as the only one; null as none.
#[must_use]
pub fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(found) => found.iter().collect(),
        one => vec![one],
    }
}

/// A string or a list of strings, as strings.
#[must_use]
pub fn strings(value: &Value) -> Vec<&str> {
    items(value).into_iter().filter_map(Value::as_str).collect()
}

/// The logical id that `Ref` or `Fn::GetAtt` names.
#[must_use]
pub fn refers_to(value: &Value) -> Option<&str> {
    let attribute = value.pointer("/Fn::GetAtt/0");
    value.get("Ref").or(attribute).and_then(Value::as_str)
}

/// `SpendTokenFunction` of `spend-token` and the suffix `Function`.
#[must_use]
pub fn logical_id(name: &str, suffix: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| format!("{}{}", first.to_uppercase(), letters.as_str()))
            .unwrap_or_default()
    };
    name.split('-').map(capital).collect::<String>() + suffix
}

fn long_form(yaml: Yaml) -> Result<Value, String> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(found) => json!(found),
        Yaml::String(found) => json!(found),
        Yaml::Number(found) => serde_json::to_value(&found).map_err(|error| error.to_string())?,
        Yaml::Sequence(found) => Value::Array(found.into_iter().map(long_form).collect::<Result<_, _>>()?),
        Yaml::Mapping(found) => {
            let mut object = Map::new();
            for (key, value) in found {
                let key = key.as_str().ok_or("a key that is no text")?.to_owned();
                object.insert(key, long_form(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(found) => tagged(&found.tag.to_string(), long_form(found.value)?),
    })
}

fn tagged(tag: &str, value: Value) -> Value {
    match (tag.trim_start_matches('!'), value) {
        (name @ ("Ref" | "Condition"), value) => json!({name: value}),
        ("GetAtt", Value::String(path)) => {
            let (resource, attribute) = path.split_once('.').unwrap_or((&path, ""));
            json!({"Fn::GetAtt": [resource, attribute]})
        }
        (name, value) => json!({format!("Fn::{name}"): value}),
    }
}
