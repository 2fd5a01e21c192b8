//! Which deployment a command means, and what it may do there.

use crate::{
    checkout,
    failure::{Done, Failure, about_file},
    local::layout::{Addresses, Folder, Secrets},
};
use clap::Args;
use countersign_runtime::{base::Base, env};
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};

/// Reading and writing the table, opening what is sealed, sending to the queues.
pub(crate) mod operator {
    countersign_runtime::context!(Operator: writes, due, configs, vault, queues, salt);

    /// The ports of an operator.
    pub(crate) async fn open(base: super::Base) -> countersign_core::Result<impl super::Operates> {
        Operator::over(base).await
    }
}

/// Reading and writing the table.
pub(crate) mod store {
    countersign_runtime::context!(Store: writes);

    /// The port of the table.
    pub(crate) async fn open(base: super::Base) -> countersign_core::Result<impl super::Stores> {
        Store::over(base).await
    }
}

/// Reading the table and the active configuration.
pub(crate) mod reader {
    countersign_runtime::context!(Reader: reads, configs);

    /// The ports of a reader.
    pub(crate) async fn open(base: super::Base) -> countersign_core::Result<impl super::Reads> {
        Reader::over(base).await
    }
}

use countersign_core::ports::{
    Clock, Configs, DueIndex, Queues, ReadModels, ReadStore, Salt, Vault, WriteStore,
};

/// What commands need that operate.
pub(crate) trait Operates: WriteStore + DueIndex + Clock + Configs + Queues + Salt + Vault {}
impl<T: WriteStore + DueIndex + Clock + Configs + Queues + Salt + Vault> Operates for T {}

/// What commands need that know nobody.
pub(crate) trait Stores: WriteStore + Clock {}
impl<T: WriteStore + Clock> Stores for T {}

/// What commands need that change nothing and open nothing.
pub(crate) trait Reads: ReadStore + Configs {}
impl<T: ReadStore + Configs> Reads for T {}

/// Where the deployment is.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Place {
    /// Folder of a local stack [default: .local of the checkout]
    #[arg(long, global = true, env = "COUNTERSIGN_FOLDER", value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// File with the outputs of CloudFormation as JSON, for a deployment on AWS
    #[arg(long, global = true, env = "COUNTERSIGN_STACK", value_name = "FILE", conflicts_with = "folder")]
    stack: Option<PathBuf>,
}

impl Place {
    /// The local stack of a folder.
    pub(crate) fn of_local(folder: &Folder) -> Self {
        Self { folder: Some(folder.0.clone()), stack: None }
    }

    /// The folder of the local stack, whether it is there or not.
    pub(crate) fn folder(&self) -> Done<Folder> {
        match &self.folder {
            Some(folder) => Ok(Folder(std::path::absolute(folder).map_err(about_file(folder))?)),
            None => Ok(Folder(checkout::root()?.join(".local"))),
        }
    }

    /// What an operator's ports are built from.
    pub(crate) async fn operator(&self) -> Done<impl Operates> {
        Ok(operator::open(self.base(&[env::TABLE, env::KEY_ID, env::SALT])?).await?)
    }

    /// What the port of the table is built from.
    pub(crate) async fn store(&self) -> Done<impl Stores> {
        Ok(store::open(self.base(&[env::TABLE])?).await?)
    }

    /// What the ports of a reader are built from.
    pub(crate) async fn reader(&self) -> Done<impl Reads> {
        Ok(reader::open(self.base(&[env::TABLE])?).await?)
    }

    /// The learned models of the deployment.
    pub(crate) async fn models(&self) -> Done<impl ReadModels> {
        Ok(countersign_runtime::ports::models::build(&self.base(&[env::TABLE])?).await?)
    }

    fn base(&self, needs: &[&str]) -> Done<Base> {
        let own = env::Env::read();
        let settings = match (&self.folder, &self.stack) {
            (None, Some(file)) => of_stack(file)?.into_iter().chain(aws(&own)).collect(),
            (None, None) if own.get(env::TABLE).is_ok() => own,
            _ => of_folder(&self.folder()?)?,
        };
        Base::of(settings, &[needs]).map_err(|error| {
            Failure::from(error).advising("See `countersign --help` for how a deployment is found.")
        })
    }
}

/// The AWS settings of the environment, and the salt.
fn aws(own: &env::Env) -> Vec<(String, String)> {
    let names = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
    let names = names.into_iter().chain(["AWS_ENDPOINT_URL", env::SALT]);
    names.filter_map(|name| Some((name.to_owned(), own.get(name).ok()?.to_owned()))).collect()
}

fn of_stack(file: &std::path::Path) -> Done<Vec<(String, String)>> {
    let text = std::fs::read_to_string(file).map_err(about_file(file))?;
    Ok(variables(&outputs(serde_json::from_str(&text)?)))
}

/// Outputs as `{"TableName": …}`, or as CloudFormation lists them.
fn outputs(value: Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value {
        Value::Array(all) => {
            let pair = |one: &Value| Some((text(one.get("OutputKey")?)?, text(one.get("OutputValue")?)?));
            all.iter().filter_map(pair).collect()
        }
        Value::Object(all) => {
            all.iter().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect()
        }
        _ => BTreeMap::new(),
    }
}

fn variables(outputs: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let variable = |name: &String| match name.as_str() {
        "TableName" => Some(env::TABLE.to_owned()),
        "KeyId" => Some(env::KEY_ID.to_owned()),
        other => Some(format!("COUNTERSIGN_QUEUE_{}", other.strip_suffix("QueueUrl")?.to_uppercase())),
    };
    outputs.iter().filter_map(|(name, value)| Some((variable(name)?, value.clone()))).collect()
}

fn of_folder(folder: &Folder) -> Done<env::Env> {
    let stopped = || {
        Failure::new(format!("no local stack runs in {}", folder.0.display()))
            .advising("Start it with `make up`, or name a deployment: see `countersign --help`.")
    };
    let addresses = Addresses::read(folder).map_err(|_| stopped())?;
    let secrets = Secrets::read(folder).map_err(|_| stopped())?;
    let own = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", addresses.aws.as_str()),
        (env::SALT, secrets.identity_salt.as_str()),
    ];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(of_stack(&folder.stack()).map_err(|_| stopped())?.into_iter().chain(own).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn outputs_are_taken_flat_and_as_cloudformation_lists_them() {
        let flat = json!({"TableName": "t", "KeyId": "k", "TriageQueueUrl": "u", "ApiId": "a"});
        let listed = json!([
            {"OutputKey": "TableName", "OutputValue": "t", "Description": "…"},
            {"OutputKey": "KeyId", "OutputValue": "k"},
            {"OutputKey": "TriageQueueUrl", "OutputValue": "u"},
        ]);
        for given in [flat, listed] {
            let found: BTreeMap<_, _> = variables(&outputs(given)).into_iter().collect();
            let expected =
                [("COUNTERSIGN_KEY_ID", "k"), ("COUNTERSIGN_QUEUE_TRIAGE", "u"), ("COUNTERSIGN_TABLE", "t")];
            let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(found, expected);
        }
        assert!(outputs(json!("nothing")).is_empty());
    }
}
