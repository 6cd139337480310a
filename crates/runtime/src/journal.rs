//! The log writer: frames the pending blocks of all partitions into one write and one sync, then lets their
//! consequences happen, in order. If the log refuses, none of them do, and the partitions are opened again.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        mpsc::{Receiver, Sender},
    },
};

use model::partition::Partition;
use store::{
    error::StoreError,
    substrate::{Block, Substrate},
};

use crate::{
    message::{Message, Waiting},
    published::{Publication, Published},
    saver::{SaveJob, Task},
    ticket::Failure,
};

/// A block and what waits for it. With no block it is a barrier: it waits for those before it.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) partition: Partition,
    pub(crate) block: Option<Block>,
    /// What readers may count once the block is durable. Its generation counts how often the partition was opened:
    /// parcels of before a failure are void.
    pub(crate) publication: Publication,
    pub(crate) after: Vec<After>,
}

/// What happens once a block is durable.
#[derive(Debug)]
pub(crate) enum After {
    /// Somebody gets an answer, if nothing else is to be waited for: the ticket is dropped.
    Answer(Waiting),
    /// A message goes to an owner.
    Send(Sender<Message>, Box<Message>),
    /// State is saved.
    Save(Box<SaveJob>),
}

/// Runs until all senders are gone.
pub(crate) fn run(substrate: &Arc<dyn Substrate>, parcels: &Receiver<Parcel>, journal: &mut Journal) {
    while let Ok(first) = parcels.recv() {
        let mut group = vec![first];
        let mut bytes = group[0].bytes();
        while bytes < store::limits::APPEND_BYTES / 2 {
            let Ok(parcel) = parcels.try_recv() else { break };
            bytes += parcel.bytes();
            group.push(parcel);
        }
        journal.write(substrate.as_ref(), group);
    }
}

/// The log writer's memory.
#[derive(Debug)]
pub(crate) struct Journal {
    /// The owners; a partition's is its number modulo theirs.
    pub(crate) owners: Vec<Sender<Message>>,
    pub(crate) saver: Sender<Task>,
    pub(crate) published: Arc<Published>,
    /// Of partitions that failed, the generation that is void.
    pub(crate) void: HashMap<Partition, u64>,
}

impl Journal {
    fn write(&mut self, substrate: &dyn Substrate, group: Vec<Parcel>) {
        let is_void = |parcel: &Parcel| {
            self.void.get(&parcel.partition).is_some_and(|void| parcel.publication.generation <= *void)
        };
        let (void, mut good): (Vec<_>, Vec<_>) = group.into_iter().partition(is_void);
        let blocks: Vec<_> = good.iter_mut().filter_map(|parcel| parcel.block.take()).collect();
        let written = if blocks.is_empty() { Ok(()) } else { substrate.append(&blocks) };
        match written {
            Ok(()) => {
                let parts = good.into_iter().map(|parcel| ((parcel.partition, parcel.publication), parcel.after));
                let (publications, after): (Vec<_>, Vec<_>) = parts.unzip();
                self.published.publish(publications);
                after.into_iter().flatten().for_each(|after| self.happen(after));
            }
            Err(error) => self.refuse(good, &error),
        }
        void.into_iter().flat_map(|parcel| parcel.after).for_each(|after| after.fail(Failure::StorageFailed));
    }

    fn happen(&self, after: After) {
        match after {
            After::Answer(waiting) => drop(waiting),
            After::Send(owner, message) => send(&owner, *message),
            After::Save(job) => {
                // The saver ends only after the journal, so this cannot fail while anybody waits.
                let _ = self.saver.send(Task::Save(job));
            }
        }
    }

    fn refuse(&mut self, parcels: Vec<Parcel>, error: &StoreError) {
        let failure = failure(error);
        tracing::error!(code = error.code(), %error, "the log refused an append");
        for parcel in parcels {
            let Parcel { partition, publication: Publication { generation, .. }, after, .. } = parcel;
            if self.void.insert(partition, generation) != Some(generation) {
                send(
                    &self.owners[usize::from(partition.0) % self.owners.len()],
                    Message::Failed { partition, generation },
                );
            }
            after.into_iter().for_each(|after| after.fail(failure));
        }
    }
}

impl Parcel {
    fn bytes(&self) -> usize {
        self.block.as_ref().map_or(0, |block| block.bytes.len())
    }
}

impl After {
    pub(crate) fn fail(self, failure: Failure) {
        match self {
            Self::Answer(waiting) => waiting.fail(failure),
            Self::Send(_, message) => message.fail(failure),
            Self::Save(_) => {}
        }
    }
}

/// Sends, and fails the message if the owner has ended.
pub(crate) fn send(owner: &Sender<Message>, message: Message) {
    if let Err(lost) = owner.send(message) {
        lost.0.fail(Failure::Stopping);
    }
}

/// What a storage error means for whoever waits.
pub(crate) fn failure(error: &StoreError) -> Failure {
    match error {
        StoreError::Full { .. } => Failure::StorageFull,
        _ => Failure::StorageFailed,
    }
}
