//! Files as the store needs them: few calls, so that a disk in memory can fail and crash at each of them.
//!
//! Not a seam of the product: it exists so that [`crate::sim`] runs the real log, keys and definitions.
//! Paths are relative to the data folder, with `/` between folder and file.

mod memory;
mod real;

use std::io;

pub use memory::{Fault, Keep, MemoryDisk, MemoryFile, MemoryMount};
pub use real::{RealDisk, RealFile};

use crate::error::StoreError;

/// A folder with files in it.
pub trait Disk: Send + Sync + 'static {
    /// An open file.
    type File: DiskFile;

    /// Creates a folder, readable by its owner only; fine if it exists.
    fn create_folder(&self, folder: &str) -> io::Result<()>;
    /// The names in a folder, sorted; `""` is the data folder itself.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;
    /// Creates an empty file, readable by its owner only; an existing one is emptied.
    fn create(&self, path: &str) -> io::Result<Self::File>;
    /// Opens an existing file to read and write.
    fn open(&self, path: &str) -> io::Result<Self::File>;
    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &str) -> io::Result<()>;
    /// Makes the names in a folder durable: files created, renamed and removed.
    fn sync_folder(&self, folder: &str) -> io::Result<()>;
}

/// An open file. Reads may go on beside writes.
pub trait DiskFile: Send + Sync + 'static {
    /// Bytes in the file.
    fn size(&self) -> io::Result<u64>;
    /// Fills the buffer from an offset; fails if the file ends before.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
    /// Writes everything at an offset. After an error any part of it may be there.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Makes the file's bytes and length durable.
    fn sync(&self) -> io::Result<()>;
    /// Cuts or extends the file.
    fn set_len(&self, len: u64) -> io::Result<()>;
}

/// Reads a whole file; `None` if there is no such file.
pub(crate) fn read_whole<D: Disk>(disk: &D, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let file = match disk.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io(path, error)),
    };
    let len = file.size().map_err(|error| StoreError::io(path, error))?;
    let mut bytes = vec![0; usize::try_from(len).expect("files fit into memory on 64 bits")];
    file.read_exact_at(&mut bytes, 0).map_err(|error| StoreError::io(path, error))?;
    Ok(Some(bytes))
}

/// Writes a whole file so that it is there complete or not at all, and durable on return.
pub(crate) fn write_whole<D: Disk>(disk: &D, folder: &str, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let path = join(folder, name);
    let fresh = format!("{path}{UNFINISHED}");
    let write = || {
        let file = disk.create(&fresh)?;
        file.write_all_at(bytes, 0)?;
        file.sync()?;
        disk.rename(&fresh, &path)?;
        disk.sync_folder(folder)
    };
    write().map_err(|error| StoreError::io(&path, error))
}

/// The path of a name in a folder.
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Ends the name of a file that is not complete yet; such a file is ignored and written over.
pub(crate) const UNFINISHED: &str = ".new";
