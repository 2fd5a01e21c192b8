//! The fixed texts in German, with the formal "Sie".

use super::Phrase::{self, *};
use crate::{
    language::Language::German,
    request::{Outcome, Status},
};

pub(super) fn say(phrase: Phrase<'_>) -> String {
    match phrase {
        OneQuestion => "Eine Frage, bevor das gesendet werden kann.".into(),
        Understood => "Das habe ich verstanden. Soll ich es senden?".into(),
        BeingSent => "Es wird gesendet.".into(),
        Sent => "Gesendet. Hier erfahren Sie von jedem Schritt.".into(),
        Discarded => "Verworfen. Es wurde nichts gesendet.".into(),
        Send => "Senden".into(),
        SendToDesk => "So war es nicht gemeint: Service Desk fragen".into(),
        Discard => "Verwerfen".into(),
        BreakGlass(incident) => format!(
            "Notfallzugriff (Break-Glass) im Vorfall {incident}: Niemand wird gefragt, das Sicherheitsteam wird \
             sofort informiert, und der Zugriff wird nachträglich geprüft."
        ),
        What => "Was".into(),
        HowLong => "Wie lange".into(),
        From => "Ab".into(),
        Until => "Bis".into(),
        Why => "Warum".into(),
        For => "Für".into(),
        SomethingElse => "Etwas anderes".into(),
        DeskReads => "Der Service Desk wird es lesen".into(),
        ReadByDesk(what) => format!("{what} (der Service Desk wird es lesen)"),
        NotSure(what) => format!("{what} (nicht sicher: der Service Desk wird es lesen)"),
        Nobody => " (unter diesem Namen ist hier niemand bekannt)".into(),
        Somebody => "jemand".into(),
        WithoutEnd => "unbefristet".into(),
        Lasting(span) => format!("für {}", span.said_in(German)),
        DidYouMean(application) => format!("Meinten Sie {application}?"),
        WhichApplication => "Welche Anwendung meinen Sie?".into(),
        WhichLevel => "Welche Zugriffsstufe meinen Sie?".into(),
        Whom => "Für wen ist es?".into(),
        Yes => "Ja".into(),
        Me => "Für mich".into(),
        OnItsWay(what) => format!("Unterwegs: {what}"),
        Waiting(what) => format!("Wartet auf eine Entscheidung: {what}"),
        ReadAs(what) => {
            format!("Der Service Desk hat Ihre Anfrage so gelesen: {what}. So geht es jetzt weiter")
        }
        SettingUp(what) => format!("Genehmigt: {what}. Es wird gerade eingerichtet."),
        BeginsLater(what) => format!("Genehmigt: {what}. Es beginnt später"),
        Active(what) => format!("Sie haben es jetzt: {what}"),
        WentWrong(what) => format!(
            "Mit Ihrer Anfrage ({what}) ist etwas schiefgegangen; der Service Desk kümmert sich darum"
        ),
        LeadDecided(what) => format!("Über die Anfrage, mit der Ihre gewartet hat, ist entschieden: {what}"),
        TimeOver(what) => format!("Ihr befristeter Zugriff ist abgelaufen: {what}"),
        TimeOverButKept(what) => format!(
            "Die vereinbarte Zeit ist abgelaufen: {what}. Sie behalten den Zugriff, da Sie ihn auch auf \
             anderem Weg haben"
        ),
        NeverConfirmed(what) => format!(
            "Nicht ausgeführt: Das Zielsystem hat {what} nie bestätigt. Der Service Desk prüft, ob etwas davon \
             zurückblieb"
        ),
        RightlyGiven(what) => format!("Nachträglich geprüft: {what} wurde zu Recht vergeben"),
        WronglyGiven(what) => format!(
            "Nachträglich geprüft: {what} hätte nicht vergeben werden dürfen. Der Service Desk hat einen Vorfall"
        ),
        NeverReviewed(what) => {
            format!("Niemand hat {what} nachträglich geprüft. Der Service Desk weiß Bescheid")
        }
        NoAnswer(what) => format!(
            "Abgebrochen: Eine Frage zu {what} blieb zu lange unbeantwortet. Sie können erneut anfragen"
        ),
        Unanswered(what) => format!(
            "Abgebrochen: Niemand hat rechtzeitig über {what} entschieden. Sie können erneut anfragen"
        ),
        Unmet(what) => format!(
            "Verfallen: Die Bedingung für {what} war nicht rechtzeitig erfüllt. Sie können erneut anfragen"
        ),
        TooLate(what) => {
            format!("Verfallen: {what} konnte nicht vergeben werden, bevor die Zeit dafür vorbei war")
        }
        EndedEarly(what) => format!("Vorzeitig beendet: Ihr Zugriff auf {what} wurde zurückgenommen"),
        Ended(outcome, what) => ended(outcome, what),
        TakenBackBy => "Zurückgenommen von ".into(),
        Begins => "Ab ".into(),
        Ends => "Bis ".into(),
        EndsByItself => ", dann endet der Zugriff von selbst.".into(),
        Once(says, within) => format!(
            "Sobald dies zutrifft: {says}. Trifft es nicht rechtzeitig zu (Frist: {}), verfällt die Anfrage.",
            within.said_in(German)
        ),
        ButLess => "Genehmigt, aber weniger:".into(),
        GrantedAndAsked(granted, asked) => format!(" {granted} (angefragt: {asked})"),
        Lead(outcome, status) => format!("Die andere Anfrage {}.", state(outcome, status)),
        TakeBack => "Zurücknehmen".into(),
        ReallyTakeBack => "Diese Anfrage zurücknehmen?".into(),
        Request(id) => format!("Anfrage {id}"),
    }
}

