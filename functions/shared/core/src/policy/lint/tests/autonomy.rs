//! Findings about what triage may do by itself.

use super::{POLICY, check, lint, sound};
use crate::{
    config::Config,
    policy::autonomy::{
        Autonomy::{ActAfterApproval, ActAndTell, Shadow, Suggest},
        AutonomyRules, Range,
    },
};

fn rules() -> AutonomyRules {
    let intents = [("access.request".to_owned(), Range { start: Shadow, limit: ActAfterApproval })].into();
    AutonomyRules { max_error: 50, start: Suggest, limit: ActAndTell, intents, risks: <_>::default() }
}

fn with(change: impl FnOnce(&mut AutonomyRules)) -> impl FnOnce(&mut Config) {
    |config| {
        let mut rules = rules();
        change(&mut rules);
        config.policy.audit_share = 30;
        config.policy.autonomy = Some(rules);
    }
}

#[test]
fn autonomy_that_nobody_can_earn_is_found() {
    let mut config = sound();
    with(|_| ())(&mut config);
    assert_eq!(lint(&config), []);
    check(with(|rules| rules.max_error = 9), POLICY, "autonomy/max_error", "is not from 10 to 200");
    check(with(|rules| rules.max_error = 201), POLICY, "autonomy/max_error", "is not from 10 to 200");
    check(with(|rules| rules.limit = Shadow), POLICY, "autonomy", "starts with suggest beyond its limit");
    let range = Range { start: ActAndTell, limit: Suggest };
    let place = "autonomy/intents/access.request";
    check(
        with(|rules| rules.intents.values_mut().for_each(|one| *one = range)),
        POLICY,
        place,
        "beyond its limit",
    );
    let unknown =
        with(|rules| _ = rules.intents.insert("no.such".into(), Range { start: Shadow, limit: Shadow }));
    check(unknown, POLICY, "autonomy/intents/no.such", "the catalog does not have");
    let unasked = |config: &mut Config| {
        with(|_| ())(config);
        config.policy.audit_share = 0;
    };
    check(unasked, POLICY, "autonomy", "it is asked of nothing");
}
