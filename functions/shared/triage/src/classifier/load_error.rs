//! Why a file is not a classifier.

/// Why bytes are not a classifier that this build can use. Another try with the same bytes fails the same way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The bytes do not begin as a classifier does.
    #[error("not a triage model")]
    NotAModel,
    /// Written in a layout that this build does not read.
    #[error("model layout {0} is not supported")]
    UnknownFormat(u32),
    /// Made with features that this build does not compute.
    #[error("feature specification {0} is not supported")]
    UnknownFeatures(u32),
    /// Made with a word-piece table that is not carried and is not the one of this build.
    #[error("the model needs another table of word pieces")]
    UnknownTable,
    /// Shorter or longer than its header says, or over the size limit.
    #[error("the model has the wrong length")]
    WrongLength,
    /// The content does not match its checksum.
    #[error("the model is damaged")]
    Damaged,
    /// The checksum fits but a value is impossible.
    #[error("the model is malformed: {0}")]
    Malformed(&'static str),
}

impl LoadError {
    /// Whether the file is as it should be, but made for another build.
    pub const fn is_of_another_build(&self) -> bool {
        matches!(self, Self::UnknownFormat(_) | Self::UnknownFeatures(_) | Self::UnknownTable)
    }
}
