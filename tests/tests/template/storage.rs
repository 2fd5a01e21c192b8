//! The table is kept, encrypted and recoverable; the key rotates and is kept with it.

use super::{Broken, check};
use countersign_tests::template::Template;
use serde_json::{Value, json};

#[test]
fn the_records_outlive_the_stack() {
    check(
        kept,
        &[
            Broken {
                from: "    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Retain\n",
                to: "    Type: AWS::DynamoDB::Table\n",
                says: "/DeletionPolicy",
            },
            Broken {
                from: "PointInTimeRecoveryEnabled: true",
                to: "PointInTimeRecoveryEnabled: false",
                says: "PointInTimeRecovery",
            },
            Broken { from: "SSEType: KMS", to: "SSEType: AES256", says: "SSEType" },
            Broken {
                from: "KMSMasterKeyId: !GetAtt Key.Arn",
                to: "KMSMasterKeyId: alias/aws/dynamodb",
                says: "KMSMasterKeyId",
            },
            Broken {
                from: "BillingMode: PAY_PER_REQUEST",
                to: "BillingMode: PROVISIONED",
                says: "BillingMode",
            },
            Broken { from: "      DeletionProtectionEnabled: true\n", to: "", says: "DeletionProtection" },
            Broken { from: "      EnableKeyRotation: true\n", to: "", says: "EnableKeyRotation" },
            Broken {
                from: "    Type: AWS::KMS::Key\n    DeletionPolicy: Retain\n",
                to: "    Type: AWS::KMS::Key\n",
                says: "Key/DeletionPolicy",
            },
            Broken { from: "IndexName: due", to: "IndexName: overdue", says: "IndexName" },
            Broken {
                from: "Projection: {ProjectionType: KEYS_ONLY}",
                to: "Projection: {ProjectionType: ALL}",
                says: "Projection",
            },
        ],
    );
}

fn kept(template: &Template) -> Vec<String> {
    let wanted: [(&str, Value); 14] = [
        ("Table/DeletionPolicy", json!("Retain")),
        ("Table/UpdateReplacePolicy", json!("Retain")),
        ("Table/Properties/DeletionProtectionEnabled", json!(true)),
        ("Table/Properties/BillingMode", json!("PAY_PER_REQUEST")),
        ("Table/Properties/SSESpecification/SSEEnabled", json!(true)),
        ("Table/Properties/SSESpecification/SSEType", json!("KMS")),
        ("Table/Properties/SSESpecification/KMSMasterKeyId", json!({"Fn::GetAtt": ["Key", "Arn"]})),
        ("Table/Properties/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled", json!(true)),
        ("Table/Properties/GlobalSecondaryIndexes/0/IndexName", json!("due")),
        ("Table/Properties/GlobalSecondaryIndexes/0/Projection/ProjectionType", json!("KEYS_ONLY")),
        ("Table/Properties/StreamSpecification", Value::Null),
        ("Key/DeletionPolicy", json!("Retain")),
        ("Key/UpdateReplacePolicy", json!("Retain")),
        ("Key/Properties/EnableKeyRotation", json!(true)),
    ];
    let wrong = wanted.iter().filter(|(path, value)| template.at(&format!("/Resources/{path}")) != value);
    wrong.map(|(path, _)| (*path).to_owned()).collect()
}
