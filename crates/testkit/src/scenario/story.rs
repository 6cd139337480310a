//! A story as data: what the parser makes and the runner plays.

use model::time::{Span, Timestamp};
use serde_json::{Map, Value};

/// One story.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The file it came from, for messages.
    pub name: String,
    /// Where its clock starts.
    pub start: Timestamp,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The line's number, from 1.
    pub line: usize,
    /// The line as written, trimmed.
    pub text: String,
    /// The clock when it happens.
    pub at: Timestamp,
    /// What happens.
    pub action: Action,
}

/// What a line does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Somebody sends an event.
    Send(Actor, Said),
    /// Somebody grants (`true`) or refuses purposes.
    Consent(Actor, Vec<(String, bool)>),
    /// A segment is published.
    Segment {
        /// Its name.
        name: String,
        /// Its condition, as the program takes it.
        condition: String,
    },
    /// The latest merge of a profile is taken apart.
    Unmerge(Whom),
    /// A person is erased.
    Erase(Whom),
    /// The program dies and starts again on what is durable.
    Crash,
    /// The program stops cleanly and starts again.
    Restart,
    /// Something must be so of a person.
    Expect(Whom, Expectation),
    /// A segment must have this size, and know it completely.
    ExpectSize {
        /// The segment.
        segment: String,
        /// Its members.
        size: u64,
    },
}

/// Who acts: a person at a device, or, without one, the shop's own server on the person's behalf.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Actor {
    /// The person's name in the story.
    pub person: String,
    /// The device's name, which is its `anonymous_id`.
    pub device: Option<String>,
}

/// Whom a line is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// The person by account.
    Person(String),
    /// Whoever is found under a device's `anonymous_id`.
    Device(String),
    /// Whoever is found under any identifier.
    Identifier(Address),
}

/// An identifier as text: namespace and value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// Such as `user_id`.
    pub namespace: String,
    /// The value.
    pub value: String,
}

/// An event as its sender says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// What kind of event.
    pub kind: SaidKind,
    /// Properties, or an identify's traits; also `user_id` and `previous` where the kind takes them.
    pub fields: Map<String, Value>,
    /// The `message_id`; drawn from the line if there is none.
    pub message_id: Option<String>,
    /// How long ago it happened.
    pub ago: Span,
    /// Identifiers beside the device and the account.
    pub identifiers: Vec<Address>,
}

/// The kinds of event that stories use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaidKind {
    /// A track with its name.
    Track(String),
    /// A page, with a name or without.
    Page(Option<String>),
    /// An identify.
    Identify,
    /// An alias.
    Alias,
}

/// What must be so of a person.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// Is in the segment.
    InSegment(String),
    /// Is not in the segment.
    NotInSegment(String),
    /// Has the trait with this value.
    Trait(String, Value),
    /// Has no such trait.
    NoTrait(String),
    /// Has granted the purpose.
    Consent(String),
    /// Has not granted the purpose.
    NoConsent(String),
    /// Has so many events on the timeline, of one name or in all.
    Events(usize, Option<String>),
    /// Is one profile with another.
    Same(Whom),
    /// Is another profile.
    Other(Whom),
    /// Is not known at all.
    Unknown,
}
