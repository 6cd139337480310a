//! Events that stand in the logs and are not saved, for partitions that are opened at the same time.
//!
//! A side's events may stand in the log of one partition while another, to which a merge took the side, has to rebuild
//! its trails from history. While both run, [`crate::unsaved::Unsaved`] has such rows. While they are opened side by
//! side one may be ahead of the other: then the logs are read once more, for all that ask.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use engine::command::Command;
use model::{id::ProfileId, partition::Partition, time::Timestamp};
use record::{
    history::SealedEvent,
    log::{Logged, Recalled, decode_commands},
};
use rustc_hash::FxHashMap;
use store::error::StoreError;

use crate::{desk::shared::Shared, limits, load, unsaved::Row};

/// What the logs hold beyond what is saved, by side, with the moment at which it was logged.
type BySide = FxHashMap<ProfileId, Vec<(Timestamp, Row)>>;

/// The events of all logs that are not saved; read when they are first asked for while partitions are opened.
#[derive(Debug, Default)]
pub(crate) struct Tails {
    read: Mutex<Option<Arc<BySide>>>,
    /// How many openings are under way.
    opening: AtomicUsize,
}

/// An opening under way. With the last one the rows are let go of.
#[derive(Debug)]
pub(crate) struct Opening<'a>(&'a Tails);

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        if self.0.opening.fetch_sub(1, Ordering::SeqCst) == 1 {
            *self.0.read.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

impl Tails {
    /// A side's events of other partitions that were logged up to a moment: what `partition`, which applies its own log
    /// again, would have found among the unsaved ones then.
    pub(crate) fn rows(
        &self,
        shared: &Shared,
        (partition, until): (Partition, Timestamp),
        side: ProfileId,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            match &*read {
                Some(rows) => rows.clone(),
                None => read.insert(Arc::new(all(shared)?)).clone(),
            }
        };
        let is_wanted = |(logged, row): &&(Timestamp, Row)| row.job.0 != partition && *logged <= until;
        Ok(rows.get(&side).into_iter().flatten().filter(is_wanted).map(|(_, row)| row.clone()).collect())
    }

    /// Partitions are about to be opened: at the start all, later one that was closed.
    pub(crate) fn begin(&self) -> Opening<'_> {
        self.opening.fetch_add(1, Ordering::SeqCst);
        Opening(self)
    }
}

fn all(shared: &Shared) -> Result<BySide, StoreError> {
    let keys = |side| shared.key(side);
    let mut rows = BySide::default();
    for partition in (0..shared.substrate.partitions()).map(Partition) {
        let mut position = shared.substrate.saved(partition)?;
        loop {
            let blocks = shared.substrate.read(partition, position, limits::RECOVER_BYTES)?;
            if blocks.is_empty() {
                break;
            }
            for block in blocks {
                for logged in decode_commands(&block.bytes, &keys).map_err(|_| load::damaged("log"))? {
                    let Logged { env, command, sealed } = logged.map_err(load::unwrap_store("log"))?;
                    if let (Recalled::Command(Command::Event(arrival)), Some(SealedEvent(sealed))) = (command, sealed) {
                        let (at, tie) = (arrival.event.timestamp, arrival.mark.tie());
                        let row = Row { job: (partition, 0), at, tie, sealed };
                        rows.entry(arrival.side).or_default().push((env.now, row));
                    }
                }
                position = block.first.advanced(u64::from(block.count));
            }
        }
    }
    Ok(rows)
}
