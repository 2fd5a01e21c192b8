//! The fixed texts in French, with "vous". Before a colon, a semicolon and a question mark stands a space that does not
//! break.

use super::Phrase::{self, *};
use crate::{
    language::Language::French,
    request::{Outcome, Status},
};

pub(super) fn say(phrase: Phrase<'_>) -> String {
    match phrase {
        OneQuestion => "Une question avant de pouvoir envoyer votre demande.".into(),
        Understood => "Voici ce que j’ai compris. Faut-il l’envoyer\u{a0}?".into(),
        BeingSent => "Envoi en cours.".into(),
        Sent => "Demande envoyée. Vous suivrez chaque étape ici.".into(),
        Discarded => "Demande abandonnée. Rien n’a été envoyé.".into(),
        Send => "Envoyer".into(),
        SendToDesk => "Ce n’est pas cela\u{a0}: demander au centre de services".into(),
        Discard => "Ne pas envoyer".into(),
        BreakGlass(incident) => format!(
            "Accès d’urgence (break-glass) pour l’incident {incident}\u{a0}: personne n’est consulté, l’équipe de \
             sécurité est avertie immédiatement et l’accès est examiné après coup."
        ),
        What => "Objet".into(),
        HowLong => "Durée".into(),
        From => "Début".into(),
        Until => "Fin".into(),
        Why => "Motif".into(),
        For => "Pour".into(),
        SomethingElse => "Autre chose".into(),
        DeskReads => "Le centre de services lira votre demande".into(),
        ReadByDesk(what) => format!("{what} (le centre de services lira votre demande)"),
        NotSure(what) => format!("{what} (incertain\u{a0}: le centre de services lira votre demande)"),
        Nobody => " (personne n’est connu ici sous ce nom)".into(),
        Somebody => "quelqu’un".into(),
        WithoutEnd => "sans limite de durée".into(),
        Lasting(span) => format!("pour {}", span.said_in(French)),
        DidYouMean(application) => format!("Vouliez-vous dire {application}\u{a0}?"),
        WhichApplication => "De quelle application s’agit-il\u{a0}?".into(),
        WhichLevel => "De quel niveau d’accès s’agit-il\u{a0}?".into(),
        Whom => "Pour qui est-ce\u{a0}?".into(),
        Yes => "Oui".into(),
        Me => "Pour moi".into(),
        OnItsWay(what) => format!("Demande transmise\u{a0}: {what}"),
        Waiting(what) => format!("En attente d’une décision\u{a0}: {what}"),
        ReadAs(what) => {
            format!(
                "Le centre de services a compris votre demande ainsi\u{a0}: {what}. Elle se poursuit ainsi"
            )
        }
        SettingUp(what) => format!("Approuvé\u{a0}: {what}. La mise en place est en cours."),
        BeginsLater(what) => format!("Approuvé\u{a0}: {what}. L’accès commencera plus tard"),
        Active(what) => format!("Vous y avez accès\u{a0}: {what}"),
        WentWrong(what) => format!(
            "Un problème est survenu avec votre demande ({what})\u{a0}; le centre de services s’en occupe"
        ),
        LeadDecided(what) => {
            format!("La demande à laquelle la vôtre était jointe a reçu une décision\u{a0}: {what}")
        }
        TimeOver(what) => format!("Votre accès temporaire a pris fin\u{a0}: {what}"),
        TimeOverButKept(what) => format!(
            "La durée prévue est écoulée\u{a0}: {what}. Vous gardez l’accès, car vous l’avez aussi par un autre biais"
        ),
        NeverConfirmed(what) => format!(
            "Non effectué\u{a0}: le système cible n’a pas confirmé {what}. Le centre de services vérifie qu’il n’en \
             reste rien"
        ),
        RightlyGiven(what) => format!("Examiné après coup\u{a0}: {what} a été accordé à juste titre"),
        WronglyGiven(what) => format!(
            "Examiné après coup\u{a0}: {what} n’aurait pas dû être accordé. Le centre de services traite l’incident"
        ),
        NeverReviewed(what) => {
            format!("Personne n’a examiné {what} après coup. Le centre de services en est informé")
        }
        NoAnswer(what) => format!(
            "Annulé\u{a0}: une question sur {what} est restée sans réponse. Vous pouvez refaire votre demande"
        ),
        Unanswered(what) => format!(
            "Annulé\u{a0}: personne n’a décidé à temps pour {what}. Vous pouvez refaire votre demande"
        ),
        Unmet(what) => format!(
            "Expiré\u{a0}: la condition pour {what} n’a pas été remplie à temps. Vous pouvez refaire votre demande"
        ),
        TooLate(what) => {
            format!("Expiré\u{a0}: {what} n’a pas pu être accordé avant la fin de la période demandée")
        }
        EndedEarly(what) => format!("Terminé plus tôt que prévu\u{a0}: votre accès à {what} a été retiré"),
        Ended(outcome, what) => ended(outcome, what),
        TakenBackBy => "Retiré par ".into(),
        Begins => "Début\u{a0}: ".into(),
        Ends => "Fin\u{a0}: ".into(),
        EndsByItself => " (l’accès s’arrête alors de lui-même).".into(),
        Once(says, within) => format!(
            "Dès que ceci est vrai\u{a0}: {says}. Si ce n’est pas le cas dans un délai de {}, la demande expire.",
            within.said_in(French)
        ),
        ButLess => "Approuvé, mais moins que demandé\u{a0}:".into(),
        GrantedAndAsked(granted, asked) => format!(" {granted} (demandé\u{a0}: {asked})"),
        Lead(outcome, status) => format!("L’autre demande {}.", state(outcome, status)),
        TakeBack => "Retirer la demande".into(),
        ReallyTakeBack => "Retirer cette demande\u{a0}?".into(),
        Request(id) => format!("Demande {id}"),
    }
}

