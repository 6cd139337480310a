//! The door to the runtime: everything that a server, a simulator or a test asks of it.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use condition::{Condition, ConditionError, Scope, Usage};
use definition::Documents;
use engine::{
    command::{Access, Rejection},
    content_days::{ContentCount, ContentDay},
    outcome::Reply,
    person::Person,
    plan::Plan,
};
use model::{
    consent::ConsentSignal,
    event::{Claim, Event},
    id::{Id, Merge, ProfileId, Rejected},
    identifier::Identifier,
    name::{Name, Segment},
    partition::Partition,
    time::{Span, Timestamp},
};
use profile::resolve;
use record::decided::DecisionIds;
use segment::set::{Measures, SegmentNumber, SegmentRule, SegmentSet};
use store::{
    error::StoreError,
    substrate::{Health, Lease, Options, Substrate},
};

use crate::{
    census::Censuses,
    clock::Clock,
    desk::{
        Desk,
        arrive::route,
        shared::{Shared, installation_key},
    },
    hash::Hasher,
    journal::{self, Journal},
    limits::Limits,
    listing, load,
    message::{Answer, Arriving, Asking, Consulting, Matching, Message, Question, RefusedEvent, Route, Survey},
    owner::Owner,
    plans::Plans,
    published::Published,
    recommending::Recommending,
    saver::Saver,
    shelf::Shelf,
    tails::Tails,
    ticket::{Failure, Pending, Ticket},
    unsaved::Unsaved,
};
pub use crate::{
    listing::AccessPlace,
    load::{LoadError, StoredEvent},
    message::{Status, Taken, Tally},
};

/// How the data folder of a runtime is opened. `key_seed` derives keys from a number: for repeatable tests only.
pub fn folder_options(partitions: u16, key_seed: Option<u64>) -> Options {
    Options { partitions, tables: record::tables::TABLES, key_seed }
}

/// How a runtime is started.
#[derive(Debug)]
pub struct Settings {
    /// Owner threads; at least 1. As many as cores is right.
    pub owners: usize,
    /// Where `now` comes from.
    pub clock: Clock,
    /// The source of ids and draws: chance, or a fixed number for repeatable tests.
    pub seed: u64,
    /// How much may be under way and resident.
    pub limits: Limits,
}

/// A running engine over a substrate. Cheap to clone; stops when told to, or with its last clone.
#[derive(Debug, Clone)]
pub struct Runtime {
    shared: Arc<Shared>,
    under_way: Arc<AtomicUsize>,
    _threads: Arc<Threads>,
}

/// The running threads: told to stop when nobody holds the runtime any more.
#[derive(Debug)]
struct Threads {
    shared: Arc<Shared>,
}

impl Drop for Threads {
    fn drop(&mut self) {
        // They may have been stopped already; then nobody listens.
        self.shared.owners.iter().for_each(|owner| drop(owner.send(Message::Stop(Ticket::new(()).0))));
    }
}

/// Whom a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// The profile of this id, or the one that took its sides.
    Profile(ProfileId),
    /// The person whom this identifier leads to; its value is normalized.
    Identifier(Identifier),
}

/// A person as read: exact as of `now`.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The person, with all memberships evaluated.
    pub person: Arc<Person>,
    /// The plan under which they are.
    pub plan: Arc<Plan>,
    /// The moment of reading.
    pub now: Timestamp,
}

/// What a batch of events came to, event by event.
#[derive(Debug)]
pub struct Collecting {
    taken: Pending<Vec<Taken>>,
    _under_way: UnderWay,
}

/// Counts events under way for as long as it lives.
#[derive(Debug)]
struct UnderWay {
    count: Arc<AtomicUsize>,
    events: usize,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.count.fetch_sub(self.events, Ordering::Relaxed);
    }
}

