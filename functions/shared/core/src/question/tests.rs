//! What is worth asking, and what an answer can do: choose one of what is offered, nothing else.

use super::*;
use crate::message::Grounds;
use proptest::prelude::*;

const MINIMUM: u16 = 600;
const APPLICATIONS: [&str; 6] = ["salesforce", "figma", "tableau", "aws", "jira", "notion"];
const LEVELS: [&str; 6] = ["standard", "admin", "viewer", "creator", "readonly", "production"];

fn ask(confidence: u16, questions: Option<Questions>) -> Ask {
    Ask {
        intent: "access.request".into(),
        text: "I need it".into(),
        confidence,
        grounds: Grounds { words: Vec::new(), doubts: vec!["It is not plain.".into()] },
        questions,
        ..Ask::default()
    }
}

fn candidate(application: &str, levels: &[&str]) -> Candidate {
    let levels = levels.iter().map(|level| (*level).to_owned()).collect();
    Candidate { application: application.into(), entitlement: Some("viewer".into()), levels }
}

fn several(count: usize) -> Question {
    Question::Application(APPLICATIONS.iter().take(count).map(|name| candidate(name, &[])).collect())
}

fn level(count: usize) -> Question {
    Question::Level(LEVELS.iter().take(count).map(|name| (*name).to_owned()).collect())
}

fn whom() -> Question {
    Question::Beneficiary(vec![None, Some("<@U0EMMA>".into())])
}

fn of(waiting: &[Question], confidence: u16) -> Option<Questions> {
    Some(Questions { waiting: waiting.to_vec(), confidence, doubts: Vec::new() })
}

/// Whether these asks, each with its confidence now and then, are asked about.
fn check(asks: &[(u16, &[Question], u16)], expected: &[bool]) {
    let mut all: Vec<Ask> = asks.iter().map(|(now, waiting, then)| ask(*now, of(waiting, *then))).collect();
    keep_worthwhile(&mut all, MINIMUM);
    let kept: Vec<bool> = all.iter().map(|ask| ask.questions.is_some()).collect();
    assert_eq!(kept, expected, "{asks:?}");
}

#[test]
fn only_what_spares_a_person_is_asked() {
    check(&[(400, &[several(2)], 950)], &[true]);
    check(&[(400, &[several(2)], MINIMUM)], &[true]);
    check(&[(400, &[several(2)], MINIMUM - 1)], &[false]);
    check(&[(MINIMUM, &[several(2)], 950)], &[false]);
    let mut unknown = [Ask { beneficiary_unknown: true, ..ask(400, of(&[several(2)], 950)) }];
    keep_worthwhile(&mut unknown, MINIMUM);
    assert_eq!(unknown[0].questions, None);
}

#[test]
fn few_choices_are_offered_in_few_rounds() {
    check(&[(400, &[several(MAX_CHOICES)], 950)], &[true]);
    check(&[(400, &[several(MAX_CHOICES + 1)], 950)], &[false]);
    check(&[(400, &[level(1)], 950)], &[true]);
    check(&[(400, &[level(MAX_CHOICES + 1)], 950)], &[false]);
    check(&[(400, &[level(0)], 950)], &[false]);
    check(&[(400, &[several(2), whom()], 950)], &[true]);
    check(&[(400, &[several(2), level(2), whom()], 950)], &[false]);
    // An application whose level is not plain asks once more.
    let unclear =
        |levels: &[&str]| Question::Application(vec![candidate("aws", levels), candidate("jira", &[])]);
    check(&[(400, &[unclear(&LEVELS[..2])], 950)], &[true]);
    check(&[(400, &[unclear(&LEVELS)], 950)], &[false]);
    check(&[(400, &[unclear(&LEVELS[..2]), whom()], 950)], &[false]);
    // The rounds are those of the message.
    let other: (u16, &[Question], u16) = (930, &[], 930);
    check(&[(400, &[several(2)], 950), other, (400, &[level(2)], 950)], &[true, false, true]);
    check(&[(400, &[several(2)], 950), (400, &[level(2), whom()], 950)], &[false, false]);
}

#[test]
fn an_answer_fills_in_what_it_chose_and_the_last_one_settles() {
    let waiting = [Question::Application(vec![candidate("aws", &["readonly", "production"])]), whom()];
    let mut asks = [ask(930, None), ask(400, of(&waiting, 1_000))];
    assert_eq!(next(&asks).map(|(index, question)| (index, question.choices())), Some((1, 1)));
    assert!(!answer(&mut asks, 1), "one is offered");
    assert!(answer(&mut asks, 0));
    assert_eq!(next(&asks), Some((1, &Question::Level(vec!["readonly".into(), "production".into()]))));
    assert_eq!((asks[1].application.as_deref(), asks[1].confidence), (Some("aws"), 400));
    assert!(answer(&mut asks, 1) && answer(&mut asks, 1) && !answer(&mut asks, 0));
    let settled = &asks[1];
    assert_eq!(settled.entitlement.as_deref(), Some("production"));
    assert_eq!(settled.beneficiary.as_deref(), Some("<@U0EMMA>"));
    assert_eq!((settled.confidence, &settled.questions), (999, &None), "nothing is certain");
    assert_eq!(settled.grounds.doubts, [""; 0]);
    assert_eq!(asks[0], ask(930, None));
}

