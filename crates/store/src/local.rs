//! The default substrate: a data folder on this machine's disk, with `fjall` for the state.

use std::path::Path;

use crate::{
    backup,
    disk::{Disk, RealDisk},
    error::StoreError,
    folder::{Folder, Layout, STATE, VERSION},
    kv::FjallKv,
    limits,
    substrate::Options,
};

/// A data folder, held by this process alone until dropped.
pub type Local = Folder<RealDisk, FjallKv>;

impl Local {
    /// Opens the data folder, creating it if it is absent or empty.
    ///
    /// Fails if another process holds it, if it was made by another version or with another number of partitions, if it
    /// is something else, or if stored bytes are damaged. An unfinished append at the end of the log is cut and
    /// reported in [`crate::substrate::Health`].
    pub fn open(path: &Path, options: &Options) -> Result<Self, StoreError> {
        Self::open_with_segments(path, options, limits::SEGMENT_BYTES)
    }

    /// The same of a folder that holds data; nothing is created.
    ///
    /// For whoever only reads: a folder whose name was mistyped would be a new and empty one, and all that is said of it
    /// afterwards would be true and of no use.
    pub fn open_existing(path: &Path, options: &Options) -> Result<Self, StoreError> {
        if !path.join(VERSION).exists() {
            return Err(StoreError::NoData { folder: path.display().to_string() });
        }
        Self::open(path, options)
    }

    /// Opens the data folder, with another size of segment files: for tests of what happens between them.
    pub fn open_with_segments(path: &Path, options: &Options, segment_bytes: u64) -> Result<Self, StoreError> {
        let layout = Layout::new(options, segment_bytes)?;
        let disk = RealDisk::hold(path)?;
        let names = disk.list("").map_err(|error| StoreError::io(&path.display().to_string(), error))?;
        if names.iter().any(|name| name == backup::RESTORING) {
            return Err(StoreError::NotADataFolder { folder: path.display().to_string() });
        }
        open_held(disk, path, layout)
    }
}

pub(crate) fn open_held(disk: RealDisk, path: &Path, layout: Layout) -> Result<Local, StoreError> {
    Folder::open_on(disk, layout, |tables| FjallKv::open(&path.join(STATE), tables.to_vec()))
}
