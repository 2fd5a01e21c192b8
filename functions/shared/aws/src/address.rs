//! Where a service of AWS is in a region.

use countersign_core::{Error, Result};

/// How regions begin that are not among those of the commercial partition, and how addresses end there.
const PARTITIONS: [(&str, &str); 2] = [("cn-", "amazonaws.com.cn"), ("us-gov-", "amazonaws.com")];
const COMMERCIAL: &str = "amazonaws.com";
/// How regions begin that are reached at addresses that are not public, or below other roots than Amazon's.
const ELSEWHERE: [&str; 6] = ["eusc-", "us-iso-", "us-isob-", "us-isof-", "eu-isoe-", "aws-"];
const MAX_REGION_BYTES: usize = 32;

/// The address of a service in a region that was [`check`]ed.
pub(crate) fn regional(service: &str, region: &str) -> String {
    let partition = PARTITIONS.iter().find(|(begins, _)| region.starts_with(begins));
    let ends = partition.map_or(COMMERCIAL, |(_, ends)| ends);
    format!("https://{service}.{region}.{ends}")
}

/// Refuses what is not the name of a region of the commercial, the Chinese or the US government's partition.
///
/// # Errors
/// [`Error::Invalid`].
pub(crate) fn check(region: &str) -> Result<()> {
    let good = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    let elsewhere = ELSEWHERE.iter().any(|begins| region.starts_with(begins));
    if elsewhere || region.is_empty() || region.len() > MAX_REGION_BYTES || !region.bytes().all(good) {
        return Err(Error::invalid("AWS_REGION", "must be a region of AWS, of China or of GovCloud".into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regions_that_can_be_reached_are_taken() {
        let long = "a".repeat(MAX_REGION_BYTES);
        for good in ["eu-central-1", "us-gov-west-1", "cn-north-1", "ap-southeast-7", "us-east-1", &long] {
            assert!(check(good).is_ok(), "{good}");
        }
        let longer = "a".repeat(MAX_REGION_BYTES + 1);
        for bad in [
            "",
            "eusc-de-east-1",
            "us-iso-east-1",
            "us-isob-east-1",
            "aws-global",
            "a.b",
            "a/b",
            "A",
            &longer,
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    /// The SDK's own rules, which read the list of all regions.
    #[cfg(all(
        feature = "bedrock",
        feature = "dynamodb",
        feature = "kms",
        feature = "secrets",
        feature = "sfn",
        feature = "sqs"
    ))]
    #[tokio::test]
    async fn addresses_are_those_of_the_sdk() {
        macro_rules! check {
            ($sdk:ident, $name:literal, $region:ident) => {{
                use $sdk::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
                let wanted = Params::builder().region($region).build().unwrap();
                let found = DefaultResolver::new().resolve_endpoint(&wanted).await.unwrap();
                assert_eq!(regional($name, $region), found.url());
            }};
        }
        for region in
            ["eu-central-1", "us-east-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "ap-south-2"]
        {
            check!(aws_sdk_bedrockruntime, "bedrock-runtime", region);
            check!(aws_sdk_dynamodb, "dynamodb", region);
            check!(aws_sdk_kms, "kms", region);
            check!(aws_sdk_secretsmanager, "secretsmanager", region);
            check!(aws_sdk_sfn, "states", region);
            check!(aws_sdk_sqs, "sqs", region);
        }
    }
}
