//! Each definition is deployed with all that it names, and may call just that.

use super::{Broken, check};
use countersign_tests::{
    definition::{Definition, FOLDER},
    files,
    template::{Resource, Template, items, logical_id, refers_to},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn every_definition_is_deployed_with_all_that_it_names() {
    check(
        deployed,
        &[
            Broken {
                from: "desk-request.asl.json",
                to: "grant-lifecycle.asl.json",
                says: "DeskRequestWorkflow",
            },
            Broken { from: "        RetryAttempts: !Ref RetryAttempts\n", to: "", says: "RetryAttempts" },
            Broken {
                from: "        EffectAttempts: !Ref EffectAttempts\n",
                to: "        EffectAttempts: !Ref EffectAttempts\n        Unused: x\n",
                says: "Unused",
            },
            Broken {
                from: "        RevokeAccessFunctionArn: !GetAtt RevokeAccessFunction.Arn",
                to: "        RevokeAccessFunctionArn: !GetAtt SpendTokenFunction.Arn",
                says: "RevokeAccessFunctionArn",
            },
            Broken { from: "      Type: STANDARD\n", to: "      Type: EXPRESS\n", says: "STANDARD" },
        ],
    );
}

fn workflows(template: &Template) -> Vec<Resource<'_>> {
    template.resources("AWS::Serverless::StateMachine")
}

fn deployed(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    let files = files::list(FOLDER);
    let names: BTreeSet<_> = files.iter().filter_map(|file| file.strip_suffix(".asl.json")).collect();
    let known: BTreeSet<_> = names.iter().map(|name| logical_id(name, "Workflow")).collect();
    let found: BTreeSet<_> = workflows(template).iter().map(|workflow| workflow.id.to_owned()).collect();
    wrong.extend(known.symmetric_difference(&found).cloned());
    for name in names {
        let id = logical_id(name, "Workflow");
        let Some(workflow) = template.resource(&id) else { continue };
        if *workflow.property("DefinitionUri") != format!("../{FOLDER}/{name}.asl.json").as_str()
            || *workflow.property("Name") != json!({"Fn::Sub": format!("${{AWS::StackName}}-{name}")})
            || *workflow.property("Type") != "STANDARD"
        {
            wrong.push(format!("{id} is not {name} as STANDARD"));
        }
        let definition = Definition::parse(files::read(&format!("{FOLDER}/{name}.asl.json"))).unwrap();
        wrong.extend(substitutions(workflow, &definition));
    }
    wrong
}

/// Every placeholder is filled, none is filled in vain, and those of functions with that very function.
fn substitutions(workflow: Resource<'_>, definition: &Definition) -> Vec<String> {
    let given = workflow.property("DefinitionSubstitutions").as_object();
    let given: Vec<_> = given.into_iter().flatten().collect();
    let names: BTreeSet<String> = given.iter().map(|(name, _)| (*name).clone()).collect();
    let differ = names.symmetric_difference(&definition.placeholders()).cloned().collect::<Vec<_>>();
    let misled = given.iter().filter(|(name, value)| refers_to(value) != Some(name.trim_end_matches("Arn")));
    differ.into_iter().chain(misled.map(|(name, _)| (*name).clone())).collect()
}

#[test]
fn a_workflow_may_call_its_own_steps_and_nothing_else() {
    check(
        calls,
        &[
            Broken {
                from: "                - !GetAtt RevokeAccessFunction.Arn",
                to: "                - !GetAtt ProvisionAccessFunction.Arn",
                says: "GrantLifecycleWorkflow",
            },
            Broken {
                from: "              Action: lambda:InvokeFunction\n",
                to: "              Action: [lambda:InvokeFunction, lambda:UpdateFunctionCode]\n",
                says: "AccessRequestWorkflow",
            },
        ],
    );
}

fn calls(template: &Template) -> Vec<String> {
    let exact = |workflow: &Resource<'_>| {
        let substitutions = workflow.property("DefinitionSubstitutions").as_object().into_iter().flatten();
        let steps: BTreeSet<_> = substitutions
            .filter(|(name, _)| name.ends_with("FunctionArn"))
            .filter_map(|(_, value)| refers_to(value))
            .collect();
        let statements = workflow.statements();
        let callable: BTreeSet<_> = statements
            .iter()
            .flat_map(|statement| items(statement.get("Resource").unwrap_or(&Value::Null)))
            .filter_map(refers_to)
            .collect();
        let actions = statements
            .iter()
            .all(|found| found.get("Action").is_some_and(|action| action == "lambda:InvokeFunction"));
        steps == callable && actions
    };
    workflows(template)
        .into_iter()
        .filter(|workflow| !exact(workflow))
        .map(|workflow| workflow.id.to_owned())
        .collect()
}

#[test]
fn the_heir_hears_of_every_execution_that_dies() {
    check(
        heir,
        &[
            Broken {
                from: "status: [FAILED, TIMED_OUT, ABORTED]",
                to: "status: [FAILED, TIMED_OUT]",
                says: "status",
            },
            Broken {
                from: "stateMachineArn: [!Ref AccessRequestWorkflow, !Ref DeskRequestWorkflow, ",
                to: "stateMachineArn: [!Ref AccessRequestWorkflow, ",
                says: "stateMachineArn",
            },
            Broken {
                from: "      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt SettleDeadLetters.Arn}\n",
                to: "",
                says: "dead letters",
            },
        ],
    );
}

fn heir(template: &Template) -> Vec<String> {
    let at = |path: &str| template.at(&format!("/Resources/SettleExecutionFunction/Properties/{path}"));
    let all: Vec<_> = workflows(template).iter().map(|workflow| json!({"Ref": workflow.id})).collect();
    let pattern = "Events/ExecutionEnded/Properties/Pattern/detail";
    let mut wrong = Vec::new();
    if *at(&format!("{pattern}/status")) != json!(["FAILED", "TIMED_OUT", "ABORTED"]) {
        wrong.push("status".to_owned());
    }
    if *at(&format!("{pattern}/stateMachineArn")) != json!(all) {
        wrong.push("stateMachineArn".to_owned());
    }
    if refers_to(at("DeadLetterQueue/TargetArn")) != Some("SettleDeadLetters") {
        wrong.push("no dead letters".to_owned());
    }
    wrong
}
