//! Censuses: every profile looked at once, in the background, a slice at a time.
//!
//! A census is counted from what is stored, on the thread of whoever takes it: the owners save once before, and are held
//! up by nothing else. It rests as long as it worked, so that it leaves a core to others. What is written while it counts
//! is counted or not; a profile that meanwhile moves to another partition may be counted twice or not at all. Nobody's
//! decision rests on it: what it teaches about sources and contents is published first ([`crate::learning`]).

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use engine::{
    census::{Census, figures::Figures, past::Past},
    learning::Lessons,
    plan::Plan,
    state::Slot,
};
use model::{
    partition::Partition,
    time::{Span, Timestamp},
};
use record::{
    census::{decode_census, decode_figures},
    tables,
};
use store::error::StoreError;

use crate::{
    desk::{now, shared::Shared},
    handle::Runtime,
    limits::{CENSUS_PROFILES, TREND_DAYS},
    load::{self, damaged},
    message::Message,
    plans::PlanError,
    ticket::{Failure, Ticket},
};

/// A census is taken again when the last one is as old as this.
pub const CENSUS_EVERY: Span = Span::DAY;

/// Why there is no census.
#[derive(Debug, thiserror::Error)]
pub enum CensusError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be kept.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// What it taught could not be published.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// What is known of censuses beside the store.
#[derive(Debug, Default)]
pub(crate) struct Censuses {
    /// How many were begun since the start.
    begun: AtomicU64,
    /// Held by whoever takes one; the number of the last one that was kept.
    taking: Mutex<u64>,
    /// The last one, once it is known.
    last: Mutex<Option<Arc<Census>>>,
    resting: Mutex<()>,
    woken: Condvar,
}

impl Censuses {
    /// Lets one that is under way notice at once that the program stops.
    pub(crate) fn wake(&self) {
        self.woken.notify_all();
    }

    pub(crate) fn rest(&self, time: Duration) {
        let guard = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.woken.wait_timeout(guard, time));
    }

    fn last(&self) -> MutexGuard<'_, Option<Arc<Census>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Runtime {
    /// The last census; `None` if none was ever taken. Blocking.
    pub fn census(&self) -> Result<Option<Arc<Census>>, StoreError> {
        let shared = self.shared();
        let mut last = shared.censuses.last();
        if last.is_none() {
            let row = shared.substrate.get(tables::CENSUSES, &tables::census_key())?;
            let census = row.map(|bytes| decode_census(&bytes)).transpose().map_err(|_| damaged("censuses"))?;
            *last = census.map(Arc::new);
        }
        Ok(last.clone())
    }

    /// Whether it is time for a census: the last one is a day old. Blocking.
    pub fn is_census_due(&self) -> Result<bool, StoreError> {
        let now = self.now();
        Ok(self.census()?.is_none_or(|last| now.since(last.at) >= CENSUS_EVERY))
    }

    /// Takes a census of all that was answered before, and keeps it. Blocking, for as long as that takes. Of several who
    /// want one at the same time all but the first share the next one.
    pub fn take_census(&self) -> Result<Arc<Census>, CensusError> {
        let censuses = &self.shared().censuses;
        let begun = censuses.begun.load(Ordering::SeqCst);
        let mut kept = censuses.taking.lock().unwrap_or_else(PoisonError::into_inner);
        // One that began after this was asked for has seen all that it should see.
        if *kept > begun
            && let Some(last) = self.census()?
        {
            return Ok(last);
        }
        let number = censuses.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let (mut census, lessons) = self.count()?;
        census.unheeded = self.unheeded(&lessons);
        let census = Arc::new(census);
        let (ticket, pending) = Ticket::new(());
        self.shared().tell(Partition(0), Message::KeepCensus(census.clone(), ticket));
        pending.wait()?;
        *censuses.last() = Some(census.clone());
        *kept = number;
        // A census that was taken stands, whatever comes of what it taught.
        if let Err(error) = self.heed(&lessons) {
            tracing::warn!(%error, "what a census taught could not be published; the next one tries again");
        }
        Ok(census)
    }

    /// The figures of the last census of each day that had one, the oldest first: at most [`TREND_DAYS`] days. Blocking.
    pub fn census_figures(&self) -> Result<Vec<Figures>, StoreError> {
        let range = tables::figures_range(i64::MIN..i64::MAX, TREND_DAYS as usize);
        let rows = load::all(self.shared(), tables::CENSUSES, range)?;
        rows.iter().map(|(_, row)| decode_figures(row).map_err(|_| damaged("censuses"))).collect()
    }

    fn count(&self) -> Result<(Census, Lessons), CensusError> {
        self.saved().wait()?;
        let (shared, plan, at) = (self.shared(), self.plan(), self.now());
        let (mut census, mut lessons) = (Census::of(at), Lessons::default());
        for partition in (0..self.partitions()).map(Partition) {
            let (counted, learned) = count_partition(shared, &plan, partition, at)?;
            census.merge(&counted);
            lessons.merge(&learned);
        }
        for partition in (0..self.partitions()).map(Partition) {
            let core = load::core(shared, partition).map_err(|_| damaged("core"))?;
            census.tally_core(&core);
            lessons.tally_core(&core);
        }
        census.follow(self.census()?.as_deref());
        Ok((census, lessons))
    }
}

fn count_partition(
    shared: &Shared,
    plan: &Plan,
    partition: Partition,
    at: Timestamp,
) -> Result<(Census, Lessons), CensusError> {
    let (mut census, mut lessons, mut from) = (Census::of(at), Lessons::default(), 0);
    loop {
        if shared.is_stopping() {
            return Err(Failure::Stopping.into());
        }
        let began = now();
        let range = tables::profile_range(partition, from..u32::MAX, CENSUS_PROFILES);
        let rows = shared.substrate.range(tables::PROFILES, range)?;
        let Some((last, _)) = rows.last() else { return Ok((census, lessons)) };
        from = tables::profile_of(last).map_err(|_| damaged("profiles"))?.ordinal() + 1;
        for (_, row) in &rows {
            if let Slot::Here(person) = load::slot(shared, row)? {
                let mut past = Past::until(at);
                for side in person.sides.iter().filter(|side| side.facts.days.first().is_some()) {
                    load::each_event(shared, side.facts.origin, |event| past.note(event))?;
                }
                census.tally(plan, &person, &past);
                lessons.tally(plan, &person, at);
            }
        }
        shared.censuses.rest(began.elapsed());
    }
}
