//! Where a story is played. Implemented over HTTP here ([`super::http`]); the engine's own stage lives with its tests.

use std::collections::{BTreeMap, BTreeSet};

use model::time::{Span, Timestamp};
use serde_json::{Map, Value};

use super::story::{Address, SaidKind};

/// A boundary at which a story can be played. It starts with the clock at the story's start, and empty.
pub trait Stage {
    /// Moves the clock, timers included.
    fn advance(&mut self, span: Span) -> Result<(), Fault>;
    /// Takes an event in. An event refused for want of consent is no fault.
    fn send(&mut self, event: &Sent) -> Result<(), Fault>;
    /// Takes a choice about purposes in, through the consent call.
    fn consent(&mut self, who: &Address, choices: &[(String, bool)]) -> Result<(), Fault>;
    /// Publishes a segment and waits until it is filled.
    fn define_segment(&mut self, name: &str, condition: &str) -> Result<(), Fault>;
    /// Takes apart the latest merge of the profile.
    fn unmerge(&mut self, who: &Address) -> Result<(), Fault>;
    /// Erases the person.
    fn erase(&mut self, who: &Address) -> Result<(), Fault>;
    /// Ends as given and starts again on what is durable, with the clock where it was.
    fn end(&mut self, how: End) -> Result<(), Fault>;
    /// What is known of a person; `None` if nothing is.
    fn look(&mut self, who: &Address) -> Result<Option<Seen>, Fault>;
    /// The size of a segment.
    fn segment_size(&mut self, name: &str) -> Result<Size, Fault>;
}

/// How a program ends before it starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By `SIGKILL`.
    Crash,
    /// By its own clean stop.
    Stop,
}

/// An event with everything that its sender knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// What kind of event.
    pub kind: SaidKind,
    /// Its `message_id`.
    pub message_id: String,
    /// When it happened.
    pub timestamp: Timestamp,
    /// When it is sent, which is the stage's clock.
    pub sent_at: Timestamp,
    /// The device.
    pub anonymous_id: Option<String>,
    /// The account.
    pub user_id: Option<String>,
    /// The identifier that an alias joins to `user_id`.
    pub previous_id: Option<String>,
    /// Further identifiers.
    pub identifiers: Vec<Address>,
    /// Properties, or traits.
    pub fields: Map<String, Value>,
}

/// What a stage shows of one person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Seen {
    /// The profile's id.
    pub id: String,
    /// The traits' values.
    pub traits: BTreeMap<String, Value>,
    /// The segments that the person is in.
    pub segments: BTreeSet<String>,
    /// The purposes that the person has granted.
    pub granted: BTreeSet<String>,
    /// The names of the events on the timeline, newest first.
    pub events: Vec<String>,
}

/// What a segment says of its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Members.
    pub members: u64,
    /// Whether all of history was looked at.
    pub complete: bool,
}

/// The stage could not do what the story asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(pub String);
