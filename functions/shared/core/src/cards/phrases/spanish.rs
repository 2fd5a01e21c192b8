//! The fixed texts in Spanish, with "usted".

use super::Phrase::{self, *};
use crate::{
    language::Language::Spanish,
    request::{Outcome, Status},
};

pub(super) fn say(phrase: Phrase<'_>) -> String {
    match phrase {
        OneQuestion => "Una pregunta antes de poder enviarlo.".into(),
        Understood => "Esto es lo que entendí. ¿Lo envío?".into(),
        BeingSent => "Se está enviando.".into(),
        Sent => "Enviado. Aquí le informaremos de cada paso.".into(),
        Discarded => "Descartado. No se envió nada.".into(),
        Send => "Enviar".into(),
        SendToDesk => "No es lo que quería: preguntar a la mesa de servicio".into(),
        Discard => "Descartar".into(),
        BreakGlass(incident) => format!(
            "Acceso de emergencia (break-glass) en el incidente {incident}: no se consulta a nadie, se avisa de \
             inmediato al equipo de seguridad y el acceso se revisa después."
        ),
        What => "Qué".into(),
        HowLong => "Duración".into(),
        From => "Desde".into(),
        Until => "Hasta".into(),
        Why => "Motivo".into(),
        For => "Para".into(),
        SomethingElse => "Otra cosa".into(),
        DeskReads => "La mesa de servicio lo leerá".into(),
        ReadByDesk(what) => format!("{what} (la mesa de servicio lo leerá)"),
        NotSure(what) => format!("{what} (no hay certeza: la mesa de servicio lo leerá)"),
        Nobody => " (aquí no se conoce a nadie con ese nombre)".into(),
        Somebody => "alguien".into(),
        WithoutEnd => "sin fecha de fin".into(),
        Lasting(span) => format!("durante {}", span.said_in(Spanish)),
        DidYouMean(application) => format!("¿Quiso decir {application}?"),
        WhichApplication => "¿A qué aplicación se refiere?".into(),
        WhichLevel => "¿A qué nivel de acceso se refiere?".into(),
        Whom => "¿Para quién es?".into(),
        Yes => "Sí".into(),
        Me => "Para mí".into(),
        OnItsWay(what) => format!("En camino: {what}"),
        Waiting(what) => format!("A la espera de una decisión: {what}"),
        ReadAs(what) => format!("La mesa de servicio entendió así su solicitud: {what}. Así sigue su curso"),
        SettingUp(what) => format!("Aprobado: {what}. Se está configurando."),
        BeginsLater(what) => format!("Aprobado: {what}. Empieza más adelante"),
        Active(what) => format!("Ya lo tiene: {what}"),
        WentWrong(what) => {
            format!("Algo salió mal con su solicitud ({what}); la mesa de servicio se ocupa de ello")
        }
        LeadDecided(what) => format!("Ya se decidió la solicitud con la que esperaba la suya: {what}"),
        TimeOver(what) => format!("Su acceso temporal ha terminado: {what}"),
        TimeOverButKept(what) => {
            format!(
                "El plazo acordado ha terminado: {what}. Conserva el acceso, porque también lo tiene por otra vía"
            )
        }
        NeverConfirmed(what) => format!(
            "No realizado: el sistema de destino nunca confirmó {what}. La mesa de servicio comprueba que no \
             quede nada"
        ),
        RightlyGiven(what) => format!("Revisado después: {what} se concedió correctamente"),
        WronglyGiven(what) => {
            format!("Revisado después: {what} no debió concederse. La mesa de servicio tiene un incidente")
        }
        NeverReviewed(what) => format!("Nadie revisó {what} después. La mesa de servicio está al tanto"),
        NoAnswer(what) => format!(
            "Cancelado: una pregunta sobre {what} no se respondió a tiempo. Puede volver a solicitarlo"
        ),
        Unanswered(what) => {
            format!("Cancelado: nadie decidió a tiempo sobre {what}. Puede volver a solicitarlo")
        }
        Unmet(what) => {
            format!("Caducado: la condición para {what} no se cumplió a tiempo. Puede volver a solicitarlo")
        }
        TooLate(what) => format!("Caducado: {what} no pudo concederse antes de que terminara su plazo"),
        EndedEarly(what) => format!("Terminado antes de tiempo: se retiró su acceso a {what}"),
        Ended(outcome, what) => ended(outcome, what),
        TakenBackBy => "Retirado por ".into(),
        Begins => "Inicio: ".into(),
        Ends => "Fin: ".into(),
        EndsByItself => " (el acceso termina entonces por sí solo).".into(),
        Once(says, within) => format!(
            "En cuanto se cumpla esto: {says}. Si no se cumple en un plazo de {}, la solicitud caduca.",
            within.said_in(Spanish)
        ),
        ButLess => "Aprobado, pero menos de lo solicitado:".into(),
        GrantedAndAsked(granted, asked) => format!(" {granted} (solicitado: {asked})"),
        Lead(outcome, status) => format!("La otra solicitud {}.", state(outcome, status)),
        TakeBack => "Retirar la solicitud".into(),
        ReallyTakeBack => "¿Retirar esta solicitud?".into(),
        Request(id) => format!("Solicitud {id}"),
    }
}

