//! What a command comes to: what changed, what must happen in the world, and the answer.

use std::sync::Arc;

use model::{
    event::Event,
    id::{Decision, Id, Merge, ProfileId, Rejected},
    identifier::IdentifierKey,
    partition::Partition,
    time::Timestamp,
};
use segment::set::SegmentNumber;

use crate::command::{Access, Hop, MessageMark, Rejection};

/// Everything that one command did. The state has it already; the caller saves, sends and answers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The profiles whose part in the state changed, each perhaps several times.
    pub people: Vec<ProfileId>,
    /// The ledgers that changed: profile and side, each perhaps several times.
    pub ledgers: Vec<(ProfileId, ProfileId)>,
    /// The identifiers whose directory entry changed.
    pub identifiers: Vec<IdentifierKey>,
    /// Timers that moved.
    pub timers: Vec<TimerMove>,
    /// Memberships that changed: profile, segment, in or out.
    pub memberships: Vec<(ProfileId, SegmentNumber, bool)>,
    /// What becomes of history.
    pub history: Vec<HistoryChange>,
    /// Refused events to keep.
    pub rejected: Vec<Rejection>,
    /// Refused events that are done with.
    pub resolved: Vec<Id<Rejected>>,
    /// Uses of what is kept of a person, to note.
    pub accesses: Vec<(Timestamp, Access)>,
    /// Decisions to keep.
    pub decided: Vec<DecisionKept>,
    /// What must happen in the world, numbered.
    pub effects: Vec<Effect>,
    /// Messages to this very partition: to be applied next, as part of the same command.
    pub local: Vec<Hop>,
    /// The answer.
    pub reply: Reply,
}

/// A record of decisions to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionKept {
    /// The side whose key seals it.
    pub side: ProfileId,
    /// The id of its first decision.
    pub first: Id<Decision>,
    /// The record as it is stored.
    pub sealed: Arc<[u8]>,
}

/// A person's timer moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerMove {
    /// Whose.
    pub profile: ProfileId,
    /// When it was due.
    pub old: Option<Timestamp>,
    /// When it is due.
    pub new: Option<Timestamp>,
}

/// A change of the stored history of a side.
#[derive(Debug, PartialEq, Eq)]
pub enum HistoryChange {
    /// An event was added.
    Add {
        /// The side.
        side: ProfileId,
        /// What tells it apart.
        mark: MessageMark,
        /// The event.
        event: Box<Event>,
    },
    /// Events and decisions of before a moment are kept no longer.
    Expire {
        /// The side.
        side: ProfileId,
        /// The first moment that is still kept.
        before: Timestamp,
    },
    /// Records of decisions made in a span of time are kept no longer: they looked at a person who was two.
    Undecide {
        /// The side.
        side: ProfileId,
        /// The first moment of which nothing is kept.
        since: Timestamp,
        /// The last one.
        until: Timestamp,
    },
    /// The person was erased: all of the side's history goes, and the key that could read it.
    Erase {
        /// The side.
        side: ProfileId,
        /// Its identifiers, by which refused events of the person are found.
        keys: Vec<IdentifierKey>,
    },
}

/// A message for another partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Its number among all from this partition to that one, from 1 without a gap; the receiver takes each once, in
    /// order.
    pub number: u64,
    /// Where it goes.
    pub to: Partition,
    /// What it says.
    pub hop: Hop,
}

/// The answer to whoever sent the command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Reply {
    /// Done.
    #[default]
    Done,
    /// There is no such profile, or no such merge of it.
    NotFound,
    /// The person was erased.
    Erased {
        /// The sides that went.
        sides: Vec<ProfileId>,
        /// How many events they had.
        events: u64,
    },
    /// The merge was taken back.
    Unmerged {
        /// The merge.
        merge: Id<Merge>,
        /// The profile that lives again.
        restored: ProfileId,
    },
}
