//! The door to decisions: deciding, looking one up, deciding again.

use std::sync::{Arc, atomic::Ordering};

use decide::{Absent, Decision};
use engine::{
    chance,
    command::Counted,
    decided::{Asking, Decided, PageAsked, RequestFacts, decide_for_nobody},
    person::Person,
    plan::Plan,
};
use model::{
    id::{self, Id, ProfileId},
    identifier::Identifier,
    name::{Name, Source},
    partition::Partition,
    time::{Env, Span, Timestamp},
};
use record::{decided::open_decided, state, tables};
use store::error::StoreError;

use crate::{
    desk::shared::Shared,
    handle::{Asked, Runtime, Who},
    load::{CHUNK, all, damaged},
    message::{Answer, Deciding, Message, Question, Waits},
    plans::PlanError,
    ticket::Failure,
};

/// A decision that was made, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// The record that it is part of, and the side of the person.
    Kept(Box<Decided>, ProfileId),
    /// Its person was erased.
    Erased,
}

/// What deciding again came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// The same, to the byte.
    Same,
    /// The engine has changed since, and decides otherwise.
    EngineChanged(Option<Box<Decision>>),
    /// The same engine decides otherwise, which must not be.
    Differs(Box<Decision>),
}

/// A call for the decisions of a page.
#[derive(Clone)]
pub struct Call {
    /// The page.
    pub page: PageAsked,
    /// The facts of the request.
    pub request: Arc<RequestFacts>,
    /// All identifiers that the call names, also those by which nobody is looked for.
    pub named: Arc<[Identifier]>,
    /// What is kept of it.
    pub keeping: Keeping,
}

/// What is kept of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Its record; and it counts for caps.
    Record,
    /// Nothing: somebody only wants to see it.
    Nothing,
}

/// Its debug form leaves out what is known of the person.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("page", &self.page).field("keeping", &self.keeping).finish_non_exhaustive()
    }
}

/// Decisions with the plan that made them.
pub type WithPlan<T> = (T, Arc<Plan>);

impl Runtime {
    /// Decides a page for a person. `None` if there is no such person, or if the call names somebody else. Sees every
    /// write that was answered before.
    ///
    /// # Errors
    /// `Overloaded` if too many decisions wait already.
    pub fn decide(&self, who: &Who, call: Call) -> Result<Asked<WithPlan<Box<Decided>>>, Failure> {
        let shared = self.shared();
        let owner = usize::from(self.home(who).0) % shared.owners.len();
        let waits =
            Waits::begin(&shared.deciding[owner], shared.limits.decisions_waiting).ok_or(Failure::Overloaded)?;
        let deciding = Deciding { call, _waits: waits };
        Ok(Asked {
            pending: self.ask(who, Question::Decide(Box::new(deciding))),
            shape: |answer| match answer {
                Answer::Decided(decided, plan) => Some((decided, plan)),
                Answer::Nobody | Answer::Reply(_) | Answer::Person { .. } => None,
            },
        })
    }

    /// How many decisions wait for the owners of their persons.
    pub fn decisions_waiting(&self) -> usize {
        self.shared().deciding.iter().map(|waiting| waiting.load(Ordering::Relaxed)).sum()
    }

    /// Decides a page from the request alone, at once, on the caller's thread. Nothing of it is kept.
    pub fn decide_for_nobody(&self, why: Absent, page: PageAsked, request: &RequestFacts) -> WithPlan<Box<Decided>> {
        let plan = self.plan();
        (Box::new(self.shared().decide_for_nobody(&plan, why, (page, request), self.now())), plan)
    }

    /// What a call draws by that has no nonce of its own.
    pub fn nonce(&self) -> u128 {
        let seed = self.shared().draw_anonymously();
        u128::from(chance::draw(seed, 0)) << 64 | u128::from(chance::draw(seed, 1))
    }

    /// The neutral answers of a page, at once and without asking anybody. They have no id, and are in no record.
    pub fn neutral(&self, page: &PageAsked) -> WithPlan<Vec<Decision>> {
        let plan = self.plan();
        (engine::decided::neutral(&plan, page, self.shared(), self.now()), plan)
    }

    /// Counts decisions of which nothing may be kept, by day: `what` says which, such as `decision:winter-boots/b`.
    pub fn count_anonymous(&self, source: &Name<Source>, what: Vec<Arc<str>>) {
        let counted = what.into_iter().map(|kind| Counted { source: source.clone(), kind, events: 1 }).collect();
        self.shared().tell(Partition(0), Message::Count(counted));
    }