#[test]
fn what_a_button_carries_is_read_back() {
    let asked = Asked { message: MessageId::derived(&["m"]), question: 1 };
    assert_eq!(Asked::parse(&asked.to_string()).unwrap(), asked);
    for bad in ["", "#", "m", "m#", "#0", "m#-1", "m#0#0", "m#4294967296", "a b#0", "m#x"] {
        assert!(Asked::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn an_ask_with_questions_is_read_back() {
    let asked = ask(400, of(&[several(1), level(2), whom()], 950));
    let written = serde_json::to_string(&asked).unwrap();
    assert_eq!(serde_json::from_str::<Ask>(&written).unwrap(), asked);
}

fn any_questions() -> impl Strategy<Value = Questions> {
    let name = |names: [&'static str; 6]| prop::sample::select(names.to_vec()).prop_map(str::to_owned);
    let levels = move || prop::collection::vec(name(LEVELS), 0..6);
    let candidate = (name(APPLICATIONS), prop::option::of(name(LEVELS)), levels())
        .prop_map(|(application, entitlement, levels)| Candidate { application, entitlement, levels });
    let person = prop::option::of("<@U[A-Z]{3}>".prop_map(String::from));
    let question = prop_oneof![
        prop::collection::vec(candidate, 0..6).prop_map(Question::Application),
        levels().prop_map(Question::Level),
        prop::collection::vec(person, 0..6).prop_map(Question::Beneficiary),
    ];
    (prop::collection::vec(question, 0..4), any::<u16>()).prop_map(|(waiting, confidence)| Questions {
        waiting,
        confidence,
        doubts: Vec::new(),
    })
}

/// Every application, level and person that these questions offer.
fn offered(questions: &Questions) -> Vec<String> {
    let further = questions.waiting.iter().flat_map(Question::further);
    let all = questions.waiting.iter().cloned().chain(further);
    let names = all.flat_map(|question| match question {
        Question::Application(all) => {
            all.into_iter().flat_map(|one| [Some(one.application), one.entitlement]).collect()
        }
        Question::Level(levels) => levels.into_iter().map(Some).collect::<Vec<_>>(),
        Question::Beneficiary(people) => people,
    });
    names.flatten().collect()
}

proptest! {
    /// Whatever is pressed in whatever order: only what was offered gets in, the rest stays, and the confidence ends at
    /// what triage said or where it was.
    #[test]
    fn answers_fill_in_what_was_offered_and_nothing_else(
        questions in any_questions(),
        presses in prop::collection::vec(0..8_usize, 0..12),
    ) {
        let before = ask(400, Some(questions.clone()));
        let mut asks = [before.clone()];
        for press in presses {
            let (was, offers) = (asks.clone(), next(&asks).map_or(0, |(_, question)| question.choices()));
            prop_assert_eq!(answer(&mut asks, press), press < offers);
            prop_assert_eq!(asks == was, press >= offers);
        }
        let [after] = asks;
        for filled in [&after.application, &after.entitlement, &after.beneficiary].into_iter().flatten() {
            prop_assert!(offered(&questions).contains(filled), "{} was not offered", filled);
        }
        let settled = after.questions.is_none();
        prop_assert_eq!(after.confidence, if settled { questions.confidence.min(999) } else { 400 });
        let same = Ask {
            application: None,
            entitlement: None,
            beneficiary: None,
            confidence: 400,
            grounds: before.grounds.clone(),
            questions: before.questions.clone(),
            ..after
        };
        prop_assert_eq!(same, before);
    }

    /// What is asked ends within the rounds that are allowed, and each time few choices are offered.
    #[test]
    fn what_is_asked_ends(all in prop::collection::vec(any_questions(), 1..4), presses in prop::collection::vec(0..MAX_CHOICES, 9)) {
        let mut asks: Vec<Ask> = all.into_iter().map(|questions| ask(400, Some(questions))).collect();
        keep_worthwhile(&mut asks, MINIMUM);
        let mut rounds = 0;
        for press in presses {
            let Some((_, question)) = next(&asks) else { break };
            prop_assert!((1..=MAX_CHOICES).contains(&question.choices()));
            let choice = press % question.choices();
            prop_assert!(answer(&mut asks, choice));
            rounds += 1;
        }
        prop_assert!(rounds <= MAX_ROUNDS);
        prop_assert_eq!(next(&asks), None);
    }
}
