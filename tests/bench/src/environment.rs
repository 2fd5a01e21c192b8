//! The environment of a function: what Lambda sets, and what the template sets.

use crate::failure::{Failure, Result};
use countersign_tests::{
    files,
    template::{PATH, Resource, Template},
};
use std::net::SocketAddr;

/// What slash commands are signed with.
pub(crate) const SIGNING_SECRET: &str = "a secret of nobody";
/// The workspace that is listened to, as in the event that is sent.
pub(crate) const TEAM: &str = "T0HARBOUR";
/// The name of the least function.
pub(crate) const HELLO: &str = "countersign-hello";

const MEMORY_MB: u64 = 256;

/// A function as the template describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// Its name, and that of its program.
    pub(crate) name: String,
    /// The variables that the template sets.
    pub(crate) variables: Vec<String>,
    /// The memory that the template gives it, in MB.
    pub(crate) memory_mb: u64,
}

impl Function {
    /// The least function there is.
    pub(crate) fn hello() -> Self {
        Self { name: HELLO.to_owned(), variables: Vec::new(), memory_mb: MEMORY_MB }
    }

    /// Whether it reads a secret while it starts.
    pub(crate) fn reads_secrets(&self) -> bool {
        self.variables.iter().any(|name| name.ends_with("_SECRET_ID"))
    }

    /// All variables that it starts with.
    pub(crate) fn environment(
        &self,
        runtime_api: SocketAddr,
        aws: Option<SocketAddr>,
    ) -> Vec<(String, String)> {
        let lambda = [
            ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string()),
            ("AWS_LAMBDA_FUNCTION_NAME", self.name.clone()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.memory_mb.to_string()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/countersign/measured".to_owned()),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "measured".to_owned()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_DEFAULT_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "measured".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "measured".to_owned()),
            ("AWS_SESSION_TOKEN", "measured".to_owned()),
            ("LAMBDA_TASK_ROOT", "/var/task".to_owned()),
            ("LANG", "en_US.UTF-8".to_owned()),
            ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
            ("TZ", ":UTC".to_owned()),
            ("_HANDLER", "bootstrap".to_owned()),
        ];
        let own = self.variables.iter().map(|name| (name.clone(), value(name)));
        let aws = aws.map(|address| ("AWS_ENDPOINT_URL".to_owned(), format!("http://{address}")));
        lambda.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(own).chain(aws).collect()
    }
}

/// All functions of the template.
pub(crate) fn functions() -> Result<Vec<Function>> {
    let template = Template::parse(files::read(PATH)).map_err(Failure::Unexpected)?;
    Ok(template.functions().into_iter().map(|resource| function(&template, resource)).collect())
}

fn function(template: &Template, resource: Resource<'_>) -> Function {
    let shared = template.at("/Globals/Function/Environment/Variables").as_object();
    let own = resource.at("/Properties/Environment/Variables").as_object();
    let memory_mb = template.number(template.function_property(resource, "MemorySize"));
    Function {
        name: resource.binary().to_owned(),
        variables: shared.into_iter().chain(own).flat_map(|all| all.keys().cloned()).collect(),
        memory_mb: memory_mb.unwrap_or(MEMORY_MB),
    }
}

/// A value of the shape that a variable must have; none leads anywhere.
fn value(name: &str) -> String {
    match name {
        "COUNTERSIGN_SLACK_TEAM" => TEAM.to_owned(),
        _ if name.starts_with("COUNTERSIGN_QUEUE_") => {
            format!("https://queues.harbour.example/000000000000/{}", name.to_lowercase())
        }
        _ if name.ends_with("_URL") || name.ends_with("_ISSUER") => "https://harbour.example/api/".to_owned(),
        _ => format!("measured{:0>32}", name.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_are_those_of_the_template() {
        let functions = functions().unwrap();
        let slack = functions.iter().find(|function| function.name == "receive-slack").unwrap();
        assert!(slack.variables.contains(&"COUNTERSIGN_SLACK_SECRET_ID".to_owned()));
        assert!(slack.reads_secrets());
        let tokens = functions.iter().find(|function| function.name == "spend-token").unwrap();
        assert!(!tokens.reads_secrets());
        assert!(functions.iter().all(|function| function.memory_mb > 0 && !function.name.is_empty()));
    }

    fn check(aws: Option<&str>, name: &str, value: Option<&str>) {
        let function = Function { variables: vec!["COUNTERSIGN_OKTA_URL".into()], ..Function::hello() };
        let all = function.environment("127.0.0.1:1".parse().unwrap(), aws.map(|text| text.parse().unwrap()));
        let found = all.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
        assert_eq!(found, value, "{name}");
    }

    #[test]
    fn a_function_starts_with_what_lambda_and_the_template_set() {
        check(None, "AWS_LAMBDA_RUNTIME_API", Some("127.0.0.1:1"));
        check(None, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Some("256"));
        check(None, "COUNTERSIGN_OKTA_URL", Some("https://harbour.example/api/"));
        check(None, "AWS_ENDPOINT_URL", None);
        check(Some("127.0.0.1:2"), "AWS_ENDPOINT_URL", Some("http://127.0.0.1:2"));
        check(None, "HOME", None);
    }
}
