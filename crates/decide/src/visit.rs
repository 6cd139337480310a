//! What was shown to a person: ever, and in the visit that is under way.

use model::{
    name::{Content, Experience, Name, Variant},
    time::{Span, Timestamp},
};

/// After so long without a decision or an event a visit is over: the half hour that web analytics agree on.
pub const VISIT_ENDS_AFTER: Span = Span::MINUTE.times(30);

/// How a content was shown to a person, on whatever channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Showing {
    /// When it was shown last.
    pub last: Timestamp,
    /// How often.
    pub times: u16,
    /// When it was used last: clicked, opened, read.
    pub used: Option<Timestamp>,
}

/// What personalized a placement last in the visit that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// The experience.
    pub experience: Name<Experience>,
    /// The variant; it may be a control.
    pub variant: Name<Variant>,
    /// What was shown, in order.
    pub contents: Vec<Name<Content>>,
    /// Whether the order was another earlier in this visit.
    pub reordered: bool,
    /// The candidates that were ahead of the experience, and that only a draw kept out. Drawn, one of them would have
    /// stayed in its stead.
    pub undrawn: Vec<Name<Experience>>,
}
