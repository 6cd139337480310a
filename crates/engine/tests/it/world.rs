//! Partitions without storage: everything is resident, and what partitions send each other waits in one queue for each
//! pair of them. Which queue moves next is drawn from a seed, so that hops and events interleave in every way that the
//! runtime's threads allow.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use engine::{
    admit::{self, Admission},
    apply::{apply, apply_hop},
    chance,
    command::{Arrival, Command, Counted, Hop, MessageMark},
    outcome::{Effect, HistoryChange, Outcome, Reply},
    person::Person,
    plan::Plan,
    state::{Core, Slot, State, Whereabouts},
    wants::{Want, hop_wants, wants},
};
use model::{
    event::Event,
    id::ProfileId,
    identifier::{Identifier, IdentifierKey},
    partition::Partition,
    time::{Env, Span, Timestamp},
};
use profile::resolve;
use segment::{set::SegmentNumber, trails::Trails};

/// How messages between partitions fare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Each arrives once.
    Fair,
    /// Some are lost and sent again later, some arrive twice.
    Stormy,
}

/// All partitions of an installation.
pub(crate) struct World {
    pub(crate) nodes: Vec<Node>,
    /// What is on its way, in order, for each pair of sender and receiver. Events come in from [`OUTSIDE`].
    queues: BTreeMap<(u16, u16), VecDeque<Parcel>>,
    /// The events of each side, in order of time: what the store would hold.
    pub(crate) history: BTreeMap<ProfileId, BTreeMap<(Timestamp, u64), Event>>,
    /// The published plans by revision.
    plans: BTreeMap<u64, Arc<Plan>>,
    /// Every command in the order in which it was applied.
    pub(crate) log: Vec<(usize, Env, Command)>,
    pub(crate) now: Timestamp,
    weather: Weather,
    draws: u64,
    seed: u64,
    /// The marks of all events that were kept.
    pub(crate) kept: BTreeSet<MessageMark>,
}

/// One partition with what the runtime keeps beside its state.
pub(crate) struct Node {
    pub(crate) state: State,
    plan: Arc<Plan>,
    position: u64,
    /// The members of each segment, as the changes of memberships say.
    pub(crate) members: BTreeMap<SegmentNumber, BTreeSet<ProfileId>>,
    /// All that was sent, by receiver and number: what is not acknowledged is sent again.
    sent: BTreeMap<(Partition, u64), Hop>,
}

/// Something on its way to a partition.
#[derive(Clone)]
enum Parcel {
    Hop(u64, Box<Hop>),
    Event(Box<Arriving>),
    Plan(u64),
}

#[derive(Clone)]
struct Arriving {
    event: Event,
    keys: Vec<IdentifierKey>,
    anchor: usize,
    toward: Option<(ProfileId, ProfileId)>,
}

/// Where an event's person is.
enum Seat {
    Here(ProfileId, ProfileId),
    Elsewhere(Option<(ProfileId, ProfileId)>, Partition),
    Nobody,
}

const OUTSIDE: u16 = u16::MAX;
/// Deliveries after which a world that is still busy is taken to be in a circle.
const RESTLESS: usize = 20_000;
/// The same for the hops of one command within its partition.
const RESTLESS_STEP: usize = 1_000;

impl World {
    pub(crate) fn new(partitions: u16, plan: Plan, now: Timestamp, seed: u64) -> Self {
        let plan = Arc::new(plan);
        let node = |partition| Node {
            state: State { timers_until: Timestamp::MAX, ..State::new(Partition(partition), partitions, core(&plan)) },
            plan: plan.clone(),
            position: 0,
            members: BTreeMap::new(),
            sent: BTreeMap::new(),
        };
        Self {
            nodes: (0..partitions).map(node).collect(),
            queues: BTreeMap::new(),
            history: BTreeMap::new(),
            plans: [(plan.revision, plan.clone())].into(),
            log: Vec::new(),
            now,
            weather: Weather::Fair,
            draws: 0,
            seed,
            kept: BTreeSet::new(),
        }
    }

    pub(crate) fn stormy(mut self) -> Self {
        self.weather = Weather::Stormy;
        self
    }

    /// The newest published plan.
    pub(crate) fn plan(&self) -> Arc<Plan> {
        self.plans.last_key_value().expect("a world begins with a plan").1.clone()
    }