fn ended(outcome: Option<Outcome>, what: &str) -> String {
    let Some(outcome) = outcome else { return format!("Beendet: {what}") };
    match outcome {
        Outcome::Granted => format!("Erledigt: {what} ist für Sie eingerichtet, vom Zielsystem bestätigt"),
        Outcome::Served => format!("Erledigt: {what}. Der Service Desk hat sich darum gekümmert"),
        Outcome::Revoked => format!("Beendet: Ihr Zugriff auf {what} wurde wie vereinbart zurückgenommen"),
        Outcome::Denied => format!("Abgelehnt: {what}"),
        Outcome::Expired => {
            format!("Verfallen: Niemand hat rechtzeitig über {what} entschieden. Sie können erneut anfragen")
        }
        Outcome::Cancelled => format!("Abgebrochen: {what}"),
        Outcome::Failed => {
            format!("Nicht ausgeführt: {what}. Es wurde nichts geändert; der Service Desk weiß Bescheid")
        }
        Outcome::Unknown => format!(
            "Unklar: Niemand kann bisher sagen, ob {what} eingerichtet wurde. Der Service Desk sieht nach"
        ),
        Outcome::AlreadyHeld => format!("Sie haben es bereits: {what}. Niemand musste gefragt werden"),
        Outcome::Joined => {
            format!("Bereits angefragt: {what} wartet auf eine Entscheidung. Hier lesen Sie, was daraus wird")
        }
    }
}

/// What follows "Die andere Anfrage".
fn state(outcome: Option<Outcome>, status: Status) -> &'static str {
    match (outcome, status) {
        (Some(Outcome::Granted), _) => "wurde bewilligt",
        (Some(Outcome::Served), _) => "wurde vom Service Desk erledigt",
        (Some(Outcome::Revoked), _) => "ist beendet, der Zugriff wurde wie vereinbart zurückgenommen",
        (Some(Outcome::Denied), _) => "wurde abgelehnt",
        (Some(Outcome::Expired), _) => "ist verfallen",
        (Some(Outcome::Cancelled), _) => "wurde abgebrochen",
        (Some(Outcome::Failed), _) => "konnte nicht ausgeführt werden",
        (Some(Outcome::Unknown), _) => "ist unklar, der Service Desk sieht nach",
        (Some(Outcome::AlreadyHeld), _) => "war nicht nötig, der Zugriff bestand bereits",
        (Some(Outcome::Joined), _) => "wartet mit einer dritten, in der es um dasselbe geht",
        (None, Status::Received) => "ist eingegangen",
        (None, Status::Waiting) => "wartet auf eine Entscheidung",
        (None, Status::Approved) => "wurde genehmigt",
        (None, Status::Provisioning) => "wird gerade eingerichtet",
        (None, Status::Active) => "wurde befristet bewilligt",
        (None, Status::Revoking) => "läuft aus, der Zugriff wird gerade zurückgenommen",
        (None, Status::Closed) => "ist abgeschlossen",
    }
}
