//! Drafts of definitions: one file a draft, `drafts/NAME`, each a BLAKE3 hash and its bytes.

use std::{io, sync::Arc};

use crate::{
    disk::{Disk, UNFINISHED, join, read_whole, write_whole},
    error::StoreError,
    limits,
};

/// The folder of the drafts in the data folder. It is there from the first draft on.
pub(crate) const FOLDER: &str = "drafts";
const HASH_BYTES: usize = 32;

/// What is worked on and not published.
pub(crate) struct Drafts<D> {
    disk: Arc<D>,
}

impl<D: Disk> Drafts<D> {
    pub(crate) fn of(disk: Arc<D>) -> Self {
        Self { disk }
    }

    /// See [`crate::substrate::Substrate::drafts`].
    pub(crate) fn names(&self) -> Result<Vec<String>, StoreError> {
        let names = match self.disk.list(FOLDER) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            names => names.map_err(|error| StoreError::io(FOLDER, error))?,
        };
        Ok(names.into_iter().filter(|name| !name.ends_with(UNFINISHED)).collect())
    }

    /// See [`crate::substrate::Substrate::draft`].
    pub(crate) fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.file(name)?.map(|(_, mut bytes)| bytes.split_off(HASH_BYTES)))
    }

    /// The path and bytes of the file of a draft, verified.
    pub(crate) fn file(&self, name: &str) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        if !is_name(name) {
            return Ok(None);
        }
        let path = join(FOLDER, name);
        let Some(stored) = read_whole(&*self.disk, &path)? else { return Ok(None) };
        match stored.split_at_checked(HASH_BYTES) {
            Some((hash, bytes)) if blake3::hash(bytes).as_bytes() == hash => Ok(Some((path, stored))),
            _ => Err(StoreError::Corrupt { file: path, offset: 0 }),
        }
    }

    /// See [`crate::substrate::Substrate::keep_draft`].
    pub(crate) fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        if !is_name(name) {
            return Err(StoreError::TooLarge { what: "the name of a draft", limit: limits::DRAFT_NAME_BYTES });
        }
        if bytes.len() > limits::DEFINITIONS_BYTES {
            return Err(StoreError::TooLarge { what: "a draft", limit: limits::DEFINITIONS_BYTES });
        }
        let io = |error| StoreError::io(FOLDER, error);
        self.disk.create_folder(FOLDER).map_err(io)?;
        self.disk.sync_folder("").map_err(io)?;
        let hashed = [blake3::hash(bytes).as_bytes(), bytes].concat();
        write_whole(&*self.disk, FOLDER, name, &hashed)
    }

    /// See [`crate::substrate::Substrate::drop_draft`].
    pub(crate) fn remove(&self, name: &str) -> Result<(), StoreError> {
        if !is_name(name) {
            return Ok(());
        }
        let path = join(FOLDER, name);
        let removed = match self.disk.remove(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            removed => removed.and_then(|()| self.disk.sync_folder(FOLDER)),
        };
        removed.map_err(|error| StoreError::io(&path, error))
    }
}

/// Whether a file may have this name: 1 to [`limits::DRAFT_NAME_BYTES`] of `a-z 0-9 _ -`.
fn is_name(name: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    (1..=limits::DRAFT_NAME_BYTES).contains(&name.len()) && name.bytes().all(good)
}
