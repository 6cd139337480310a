//! History that is in the log but not yet in the tables: of all partitions of this node, because a side's events
//! stay under its own id when a merge moves it to another partition.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{id::ProfileId, partition::Partition, time::Timestamp};
use rustc_hash::FxHashMap;

const SHARDS: usize = 64;

/// Rows that wait to be saved, by side.
#[derive(Debug)]
pub(crate) struct Unsaved {
    shards: Vec<Mutex<FxHashMap<ProfileId, Vec<Row>>>>,
}

/// One event of a side, sealed as it will be stored.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The save that will take it along.
    pub(crate) job: (Partition, u64),
    pub(crate) at: Timestamp,
    pub(crate) tie: u64,
    pub(crate) sealed: Arc<[u8]>,
}

impl Unsaved {
    pub(crate) fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    pub(crate) fn add(&self, side: ProfileId, row: Row) {
        self.shard(side).entry(side).or_default().push(row);
    }

    /// Whether an event of the side waits here.
    pub(crate) fn contains(&self, side: ProfileId, tie: u64) -> bool {
        self.shard(side).get(&side).is_some_and(|rows| rows.iter().any(|row| row.tie == tie))
    }

    /// The side's rows, in order of arrival.
    pub(crate) fn rows(&self, side: ProfileId) -> Vec<Row> {
        self.shard(side).get(&side).cloned().unwrap_or_default()
    }

    /// These sides' rows of a save are stored by now.
    pub(crate) fn saved(&self, job: (Partition, u64), sides: impl IntoIterator<Item = ProfileId>) {
        for side in sides {
            self.keep(side, |row| row.job != job);
        }
    }

    /// The side was erased, or what is older than a moment has expired.
    pub(crate) fn drop_before(&self, side: ProfileId, moment: Timestamp) {
        self.keep(side, |row| row.at >= moment);
    }

    /// A partition is opened again: its rows come back from the log.
    pub(crate) fn forget_partition(&self, partition: Partition) {
        for shard in &self.shards {
            let mut sides = shard.lock().unwrap_or_else(PoisonError::into_inner);
            sides.values_mut().for_each(|rows| rows.retain(|row| row.job.0 != partition));
            sides.retain(|_, rows| !rows.is_empty());
        }
    }

    fn keep(&self, side: ProfileId, keep: impl Fn(&Row) -> bool) {
        let mut sides = self.shard(side);
        if let Some(rows) = sides.get_mut(&side) {
            rows.retain(keep);
            if rows.is_empty() {
                sides.remove(&side);
            }
        }
    }

    fn shard(&self, side: ProfileId) -> MutexGuard<'_, FxHashMap<ProfileId, Vec<Row>>> {
        let place = (side.bits() ^ side.bits() >> 80) as usize % SHARDS;
        self.shards[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
