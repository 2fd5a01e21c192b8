//! The packages of the dependency tree, as cargo sees them on Linux.

use countersign_tests::files;
use serde_json::Value;
use std::{collections::BTreeSet, process::Command};

/// A package.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Its folder from the top of the checkout, for a member of the workspace.
    pub(crate) folder: Option<String>,
    pub(crate) licence: String,
    pub(crate) source: String,
    pub(crate) features: Vec<String>,
    pub(crate) binaries: Vec<String>,
    pub(crate) has_library: bool,
    /// The ids of what it needs when it is built, but for its tests.
    pub(crate) needs: Vec<String>,
}

/// All packages of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
}

impl Workspace {
    /// The tree of this checkout.
    pub(crate) fn read() -> Self {
        let metadata = metadata(&["--offline"]).or_else(|_| metadata(&[])).unwrap();
        let texts = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(|v| Some(v.as_str()?.to_owned())).collect()
        };
        let members = texts(&metadata["workspace_members"]);
        let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
        let node = |id: &str| nodes.iter().find(|node| node["id"] == id);
        let package = |found: &Value| {
            let id = found["id"].as_str()?.to_owned();
            let node = node(&id)?;
            Some(Package {
                name: found["name"].as_str()?.to_owned(),
                folder: members.contains(&id).then(|| folder(found)),
                licence: found["license"].as_str().unwrap_or_default().to_owned(),
                source: found["source"].as_str().unwrap_or_default().to_owned(),
                features: texts(&node["features"]),
                binaries: targets(found, "bin"),
                has_library: !targets(found, "lib").is_empty(),
                needs: needs(node),
                id,
            })
        };
        let packages = metadata["packages"].as_array().unwrap().iter().filter_map(package).collect();
        Self { packages }
    }

    /// The same tree with one package changed.
    pub(crate) fn with(&self, name: &str, change: impl FnOnce(&mut Package)) -> Self {
        let mut changed = self.clone();
        change(changed.packages.iter_mut().find(|package| package.name == name).unwrap());
        changed
    }

    /// The same tree in which one package needs another, which is added if it is new.
    pub(crate) fn needing(&self, name: &str, needed: &str) -> Self {
        let mut changed = self.clone();
        if self.named(needed).is_none() {
            let (id, name, licence) = (needed.to_owned(), needed.to_owned(), "MIT".to_owned());
            changed.packages.push(Package { id, name, licence, ..Package::default() });
        }
        let id = changed.named(needed).unwrap().id.clone();
        changed.with(name, |package| package.needs.push(id))
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.folder.is_some())
    }

    /// The members that are functions.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &Package> {
        self.members().filter(|package| package.is_function())
    }

    /// What a package needs directly.
    pub(crate) fn needs(&self, package: &Package) -> Vec<&Package> {
        self.packages.iter().filter(|other| package.needs.contains(&other.id)).collect()
    }

    /// What a package needs, directly or not.
    pub(crate) fn tree(&self, package: &Package) -> Vec<&Package> {
        let mut seen = BTreeSet::new();
        let mut left = package.needs.clone();
        while let Some(id) = left.pop() {
            if let Some(found) = self.packages.iter().find(|other| other.id == id)
                && seen.insert(id)
            {
                left.extend(found.needs.clone());
            }
        }
        self.packages.iter().filter(|other| seen.contains(&other.id)).collect()
    }
}

impl Package {
    pub(crate) fn is_function(&self) -> bool {
        let below =
            |folder: &str| folder.starts_with("functions/") && !folder.starts_with("functions/shared/");
        self.folder.as_deref().is_some_and(below)
    }
}

fn metadata(more: &[&str]) -> Result<Value, String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--locked", "--format-version", "1"]);
    command.args(["--filter-platform", "x86_64-unknown-linux-gnu"]).args(more).current_dir(files::root());
    let done = command.output().map_err(|error| error.to_string())?;
    match done.status.success() {
        true => serde_json::from_slice(&done.stdout).map_err(|error| error.to_string()),
        false => Err(String::from_utf8_lossy(&done.stderr).into_owned()),
    }
}

fn folder(package: &Value) -> String {
    let manifest = package["manifest_path"].as_str().unwrap();
    let folder = manifest.strip_suffix("/Cargo.toml").unwrap();
    folder.strip_prefix(&format!("{}/", files::root().display())).unwrap().to_owned()
}

fn targets(package: &Value, kind: &str) -> Vec<String> {
    let targets = package["targets"].as_array().into_iter().flatten();
    let of_kind = targets.filter(|target| target["kind"].as_array().is_some_and(|kinds| kinds[0] == kind));
    of_kind.filter_map(|target| Some(target["name"].as_str()?.to_owned())).collect()
}

fn needs(node: &Value) -> Vec<String> {
    let builds = |need: &&Value| {
        need["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|k| k["kind"] != "dev"))
    };
    let needs = node["deps"].as_array().into_iter().flatten().filter(builds);
    needs.filter_map(|need| Some(need["pkg"].as_str()?.to_owned())).collect()
}
