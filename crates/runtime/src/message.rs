//! What owners are sent.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use condition::Condition;
use engine::{
    census::Census,
    command::{Access, Counted, Hop, MessageMark, Rejection},
    content_days::{ContentCount, ContentDay},
    decided::Decided,
    outcome::Reply,
    person::Person,
    plan::Plan,
};
use model::{
    consent::ConsentSignal,
    event::Event,
    id::{Id, Merge, ProfileId, Rejected},
    identifier::IdentifierKey,
    partition::Partition,
    time::Timestamp,
};
use segment::set::{SegmentNumber, SegmentSet};

use crate::{
    deciding::Call,
    erasing::Erasing,
    ticket::{Failure, Ticket},
};

/// A message to an owner.
#[derive(Debug)]
pub(crate) enum Message {
    /// Events for several partitions of this owner, in order.
    Arrive(Vec<(Partition, Arriving)>),
    /// A question about, or an order for, one person.
    Ask(Partition, Asking),
    /// A hop of another partition.
    Hop(Hopping),
    /// A hop was taken in.
    Acked { from: Partition, to: Partition, number: u64 },
    /// A partition was opened again: it wants all hops that it has not acknowledged.
    Resend { to: Partition },
    /// A block of the partition was refused: it must be opened again.
    Failed { partition: Partition, generation: u64 },
    /// Save all partitions of this owner as soon as possible: the erasure waits for it.
    SaveFor(Arc<Erasing>),
    /// Save all partitions of this owner as soon as possible, and answer when that is done.
    SaveNow(Ticket<()>),
    /// State was saved.
    Saved { partition: Partition, job: u64 },
    /// A new plan applies from here on, to all partitions of this owner.
    PlanChanged(Arc<Plan>, Ticket<()>),
    /// Answer once every profile of this owner is up to the plan.
    WhenFilled(Ticket<()>),
    /// The time may have moved: look at the timers, and answer when none is due.
    Tick(Ticket<()>),
    /// A question about all persons of this owner.
    Survey(Survey),
    /// Keep a refused event, or be done with one.
    Refused(Partition, RefusedEvent, Ticket<()>),
    /// Count what may not be kept.
    Count(Vec<Counted>),
    /// Note an access.
    Accessed(Access, Ticket<()>),
    /// Keep a census, in the first partition, and answer when it is saved.
    KeepCensus(Arc<Census>, Ticket<()>),
    /// Save everything and end.
    Stop(Ticket<()>),
}

/// An event on its way to its person.
#[derive(Debug)]
pub(crate) struct Arriving {
    pub(crate) event: Event,
    pub(crate) keys: Vec<IdentifierKey>,
    pub(crate) anchor: usize,
    pub(crate) mark: MessageMark,
    pub(crate) route: Route,
    /// Whose consent it may take over.
    pub(crate) consulting: Consulting,
    /// Its place in the batch that the ticket answers.
    pub(crate) place: usize,
    pub(crate) ticket: Ticket<Vec<Taken>>,
}

/// An event of a person who has not consented may take over the consent of the device it came from; that is asked
/// where the device's person lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consulting {
    /// On its way to its own person; identifiers before this place have been asked.
    Asked(usize),
    /// On its way to whom the identifier at this place leads to.
    Asking(usize),
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Taken {
    /// Nobody consented to its being kept: it was counted.
    #[default]
    CountedOnly,
    /// It is kept.
    Kept(ProfileId),
    /// It says that a person withdrew consent: that is kept, nothing else.
    ConsentOnly(ProfileId),
    /// It was here already.
    Duplicate(ProfileId),
}

/// How a message finds a person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    /// The identifier to start from again if the trail is lost.
    pub(crate) key: Option<IdentifierKey>,
    /// The profile and side that it was sent on to.
    pub(crate) toward: Option<(ProfileId, ProfileId)>,
    /// How often it was sent on.
    pub(crate) moves: u16,
}

/// Something asked about one person.
#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) route: Route,
    pub(crate) question: Question,
    pub(crate) ticket: Ticket<Answer>,
}

/// What is asked.
#[derive(Debug)]
pub(crate) enum Question {
    Read,
    Unmerge(Option<Id<Merge>>),
    Erase,
    Decide(Box<Deciding>),
}

/// A page to be decided for the person.
#[derive(Debug)]
pub(crate) struct Deciding {
    pub(crate) call: Call,
    /// Counts it while it waits.
    pub(crate) _waits: Waits,
}

/// Counts itself for as long as it lives.
#[derive(Debug)]
pub(crate) struct Waits(Arc<AtomicUsize>);

