//! What all desks of a node share.

use std::sync::{Arc, mpsc::Sender};

use model::{id::ProfileId, partition::Partition};
use store::{error::StoreError, substrate::Substrate};

use crate::{
    clock::Clock,
    hash::Hasher,
    journal::{Parcel, send},
    message::Message,
    plans::Plans,
    saver::Task,
    unsaved::Unsaved,
};

/// What all desks, the saver and the handle share.
pub(crate) struct Shared {
    pub(crate) substrate: Arc<dyn Substrate>,
    pub(crate) hasher: Hasher,
    pub(crate) clock: Arc<Clock>,
    pub(crate) plans: Plans,
    pub(crate) unsaved: Arc<Unsaved>,
    /// The node's own number for draws: chance, or given for repeatable tests.
    pub(crate) seed: u64,
    /// One sender for each owner thread.
    pub(crate) owners: Vec<Sender<Message>>,
    pub(crate) journal: Sender<Parcel>,
    pub(crate) saver: Sender<Task>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("owners", &self.owners.len()).finish_non_exhaustive()
    }
}

impl Shared {
    /// The owner of a partition.
    pub(crate) fn owner(&self, partition: Partition) -> &Sender<Message> {
        &self.owners[usize::from(partition.0) % self.owners.len()]
    }

    /// Sends a message to the owner of a partition.
    pub(crate) fn tell(&self, partition: Partition, message: Message) {
        send(self.owner(partition), message);
    }

    /// Sends a message to every owner.
    pub(crate) fn tell_all(&self, message: impl Fn() -> Message) {
        self.owners.iter().for_each(|owner| send(owner, message()));
    }

    /// The person key of a side; `None` once it is destroyed.
    pub(crate) fn key(&self, side: ProfileId) -> Result<Option<[u8; 32]>, StoreError> {
        self.substrate.key(side.partition(), side.ordinal())
    }
}
