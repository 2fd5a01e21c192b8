//! Who operates: a person of the product, by work address.

use crate::{
    deployment::Operates,
    failure::{Done, Failure},
};
use countersign_core::{audit::By, ids::SubjectId, steps::identifying::subject_by_mail};

/// A known person.
#[derive(Clone, Debug)]
pub(crate) struct Operator {
    pub(crate) subject: SubjectId,
}

impl Operator {
    /// For records.
    pub(crate) fn by(self) -> By {
        By::Person { subject: self.subject, via: "operator".into() }
    }
}

/// The person of an address.
pub(crate) async fn find(ctx: &impl Operates, address: &str) -> Done<Operator> {
    let found = subject_by_mail(ctx, address).await?;
    let subject = found.ok_or_else(|| {
        Failure::new("nobody is known by this work address, or several people share it")
            .advising("Give the address of a person with the role admin, as the directory has it.")
    })?;
    Ok(Operator { subject })
}

/// For records of what no person of the product is known to have typed.
pub(crate) fn the_command(name: &str) -> By {
    By::Function { name: format!("countersign {name}") }
}