impl Waits {
    /// `None` if so many wait already.
    pub(crate) fn begin(count: &Arc<AtomicUsize>, most: usize) -> Option<Self> {
        let waits = Self(count.clone());
        (count.fetch_add(1, Ordering::Relaxed) < most).then_some(waits)
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The answer to a [`Question`].
#[derive(Debug, Default)]
pub(crate) enum Answer {
    /// There is no such person.
    #[default]
    Nobody,
    /// The person as of now.
    Person { person: Arc<Person>, plan: Arc<Plan>, now: Timestamp },
    /// What the command came to.
    Reply(Reply),
    /// The decisions of a page, and the plan that made them.
    Decided(Box<Decided>, Arc<Plan>),
}

/// A hop on its way.
#[derive(Debug)]
pub(crate) struct Hopping {
    pub(crate) from: Partition,
    pub(crate) to: Partition,
    pub(crate) number: u64,
    pub(crate) hop: Hop,
    /// What waits for it.
    pub(crate) tickets: Vec<Waiting>,
}

/// A clone of somebody's ticket, held until a hop is done.
#[derive(Debug, Clone)]
pub(crate) enum Waiting {
    Taken(Ticket<Vec<Taken>>),
    Answer(Ticket<Answer>),
    Done(Ticket<()>),
    Tally(Ticket<Tally>),
}

impl Waiting {
    pub(crate) fn fail(&self, failure: Failure) {
        match self {
            Self::Taken(ticket) => ticket.fail(failure),
            Self::Answer(ticket) => ticket.fail(failure),
            Self::Done(ticket) => ticket.fail(failure),
            Self::Tally(ticket) => ticket.fail(failure),
        }
    }
}

/// A refused event.
#[derive(Debug)]
pub(crate) enum RefusedEvent {
    /// To keep, if the person's consent, the event's own, or the source's basis lets us; its route leads to the person.
    Keep(Box<Rejection>, Route, Option<ConsentSignal>),
    /// To be done with.
    Resolve(Id<Rejected>),
}

/// A question about all persons of an owner's partitions.
#[derive(Debug, Clone)]
pub(crate) enum Survey {
    /// How many are in all of these segments.
    Size(Vec<SegmentNumber>, Ticket<Tally>),
    /// Members of a segment in one partition, from an ordinal on, at most so many.
    Members { partition: Partition, segment: SegmentNumber, from: u32, most: usize, ticket: Ticket<Vec<ProfileId>> },
    /// How many a draft condition matches.
    Match(Matching),
    /// The partitions' counts.
    Status(Ticket<Status>),
    /// How contents did from one day to another, both since 1970-01-01 and included.
    ContentDays { from: i64, to: i64, ticket: Ticket<BTreeMap<ContentDay, ContentCount>> },
}

/// A draft condition on its way over all persons.
#[derive(Debug, Clone)]
pub(crate) struct Matching {
    pub(crate) condition: Arc<Condition>,
    /// A set with nothing but the draft, to rebuild trails for it.
    pub(crate) segments: Arc<SegmentSet>,
    /// Whether it looks at more than published conditions do, so that history must be read.
    pub(crate) needs_history: bool,
    /// Only every so many-th person, by a hash of the id; 1 is everybody.
    pub(crate) one_in: u32,
    /// When to give up, by the owner's own clock.
    pub(crate) deadline: std::time::Instant,
    pub(crate) ticket: Ticket<Tally>,
}

/// A count over persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Persons that match.
    pub matched: u64,
    /// Persons that were looked at.
    pub seen: u64,
    /// Persons that there are.
    pub persons: u64,
    /// Partitions that could not be counted completely.
    pub incomplete: u32,
}

/// What the partitions count.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Profiles that live here.
    pub profiles: u64,
    /// Events folded in, removed ones included.
    pub events: u64,
    /// Events removed by retention.
    pub expired_events: u64,
    /// Events removed by erasure.
    pub erased_events: u64,
    /// Identifiers that too many profiles claim.
    pub quarantined: u64,
    /// Anonymous counts: source, UTC day since 1970-01-01, event type, events.
    pub counts: Vec<(String, i64, String, u64)>,
    /// Partitions that are still bringing profiles up to the plan.
    pub filling: u32,
}

impl Message {
    /// Whether it concerns every partition of its owner.
    pub(crate) fn is_for_all(&self) -> bool {
        match self {
            Self::Resend { .. }
            | Self::SaveFor(_)
            | Self::SaveNow(_)
            | Self::PlanChanged(..)
            | Self::WhenFilled(_)
            | Self::Tick(_)
            | Self::Survey(_)
            | Self::Stop(_) => true,
            Self::Arrive(_)
            | Self::Ask(..)
            | Self::Hop(_)
            | Self::Acked { .. }
            | Self::Failed { .. }
            | Self::Saved { .. }
            | Self::Refused(..)
            | Self::Count(_)
            | Self::Accessed(..)
            | Self::KeepCensus(..) => false,
        }
    }

    /// Fails everybody who waits for this message.
    pub(crate) fn fail(self, failure: Failure) {
        match self {
            Self::Arrive(events) => events.into_iter().for_each(|(_, arriving)| arriving.ticket.fail(failure)),
            Self::Ask(_, asking) => asking.ticket.fail(failure),
            Self::Hop(hopping) => hopping.tickets.iter().for_each(|waiting| waiting.fail(failure)),
            Self::PlanChanged(_, ticket)
            | Self::WhenFilled(ticket)
            | Self::Tick(ticket)
            | Self::SaveNow(ticket)
            | Self::Refused(_, _, ticket)
            | Self::Accessed(_, ticket)
            | Self::KeepCensus(_, ticket)
            | Self::Stop(ticket) => ticket.fail(failure),
            Self::Survey(survey) => match survey {
                Survey::Size(_, ticket) => ticket.fail(failure),
                Survey::Members { ticket, .. } => ticket.fail(failure),
                Survey::Match(matching) => matching.ticket.fail(failure),
                Survey::Status(ticket) => ticket.fail(failure),
                Survey::ContentDays { ticket, .. } => ticket.fail(failure),
            },
            Self::SaveFor(erasing) => erasing.put_off(),
            Self::Acked { .. } | Self::Resend { .. } | Self::Failed { .. } | Self::Saved { .. } | Self::Count(_) => {}
        }
    }
}