fn ended(outcome: Option<Outcome>, what: &str) -> String {
    let Some(outcome) = outcome else { return format!("Terminado: {what}") };
    match outcome {
        Outcome::Granted => format!("Hecho: {what} ya es suyo, confirmado por el sistema de destino"),
        Outcome::Served => format!("Hecho: {what}. La mesa de servicio se ha ocupado de ello"),
        Outcome::Revoked => format!("Terminado: se retiró su acceso a {what} según lo acordado"),
        Outcome::Denied => format!("Denegado: {what}"),
        Outcome::Expired => {
            format!("Caducado: nadie decidió a tiempo sobre {what}. Puede volver a solicitarlo")
        }
        Outcome::Cancelled => format!("Cancelado: {what}"),
        Outcome::Failed => {
            format!("No realizado: {what}. No se cambió nada; la mesa de servicio está al tanto")
        }
        Outcome::Unknown => format!(
            "Pendiente de aclarar: aún no se sabe si {what} quedó configurado. La mesa de servicio lo está \
             comprobando"
        ),
        Outcome::AlreadyHeld => format!("Ya lo tenía: {what}. No hizo falta consultar a nadie"),
        Outcome::Joined => {
            format!("Ya se había solicitado: {what} espera una decisión. Aquí leerá en qué queda")
        }
    }
}

/// What follows "La otra solicitud".
fn state(outcome: Option<Outcome>, status: Status) -> &'static str {
    match (outcome, status) {
        (Some(Outcome::Granted), _) => "fue concedida",
        (Some(Outcome::Served), _) => "fue atendida por la mesa de servicio",
        (Some(Outcome::Revoked), _) => "terminó y el acceso se retiró según lo acordado",
        (Some(Outcome::Denied), _) => "fue denegada",
        (Some(Outcome::Expired), _) => "caducó",
        (Some(Outcome::Cancelled), _) => "fue cancelada",
        (Some(Outcome::Failed), _) => "no pudo realizarse",
        (Some(Outcome::Unknown), _) => "está pendiente de aclarar; la mesa de servicio lo está comprobando",
        (Some(Outcome::AlreadyHeld), _) => "no era necesaria: el acceso ya existía",
        (Some(Outcome::Joined), _) => "espera junto con una tercera, de lo mismo",
        (None, Status::Received) => "se ha recibido",
        (None, Status::Waiting) => "está a la espera de una decisión",
        (None, Status::Approved) => "está aprobada",
        (None, Status::Provisioning) => "se está configurando",
        (None, Status::Active) => "se concedió por un tiempo",
        (None, Status::Revoking) => "está terminando; el acceso se está retirando",
        (None, Status::Closed) => "está cerrada",
    }
}
