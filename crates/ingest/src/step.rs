//! What comes of reading rows, one after the other: an event to be sent, or a row in quarantine.

use std::sync::Arc;

use model::time::Timestamp;

use crate::reason::Fault;

/// One step of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An event to be sent.
    Event(Prepared),
    /// A row that broke the contract.
    Quarantined(Quarantined),
}

/// An event to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The first row that it was made of.
    pub place: Place,
    /// What it is.
    pub kind: PreparedKind,
    /// Which output of the mapping made it, counted over its events, traits and consents; `None` for a grant that was
    /// drawn.
    pub output: Option<usize>,
    /// When it happened; on receipt, if nothing says so.
    pub at: Option<Timestamp>,
    /// The event, as the tracking protocol has it.
    pub json: String,
}

/// What an event states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PreparedKind {
    /// Something happened.
    Event,
    /// Traits of a person.
    Traits,
    /// A person's choice.
    Consent,
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<str>,
    /// The line in it, from 1.
    pub line: u64,
    /// The row's number over all files, from 1.
    pub row: u64,
}

/// A row that broke the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Where it stands.
    pub place: Place,
    /// What is wrong.
    pub fault: Fault,
    /// The row's text.
    pub raw: String,
}

/// What was read so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows, good or bad.
    pub rows: u64,
    /// Rows of which `where` was not true, or of which no output makes anything.
    pub passed_over: u64,
}
