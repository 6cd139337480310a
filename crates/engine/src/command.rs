//! Commands: what the log keeps. Each was accepted, is durable, and is applied exactly once.

use std::sync::Arc;

use decide::Stay;
use model::{
    event::{Event, EventKind},
    id::{ApiKey, Decision, Id, Merge, ProfileId, Rejected},
    identifier::{IdentifierKey, Strength},
    name::{Content, Experience, Name, Namespace, Placement, Purpose, Score, Segment, Source, Trait},
    partition::Partition,
    time::Timestamp,
};
use profile::{
    held::Hold,
    merge::MergeRecord,
    resolve::{Meeting, Summary},
};

use crate::person::Person;

/// One entry of a partition's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// An event of a person who lives here, or who begins with it.
    Event(Box<Arrival>),
    /// Events that were only counted, because nobody consented to more.
    Counted(Counted),
    /// A message from another partition.
    Hop {
        /// The partition that sent it.
        from: Partition,
        /// The effect's number there: a hop already seen is passed over.
        number: u64,
        /// The message.
        hop: Box<Hop>,
    },
    /// The moment has come to look at the timers.
    Due,
    /// A new plan applies from here on.
    PlanChanged {
        /// Its revision.
        revision: u64,
    },
    /// Bring profiles up to the plan: trails from history, memberships of changed segments.
    Fill {
        /// The first profile, by ordinal.
        from: u32,
        /// The first profile not meant.
        to: u32,
    },
    /// Take a merge back.
    Unmerge {
        /// The profile that survived.
        profile: ProfileId,
        /// Which of its merges; `None`: the latest.
        merge: Option<Id<Merge>>,
    },
    /// Remove a person.
    Erase {
        /// The profile.
        profile: ProfileId,
    },
    /// Keep an event that was refused, so that it can be corrected and sent again.
    Reject(Box<Rejection>),
    /// A refused event was corrected and accepted, or dismissed.
    Resolve {
        /// Which.
        rejected: Id<Rejected>,
    },
    /// Somebody asked to use what is kept of a person.
    Access(Access),
    /// A page was decided for a person who lives here.
    Decided(Box<DecidedPage>),
}

/// A page that was decided, as far as it changes a person. What was decided and why is for others to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedPage {
    /// The profile.
    pub person: ProfileId,
    /// The side that it was asked for: its key seals the record, its ledger counts what won.
    pub side: ProfileId,
    /// The id of the first decision.
    pub first: Id<Decision>,
    /// The experiences that won, their controls included.
    pub won: Vec<Name<Experience>>,
    /// The contents that were shown and where, whether anything won there or not.
    pub shown: Vec<(Name<Placement>, Name<Content>)>,
    /// What was shown first where contents are chosen by what was searched for, and what that was.
    pub landed: Vec<(Name<Placement>, Arc<str>, Name<Content>)>,
    /// What personalized placements.
    pub stays: Vec<(Name<Placement>, Stay)>,
    /// The points of intrusion that it cost.
    pub points: u16,
    /// What was asked about the person.
    pub read: PageRead,
    /// The record, sealed as it will be stored.
    pub sealed: Arc<[u8]>,
}

/// What the decisions of a page asked about a person, whether it was there or not. What was asked for two purposes may
/// stand there twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRead {
    /// Traits.
    pub traits: Vec<Name<Trait>>,
    /// Segments.
    pub segments: Vec<Name<Segment>>,
    /// Scores.
    pub scores: Vec<Name<Score>>,
}

/// An event that was refused, with all that is needed to correct it. Its debug form leaves out what the event says.
#[derive(Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Its id. The profile whose erasure takes it along is looked up by `keys`.
    pub id: Id<Rejected>,
    /// The side that it is about, if that is known; its key seals the record.
    pub side: Option<ProfileId>,
    /// The keys of the identifiers that could be read.
    pub keys: Vec<IdentifierKey>,
    /// The source.
    pub source: Name<Source>,
    /// When it arrived.
    pub at: Timestamp,
    /// Why it was refused: a stable code.
    pub code: Arc<str>,
    /// Why, as a sentence.
    pub message: Arc<str>,
    /// The field, as a JSON pointer.
    pub pointer: Arc<str>,
    /// The event as it came, as JSON.
    pub raw: Arc<str>,
}

impl std::fmt::Debug for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, side, source, at, code, pointer, .. } = self;
        let mut shown = f.debug_struct("Rejection");
        shown.field("id", id).field("side", side).field("source", source).field("at", at).field("code", code);
        shown.field("pointer", pointer).finish_non_exhaustive()
    }
}