    /// Takes an event in and waits until nothing is on its way any more.
    pub(crate) fn send(&mut self, event: Event) {
        self.post(event);
        self.settle();
    }

    /// Lets an event come in, some time.
    pub(crate) fn post(&mut self, event: Event) {
        let event = Event { received_at: self.now, ..event };
        let plan = self.plan();
        let anchor = resolve::anchor(&event.identifiers, |namespace| plan.namespace(namespace).cloned());
        let Some(anchor) = anchor else { return };
        let keys: Vec<_> = event.identifiers.iter().map(|claim| key(&claim.identifier)).collect();
        let home = keys[anchor].home(self.nodes.len() as u16);
        let arriving = Arriving { event, keys, anchor, toward: None };
        self.queue(OUTSIDE, home, Parcel::Event(Box::new(arriving)));
    }

    /// Publishes a plan; each partition follows some time, and fills its profiles at once.
    pub(crate) fn publish(&mut self, plan: Plan) {
        let revision = plan.revision;
        self.plans.insert(revision, Arc::new(plan));
        for partition in 0..self.nodes.len() as u16 {
            self.queue(OUTSIDE, Partition(partition), Parcel::Plan(revision));
        }
    }

    /// Moves the clock and looks at the timers.
    pub(crate) fn advance(&mut self, span: Span) {
        self.now = self.now.plus(span);
        for at in 0..self.nodes.len() {
            self.look_at_timers(at);
        }
    }

    /// Moves the clock from timer to timer, as it goes in life: each is looked at in its very moment.
    pub(crate) fn pass(&mut self, span: Span) {
        let to = self.now.plus(span);
        loop {
            let timers = self.nodes.iter().filter_map(|node| node.state.timers.first());
            let Some(next) = timers.map(|(due, _)| *due).min().filter(|due| *due <= to) else { break };
            self.advance(next.max(self.now).since(self.now));
        }
        self.advance(to.since(self.now));
    }

    pub(crate) fn look_at_timers(&mut self, at: usize) {
        let is_due = |world: &Self| world.nodes[at].state.timers.first().is_some_and(|(due, _)| *due <= world.now);
        let mut rounds = 0;
        while is_due(self) {
            self.run(at, Command::Due);
            rounds += 1;
            assert!(rounds < 1_000, "a timer that is always due");
        }
    }

    /// Delivers one parcel, of a pair drawn by chance; says whether there was any.
    pub(crate) fn deliver_one(&mut self) -> bool {
        let busy: Vec<_> = self.queues.iter().filter(|(_, queue)| !queue.is_empty()).map(|(pair, _)| *pair).collect();
        if busy.is_empty() {
            return self.send_again();
        }
        let pair = busy[self.draw(busy.len())];
        let stormy = self.weather == Weather::Stormy && pair.0 != OUTSIDE;
        let queue = self.queues.get_mut(&pair).expect("it is busy");
        let parcel = queue.pop_front().expect("it is busy");
        match (&parcel, stormy.then(|| self.draw(8))) {
            (Parcel::Hop(..), Some(0)) => return true, // Lost.
            (Parcel::Hop(..), Some(1)) => self.queue(pair.0, Partition(pair.1), parcel.clone()),
            (_, Some(2)) => {
                self.send_again();
            }
            _ => {}
        }
        self.deliver(pair.0, usize::from(pair.1), parcel);
        true
    }

    /// Delivers all that is on its way, and all that follows from it.
    pub(crate) fn settle(&mut self) {
        for _ in 0..RESTLESS {
            if !self.deliver_one() {
                return;
            }
        }
        panic!("messages go in a circle");
    }

    /// Logs a command and applies it.
    pub(crate) fn run(&mut self, at: usize, command: Command) -> Reply {
        let node = &mut self.nodes[at];
        let partition_seed = chance::draw(self.seed, at as u64);
        let env = Env { now: self.now.max(node.state.core.now), seed: chance::draw(partition_seed, node.position) };
        node.position += 1;
        self.log.push((at, env, command.clone()));
        self.apply(at, command, &env)
    }

