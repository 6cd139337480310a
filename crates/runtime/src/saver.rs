//! Writes state behind: turns what changed into rows, in one atomic batch with the log position it stands for.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::Duration,
};

use engine::{
    command::{Access, Rejection},
    outcome::{Effect, TimerMove},
    state::{Core, Holding, Slot},
};
use model::{
    id::{Id, ProfileId, Rejected},
    identifier::IdentifierKey,
    partition::{Partition, Position},
    time::Timestamp,
};
use segment::set::SegmentNumber;
use store::{
    error::StoreError,
    substrate::{Lease, Save, Write},
};

use crate::{
    desk::shared::Shared,
    journal::{failure, send},
    limits,
    message::{Message, Waiting},
    stored,
};

/// What a partition wants saved, as of one log position that is durable.
#[derive(Debug)]
pub(crate) struct SaveJob {
    pub(crate) lease: Lease,
    pub(crate) number: u64,
    pub(crate) position: Position,
    pub(crate) core: Core,
    pub(crate) people: Vec<(ProfileId, Slot)>,
    pub(crate) identifiers: Vec<(IdentifierKey, Option<Holding>)>,
    pub(crate) timers: Vec<TimerMove>,
    pub(crate) effects: Vec<((Partition, u64), Option<Effect>)>,
    pub(crate) bitmaps: Vec<(SegmentNumber, Option<Vec<u8>>)>,
    pub(crate) history: Vec<HistoryWrite>,
    pub(crate) rejected: Vec<Rejection>,
    pub(crate) resolved: Vec<Id<Rejected>>,
    pub(crate) accesses: Vec<(Timestamp, Access)>,
    /// Who waits until erased persons can be read nowhere.
    pub(crate) erasure_waiters: Vec<Waiting>,
    /// Who waits for the save itself.
    pub(crate) waiters: Vec<Waiting>,
}

/// A change of stored history.
#[derive(Debug, Clone)]
pub(crate) enum HistoryWrite {
    Add { side: ProfileId, at: Timestamp, tie: u64, sealed: Arc<[u8]> },
    Expire { side: ProfileId, before: Timestamp },
    Erase { side: ProfileId, keys: Vec<IdentifierKey> },
}

/// Runs until all senders are gone and everything is saved, or cannot be.
pub(crate) fn run(shared: &Shared, jobs: &Receiver<SaveJob>, owners: &[Sender<Message>]) {
    let mut open = true;
    let mut waiting: Vec<SaveJob> = Vec::new();
    while open || !waiting.is_empty() {
        let pause =
            if waiting.is_empty() { Duration::from_secs(3600) } else { Duration::from_millis(limits::RETRY_MS) };
        match jobs.recv_timeout(pause) {
            Ok(job) => waiting.push(job),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) if open => open = false,
            Err(RecvTimeoutError::Disconnected) => return,
        }
        waiting.extend(jobs.try_iter());
        while let Some(job) = waiting.first() {
            match save(shared, job) {
                Ok(()) => {
                    let job = waiting.remove(0);
                    done(shared, &job);
                    let partition = job.lease.partition;
                    let owner = &owners[usize::from(partition.0) % owners.len()];
                    send(owner, Message::Saved { partition, job: job.number });
                }
                Err(error) if error.is_passing() => {
                    tracing::warn!(code = error.code(), %error, "a save failed; it is tried again");
                    break;
                }
                Err(error) => {
                    // Fenced: somebody else owns the partition and has, or will have, saved it.
                    tracing::info!(code = error.code(), %error, "a save is void");
                    let job = waiting.remove(0);
                    job.erasure_waiters.iter().chain(&job.waiters).for_each(|waiter| waiter.fail(failure(&error)));
                }
            }
        }
    }
}

fn save(shared: &Shared, job: &SaveJob) -> Result<(), StoreError> {
    let writes = rows(shared, job)?;
    let save = Save { lease: job.lease, position: job.position, writes };
    shared.substrate.save(vec![save])?;
    let erased = job.history.iter().filter_map(|change| match change {
        HistoryWrite::Erase { side, .. } => Some(*side),
        _ => None,
    });
    let erased: Vec<_> = erased.collect();
    if !erased.is_empty() {
        // The log before this position still holds sealed commands of the person; replay must never need them again.
        shared.substrate.persist()?;
        for side in erased {
            shared.substrate.destroy_key(side.partition(), side.ordinal())?;
        }
    }
    Ok(())
}

fn done(shared: &Shared, job: &SaveJob) {
    let sides = job.history.iter().filter_map(|change| match change {
        HistoryWrite::Add { side, .. } => Some(*side),
        _ => None,
    });
    shared.unsaved.saved((job.lease.partition, job.number), sides);
}

fn rows(shared: &Shared, job: &SaveJob) -> Result<Vec<Write>, StoreError> {
    let partition = job.lease.partition;
    let keys = |side: ProfileId| shared.key(side);
    let mut writes = vec![stored::core(partition, &job.core)];
    for (id, slot) in &job.people {
        writes.push(stored::slot(*id, slot, &keys)?);
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
        writes.extend(stored::resolved(shared.substrate.as_ref(), partition, *id, &keys)?);
    }
    // The position makes the number unique over saves, the place within one.
    let first = job.position.0 << 20;
    writes.extend(job.accesses.iter().zip(first..).map(|((at, access), number)| stored::access(number, *at, access)));
    for change in &job.history {
        match change {
            HistoryWrite::Add { side, at, tie, sealed } => writes.extend(stored::event(*side, *at, *tie, sealed)),
            HistoryWrite::Expire { side, before } => {
                writes.retain(|write| !stored::is_event_before(write, *side, *before));
                writes.extend(stored::expired(shared.substrate.as_ref(), *side, *before)?);
            }
            HistoryWrite::Erase { side, keys } => {
                writes.retain(|write| !stored::is_event_before(write, *side, Timestamp::MAX));
                writes.extend(stored::erased(shared.substrate.as_ref(), *side, keys)?);
                writes.push(stored::erasure(*side, job.core.now));
            }
        }
    }
    Ok(writes)
}