    /// Looks a decision up; `None` if there is none of that id. Blocking. As of the last save; see [`Self::saved`].
    pub fn decision(&self, id: Id<id::Decision>) -> Result<Option<Recorded>, StoreError> {
        let shared = self.shared();
        let (partition, ordinal) = shared.decision_ids.side_of(id);
        if partition.0 >= self.partitions() || id.at() < self.kept_since() {
            return Ok(None);
        }
        let range = tables::profile_range(partition, ordinal..ordinal.saturating_add(1), 1);
        let Some((side, slot)) = shared.substrate.range(tables::PROFILES, range)?.pop() else { return Ok(None) };
        let side = tables::profile_of(&side).map_err(|_| damaged("profiles"))?;
        let is_erased = state::is_erased(&slot).map_err(|_| damaged("profiles"))?;
        let key = if is_erased { None } else { shared.key(side)? };
        let Some(key) = key else { return Ok(Some(Recorded::Erased)) };
        let row = shared.substrate.get(tables::DECISIONS, &tables::decision_key(side, id.at_place(0)))?;
        let Some(sealed) = row else { return Ok(None) };
        let decided = open_decided(&key, side, &sealed).map_err(|_| damaged("decisions"))?;
        Ok(decided.decision(id).is_some().then(|| Recorded::Kept(Box::new(decided), side)))
    }

    /// Everything that was decided for a person, oldest first. Blocking. As of the last save; see [`Self::saved`].
    pub fn decisions_about(&self, person: &Person) -> Result<Vec<Decided>, StoreError> {
        let shared = self.shared();
        let mut found = Vec::new();
        for side in person.sides.iter().map(|side| side.facts.origin) {
            let Some(key) = shared.key(side)? else { continue };
            for (_, sealed) in all(shared, tables::DECISIONS, tables::decisions_since(side, self.kept_since(), CHUNK))?
            {
                found.push(open_decided(&key, side, &sealed).map_err(|_| damaged("decisions"))?);
            }
        }
        found.sort_by_key(|decided: &Decided| (decided.env.now, decided.first));
        Ok(found)
    }

    /// The first moment of which events and decisions are kept. Older ones may still stand in the tables until a timer
    /// finds them.
    pub fn kept_since(&self) -> Timestamp {
        let day = self.now().minus(self.plan().retention).day();
        Timestamp::EPOCH.plus(Span::DAY.times(day))
    }

    /// The plan of a revision. Blocking: may read and compile it.
    pub fn plan_of(&self, revision: u64) -> Result<Arc<Plan>, PlanError> {
        let shared = self.shared();
        shared.plans.revision(shared.substrate.as_ref(), revision)
    }

    /// Decides again what was decided, from the record alone, under the plan of then. Blocking: may read that plan.
    pub fn replay(&self, decided: &Decided, id: Id<id::Decision>) -> Result<Replay, PlanError> {
        let plan = self.plan_of(decided.revision)?;
        let again = decided.again(&plan).into_iter().find(|decision| decision.id == id);
        Ok(match again {
            Some(again) if decided.decision(id) == Some(&again) => Replay::Same,
            Some(again) if decided.engine == engine::decided::ENGINE => Replay::Differs(Box::new(again)),
            again => Replay::EngineChanged(again.map(Box::new)),
        })
    }
}

impl Shared {
    /// Decides a page from the request alone. Nothing of it is kept.
    pub(crate) fn decide_for_nobody(
        &self,
        plan: &Plan,
        why: Absent,
        (page, request): (PageAsked, &RequestFacts),
        now: Timestamp,
    ) -> Decided {
        let env = Env { now, seed: self.draw_anonymously() };
        // All of it is chance, so the id leads to no record.
        let first = Id::<id::Decision>::mint(now, chance::draw(env.seed, 6), chance::draw(env.seed, 7) as u32);
        decide_for_nobody(plan, first, why, Asking { page, request, suggests: self }, &env)
    }

    /// Chance that belongs to no command.
    fn draw_anonymously(&self) -> u64 {
        /// Tells these draws from all others of the same seed.
        const ANONYMOUS: u64 = 0x616e_6f6e_796d_6f75;
        chance::draw(self.seed ^ ANONYMOUS, self.anonymous.fetch_add(1, Ordering::Relaxed))
    }
}
