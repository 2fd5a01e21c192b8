//! How sure a desk may be: the classifier's probability, and every doubt as an upper limit on it.

/// No reading is certain.
const MOST: f64 = 0.99;
/// More doubts than this help nobody.
const MAX_SENTENCES: usize = 3;

/// Something that speaks against acting without a person. A doubt can only lower the confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    Steering,
    Cut,
    Hidden,
    Repetitive,
    OutOfScope,
    PerhapsOutOfScope,
    NotOffered,
    NoApplication,
    SeveralApplications,
    Misspelt,
    UnknownLevel,
    UnclearDuration,
    UnclearPerson,
    Negated,
    Unfamiliar,
    Crowded,
}

impl Doubt {
    const fn limit(self) -> f64 {
        match self {
            Self::Steering | Self::Cut => 0.0,
            Self::OutOfScope | Self::NotOffered | Self::Hidden | Self::Crowded | Self::Repetitive => 0.2,
            Self::NoApplication => 0.35,
            Self::SeveralApplications | Self::UnclearPerson | Self::Negated => 0.4,
            Self::PerhapsOutOfScope | Self::UnknownLevel | Self::UnclearDuration | Self::Unfamiliar => 0.45,
            Self::Misspelt => 0.85,
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Steering => "The message tells the desk how to handle it.",
            Self::Cut => "The message is too long to read in full.",
            Self::Hidden => "The message holds invisible characters.",
            Self::Repetitive => "The message says the same again and again.",
            Self::OutOfScope => "It does not look like something this desk does.",
            Self::PerhapsOutOfScope => "It may be nothing that this desk does.",
            Self::NotOffered => "The desk does not offer this.",
            Self::NoApplication => "No application that we know is named.",
            Self::SeveralApplications => "It is not plain which application is meant.",
            Self::Misspelt => "The application's name is misspelt.",
            Self::UnknownLevel => "It is not plain which level of access is meant.",
            Self::UnclearDuration => "It is not plain for how long.",
            Self::UnclearPerson => "It is not plain whom it is for.",
            Self::Negated => "It may say what is not wanted.",
            Self::Unfamiliar => "Too few of its words are familiar.",
            Self::Crowded => "The message asks for more than can be told apart.",
        }
    }
}

/// The confidence: the probability, but at most what each doubt allows.
pub(crate) fn confidence(probability: f64, doubts: &[Doubt]) -> f64 {
    let most = doubts.iter().map(|doubt| doubt.limit()).fold(MOST, f64::min);
    if probability.is_finite() { probability.clamp(0.0, most) } else { 0.0 }
}

/// What is in doubt, without a word of the message; the gravest first.
pub(crate) fn sentences(doubts: &[Doubt]) -> Vec<String> {
    let mut doubts = doubts.to_vec();
    doubts.sort_by(|a, b| a.limit().total_cmp(&b.limit()));
    doubts.dedup();
    doubts.into_iter().take(MAX_SENTENCES).map(|doubt| doubt.sentence().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[Doubt] = &[
        Doubt::Steering,
        Doubt::Cut,
        Doubt::Hidden,
        Doubt::Repetitive,
        Doubt::OutOfScope,
        Doubt::PerhapsOutOfScope,
        Doubt::NotOffered,
        Doubt::NoApplication,
        Doubt::SeveralApplications,
        Doubt::Misspelt,
        Doubt::UnknownLevel,
        Doubt::UnclearDuration,
        Doubt::UnclearPerson,
        Doubt::Negated,
        Doubt::Unfamiliar,
        Doubt::Crowded,
    ];

    #[test]
    fn the_gravest_doubts_are_told_once() {
        let doubts = [Doubt::Misspelt, Doubt::Crowded, Doubt::Crowded, Doubt::Cut, Doubt::NoApplication];
        let expected =
            [Doubt::Cut, Doubt::Crowded, Doubt::NoApplication].map(|doubt| doubt.sentence().to_owned());
        assert_eq!(sentences(&doubts), expected);
        assert_eq!(sentences(&[]), [""; 0]);
    }

    #[test]
    fn a_doubt_never_raises() {
        for probability in [0.0, 0.1, 0.5, 0.9, 1.0, 7.0, -1.0, f64::NAN, f64::INFINITY] {
            for first in ALL {
                for second in ALL {
                    let one = confidence(probability, &[*first]);
                    assert!(one <= confidence(probability, &[]), "{first:?} at {probability}");
                    assert!(confidence(probability, &[*first, *second]) <= one, "{first:?} {second:?}");
                }
            }
        }
    }

    #[test]
    fn a_confidence_lies_between_zero_and_almost_one() {
        for probability in [0.0, 0.5, 1.0, 7.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!((0.0..=MOST).contains(&confidence(probability, &[])), "{probability}");
        }
    }
}
