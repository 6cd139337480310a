//! Writes state behind: turns what changed into rows, in one atomic batch with the log position it stands for.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use engine::{
    census::Census,
    command::{Access, Rejection},
    outcome::{DecisionKept, Effect, TimerMove},
    state::{Core, Holding, Slot},
};
use ledger::Ledger;
use model::{
    id::{Id, ProfileId, Rejected},
    identifier::IdentifierKey,
    partition::{Partition, Position},
    time::Timestamp,
};
use roaring::RoaringBitmap;
use segment::set::SegmentNumber;
use store::{
    error::StoreError,
    substrate::{Lease, Save, Substrate, Write},
};

use crate::{
    desk::{now, shared::person_key},
    erasing::Erasing,
    journal::{failure, send},
    limits,
    message::{Message, Waiting},
    stored,
    training::Lived,
    unsaved::Unsaved,
};

/// What the saver is asked to do.
#[derive(Debug)]
pub(crate) enum Task {
    /// Save a partition's state.
    Save(Box<SaveJob>),
    /// Destroy person keys that nothing needs any more, then answer.
    Destroy {
        /// Whose.
        sides: Vec<ProfileId>,
        /// Who waits.
        waiters: Vec<Waiting>,
    },
}

/// What a partition wants saved, as of one log position that is durable.
#[derive(Debug)]
pub(crate) struct SaveJob {
    pub(crate) lease: Lease,
    pub(crate) number: u64,
    pub(crate) position: Position,
    pub(crate) core: Core,
    pub(crate) people: Vec<(ProfileId, Slot)>,
    /// Of whom models may have to learn anew, by ordinal.
    pub(crate) lived: RoaringBitmap,
    pub(crate) ledgers: Vec<(ProfileId, Arc<Ledger>)>,
    pub(crate) identifiers: Vec<(IdentifierKey, Option<Holding>)>,
    pub(crate) timers: Vec<TimerMove>,
    pub(crate) effects: Vec<((Partition, u64), Option<Effect>)>,
    pub(crate) bitmaps: Vec<(SegmentNumber, Option<Vec<u8>>)>,
    pub(crate) history: Vec<HistoryWrite>,
    pub(crate) rejected: Vec<Rejection>,
    pub(crate) resolved: Vec<Id<Rejected>>,
    pub(crate) accesses: Vec<(Timestamp, Access)>,
    /// A census to keep.
    pub(crate) census: Option<Arc<Census>>,
    /// Erasures that wait until every partition has saved.
    pub(crate) erasing: Vec<Arc<Erasing>>,
    /// Who waits for the save itself.
    pub(crate) waiters: Vec<Waiting>,
}

impl SaveJob {
    /// How many rows it writes, if nothing expires and nobody is erased.
    fn rows_at_least(&self) -> usize {
        self.people.len()
            + self.ledgers.len()
            + self.identifiers.len()
            + 2 * self.timers.len()
            + self.effects.len()
            + self.bitmaps.len()
            + 2 * self.history.len()
    }
}

/// A change of stored history, to be carried out in the order in which it happened.
#[derive(Debug, Clone)]
pub(crate) enum HistoryWrite {
    Add { side: ProfileId, at: Timestamp, tie: u64, sealed: Arc<[u8]> },
    Expire { side: ProfileId, before: Timestamp },
    Undecide { side: ProfileId, since: Timestamp, until: Timestamp },
    Decide(DecisionKept),
    Erase { side: ProfileId, keys: Vec<IdentifierKey> },
}

/// What the saver works on.
pub(crate) struct Saver {
    pub(crate) substrate: Arc<dyn Substrate>,
    pub(crate) unsaved: Arc<Unsaved>,
    pub(crate) lived: Arc<Lived>,
    pub(crate) owners: Vec<Sender<Message>>,
    /// The position up to which each partition is saved, since the log was last trimmed.
    pub(crate) trimmable: BTreeMap<Partition, Position>,
    /// When the log was last trimmed.
    pub(crate) trimmed: Instant,
}