impl Runtime {
    /// Claims all partitions of a substrate, brings each to the end of its log, and starts the threads. The caller
    /// should call [`Runtime::finish_erasures`] before it lets anybody in.
    pub fn start(substrate: Arc<dyn Substrate>, settings: Settings) -> Result<Self, LoadError> {
        let owners = settings.owners.max(1);
        let (owner_senders, owner_receivers): (Vec<_>, Vec<_>) = (0..owners).map(|_| mpsc::channel()).unzip();
        let (journal_sender, parcels) = mpsc::channel();
        let (saver_sender, jobs) = mpsc::channel();
        let installation = installation_key(substrate.as_ref());
        let shared = Arc::new(Shared {
            hasher: Hasher::new(substrate.secret()),
            decision_ids: DecisionIds::new(&installation),
            plans: Plans::open(substrate.as_ref())?,
            shelf: Shelf::open(substrate.as_ref())?,
            recommending: Recommending::new(),
            changing_drafts: Mutex::default(),
            substrate: substrate.clone(),
            clock: Arc::new(settings.clock),
            unsaved: Arc::new(Unsaved::new()),
            tails: Tails::default(),
            published: Arc::new(Published::new(substrate.partitions())),
            seed: settings.seed,
            limits: settings.limits,
            stopping: AtomicBool::new(false),
            censuses: Censuses::default(),
            anonymous: AtomicU64::new(0),
            deciding: owner_senders.iter().map(|_| Arc::default()).collect(),
            owners: owner_senders.clone(),
            journal: journal_sender,
            saver: saver_sender.clone(),
        });
        let partitions: Vec<_> = (0..substrate.partitions()).map(Partition).collect();
        let leases = substrate.claim(&partitions)?;
        let opening = shared.tails.begin();
        let desks = open_desks(&shared, &leases)?;
        drop(opening);
        let mut journal = Journal {
            owners: owner_senders.clone(),
            saver: saver_sender,
            published: shared.published.clone(),
            void: std::collections::HashMap::new(),
        };
        let log = substrate.clone();
        spawn("journal", move || journal::run(&log, &parcels, &mut journal))?;
        let (unsaved, lived) = (shared.unsaved.clone(), shared.recommending.training.lived.clone());
        let mut saver = Saver {
            substrate,
            unsaved,
            lived,
            owners: owner_senders,
            trimmable: BTreeMap::new(),
            trimmed: crate::desk::now(),
        };
        spawn("saver", move || saver.run(&jobs))?;
        for (number, (messages, desks)) in owner_receivers.into_iter().zip(desks).enumerate() {
            let owner = Owner::new(shared.clone(), desks);
            spawn(&format!("owner-{number}"), move || owner.run(&messages))?;
        }
        let under_way = Arc::default();
        let threads = Arc::new(Threads { shared: shared.clone() });
        Ok(Self { shared, under_way, _threads: threads })
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The present moment by the runtime's clock.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// The newest published plan.
    pub fn plan(&self) -> Arc<Plan> {
        self.shared.plans.newest()
    }

    /// The newest published documents.
    pub fn documents(&self) -> Arc<Documents> {
        self.shared.plans.current().1
    }

    /// How storage is doing.
    pub fn health(&self) -> Health {
        self.shared.substrate.health()
    }

    /// Collects events, in order. The answer comes when all that is kept of them is durable and every hop that they
    /// caused is done; it has one entry for each event, in order. A grant of consent on an event counts for those
    /// behind it that share an identifier with it.
    pub fn collect(&self, mut events: Vec<Event>) -> Result<Collecting, Failure> {
        if self.shared.stopping.load(Ordering::SeqCst) {
            return Err(Failure::Stopping);
        }
        let under_way = UnderWay { count: self.under_way.clone(), events: events.len() };
        if self.under_way.fetch_add(events.len(), Ordering::Relaxed) + events.len()
            > self.shared.limits.events_under_way
        {
            return Err(Failure::Overloaded);
        }
        crate::carry::carry_consent(&mut events);
        let plan = self.plan();
        let (ticket, taken) = Ticket::new(vec![Taken::default(); events.len()]);
        let mut by_owner: Vec<Vec<(Partition, Arriving)>> = self.shared.owners.iter().map(|_| Vec::new()).collect();
        for (place, event) in events.into_iter().enumerate() {
            let rules = |namespace: &_| plan.namespace(namespace).cloned();
            let Some(anchor) = resolve::anchor(&event.identifiers, rules) else { continue };
            let keys: Vec<_> =
                event.identifiers.iter().map(|claim| self.shared.hasher.identifier(&claim.identifier)).collect();
            let home = keys[anchor].home(self.shared.substrate.partitions());
            let (mark, route) = (self.shared.hasher.mark(&event), route(&keys, anchor));
            let (consulting, ticket) = (Consulting::Asked(0), ticket.clone());
            let arriving = Arriving { event, keys, anchor, mark, route, consulting, place, ticket };
            by_owner[usize::from(home.0) % self.shared.owners.len()].push((home, arriving));
        }
        for (owner, events) in self.shared.owners.iter().zip(by_owner) {
            if !events.is_empty() {
                journal::send(owner, Message::Arrive(events));
            }
        }
        Ok(Collecting { taken, _under_way: under_way })
    }

    /// Reads a person; `None` if there is no such person. Sees every write that was answered before.
    pub fn read(&self, who: &Who) -> Asked<Reading> {
        Asked {
            pending: self.ask(who, Question::Read),
            shape: |answer| match answer {
                Answer::Person { person, plan, now } => Some(Reading { person, plan, now }),
                Answer::Nobody | Answer::Reply(_) | Answer::Decided(..) => None,
            },
        }
    }

    /// Takes a merge back, the latest if none is named. `None` if there is no such person.
    pub fn unmerge(&self, who: &Who, merge: Option<Id<Merge>>) -> Asked<Reply> {
        Asked { pending: self.ask(who, Question::Unmerge(merge)), shape: reply }
    }

    /// Erases a person: answers when nothing of them can be read any more. `None` if there is no such person.
    pub fn erase(&self, who: &Who) -> Asked<Reply> {
        Asked { pending: self.ask(who, Question::Erase), shape: reply }
    }

    pub(crate) fn ask(&self, who: &Who, question: Question) -> Pending<Answer> {
        let (route, partition) = self.route_to(who);
        let (ticket, pending) = Ticket::new(Answer::Nobody);
        if partition.0 < self.shared.substrate.partitions() {
            self.shared.tell(partition, Message::Ask(partition, Asking { route, question, ticket }));
        }
        pending
    }

    /// The partition at which the search for a person begins.
    pub(crate) fn home(&self, who: &Who) -> Partition {
        self.route_to(who).1
    }

    fn route_to(&self, who: &Who) -> (Route, Partition) {
        match who {
            Who::Profile(id) => (Route { key: None, toward: Some((*id, *id)), moves: 0 }, id.partition()),
            Who::Identifier(identifier) => {
                let key = self.shared.hasher.identifier(identifier);
                (Route { key: Some(key), toward: None, moves: 0 }, key.home(self.shared.substrate.partitions()))
            }
        }
    }

    /// A page of a person's history over all sides, newest first, from before `before` if it is given; at most `most`
    /// events. Blocking: reads the store.
    pub fn history(
        &self,
        person: &Person,
        before: Option<(Timestamp, u64)>,
        most: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        load::history_page(&self.shared, person, before, most)
    }

    /// Notes that somebody used, or wanted to use, what is kept of a person.
    pub fn note_access(&self, access: Access) -> Pending<()> {
        let (ticket, pending) = Ticket::new(());
        journal::send(self.shared.owner(access.profile.partition()), Message::Accessed(access, ticket));
        pending
    }

    /// A page of the uses of what is kept of a person, newest first, from behind `before` if it is given; at most
    /// `most`. Blocking. Those since the last save are missing; see [`Self::saved`].
    pub fn accesses(
        &self,
        person: &Person,
        before: Option<AccessPlace>,
        most: usize,
    ) -> Result<Vec<(AccessPlace, Access)>, StoreError> {
        listing::accesses(&self.shared, person, before, most)
    }

    /// Answers when every profile is up to the newest plan.
    pub fn filled(&self) -> Pending<()> {
        let (ticket, pending) = Ticket::new(());
        self.shared.tell_all(|| Message::WhenFilled(ticket.clone()));
        pending
    }

    /// How many persons are in all of these segments, true to the second. Sees every write that was answered before.
    pub fn size(&self, segments: &[SegmentNumber]) -> Pending<Tally> {
        if let Some(tally) = self.shared.published.size(segments, self.now()) {
            return Ticket::new(tally).1;
        }
        let (ticket, pending) = Ticket::new(Tally::default());
        self.shared.tell_all(|| Message::Survey(Survey::Size(segments.to_vec(), ticket.clone())));
        pending
    }

    /// Members of a segment in one partition, in order, from an ordinal on.
    pub fn members(
        &self,
        segment: SegmentNumber,
        partition: Partition,
        from: u32,
        most: usize,
    ) -> Pending<Vec<ProfileId>> {
        let (ticket, pending) = Ticket::<Vec<ProfileId>>::new(Vec::new());
        let survey = Survey::Members { partition, segment, from, most, ticket };
        self.shared.tell(partition, Message::Survey(survey));
        pending
    }

    /// Ids of profiles that began in a partition, in order, from an ordinal on; those that lost a merge or were erased
    /// are among them. Blocking. As of the last save; see [`Self::saved`].
    pub fn profile_ids(&self, partition: Partition, from: u32, most: usize) -> Result<Vec<ProfileId>, StoreError> {
        load::profile_ids(&self.shared, partition, from, most)
    }

    /// How many partitions there are.
    pub fn partitions(&self) -> u16 {
        self.shared.substrate.partitions()
    }

    /// Counts those whom a draft condition matches; looks at one in `one_in` persons, for at most `within`.
    pub fn preview(&self, text: &str, one_in: u32, within: Duration) -> Result<Pending<Tally>, ConditionError> {
        let plan = self.plan();
        let condition = self.compile(text)?;
        let rule = SegmentRule {
            number: SegmentNumber(u32::MAX),
            name: Name::<Segment>::from("draft"),
            condition: condition.clone(),
            changed: 0,
        };
        let needs_history = segment::set::grown(plan.segments.needs(), &condition.needs().events);
        // A draft names only published segments, so it is in no circle.
        let segments = SegmentSet::build(vec![rule], Measures::default(), 0).unwrap_or_default();
        // What scores look at has to be there too, where trails are rebuilt.
        let segments = segments.needing(plan.segments.needs().clone());
        let segments = Arc::new(segments.with_interest_rules(plan.segments.interests().clone()));
        let (ticket, pending) = Ticket::new(Tally::default());
        let deadline = crate::desk::now() + within;
        let condition = Arc::new(condition);
        let matching = Matching { condition, segments, needs_history, one_in: one_in.max(1), deadline, ticket };
        self.shared.tell_all(|| Message::Survey(Survey::Match(matching.clone())));
        Ok(pending)
    }

    /// Compiles a draft condition against the newest plan.
    pub fn compile(&self, text: &str) -> Result<Condition, ConditionError> {
        let plan = self.plan();
        let segments = plan.segments.rules().iter().map(|rule| rule.name.clone()).collect();
        let scores = plan.segments.scores().iter().map(|score| score.name.clone()).collect();
        let scope = Scope { schema: &plan.schema, segments: &segments, scores: &scores, usage: Usage::Segment };
        condition::compile(text, &scope)
    }

    /// Keeps a refused event, if consent or the source's basis allows it. `about` are the identifiers it carries,
    /// `consent` what it says itself.
    pub fn refuse(&self, mut rejection: Rejection, about: &[Claim], consent: Option<ConsentSignal>) -> Pending<()> {
        let (ticket, pending) = Ticket::new(());
        let plan = self.plan();
        rejection.keys = about.iter().map(|claim| self.shared.hasher.identifier(&claim.identifier)).collect();
        let anchor = resolve::anchor(about, |namespace| plan.namespace(namespace).cloned());
        let (route, partition) = match anchor {
            Some(anchor) => {
                let route = route(&rejection.keys, anchor);
                (route, rejection.keys[anchor].home(self.partitions()))
            }
            None => (Route { key: None, toward: None, moves: 0 }, Partition(0)),
        };
        let refused = RefusedEvent::Keep(Box::new(rejection), route, consent);
        self.shared.tell(partition, Message::Refused(partition, refused, ticket));
        pending
    }

    /// Is done with a refused event: it was corrected, or dismissed.
    pub fn resolve(&self, partition: Partition, rejected: Id<Rejected>) -> Pending<()> {
        let (ticket, pending) = Ticket::new(());
        let message = Message::Refused(partition, RefusedEvent::Resolve(rejected), ticket);
        self.shared.tell(partition, message);
        pending
    }

    /// A page of the refused events, newest first, from behind `before` if it is given, with the partition that keeps
    /// each; at most `most`. Blocking. Those since the last save are missing; see [`Self::saved`].
    pub fn refused(
        &self,
        before: Option<Id<Rejected>>,
        most: usize,
    ) -> Result<Vec<(Partition, Rejection)>, StoreError> {
        listing::refused(&self.shared, before, most)
    }

    /// The refused event of an id, with the partition that keeps it. Blocking. As of the last save; see
    /// [`Self::saved`].
    pub fn refused_one(&self, id: Id<Rejected>) -> Result<Option<(Partition, Rejection)>, StoreError> {
        listing::refused_one(&self.shared, id)
    }

    /// Answers when all that was answered so far stands in the tables. What is listed from there, refused events and
    /// accesses, is then exact; it waits for as long as the disk refuses to be written.
    pub fn saved(&self) -> Pending<()> {
        let (ticket, pending) = Ticket::new(());
        self.shared.tell_all(|| Message::SaveNow(ticket.clone()));
        pending
    }

    /// How contents did from one day to another, both since 1970-01-01 and included.
    pub fn content_days(&self, from: i64, to: i64) -> Pending<BTreeMap<ContentDay, ContentCount>> {
        let (ticket, pending) = Ticket::new(BTreeMap::new());
        self.shared.tell_all(|| Message::Survey(Survey::ContentDays { from, to, ticket: ticket.clone() }));
        pending
    }

    /// What the partitions count.
    pub fn status(&self) -> Pending<Status> {
        let (ticket, pending) = Ticket::new(Status::default());
        self.shared.tell_all(|| Message::Survey(Survey::Status(ticket.clone())));
        pending
    }

    /// Moves a test clock on and waits until everything that became due is done; `None` without a test clock.
    pub fn advance(&self, by: Span) -> Option<(Timestamp, Pending<()>)> {
        let now = self.shared.clock.advance(by)?;
        let (ticket, pending) = Ticket::new(());
        self.shared.tell_all(|| Message::Tick(ticket.clone()));
        Some((now, pending))
    }

    /// Copies everything durable into an empty folder while serving. Blocking; `progress` gets bytes done and in total.
    pub fn backup(&self, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
        self.shared.substrate.backup(to, progress)
    }

    /// Whether nothing new is taken in any more.
    pub fn is_stopping(&self) -> bool {
        self.shared.is_stopping()
    }

    /// Saves everything and ends the owners. Blocking; what arrives meanwhile is refused.
    pub fn stop(&self) -> Result<(), Failure> {
        self.shared.stopping.store(true, Ordering::SeqCst);
        self.shared.censuses.wake();
        self.shared.shelf.wake(std::iter::empty());
        let (ticket, pending) = Ticket::<()>::new(());
        self.shared.tell_all(|| Message::Stop(ticket.clone()));
        drop(ticket);
        let stopped = pending.wait();
        let persisted = self.shared.substrate.persist();
        stopped.and(persisted.map_err(|error| journal::failure(&error)))
    }
}

fn reply(answer: Answer) -> Option<Reply> {
    match answer {
        Answer::Reply(reply) if reply != Reply::NotFound => Some(reply),
        Answer::Reply(_) | Answer::Nobody | Answer::Person { .. } | Answer::Decided(..) => None,
    }
}

/// Brings all partitions to the end of their logs, those of each owner on a thread of their own.
fn open_desks(shared: &Arc<Shared>, leases: &[Lease]) -> Result<Vec<Vec<Desk>>, LoadError> {
    let owners = shared.owners.len();
    let open = |owner: usize| {
        let own = leases.iter().filter(move |lease| usize::from(lease.partition.0) % owners == owner);
        own.map(|lease| Desk::open_under(shared, *lease, 0)).collect::<Result<Vec<_>, _>>()
    };
    std::thread::scope(|scope| {
        let opening: Vec<_> = (0..owners).map(|owner| scope.spawn(move || open(owner))).collect();
        let joined = opening.into_iter().map(|thread| thread.join().expect("opening a partition does not panic"));
        joined.collect()
    })
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), LoadError> {
    let body = move || {
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).is_err() {
            // The state may be half changed. Starting again from the log is exact; going on is not.
            tracing::error!("a thread of the runtime failed; the program ends, and starts again from the log");
            std::process::abort();
        }
    };
    std::thread::Builder::new().name(name.to_owned()).spawn(body).map(drop).map_err(LoadError::Thread)
}

/// A question on its way.
#[derive(Debug)]
#[must_use = "an answer that nobody waits for is lost"]
pub struct Asked<T> {
    pub(crate) pending: Pending<Answer>,
    pub(crate) shape: fn(Answer) -> Option<T>,
}

impl<T> Asked<T> {
    /// Blocks until the answer is there. Not for async threads.
    pub fn wait(self) -> Result<Option<T>, Failure> {
        self.pending.wait().map(self.shape)
    }

    /// Waits for the answer.
    pub async fn answer(self) -> Result<Option<T>, Failure> {
        self.pending.await.map(self.shape)
    }
}

impl Collecting {
    /// Blocks until everything is durable. Not for async threads.
    pub fn wait(self) -> Result<Vec<Taken>, Failure> {
        self.taken.wait()
    }

    /// Waits until everything is durable.
    pub async fn taken(self) -> Result<Vec<Taken>, Failure> {
        self.taken.await
    }
}