    /// A world to which the same commands happened, in the same order, and nothing else.
    pub(crate) fn replayed(&self) -> Self {
        let first = self.plans.first_key_value().expect("a world begins with a plan").1;
        let nodes = self.nodes.iter().map(|node| {
            let Partition(partition) = node.state.partition;
            let state = State::new(Partition(partition), node.state.partitions, core(first));
            let (members, sent) = (BTreeMap::new(), BTreeMap::new());
            let state = State { timers_until: Timestamp::MAX, ..state };
            Node { state, plan: first.clone(), position: node.position, members, sent }
        });
        let mut fresh = Self {
            nodes: nodes.collect(),
            queues: BTreeMap::new(),
            history: BTreeMap::new(),
            plans: self.plans.clone(),
            log: Vec::new(),
            kept: self.kept.clone(),
            ..*self
        };
        for (at, env, command) in &self.log {
            fresh.log.push((*at, *env, command.clone()));
            fresh.apply(*at, command.clone(), env);
        }
        // What it would send was delivered already, as the receivers' logs say.
        fresh.queues.clear();
        fresh
    }

    /// The person whom an identifier leads to, wherever that is by now.
    pub(crate) fn find(&self, identifier: &Identifier) -> Option<&Arc<Person>> {
        let key = key(identifier);
        let side = self.node(key.home(self.nodes.len() as u16)).state.holding(key)?.holder?;
        self.living(side).filter(|person| person.side(side).is_some())
    }

    /// The person that a profile is, or was merged into.
    pub(crate) fn living(&self, id: ProfileId) -> Option<&Arc<Person>> {
        let state = &self.node(id.partition()).state;
        match state.whereabouts(id) {
            Whereabouts::Here(id) => state.person(id),
            Whereabouts::Moved(to) => self.living(to),
            Whereabouts::Gone => None,
        }
    }

    /// Everybody who lives anywhere.
    pub(crate) fn people(&self) -> impl Iterator<Item = &Arc<Person>> {
        self.nodes.iter().flat_map(|node| node.state.people.values()).filter_map(|slot| match slot {
            Slot::Here(person) => Some(person),
            _ => None,
        })
    }

    /// Runs a command about a person where it lives; `None` if nobody is found.
    pub(crate) fn ask(&mut self, who: &Identifier, command: impl FnOnce(ProfileId) -> Command) -> Option<Reply> {
        let id = self.find(who)?.id;
        let reply = self.run(usize::from(id.partition().0), command(id));
        Some(reply)
    }

    pub(crate) fn draw(&mut self, below: usize) -> usize {
        self.draws += 1;
        (chance::draw(!self.seed, self.draws) % below as u64) as usize
    }

    fn node(&self, partition: Partition) -> &Node {
        &self.nodes[usize::from(partition.0)]
    }

    fn queue(&mut self, from: u16, to: Partition, parcel: Parcel) {
        self.queues.entry((from, to.0)).or_default().push_back(parcel);
    }

    /// Sends all hops again that their receiver does not have, in order; says whether there are any.
    fn send_again(&mut self) -> bool {
        let mut missing = Vec::new();
        for node in &self.nodes {
            let from = node.state.partition;
            let has = |to: Partition| self.node(to).state.core.inbox.get(&from).copied().unwrap_or_default();
            let lacking = node.sent.iter().filter(|((to, number), _)| *number > has(*to));
            missing.extend(lacking.map(|((to, number), hop)| (from.0, *to, *number, hop.clone())));
        }
        let any = !missing.is_empty();
        for (from, to, number, hop) in missing {
            self.queue(from, to, Parcel::Hop(number, Box::new(hop)));
        }
        any
    }

    fn deliver(&mut self, from: u16, at: usize, parcel: Parcel) {
        match parcel {
            Parcel::Hop(number, hop) => {
                self.run(at, Command::Hop { from: Partition(from), number, hop });
            }
            Parcel::Event(arriving) => self.arrive(at, *arriving),
            Parcel::Plan(revision) => {
                if revision > self.nodes[at].plan.revision {
                    self.run(at, Command::PlanChanged { revision });
                    let to = self.nodes[at].state.core.next_ordinal;
                    self.run(at, Command::Fill { from: 0, to });
                }
            }
        }
    }

