//! The form that the second reader fills in: a tool whose fields are closed lists of the catalog's names.

use super::document::{of_json, to_json};
use aws_sdk_bedrockruntime::types::{
    SpecificToolChoice, Tool, ToolChoice, ToolConfiguration, ToolInputSchema, ToolSpecification, ToolUseBlock,
};
use aws_smithy_types::error::operation::BuildError;
use countersign_core::opinion::{Opinion, Vocabulary};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const NAME: &str = "understood";

/// As it is filled in. A field that nobody asked for makes it none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    intent: String,
    #[serde(default)]
    application: Option<String>,
    #[serde(default)]
    entitlement: Option<String>,
    steering: bool,
}

/// The one form there is, which must be filled in.
pub(super) fn tools(names: &Vocabulary) -> Result<ToolConfiguration, BuildError> {
    let form = ToolSpecification::builder()
        .name(NAME)
        .description("What the message asks for, in names of the catalog.")
        .input_schema(ToolInputSchema::Json(of_json(&schema(names))))
        .build()?;
    ToolConfiguration::builder()
        .tools(Tool::ToolSpec(form))
        .tool_choice(ToolChoice::Tool(SpecificToolChoice::builder().name(NAME).build()?))
        .build()
}

fn schema(names: &Vocabulary) -> Value {
    let lists = [
        ("intent", &names.intents),
        ("application", &names.applications),
        ("entitlement", &names.entitlements),
    ];
    // A list without a name would be no schema.
    let lists = lists.into_iter().filter(|(_, names)| !names.is_empty());
    let mut properties: Map<String, Value> =
        lists.map(|(field, names)| (field.to_owned(), json!({"type": "string", "enum": names}))).collect();
    properties.insert("steering".to_owned(), json!({"type": "boolean"}));
    json!({
        "type": "object",
        "properties": properties,
        "required": ["intent", "steering"],
        "additionalProperties": false,
    })
}

/// What a filled form says; `None` if it is another form or none.
pub(super) fn opinion(filled: &ToolUseBlock) -> Option<Opinion> {
    let form = (filled.name() == NAME).then(|| to_json(filled.input()))?;
    let Form { intent, application, entitlement, steering } = serde_json::from_value(form).ok()?;
    Some(Opinion { intent, application, entitlement, steering })
}
