//! The end of an erasure: person keys are destroyed once no partition could need them to replay its log.
//!
//! Blocks of the log hold commands that are sealed under the person's keys: events here, images in hops there. Until
//! the state of every partition is saved beyond them, a crash would replay them. So every partition saves, and when
//! the last one has, the keys go. A start goes through the erasure list again, in case a crash came in between.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
};

use model::id::ProfileId;

use crate::{message::Waiting, saver::Task};

/// Sides whose keys are to be destroyed. Every partition's next save holds a clone; with the last one, they are.
#[derive(Debug)]
pub(crate) struct Erasing {
    pub(crate) sides: Vec<ProfileId>,
    pub(crate) waiters: Vec<Waiting>,
    saver: Sender<Task>,
    void: AtomicBool,
}

impl Erasing {
    pub(crate) fn new(sides: Vec<ProfileId>, waiters: Vec<Waiting>, saver: Sender<Task>) -> Arc<Self> {
        Arc::new(Self { sides, waiters, saver, void: AtomicBool::new(false) })
    }

    /// A partition could not save: its log may still be replayed, so the keys must wait for the next start.
    pub(crate) fn put_off(&self) {
        self.void.store(true, Ordering::Relaxed);
    }
}

impl Drop for Erasing {
    fn drop(&mut self) {
        let (sides, waiters) = (mem::take(&mut self.sides), mem::take(&mut self.waiters));
        if self.void.load(Ordering::Relaxed) {
            waiters.iter().for_each(|waiter| waiter.fail(crate::ticket::Failure::StorageFailed));
        } else {
            // If the saver has ended, the next start does it.
            let _ = self.saver.send(Task::Destroy { sides, waiters });
        }
    }
}
