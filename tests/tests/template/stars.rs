//! A star gives much; each has its reason beside it.

use super::{Broken, check};
use countersign_tests::template::Template;

#[test]
fn every_star_has_its_reason_beside_it() {
    check(
        stars,
        &[
            Broken {
                from: r#""states:SendTask*" # reason: a refusal of all three."#,
                to: r#""states:SendTask*""#,
                says: "SendTask",
            },
            Broken { from: "Action: sqs:SendMessage\n", to: "Action: sqs:*\n", says: "sqs:*" },
            Broken {
                from: "            # reason: these actions know no resources; they hand logs over and read none.\n",
                to: "",
                says: "Resource",
            },
            Broken { from: r#"["IDEMPOTENCY#*"]"#, to: r#"["*"]"#, says: "LeadingKeys" },
            Broken { from: "Resource: !GetAtt Key.Arn", to: "Resource: '*'", says: "'*'" },
            Broken { from: "# reason: a refusal everywhere.", to: "# reason:", says: "Resource" },
        ],
    );
}

/// A prefix of the table's keys (`REQUEST#*`) narrows and needs none.
fn stars(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut before = "";
    for line in template.text.lines() {
        let code = line.split_once(" #").map_or(line, |(code, _)| code).replace("#*\"", "");
        let is_comment = line.trim_start().starts_with('#');
        if !is_comment && code.contains('*') && !has_reason(line) && !has_reason(before) {
            wrong.push(line.trim().to_owned());
        }
        before = if is_comment { line } else { "" };
    }
    wrong
}

fn has_reason(line: &str) -> bool {
    line.split_once("# reason:").is_some_and(|(_, reason)| reason.trim().len() > 10)
}
