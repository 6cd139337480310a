//! What all desks of a node share.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    mpsc::Sender,
};

use model::{id::ProfileId, partition::Partition};
use record::{
    decided::DecisionIds,
    seal::{INSTALLATION, PersonKey},
};
use store::{error::StoreError, substrate::Substrate};

use crate::{
    census::Censuses,
    clock::Clock,
    hash::Hasher,
    journal::{Parcel, send},
    limits::Limits,
    message::Message,
    plans::Plans,
    published::Published,
    recommending::Recommending,
    saver::Task,
    shelf::Shelf,
    tails::Tails,
    unsaved::Unsaved,
};

/// What all desks, the saver and the handle share.
pub(crate) struct Shared {
    pub(crate) substrate: Arc<dyn Substrate>,
    pub(crate) hasher: Hasher,
    pub(crate) decision_ids: DecisionIds,
    pub(crate) clock: Arc<Clock>,
    pub(crate) plans: Plans,
    pub(crate) shelf: Shelf,
    pub(crate) recommending: Recommending,
    /// Held by whoever changes a draft, from reading it to keeping it.
    pub(crate) changing_drafts: Mutex<()>,
    pub(crate) unsaved: Arc<Unsaved>,
    pub(crate) tails: Tails,
    pub(crate) published: Arc<Published>,
    /// The node's own number for draws: chance, or given for repeatable tests.
    pub(crate) seed: u64,
    pub(crate) limits: Limits,
    /// Nothing new is taken in any more.
    pub(crate) stopping: AtomicBool,
    pub(crate) censuses: Censuses,
    /// How many decisions were made from a request alone.
    pub(crate) anonymous: AtomicU64,
    /// Of each owner, how many decisions wait for it.
    pub(crate) deciding: Vec<Arc<AtomicUsize>>,
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
    /// Whether nothing new is taken in any more.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

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

    /// The key of a side; see [`person_key`].
    pub(crate) fn key(&self, side: ProfileId) -> Result<Option<PersonKey>, StoreError> {
        person_key(self.substrate.as_ref(), side)
    }
}

/// The key under which what is about a side is sealed; `None` once it is destroyed. For [`INSTALLATION`] a key that
/// follows from the secret.
pub(crate) fn person_key(substrate: &dyn Substrate, side: ProfileId) -> Result<Option<PersonKey>, StoreError> {
    if side == INSTALLATION {
        return Ok(Some(installation_key(substrate)));
    }
    substrate.key(side.partition(), side.ordinal())
}

/// The installation's own key: what is about nobody is sealed under it, what only it should read is veiled by it.
pub(crate) fn installation_key(substrate: &dyn Substrate) -> PersonKey {
    blake3::derive_key("prevenance 2026-11 installation key v1", &substrate.secret())
}
