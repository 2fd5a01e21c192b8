//! What one press of the asker would settle, where nothing else is in doubt.

use countersign_core::question::{Candidate, Question, Questions};

use crate::confidence::{Doubt, confidence, sentences};
use crate::people::Beneficiary;
use crate::port::thousandths;
use crate::targets::Target;

/// What is to be asked about a target and a beneficiary that are in these doubts, and the confidence once it is answered;
/// `None` where that would leave a doubt, or there is none to settle.
pub(crate) fn of(
    probability: f64,
    doubts: &[Doubt],
    target: &Target,
    beneficiary: &Beneficiary,
) -> Option<Questions> {
    let mut left = doubts.to_vec();
    let mut waiting = Vec::new();
    if let Some(question) = &target.question {
        left.retain(|doubt| !settles(question, *doubt));
        waiting.push(question.clone());
    }
    if let Beneficiary::Unclear(people) = beneficiary
        && !people.is_empty()
    {
        let question =
            Question::Beneficiary([None].into_iter().chain(people.iter().cloned().map(Some)).collect());
        left.retain(|doubt| !settles(&question, *doubt));
        waiting.push(question);
    }
    // A misspelling costs little: it is asked about where it is all there is.
    if let ([], [Doubt::Misspelt], Some(application)) =
        (waiting.as_slice(), left.as_slice(), &target.application)
    {
        let (application, entitlement) = (application.clone(), target.entitlement.clone());
        waiting.push(Question::Application(vec![Candidate { application, entitlement, levels: Vec::new() }]));
        left.clear();
    }
    let settled = !waiting.is_empty() && left.iter().all(|doubt| *doubt == Doubt::Misspelt);
    settled.then(|| Questions {
        waiting,
        confidence: thousandths(confidence(probability, &left)),
        doubts: sentences(&left),
    })
}

fn settles(question: &Question, doubt: Doubt) -> bool {
    match question {
        Question::Application(_) => doubt == Doubt::SeveralApplications,
        Question::Level(_) => doubt == Doubt::UnknownLevel,
        Question::Beneficiary(_) => doubt == Doubt::UnclearPerson,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice::from_ref;

    fn named(levels: &[&str]) -> Question {
        Question::Level(levels.iter().map(|level| (*level).to_owned()).collect())
    }

    fn apps(names: &[&str]) -> Question {
        let candidate = |name: &&str| Candidate {
            application: (*name).to_owned(),
            entitlement: Some("viewer".into()),
            levels: Vec::new(),
        };
        Question::Application(names.iter().map(candidate).collect())
    }

    fn who(people: &[&str]) -> Question {
        let named = people.iter().map(|named| Some((*named).to_owned()));
        Question::Beneficiary([None].into_iter().chain(named).collect())
    }

    /// What is asked of these doubts at a probability of 0.95, and the confidence then.
    fn check(
        doubts: &[Doubt],
        question: Option<Question>,
        people: Option<&[&str]>,
        expected: Option<(&[Question], u16)>,
    ) {
        let application = (!doubts.contains(&Doubt::SeveralApplications)).then(|| "salesforce".to_owned());
        let target =
            Target { application, entitlement: Some("viewer".into()), question, ..Target::default() };
        let unclear = |people: &[&str]| people.iter().map(|named| (*named).to_owned()).collect();
        let beneficiary = people.map_or(Beneficiary::Asker, |people| Beneficiary::Unclear(unclear(people)));
        let found = of(0.95, doubts, &target, &beneficiary);
        let shown = found.as_ref().map(|questions| (questions.waiting.as_slice(), questions.confidence));
        assert_eq!(shown, expected, "{doubts:?}");
    }

    #[test]
    fn what_one_press_settles_is_asked() {
        use Doubt::*;
        let (both, levels) = (apps(&["salesforce", "tableau"]), named(&["standard", "admin"]));
        check(&[], None, None, None);
        check(&[SeveralApplications], Some(both.clone()), None, Some((from_ref(&both), 950)));
        check(&[UnknownLevel], Some(levels.clone()), None, Some((from_ref(&levels), 950)));
        check(&[UnclearPerson], None, Some(&["<@U0EMMA>"]), Some((&[who(&["<@U0EMMA>"])], 950)));
        check(&[Misspelt], None, None, Some((&[apps(&["salesforce"])], 950)));
        check(
            &[UnknownLevel, UnclearPerson],
            Some(levels.clone()),
            Some(&["<@U0EMMA>"]),
            Some((&[levels.clone(), who(&["<@U0EMMA>"])], 950)),
        );
        // The misspelling stays in doubt, and costs what it costs.
        check(&[Misspelt, UnknownLevel], Some(levels.clone()), None, Some((&[levels], 850)));
    }

    #[test]
    fn what_no_press_settles_is_for_a_person() {
        use Doubt::*;
        let both = || Some(apps(&["salesforce", "tableau"]));
        check(&[SeveralApplications], None, None, None);
        check(&[UnknownLevel], None, None, None);
        check(&[UnclearPerson], None, Some(&[]), None);
        check(&[SeveralApplications, UnclearPerson], both(), Some(&[]), None);
        check(&[SeveralApplications, UnknownLevel], Some(named(&["standard"])), None, None);
        for other in [
            Steering,
            Cut,
            Hidden,
            Repetitive,
            OutOfScope,
            PerhapsOutOfScope,
            NotOffered,
            NoApplication,
            UnclearDuration,
            Negated,
            Unfamiliar,
            Crowded,
        ] {
            check(&[other], None, None, None);
            check(&[other, Misspelt], None, None, None);
            check(&[SeveralApplications, other], both(), None, None);
            check(&[other, UnclearPerson], None, Some(&["<@U0EMMA>"]), None);
        }
    }
}
