//! A step has one name in all its forms, and every crate of a function is deployed.

use super::{Broken, check};
use countersign_tests::{
    files,
    template::{Template, logical_id},
};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn a_step_has_one_name_in_all_its_forms() {
    check(
        names,
        &[
            Broken { from: "Binary: spend-token", to: "Binary: spend-tokens", says: "SpendTokenFunction" },
            Broken {
                from: "FunctionName: !Sub ${AWS::StackName}-spend-token",
                to: "FunctionName: !Sub ${AWS::StackName}-token",
                says: "SpendTokenFunction",
            },
            Broken { from: "  SweepDueFunction:\n", to: "  SweepFunction:\n", says: "SweepFunction" },
            Broken {
                from: "    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: read-request}}\n",
                to: "",
                says: "ReadRequestFunction",
            },
        ],
    );
}

fn names(template: &Template) -> Vec<String> {
    let named = |name: &str| json!({"Fn::Sub": format!("${{AWS::StackName}}-{name}")});
    let functions = template.functions().into_iter().filter(|function| {
        let binary = function.binary();
        function.id != logical_id(binary, "Function")
            || *function.property("FunctionName") != named(binary)
            || *function.at("/Metadata/BuildMethod") != "rust-cargolambda"
    });
    functions.map(|function| function.id.to_owned()).collect()
}

#[test]
fn every_function_is_a_member_of_the_workspace_and_every_such_member_is_deployed() {
    check(
        members,
        &[
            Broken { from: "Binary: verify-audit", to: "Binary: verify-chains", says: "verify-chains" },
            Broken { from: "Binary: receive-slack", to: "Binary: receive-request", says: "receive-slack" },
        ],
    );
}

fn members(template: &Template) -> Vec<String> {
    let workspace = files::read("Cargo.toml");
    let lines =
        workspace.lines().filter_map(|line| line.trim().strip_prefix("\"functions/")?.strip_suffix("\","));
    let members: BTreeSet<&str> = lines.filter(|name| !name.starts_with("shared/")).collect();
    let binaries: BTreeSet<&str> = template.functions().iter().map(|function| function.binary()).collect();
    let mut wrong: Vec<_> = members.symmetric_difference(&binaries).map(|name| (*name).to_owned()).collect();
    let misnamed = members.iter().filter(|name| {
        let manifest = files::read(&format!("functions/{name}/Cargo.toml"));
        !manifest.lines().any(|line| line == format!("name = \"{name}\""))
    });
    wrong.extend(misnamed.map(|name| format!("the package of {name} has another name")));
    wrong
}

#[test]
fn functions_are_rust_on_the_chosen_processor() {
    check(
        globals,
        &[
            Broken { from: "Runtime: provided.al2023", to: "Runtime: python3.13", says: "Runtime" },
            Broken {
                from: "Architectures: [!Ref Architecture]",
                to: "Architectures: [arm64]",
                says: "Architectures",
            },
            Broken { from: "    Default: arm64", to: "    Default: x86_64", says: "arm64" },
            Broken { from: "    CodeUri: ..", to: "    CodeUri: .", says: "CodeUri" },
        ],
    );
}

fn globals(template: &Template) -> Vec<String> {
    let shared = [
        ("CodeUri", json!("..")),
        ("Handler", json!("bootstrap")),
        ("Runtime", json!("provided.al2023")),
        ("Architectures", json!([{"Ref": "Architecture"}])),
    ];
    let wrong =
        shared.iter().filter(|(name, value)| template.at(&format!("/Globals/Function/{name}")) != value);
    let mut wrong: Vec<_> = wrong.map(|(name, _)| (*name).to_owned()).collect();
    for function in template.functions() {
        let own = shared.iter().filter(|(name, _)| !function.property(name).is_null());
        wrong.extend(own.map(|(name, _)| format!("{} has {name} of its own", function.id)));
    }
    if template.at("/Parameters/Architecture/Default") != "arm64" {
        wrong.push("people deploy on arm64".into());
    }
    wrong
}
