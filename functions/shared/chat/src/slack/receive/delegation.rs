//! `/desk delegate @mia until Friday` and `/desk delegate off`: who decides in one's place.

use countersign_core::{
    job::{Actor, Job},
    person::ChatUser,
    time::{Span, Timestamp},
};

const DAY_MILLIS: i64 = 86_400_000;
/// 1970-01-01 was a Thursday.
const WEEKDAYS: [&str; 7] = ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"];

/// The job that the words after `delegate` mean, if they mean one.
pub(super) fn read(words: &str, user: ChatUser, place: Option<String>, now: Timestamp) -> Option<Job> {
    let actor = Actor::Chat { user };
    if words.trim().eq_ignore_ascii_case("off") {
        return Some(Job::Delegate { actor, to: None, until: None, asked_at: now, place });
    }
    let mut words = words.split_whitespace();
    let to = words.next().filter(|to| is_somebody(to))?.to_owned();
    let rest: Vec<&str> = words.collect();
    let until = match rest.as_slice() {
        [] => None,
        ["until", day] => Some(end_of(day, now)?),
        ["for", length] => Some(now.plus(Span::parse(length).ok()?)),
        _ => return None,
    };
    Some(Job::Delegate { actor, to: Some(to), until, asked_at: now, place })
}

/// A mention, or a mail address.
fn is_somebody(word: &str) -> bool {
    let mentioned = word.strip_prefix("<@").and_then(|rest| rest.strip_suffix('>'));
    mentioned.is_some_and(|id| !id.is_empty())
        || word.split_once('@').is_some_and(|(name, _)| !name.is_empty() && !word.starts_with('<'))
}

/// The end of a day in UTC: the next one of that name, today included, or a date like 2026-12-04. A day that is over is none.
fn end_of(day: &str, now: Timestamp) -> Option<Timestamp> {
    let today = now.0.div_euclid(DAY_MILLIS);
    let end = |day: i64| Timestamp((day + 1) * DAY_MILLIS - 1);
    let name = day.to_lowercase();
    let found = match name.as_str() {
        "today" => end(today),
        "tomorrow" => end(today + 1),
        name => match (0..7).find(|ahead| weekday(today + ahead).is_some_and(|it| it == name)) {
            Some(ahead) => end(today + ahead),
            None => end(Timestamp::parse(&format!("{name}T00:00:00Z")).ok()?.0.div_euclid(DAY_MILLIS)),
        },
    };
    (found > now).then_some(found)
}

fn weekday(day: i64) -> Option<&'static str> {
    WEEKDAYS.get(usize::try_from(day.rem_euclid(7)).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::person::ChannelKind;

    /// A Wednesday.
    const NOW: &str = "2026-11-25T10:00:00Z";

    fn check(words: &str, expected: Option<(Option<&str>, Option<&str>)>) {
        let user = ChatUser { channel: ChannelKind::Slack, workspace: "T".into(), user: "U0MARCUS".into() };
        let job = read(words, user, None, Timestamp::parse(NOW).unwrap());
        let found = job.map(|job| match job {
            Job::Delegate { to, until, .. } => (to, until.map(|at| at.to_string())),
            other => panic!("{other:?}"),
        });
        let expected = expected.map(|(to, until)| (to.map(str::to_owned), until.map(str::to_owned)));
        assert_eq!(found, expected, "{words}");
    }

    #[test]
    fn a_delegation_names_somebody_and_perhaps_an_end() {
        let mia = Some("<@U0MIA>");
        for (words, expected) in [
            ("<@U0MIA> until Friday", Some((mia, Some("2026-11-27T23:59:59Z")))),
            ("<@U0MIA> until wednesday", Some((mia, Some("2026-11-25T23:59:59Z")))),
            ("<@U0MIA> until TUESDAY", Some((mia, Some("2026-12-01T23:59:59Z")))),
            ("<@U0MIA> until tomorrow", Some((mia, Some("2026-11-26T23:59:59Z")))),
            ("<@U0MIA>  until 2026-12-04", Some((mia, Some("2026-12-04T23:59:59Z")))),
            ("<@U0MIA> for 3d", Some((mia, Some("2026-11-28T10:00:00Z")))),
            ("<@U0MIA>", Some((mia, None))),
            (
                "mia@harbour.example until today",
                Some((Some("mia@harbour.example"), Some("2026-11-25T23:59:59Z"))),
            ),
            ("off", Some((None, None))),
            (" OFF ", Some((None, None))),
        ] {
            check(words, expected);
        }
    }

    #[test]
    fn other_words_are_no_delegation() {
        for words in [
            "",
            "mia",
            "<@> until Friday",
            "@harbour.example",
            "<@U0MIA> until",
            "<@U0MIA> until 2026-11-24",
            "<@U0MIA> until someday",
            "<@U0MIA> for ever",
            "<@U0MIA> Friday",
            "<@U0MIA> until Friday please",
            "off now",
        ] {
            check(words, None);
        }
    }
}