impl Saver {
    /// Runs until all senders are gone. What fails for a passing reason is tried again, in order.
    pub(crate) fn run(&mut self, tasks: &Receiver<Task>) {
        let mut waiting: VecDeque<Task> = VecDeque::new();
        let mut pause = FOREVER;
        loop {
            match tasks.recv_timeout(pause) {
                Ok(task) => waiting.push_back(task),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            waiting.extend(tasks.try_iter());
            pause = FOREVER;
            self.trim();
            while let Some(task) = waiting.pop_front() {
                match self.perform(&task) {
                    Ok(()) => self.done(task),
                    Err(error) if error.is_passing() => {
                        tracing::warn!(code = error.code(), %error, "a save failed; it is tried again");
                        waiting.push_front(task);
                        pause = Duration::from_millis(limits::RETRY_MS);
                        break;
                    }
                    Err(error) => give_up(&task, &error),
                }
            }
        }
    }

    fn perform(&self, task: &Task) -> Result<(), StoreError> {
        match task {
            Task::Save(job) => {
                let writes = rows(self.substrate.as_ref(), job)?;
                self.substrate.save(vec![Save { lease: job.lease, position: job.position, writes }])
            }
            Task::Destroy { sides, .. } => {
                self.substrate.persist()?;
                sides.iter().try_for_each(|side| self.substrate.destroy_key(side.partition(), side.ordinal()))
            }
        }
    }

    /// Lets go of what waited: tickets are answered by being dropped.
    fn done(&mut self, task: Task) {
        let Task::Save(job) = task else { return };
        let sides = job.history.iter().filter_map(|change| match change {
            HistoryWrite::Add { side, .. } => Some(*side),
            HistoryWrite::Expire { .. }
            | HistoryWrite::Undecide { .. }
            | HistoryWrite::Decide(_)
            | HistoryWrite::Erase { .. } => None,
        });
        let partition = job.lease.partition;
        self.unsaved.saved((partition, job.number), sides);
        // Before anybody who waits for the save: what they read then is noted, or was there already.
        self.lived.note(partition, &job.lived);
        self.trimmable.insert(partition, job.position);
        let owner = &self.owners[usize::from(partition.0) % self.owners.len()];
        send(owner, Message::Saved { partition, job: job.number });
    }
}

impl Saver {
    /// Lets go of saved log, from time to time and only if a whole segment file may go: it takes a sync.
    fn trim(&mut self) {
        let rest = self.trimmed.elapsed() < Duration::from_millis(limits::TRIM_EVERY_MS);
        if rest || self.trimmable.is_empty() || self.substrate.health().log_segments < 2 {
            return;
        }
        for (partition, position) in std::mem::take(&mut self.trimmable) {
            if let Err(error) = self.substrate.trim(partition, position) {
                tracing::warn!(code = error.code(), %error, "the log could not be trimmed");
            }
        }
        self.trimmed = now();
    }
}

/// Longer than anybody waits.
const FOREVER: Duration = Duration::from_secs(3_600);

/// The task cannot be done. If it was a save, somebody else owns the partition and saves it.
fn give_up(task: &Task, error: &StoreError) {
    tracing::warn!(code = error.code(), %error, "a save is void");
    let waiters = match task {
        Task::Save(job) => {
            job.erasing.iter().for_each(|erasing| erasing.put_off());
            &job.waiters
        }
        Task::Destroy { waiters, .. } => waiters,
    };
    waiters.iter().for_each(|waiter| waiter.fail(failure(error)));
}

fn erase(
    substrate: &dyn Substrate,
    writes: &mut Vec<Write>,
    side: ProfileId,
    keys: &[IdentifierKey],
) -> Result<(), StoreError> {
    writes.retain(|write| !stored::is_about(write, side));
    writes.extend(stored::erased(substrate, side, keys)?);
    Ok(())
}

fn rows(substrate: &dyn Substrate, job: &SaveJob) -> Result<Vec<Write>, StoreError> {
    let partition = job.lease.partition;
    let keys = |side: ProfileId| person_key(substrate, side);
    // Grown step by step, a large save would touch twice its memory anew.
    let mut writes = Vec::with_capacity(1 + job.rows_at_least());
    writes.push(stored::core(partition, &job.core));
    for (id, slot) in &job.people {
        writes.push(stored::slot(*id, slot, &keys)?);
    }
    for (side, ledger) in &job.ledgers {
        writes.push(stored::ledger(*side, ledger, &keys)?);
    }
    for (key, holding) in &job.identifiers {
        writes.push(stored::holding(partition, *key, *holding));
    }
    for timer in &job.timers {
        writes.extend(stored::timer(partition, timer));
    }
    for ((to, number), effect) in &job.effects {
        writes.push(stored::effect(partition, (*to, *number), effect.as_ref(), &keys)?);
    }
    for (segment, bitmap) in &job.bitmaps {
        writes.push(stored::members(partition, *segment, bitmap.clone()));
    }
    for rejection in &job.rejected {
        writes.extend(stored::rejection(partition, rejection, &keys)?);
    }
    for id in &job.resolved {
        writes.extend(stored::resolved(substrate, partition, *id, &keys)?);
    }
    // The position makes the number unique over saves, the place within one.
    let first = job.position.0 << 20;
    writes.extend(job.accesses.iter().zip(first..).map(|((at, access), number)| stored::access(number, *at, access)));
    for change in &job.history {
        match change {
            HistoryWrite::Add { side, at, tie, sealed } => writes.extend(stored::event(*side, *at, *tie, sealed)),
            HistoryWrite::Expire { side, before } => {
                writes.retain(|write| !stored::is_of(write, *side, Timestamp::MIN..*before));
                writes.extend(stored::expired(substrate, *side, *before)?);
            }
            HistoryWrite::Undecide { side, since, until } => {
                writes.retain(|write| !stored::is_decision_of(write, *side, *since..=*until));
                writes.extend(stored::undecided(substrate, *side, *since..=*until)?);
            }
            HistoryWrite::Decide(decided) => writes.push(stored::decided(decided)),
            HistoryWrite::Erase { side, keys } => {
                erase(substrate, &mut writes, *side, keys)?;
                writes.push(stored::erasure(*side, job.core.now));
            }
        }
    }
    if let Some(census) = &job.census {
        writes.extend(stored::census(substrate, census)?);
    }
    // Erased in another partition, which has saved that: what this one still had of them came after.
    for side in job.erasing.iter().flat_map(|erasing| &erasing.sides) {
        erase(substrate, &mut writes, *side, &[])?;
    }
    Ok(writes)
}