/// One use, or refused use, of what is kept of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The profile.
    pub profile: ProfileId,
    /// The purpose that was named; `None`: the person's own rights, or the shop's duty.
    pub purpose: Option<Name<Purpose>>,
    /// Whether it was allowed.
    pub allowed: bool,
    /// The key that asked.
    pub by: Id<ApiKey>,
}

/// An accepted event with all that was decided about it before the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The event.
    pub event: Event,
    /// The keys of its identifiers, in their order.
    pub keys: Vec<IdentifierKey>,
    /// The place of its anchor among its identifiers.
    pub anchor: usize,
    /// Tells it from all others of its person: a hash of source and `message_id`.
    pub mark: MessageMark,
    /// The profile that it belongs to; equal to `side` if the profile begins with it.
    pub person: ProfileId,
    /// The side of that profile.
    pub side: ProfileId,
}

/// A hash of source and `message_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageMark(pub u128);

impl MessageMark {
    /// What orders events of the same moment.
    pub const fn tie(self) -> u64 {
        self.0 as u64
    }
}

/// Anonymous counts: how many events of a type a source sent on a day without consent. No person is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The source.
    pub source: Name<Source>,
    /// The type: `track`, `page`…
    pub kind: Arc<str>,
    /// How many.
    pub events: u64,
}

impl Counted {
    /// One event of this kind.
    pub fn one(source: Name<Source>, kind: &EventKind) -> Self {
        Self { source, kind: kind.word().into(), events: 1 }
    }
}

/// A message between partitions, about one identifier or one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hop {
    /// To an identifier's home: a side was seen with it and wants it.
    Claim(Claiming),
    /// To an identifier's home: several persons use this device.
    Share {
        /// The identifier.
        key: IdentifierKey,
    },
    /// To an identifier's home: its holder is no more.
    Release {
        /// The identifier.
        key: IdentifierKey,
        /// The side that held it.
        side: ProfileId,
    },
    /// To a profile, wherever it lives by now.
    Tell {
        /// The profile, or one whose sides it took.
        to: ProfileId,
        /// What.
        news: News,
    },
    /// To a profile's own partition: it lives there again, after an unmerge or a merge that could not be.
    Return {
        /// The profile.
        image: Person,
    },
    /// To the partition of a profile that lost a merge: its side is with another survivor than it knows. Its image had
    /// followed a survivor that had itself moved, or an unmerge parted it from there.
    Repoint {
        /// The profile.
        profile: ProfileId,
        /// Who has its side.
        to: ProfileId,
        /// The number of this word among all about the side: one with a greater number is newer.
        moves: u32,
    },
    /// To the partition of a profile that once lost a merge: its survivor was erased.
    Forget {
        /// The profile.
        profile: ProfileId,
    },
}

/// What a profile is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// How firmly its side has an identifier from now on.
    Settle {
        /// The side.
        side: ProfileId,
        /// The identifier.
        key: IdentifierKey,
        /// How firmly.
        hold: Hold,
    },
    /// Another profile claims what its side holds.
    Meet {
        /// The claimant's profile.
        claimant: Summary,
        /// The identifier over which they meet, and the two sides.
        over: Meeting,
    },
    /// It should give way in a merge.
    Yield {
        /// The profile that survives.
        survivor: Summary,
        /// The identifier over which they met.
        over: Meeting,
        /// Over how many strong identifiers they have met.
        strong_links: usize,
    },
    /// Its sides changed as a whole: everything that follows from them is evaluated again.
    Refresh,
    /// It takes in all that another profile has.
    MergeIn {
        /// The other profile.
        image: Person,
        /// The merge.
        record: MergeRecord,
    },
}

/// A claim on an identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claiming {
    /// The identifier.
    pub key: IdentifierKey,
    /// Its namespace.
    pub namespace: Name<Namespace>,
    /// How well it tells persons apart, with the evidence at hand.
    pub strength: Strength,
    /// Whether a trusted source said that its holder and the claimant are one person.
    pub asserted: profile::resolve::Asserted,
    /// What the claimant wants.
    pub want: Want,
    /// The claimant's side.
    pub side: ProfileId,
    /// The claimant's profile.
    pub claimant: Summary,
}

/// What a claimant wants of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Want {
    /// To own it if nobody does, to meet its holder otherwise.
    Own,
    /// Only to meet its holder: the claimant has another of a namespace of which a person has one.
    Meet,
}

impl Hop {
    /// Where it goes, among `partitions`.
    pub fn destination(&self, partitions: u16) -> Partition {
        match self {
            Self::Claim(claiming) => claiming.key.home(partitions),
            Self::Share { key } | Self::Release { key, .. } => key.home(partitions),
            Self::Tell { to, .. } => to.partition(),
            Self::Return { image } => image.id.partition(),
            Self::Forget { profile } | Self::Repoint { profile, .. } => profile.partition(),
        }
    }
}
