//! Who may write: the epoch of every partition, in one file that is written anew with each claim.

use std::sync::{Arc, RwLock, RwLockReadGuard};

use model::partition::Partition;

use crate::{
    disk::{Disk, read_whole, write_whole},
    error::StoreError,
    substrate::Lease,
};

/// The file of the epochs in the data folder: one u64 a partition and one of the shop as a whole, little-endian, then a
/// CRC-32 of them.
pub(crate) const FILE: &str = "epochs";

/// The epochs of all partitions, and of the shop as a whole behind them.
pub(crate) struct Leases<D> {
    disk: Arc<D>,
    epochs: RwLock<Vec<u64>>,
}

/// Keeps the checked leases valid until dropped: a claim waits for it.
pub(crate) struct Valid<'a> {
    _epochs: RwLockReadGuard<'a, Vec<u64>>,
}

impl<D: Disk> Leases<D> {
    /// Writes the file for partitions that nobody has claimed yet.
    pub(crate) fn create(disk: &D, partitions: u16) -> Result<(), StoreError> {
        write_whole(disk, "", FILE, &encode(&vec![0; usize::from(partitions) + 1]))
    }

    pub(crate) fn open(disk: Arc<D>, partitions: u16) -> Result<Self, StoreError> {
        let corrupt = || StoreError::Corrupt { file: FILE.to_owned(), offset: 0 };
        let bytes = read_whole(&*disk, FILE)?.ok_or_else(corrupt)?;
        let (epochs, checksum) = bytes.split_last_chunk().ok_or_else(corrupt)?;
        if crc32fast::hash(epochs) != u32::from_le_bytes(*checksum) || epochs.len() != 8 * (usize::from(partitions) + 1)
        {
            return Err(corrupt());
        }
        let epoch = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        let epochs = epochs.chunks_exact(8).map(epoch).collect();
        Ok(Self { disk, epochs: RwLock::new(epochs) })
    }

    /// Raises the epochs, durably, after every write under way has ended.
    pub(crate) fn claim(&self, partitions: &[Partition]) -> Result<Vec<Lease>, StoreError> {
        let mut epochs = self.epochs.write().expect("no panic while epochs are held");
        let mut raised = epochs.clone();
        for partition in partitions {
            let epoch = raised.get_mut(usize::from(partition.0));
            *epoch.ok_or(StoreError::NoPartition { partition: *partition })? += 1;
        }
        write_whole(&*self.disk, "", FILE, &encode(&raised))?;
        *epochs = raised;
        let lease = |partition: &Partition| Lease { partition: *partition, epoch: epochs[usize::from(partition.0)] };
        Ok(partitions.iter().map(lease).collect())
    }

    /// Refuses if one of the leases is not the newest of its partition.
    pub(crate) fn check(&self, leases: impl IntoIterator<Item = Lease>) -> Result<Valid<'_>, StoreError> {
        let epochs = self.epochs.read().expect("no panic while epochs are held");
        for Lease { partition, epoch } in leases {
            let current = *epochs.get(usize::from(partition.0)).ok_or(StoreError::NoPartition { partition })?;
            if epoch != current || current == 0 {
                return Err(StoreError::Fenced { partition, epoch, current });
            }
        }
        Ok(Valid { _epochs: epochs })
    }

    /// The file's bytes as of now.
    pub(crate) fn encoded(&self) -> Vec<u8> {
        encode(&self.epochs.read().expect("no panic while epochs are held"))
    }
}

fn encode(epochs: &[u64]) -> Vec<u8> {
    let mut bytes: Vec<u8> = epochs.iter().flat_map(|epoch| epoch.to_le_bytes()).collect();
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    bytes
}