    /// As the runtime does: find the person, ask for consent, pass over duplicates, run the command.
    fn arrive(&mut self, at: usize, mut arriving: Arriving) {
        let home = arriving.keys[arriving.anchor].home(self.nodes.len() as u16);
        let seat = match self.locate(at, home, &arriving) {
            Seat::Elsewhere(toward, to) => {
                arriving.toward = toward;
                return self.queue(at as u16, to, Parcel::Event(Box::new(arriving)));
            }
            Seat::Here(person, side) => Some((person, side)),
            Seat::Nobody => None,
        };
        self.take_consent_over(at, seat.map(|(person, _)| person), &mut arriving);
        let Arriving { mut event, mut keys, mut anchor, .. } = arriving;
        let mark = mark(&event);
        let node = &self.nodes[at];
        let (plan, now) = (node.plan.clone(), self.now.max(node.state.core.now));
        let person = seat.and_then(|(person, _)| node.state.person(person)).cloned();
        let admission = admit::admit(&plan, &event, person.as_deref(), now);
        if admission == Admission::CountOnly {
            self.run(at, Command::Counted(Counted::one(event.source.clone(), &event.kind)));
            return;
        }
        let has = |side| self.history.get(&side).is_some_and(|events| events.keys().any(|(_, tie)| *tie == mark.tie()));
        // On any side: what was sent before a login may be sent again after it, and then comes under the account.
        if person.iter().flat_map(|person| &person.sides).any(|side| has(side.facts.origin)) {
            return;
        }
        admit::redact(&plan, &mut event, admission, person.as_deref(), now);
        if admission == Admission::ConsentOnly {
            (event.identifiers, keys) = (vec![event.identifiers.swap_remove(anchor)], vec![keys[anchor]]);
            anchor = 0;
        }
        let node = &self.nodes[at];
        let seed = chance::draw(chance::draw(self.seed, at as u64), node.position);
        let begins = || chance::profile_id(node.state.partition, node.state.core.next_ordinal, seed);
        let (person, side) = seat.unwrap_or_else(|| (begins(), begins()));
        self.kept.insert(mark);
        self.run(at, Command::Event(Box::new(Arrival { event, keys, anchor, mark, person, side })));
    }

    /// Gives the event the consent of whom its other identifiers lead to, where its own person is not known to consent.
    fn take_consent_over(&self, at: usize, person: Option<ProfileId>, arriving: &mut Arriving) {
        let plan = &self.nodes[at].plan;
        let person = person.and_then(|id| self.nodes[at].state.person(id));
        if admit::admit(plan, &arriving.event, person.map(Arc::as_ref), self.now) == Admission::Keep {
            return;
        }
        let others = arriving.event.identifiers.iter().filter_map(|claim| self.find(&claim.identifier));
        let taken = others.filter_map(|other| admit::taken_over(plan, &arriving.event, other, self.now)).next();
        // A person who said no is not overruled by what was said on a device.
        if person.is_none_or(|person| person.consents().iter().len() == 0) {
            arriving.event.consent = arriving.event.consent.take().or(taken);
        }
    }

    fn locate(&self, at: usize, home: Partition, arriving: &Arriving) -> Seat {
        let state = &self.nodes[at].state;
        let mut toward = arriving.toward;
        loop {
            let Some((person, side)) = toward else {
                if home != state.partition {
                    return Seat::Elsewhere(None, home);
                }
                match state.holding(arriving.keys[arriving.anchor]).and_then(|holding| holding.holder) {
                    None => return Seat::Nobody,
                    Some(holder) => toward = Some((holder, holder)),
                }
                continue;
            };
            if person.partition() != state.partition {
                return Seat::Elsewhere(toward, person.partition());
            }
            match state.whereabouts(person) {
                Whereabouts::Here(id) if state.person(id).is_some_and(|person| person.side(side).is_some()) => {
                    return Seat::Here(id, side);
                }
                Whereabouts::Moved(to) => toward = Some((to, side)),
                // The runtime, too, begins again from the identifier; where that leads here again, nobody is left.
                Whereabouts::Here(_) | Whereabouts::Gone if home == state.partition => {
                    let holder = state.holding(arriving.keys[arriving.anchor]).and_then(|holding| holding.holder);
                    let is_gone = |holder: ProfileId| {
                        holder.partition() == state.partition && state.whereabouts(holder) == Whereabouts::Gone
                    };
                    let leads_back = holder.is_none_or(is_gone);
                    return if leads_back { Seat::Nobody } else { Seat::Elsewhere(None, home) };
                }
                Whereabouts::Here(_) | Whereabouts::Gone => return Seat::Elsewhere(None, home),
            }
        }
    }

