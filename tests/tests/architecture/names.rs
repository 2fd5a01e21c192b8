//! A step has one name: folder, package, binary and function of the template.

use super::{
    check,
    workspace::{Package, Workspace},
};
use countersign_tests::{
    files,
    template::{PATH, Template, logical_id},
};

#[test]
fn a_function_has_one_name_in_all_its_forms() {
    let shipped = Workspace::read();
    let changed = |change: fn(&mut Package)| shipped.with("spend-token", change);
    let samples = [
        (
            &changed(|package| package.folder = Some("functions/spend-tokens".into())),
            "functions/spend-tokens",
        ),
        (&changed(|package| package.name = "spend-tokens".into()), "functions/spend-token"),
        (&changed(|package| package.binaries = vec!["bootstrap".into()]), "bootstrap"),
        (&changed(|package| package.binaries.push("another".into())), "another"),
        (&changed(|package| package.has_library = true), "library"),
    ];
    check(one_name, &shipped, &samples);
}

fn one_name(workspace: &Workspace) -> Vec<String> {
    let template = Template::parse(files::read(PATH)).unwrap();
    let mut wrong = Vec::new();
    for function in workspace.functions() {
        let name = function.name.as_str();
        if function.folder.as_deref() != Some(&format!("functions/{name}")) {
            wrong.push(format!("{name} lives in {:?}", function.folder));
        }
        if function.binaries != [name] {
            wrong.push(format!("{name} has the binaries {:?}", function.binaries));
        }
        if function.has_library {
            wrong.push(format!("{name} has a library"));
        }
        let deployed = template.resource(&logical_id(name, "Function"));
        if deployed.is_none_or(|resource| resource.binary() != name) {
            wrong.push(format!("{name} is not in the template"));
        }
    }
    wrong
}