fn ended(outcome: Option<Outcome>, what: &str) -> String {
    let Some(outcome) = outcome else { return format!("Terminé\u{a0}: {what}") };
    match outcome {
        Outcome::Granted => format!("C’est fait\u{a0}: {what} est à vous, confirmé par le système cible"),
        Outcome::Served => format!("C’est fait\u{a0}: {what}. Le centre de services s’en est occupé"),
        Outcome::Revoked => format!("Terminé\u{a0}: votre accès à {what} a été retiré comme convenu"),
        Outcome::Denied => format!("Refusé\u{a0}: {what}"),
        Outcome::Expired => {
            format!(
                "Expiré\u{a0}: personne n’a décidé à temps pour {what}. Vous pouvez refaire votre demande"
            )
        }
        Outcome::Cancelled => format!("Annulé\u{a0}: {what}"),
        Outcome::Failed => format!(
            "Non effectué\u{a0}: {what}. Rien n’a été modifié\u{a0}; le centre de services en est informé"
        ),
        Outcome::Unknown => format!(
            "Incertain\u{a0}: on ne sait pas encore si {what} a été mis en place. Le centre de services vérifie"
        ),
        Outcome::AlreadyHeld => {
            format!("Vous l’avez déjà\u{a0}: {what}. Il n’a fallu consulter personne")
        }
        Outcome::Joined => {
            format!("Déjà demandé\u{a0}: {what} est en attente d’une décision. Vous lirez la suite ici")
        }
    }
}

/// What follows "L’autre demande".
fn state(outcome: Option<Outcome>, status: Status) -> &'static str {
    match (outcome, status) {
        (Some(Outcome::Granted), _) => "a été accordée",
        (Some(Outcome::Served), _) => "a été traitée par le centre de services",
        (Some(Outcome::Revoked), _) => "est terminée, l’accès a été retiré comme convenu",
        (Some(Outcome::Denied), _) => "a été refusée",
        (Some(Outcome::Expired), _) => "a expiré",
        (Some(Outcome::Cancelled), _) => "a été annulée",
        (Some(Outcome::Failed), _) => "n’a pas pu être effectuée",
        (Some(Outcome::Unknown), _) => "est dans un état incertain, le centre de services vérifie",
        (Some(Outcome::AlreadyHeld), _) => "n’était pas nécessaire, l’accès existait déjà",
        (Some(Outcome::Joined), _) => "attend avec une troisième, pour la même chose",
        (None, Status::Received) => "a été reçue",
        (None, Status::Waiting) => "est en attente d’une décision",
        (None, Status::Approved) => "a été approuvée",
        (None, Status::Provisioning) => "est en cours de mise en place",
        (None, Status::Active) => "a été accordée pour une durée limitée",
        (None, Status::Revoking) => "prend fin, l’accès est en cours de retrait",
        (None, Status::Closed) => "est close",
    }
}
