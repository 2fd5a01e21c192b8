//! What is wrong with the guards of automatic approval.

use super::{Findings, stages};
use crate::{
    config::Config,
    policy::{
        Match,
        automatic::{Automatic, MAX_CAP},
        review::WHOLE,
    },
};

const PLACE: &str = "automatic";

pub(super) fn lint(config: &Config, caps: &Automatic, findings: &mut Findings) {
    let given = [caps.per_person, caps.per_target, caps.overall];
    if given.iter().all(Option::is_none) && caps.sample.is_none() {
        findings.add(PLACE, "guards nothing.", "Give per_person, per_target, overall or a sample.");
    }
    if given.into_iter().flatten().any(|cap| cap == 0 || cap > MAX_CAP) {
        let what = format!("has a cap that is not 1 to {MAX_CAP}.");
        findings.add(PLACE, what, "To approve nothing automatically, remove the rules that do.");
    }
    stages::lint_all(config, PLACE, &Match::default(), &caps.beyond, findings);
    if let Some(sample) = &caps.sample {
        if sample.share == 0 || sample.share > WHOLE {
            let what = format!("takes a share that is not 1 to {WHOLE}.");
            findings.add("automatic/sample", what, "The share is counted in thousandths.");
        }
        stages::lint(config, "automatic/sample", &Match::default(), &sample.stage, findings);
    }
}
