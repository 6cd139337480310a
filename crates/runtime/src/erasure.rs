//! The erasure list: who was erased, so that a restore of an older backup erases them again.

use std::collections::BTreeSet;

use engine::outcome::Reply;
use model::{id::ProfileId, partition::Partition, time::Timestamp};
use store::substrate::{Save, Substrate};

use crate::{
    handle::{LoadError, Runtime, Who},
    load, stored,
    ticket::Failure,
};

/// Why erasures could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// The folder could not be read or written.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An erasure did not come to its end.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// The erasure list of a data folder: every side ever erased, and when.
pub fn list(substrate: &dyn Substrate) -> Result<Vec<(ProfileId, Timestamp)>, LoadError> {
    load::erasures(substrate)
}

/// Adds an erasure list to that of a folder on which no runtime runs. The next start carries it out.
pub fn add(substrate: &dyn Substrate, erasures: &[(ProfileId, Timestamp)]) -> Result<(), LoadError> {
    let partition = Partition(0);
    let lease = substrate.claim(&[partition])?.remove(0);
    let writes = erasures.iter().map(|(side, at)| stored::erasure(*side, *at)).collect();
    substrate.save(vec![Save { lease, position: substrate.saved(partition)?, writes }])?;
    substrate.persist()?;
    Ok(())
}

impl Runtime {
    /// Carries out erasures that are on the list and not done: after a restore, or a crash in the middle of one.
    /// Blocking. Says how many persons it erased.
    pub fn finish_erasures(&self) -> Result<usize, ErasureError> {
        let unfinished = load::unfinished_erasures(self.shared())?;
        let mut erased = 0;
        for side in &unfinished {
            erased += usize::from(self.erase_side(*side, &unfinished)?);
        }
        // Sides of which nothing is left but the key: every partition has replayed its log, so it can go.
        for side in load::unfinished_erasures(self.shared())? {
            self.shared().substrate.destroy_key(side.partition(), side.ordinal()).map_err(LoadError::from)?;
        }
        Ok(erased)
    }

    /// Erases the person that a side belongs to. Sides of others that were merged with it before are set free first.
    fn erase_side(&self, side: ProfileId, listed: &BTreeSet<ProfileId>) -> Result<bool, Failure> {
        let who = Who::Profile(side);
        while let Some(reading) = self.read(&who).wait()? {
            let foreign = |origin: &ProfileId| !listed.contains(origin);
            let person = &reading.person;
            if !person.sides.iter().any(|side| foreign(&side.facts.origin)) {
                break;
            }
            let splits =
                |merge: &&profile::merge::MergeRecord| merge.moved.contains(&side) || merge.moved.iter().any(foreign);
            let Some(merge) = person.merges.iter().rev().find(splits).map(|merge| merge.id) else { break };
            self.unmerge(&who, Some(merge)).wait()?;
        }
        Ok(matches!(self.erase(&who).wait()?, Some(Reply::Erased { .. })))
    }
}
