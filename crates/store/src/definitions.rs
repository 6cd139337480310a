//! Versioned definitions: one file a revision, `definitions/00000001` and on, each a BLAKE3 hash and its bytes.

use std::sync::{Arc, Mutex};

use crate::{
    disk::{Disk, UNFINISHED, join, read_whole, write_whole},
    error::StoreError,
    limits,
};

/// The folder of the definitions in the data folder.
pub(crate) const FOLDER: &str = "definitions";
const HASH_BYTES: usize = 32;

/// Every revision of the definitions.
pub(crate) struct Definitions<D> {
    disk: Arc<D>,
    revision: Mutex<u64>,
}

impl<D: Disk> Definitions<D> {
    pub(crate) fn open(disk: Arc<D>) -> Result<Self, StoreError> {
        let names = disk.list(FOLDER).map_err(|error| StoreError::io(FOLDER, error))?;
        let mut revision = 0;
        for name in names.iter().filter(|name| !name.ends_with(UNFINISHED)) {
            revision += 1;
            if *name != file_name(revision) {
                return Err(StoreError::Corrupt { file: join(FOLDER, name), offset: 0 });
            }
        }
        Ok(Self { disk, revision: Mutex::new(revision) })
    }

    /// See [`crate::substrate::Substrate::define`].
    pub(crate) fn define(&self, expected_revision: u64, bytes: &[u8]) -> Result<u64, StoreError> {
        if bytes.len() > limits::DEFINITIONS_BYTES {
            return Err(StoreError::TooLarge { what: "the definitions", limit: limits::DEFINITIONS_BYTES });
        }
        let mut revision = self.revision.lock().expect("no panic while the revision is held");
        if *revision != expected_revision {
            return Err(StoreError::Conflict { current: *revision });
        }
        let next = *revision + 1;
        let hashed = [blake3::hash(bytes).as_bytes(), bytes].concat();
        write_whole(&*self.disk, FOLDER, &file_name(next), &hashed)?;
        *revision = next;
        Ok(next)
    }

    /// The definitions as of a revision.
    pub(crate) fn get(&self, revision: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.stored(revision)?.map(|mut bytes| bytes.split_off(HASH_BYTES)))
    }

    /// The newest revision, 0 if there is none.
    pub(crate) fn revision(&self) -> u64 {
        *self.revision.lock().expect("no panic while the revision is held")
    }

    /// The path and bytes of the file of a revision, verified.
    pub(crate) fn file(&self, revision: u64) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        Ok(self.stored(revision)?.map(|bytes| (join(FOLDER, &file_name(revision)), bytes)))
    }

    fn stored(&self, revision: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if revision == 0 || revision > self.revision() {
            return Ok(None);
        }
        let path = join(FOLDER, &file_name(revision));
        let corrupt = || StoreError::Corrupt { file: path.clone(), offset: 0 };
        let stored = read_whole(&*self.disk, &path)?.ok_or_else(corrupt)?;
        let (hash, bytes) = stored.split_at_checked(HASH_BYTES).ok_or_else(corrupt)?;
        if blake3::hash(bytes).as_bytes() != hash {
            return Err(corrupt());
        }
        Ok(Some(stored))
    }
}

fn file_name(revision: u64) -> String {
    format!("{revision:08}")
}
