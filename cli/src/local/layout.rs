//! What lies in the folder of a local stack.

use crate::failure::{Done, about_file};
use countersign_core::ports::Ids;
use countersign_runtime::identifiers::RandomIds;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Only the owner reads what is written here.
const PRIVATE: u32 = 0o600;

/// The folder of a local stack.
#[derive(Clone, Debug)]
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The outputs of CloudFormation.
    pub(crate) fn stack(&self) -> PathBuf {
        self.file("stack.json")
    }

    pub(crate) fn make(&self) -> Done {
        fs::create_dir_all(&self.0).map_err(about_file(&self.0))
    }
}

/// Where the parts of a local stack listen, as `http://127.0.0.1:<port>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Addresses {
    pub(crate) aws: String,
    pub(crate) slack: String,
    pub(crate) bamboohr: String,
    pub(crate) okta: String,
    pub(crate) issuer: String,
}

impl Addresses {
    const FILE: &str = "addresses.json";

    pub(crate) fn read(folder: &Folder) -> Done<Self> {
        read(&folder.file(Self::FILE))
    }

    pub(crate) fn write(&self, folder: &Folder) -> Done {
        write_private(&folder.file(Self::FILE), self)
    }

    /// Where the API of the product answers on this machine, once it is deployed there.
    pub(crate) fn api(&self, folder: &Folder) -> Done<String> {
        let stack: BTreeMap<String, String> = read(&folder.stack())?;
        let output = |name| stack.get(name).map(String::as_str).unwrap_or_default();
        let (id, stage) = (output("ApiId"), output("ApiStage"));
        Ok(format!("{}/restapis/{id}/{stage}/_user_request_", self.aws))
    }

    pub(crate) fn forget(folder: &Folder) {
        let _was_not_there = fs::remove_file(folder.file(Self::FILE));
    }
}

/// The secrets that this machine's simulators and functions share. Made once, for this folder only.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Secrets {
    pub(crate) slack_signing_secret: String,
    pub(crate) slack_bot_token: String,
    pub(crate) okta_token: String,
    pub(crate) bamboohr_key: String,
    pub(crate) identity_salt: String,
}

impl Secrets {
    const FILE: &str = "secrets.json";

    pub(crate) fn read(folder: &Folder) -> Done<Self> {
        read(&folder.file(Self::FILE))
    }

    /// Those of the folder; made of random numbers when there are none.
    pub(crate) fn of(folder: &Folder) -> Done<Self> {
        if let Ok(secrets) = Self::read(folder) {
            return Ok(secrets);
        }
        let ids = RandomIds::default();
        let secrets = Self {
            slack_signing_secret: ids.fresh(),
            slack_bot_token: format!("xoxb-{}", ids.fresh()),
            okta_token: ids.fresh(),
            bamboohr_key: ids.fresh(),
            identity_salt: format!("{}{}", ids.fresh(), ids.fresh()),
        };
        write_private(&folder.file(Self::FILE), &secrets)?;
        Ok(secrets)
    }
}

/// Reads a JSON file.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Done<T> {
    let text = fs::read_to_string(path).map_err(about_file(path))?;
    Ok(serde_json::from_str(&text)?)
}

/// Writes a JSON file that only its owner can read; a reader sees the old one or the new one, whole.
pub(crate) fn write_private(path: &Path, value: &impl Serialize) -> Done {
    let text = serde_json::to_string_pretty(value)?;
    let new = path.with_extension("new");
    let _none_left_over = fs::remove_file(&new);
    let file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&new);
    file.and_then(|mut file| writeln!(file, "{text}"))
        .and_then(|()| fs::rename(&new, path))
        .map_err(about_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_api_is_where_this_machine_serves_it() {
        let folder = Folder(std::env::temp_dir().join(format!("countersign-api-{}", std::process::id())));
        folder.make().unwrap();
        let at = |port: u16| format!("http://127.0.0.1:{port}");
        let addresses = Addresses { aws: at(1), slack: at(2), bamboohr: at(3), okta: at(4), issuer: at(5) };
        assert!(addresses.api(&folder).is_err(), "nothing is deployed");
        let outputs =
            serde_json::json!({"ApiId": "a1", "ApiStage": "live", "ApiUrl": "https://a1.example/live/"});
        write_private(&folder.stack(), &outputs).unwrap();
        let api = "http://127.0.0.1:1/restapis/a1/live/_user_request_";
        assert_eq!(addresses.api(&folder).unwrap(), api);
        let told = crate::local::up::places(&addresses, &folder);
        assert!(told.contains(api) && told.contains("http://127.0.0.1:5/token"), "{told}");
        fs::remove_dir_all(&folder.0).unwrap();
    }

    #[test]
    fn secrets_are_made_once_and_nobody_else_reads_them() {
        let folder =
            Folder(std::env::temp_dir().join(format!("countersign-{}", RandomIds::default().fresh())));
        folder.make().unwrap();
        let (first, second) = (Secrets::of(&folder).unwrap(), Secrets::of(&folder).unwrap());
        assert_eq!(first.identity_salt, second.identity_salt);
        assert!(first.identity_salt.len() >= 32 && first.identity_salt != first.okta_token);
        let mode = fs::metadata(folder.file(Secrets::FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, PRIVATE);
        fs::remove_dir_all(&folder.0).unwrap();
    }
}
