//! What can go wrong with stored bytes. No variant carries anything about a person.

use std::io;

use model::partition::{Partition, Position};

/// Why a store operation failed. [`StoreError::code`] is stable; the sentence may change.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another owner has claimed the partition since; the caller must stop writing to it.
    #[error("partition {partition} is owned under epoch {current}, a write under epoch {epoch} is refused")]
    Fenced {
        /// The partition whose lease is outdated.
        partition: Partition,
        /// The epoch of the refused write.
        epoch: u64,
        /// The epoch of the present owner.
        current: u64,
    },
    /// The disk or quota is full. Passes once there is space again.
    #[error("no space is left to write {file}")]
    Full {
        /// The file that could not grow, relative to the data folder.
        file: String,
    },
    /// Another process holds the data folder.
    #[error("the data folder {folder} is in use by another process")]
    InUse {
        /// The folder as it was named by the caller.
        folder: String,
    },
    /// The folder was written by another version of the format.
    #[error("the data folder has format {found}, this program reads format {supported}")]
    OtherVersion {
        /// The format number in the folder.
        found: String,
        /// The format number of this program.
        supported: u32,
    },
    /// The number of partitions is fixed when the folder is created.
    #[error("the data folder has {found} partitions, the configuration says {wanted}")]
    OtherPartitions {
        /// The number in the folder.
        found: u16,
        /// The number asked for.
        wanted: u16,
    },
    /// There is nothing to read: where data are only read, none are begun.
    #[error("there are no data in {folder}")]
    NoData {
        /// The folder as it was named by the caller.
        folder: String,
    },
    /// The folder holds something else, or was left behind by an interrupted restore.
    #[error("{folder} is not empty and is no complete data folder")]
    NotADataFolder {
        /// The folder as it was named by the caller.
        folder: String,
    },
    /// The target of a backup or restore must be empty or absent.
    #[error("{folder} is not empty")]
    NotEmpty {
        /// The folder as it was named by the caller.
        folder: String,
    },
    /// Stored bytes are not what was written.
    #[error("{file} is damaged at byte {offset}")]
    Corrupt {
        /// The file, relative to the data folder or backup.
        file: String,
        /// The first byte that cannot be trusted.
        offset: u64,
    },
    /// Somebody else published a revision first.
    #[error("the definitions are at revision {current} by now")]
    Conflict {
        /// The revision to start again from.
        current: u64,
    },
    /// A block or a saved position does not follow the previous one: a bug of the caller.
    #[error("partition {partition} expects position {}", expected.0)]
    WrongPosition {
        /// The partition.
        partition: Partition,
        /// The position that would have been accepted.
        expected: Position,
    },
    /// No block starts at this position: it was trimmed, or never written.
    #[error("partition {partition} has no block that starts at position {}", first.0)]
    NoBlock {
        /// The partition.
        partition: Partition,
        /// The position asked for.
        first: Position,
    },
    /// A key slot lies further ahead than slots are made: slots are used densely, from 0.
    #[error("key slot {slot} of partition {partition} is too far ahead")]
    NoSlot {
        /// The partition.
        partition: Partition,
        /// The slot asked for.
        slot: u32,
    },
    /// The partition is not one of this installation.
    #[error("partition {partition} does not exist")]
    NoPartition {
        /// The partition asked for.
        partition: Partition,
    },
    /// Something is larger than its limit in [`crate::limits`], or empty where it must not be.
    #[error("{what} is empty or larger than {limit}")]
    TooLarge {
        /// What was measured.
        what: &'static str,
        /// The limit, in bytes or entries.
        limit: usize,
    },
    /// The state is being opened again after a failure; reads and writes work again once that succeeds.
    #[error("the state is not available: {why}")]
    Unavailable {
        /// What the state's engine said.
        why: String,
    },
    /// The operating system refused.
    #[error("{file}: {source}")]
    Io {
        /// The file or folder, relative to the data folder where there is one.
        file: String,
        /// What the system said.
        source: io::Error,
    },
}

impl StoreError {
    /// A stable name of the error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Fenced { .. } => "fenced",
            Self::Full { .. } => "disk_full",
            Self::InUse { .. } => "data_in_use",
            Self::OtherVersion { .. } => "data_version",
            Self::OtherPartitions { .. } => "data_partitions",
            Self::NoData { .. } => "no_data",
            Self::NotADataFolder { .. } => "not_a_data_folder",
            Self::NotEmpty { .. } => "folder_not_empty",
            Self::Corrupt { .. } => "data_corrupt",
            Self::Conflict { .. } => "revision_conflict",
            Self::WrongPosition { .. } => "wrong_position",
            Self::NoBlock { .. } => "no_block",
            Self::NoSlot { .. } => "no_key_slot",
            Self::NoPartition { .. } => "no_partition",
            Self::TooLarge { .. } => "stored_too_large",
            Self::Unavailable { .. } => "state_unavailable",
            Self::Io { .. } => "storage_failure",
        }
    }

    /// Whether the same call may succeed later without anybody changing it: a full disk, a failing write.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::Io { .. } | Self::Unavailable { .. })
    }

    /// Wraps what the system said about `file`; a full disk or quota becomes [`StoreError::Full`].
    pub(crate) fn io(file: &str, source: io::Error) -> Self {
        let file = file.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { file },
            _ => Self::Io { file, source },
        }
    }
}