    fn apply(&mut self, at: usize, command: Command, env: &Env) -> Reply {
        if let Command::PlanChanged { revision } = &command {
            self.nodes[at].plan = self.plans[revision].clone();
        }
        let plan = self.nodes[at].plan.clone();
        self.load(at, |state| wants(&plan, state, &command, env.now));
        let mut outcome = apply(&plan, &mut self.nodes[at].state, command, env);
        let reply = std::mem::take(&mut outcome.reply);
        let mut local: VecDeque<Hop> = std::mem::take(&mut outcome.local).into();
        self.absorb(at, outcome);
        let mut rounds = 0;
        while let Some(hop) = local.pop_front() {
            rounds += 1;
            assert!(rounds < RESTLESS_STEP, "a command whose hops go in a circle: {hop:?}");
            self.load(at, |state| hop_wants(&plan, state, &hop));
            let mut outcome = apply_hop(&plan, &mut self.nodes[at].state, hop, env);
            local.extend(std::mem::take(&mut outcome.local));
            self.absorb(at, outcome);
        }
        reply
    }

    /// Everything is resident, so what is not there does not exist; only trails are read again.
    fn load(&mut self, at: usize, wanted: impl Fn(&State) -> Vec<Want>) {
        loop {
            let wants = wanted(&self.nodes[at].state);
            if wants.is_empty() {
                return;
            }
            let Node { state, plan, .. } = &mut self.nodes[at];
            for want in wants {
                match want {
                    Want::Profile(id) => drop(state.people.insert(id, Slot::Unknown)),
                    Want::Identifier(key) => drop(state.directory.insert(key, None)),
                    Want::Trails(id) | Want::Chronicles(id) => {
                        let Some(Slot::Here(person)) = state.people.get_mut(&id) else { continue };
                        for side in &mut Arc::make_mut(person).sides {
                            let events = self.history.get(&side.facts.origin).into_iter().flatten();
                            let events = events.map(|((_, tie), event)| (event, *tie));
                            side.trails = Arc::new(Trails::rebuilt(&plan.segments, events));
                        }
                    }
                    Want::Profiles(..) | Want::Timers(_) => unreachable!("all profiles and timers are resident"),
                }
            }
        }
    }

    fn absorb(&mut self, at: usize, outcome: Outcome) {
        for (id, segment, member) in outcome.memberships {
            let members = self.nodes[at].members.entry(segment).or_default();
            let changed = if member { members.insert(id) } else { members.remove(&id) };
            assert!(changed, "a change of membership that changes nothing");
        }
        for change in outcome.history {
            match change {
                HistoryChange::Add { side, mark, event } => {
                    let place = (event.timestamp, mark.tie());
                    let known = self.history.entry(side).or_default().insert(place, *event);
                    assert!(known.is_none(), "an event was folded twice");
                }
                HistoryChange::Expire { side, before } => {
                    self.history.entry(side).or_default().retain(|(at, _), _| *at >= before);
                }
                HistoryChange::Undecide { .. } => {}
                HistoryChange::Erase { side, .. } => drop(self.history.remove(&side)),
            }
        }
        for Effect { number, to, hop } in outcome.effects {
            let gap = number > 1 && !self.nodes[at].sent.contains_key(&(to, number - 1));
            assert!(!gap, "effects are numbered without a gap");
            self.nodes[at].sent.insert((to, number), hop.clone());
            self.queue(at as u16, to, Parcel::Hop(number, Box::new(hop)));
        }
    }
}

/// The key of an identifier: any deterministic hash will do here.
pub(crate) fn key(identifier: &Identifier) -> IdentifierKey {
    IdentifierKey(hash(identifier.namespace.as_str(), &identifier.value))
}

/// What tells an event from all others.
pub(crate) fn mark(event: &Event) -> MessageMark {
    MessageMark(hash(event.source.as_str(), &event.message_id))
}

fn hash(name: &str, value: &str) -> u128 {
    let half = |seed| {
        name.bytes().chain([0xff]).chain(value.bytes()).fold(seed, |hash, byte| chance::draw(hash, u64::from(byte)))
    };
    u128::from(half(1)) << 64 | u128::from(half(2))
}

fn core(plan: &Plan) -> Core {
    Core { plan_revision: plan.revision, ..Core::default() }
}
