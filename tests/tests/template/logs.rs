//! Logs are kept for a set time and hold no bodies.

use super::{Broken, check};
use countersign_tests::template::{Template, refers_to};

const GROUP: &str = "AWS::Logs::LogGroup";

#[test]
fn every_log_is_kept_for_a_set_time() {
    check(
        retention,
        &[
            Broken { from: "      RetentionInDays: !Ref LogRetentionDays\n", to: "", says: "ApiLogs" },
            Broken { from: "      LogGroup: !Ref FunctionLogs\n", to: "", says: "ReceiveSlackFunction" },
            Broken {
                from: "LogGroupArn: !GetAtt WorkflowLogs.Arn",
                to: "LogGroupArn: !Ref WorkflowArn",
                says: "AccessRequestWorkflow",
            },
            Broken {
                from: "DestinationArn: !GetAtt ApiLogs.Arn",
                to: "DestinationArn: !Ref ApiLogs.Arn",
                says: "Api",
            },
        ],
    );
}

fn retention(template: &Template) -> Vec<String> {
    let groups = template.resources(GROUP);
    let endless = groups.iter().filter(|group| template.number(group.property("RetentionInDays")).is_none());
    let mut wrong: Vec<_> = endless.map(|group| format!("{} is kept for ever", group.id)).collect();
    let known = |value| refers_to(value).is_some_and(|id| groups.iter().any(|group| group.id == id));
    for function in template.functions() {
        let logging = template.function_property(function, "LoggingConfig");
        if !logging.get("LogGroup").is_some_and(known) {
            wrong.push(format!("{} makes a log group of its own", function.id));
        }
    }
    for workflow in template.resources("AWS::Serverless::StateMachine") {
        if !known(workflow.at("/Properties/Logging/Destinations/0/CloudWatchLogsLogGroup/LogGroupArn")) {
            wrong.push(format!("{} logs to nowhere", workflow.id));
        }
    }
    for api in template.resources("AWS::Serverless::Api") {
        if !known(api.at("/Properties/AccessLogSetting/DestinationArn")) {
            wrong.push(format!("{} logs to nowhere", api.id));
        }
    }
    wrong
}

#[test]
fn no_log_holds_execution_data() {
    check(
        execution_data,
        &[
            Broken {
                from: "IncludeExecutionData: false",
                to: "IncludeExecutionData: true",
                says: "AccessRequestWorkflow",
            },
            Broken { from: "        IncludeExecutionData: false\n", to: "", says: "AccessRequestWorkflow" },
            Broken { from: "Level: ERROR", to: "Level: ALL", says: "AccessRequestWorkflow" },
        ],
    );
}

fn execution_data(template: &Template) -> Vec<String> {
    let workflows = template.resources("AWS::Serverless::StateMachine").into_iter();
    let loud = workflows.filter(|workflow| {
        *workflow.at("/Properties/Logging/IncludeExecutionData") != false
            || *workflow.at("/Properties/Logging/Level") != "ERROR"
    });
    loud.map(|workflow| workflow.id.to_owned()).collect()
}

/// What an access log may say: nothing of bodies, headers, queries, addresses or people.
const MAY_LOG: [&str; 7] = [
    "$context.requestId",
    "$context.requestTimeEpoch",
    "$context.httpMethod",
    "$context.resourcePath",
    "$context.status",
    "$context.responseLatency",
    "$context.error.responseType",
];

#[test]
fn the_api_logs_no_bodies_and_nobody() {
    check(
        access_log,
        &[
            Broken {
                from: "\"status\":\"$context.status\"",
                to: "\"ip\":\"$context.identity.sourceIp\"",
                says: "identity",
            },
            Broken { from: "DataTraceEnabled: false", to: "DataTraceEnabled: true", says: "bodies" },
            Broken { from: "LoggingLevel: \"OFF\"", to: "LoggingLevel: INFO", says: "bodies" },
        ],
    );
}

fn access_log(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    for api in template.resources("AWS::Serverless::Api") {
        let format = api.at("/Properties/AccessLogSetting/Format").as_str().unwrap_or("$ nothing");
        let variables = format.split('"').filter(|part| part.contains('$'));
        wrong.extend(variables.filter(|found| !MAY_LOG.contains(found)).map(str::to_owned));
        let quiet = *api.at("/Properties/MethodSettings/0/DataTraceEnabled") == false
            && *api.at("/Properties/MethodSettings/0/LoggingLevel") == "OFF";
        if !quiet {
            wrong.push(format!("{} logs bodies", api.id));
        }
    }
    wrong
}
