//! The disk of a real data folder.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Disk, DiskFile};
use crate::error::StoreError;

/// How often a lock that seems held is tried, and how long to wait in between.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// A data folder on a real disk, held by this process alone until dropped.
#[derive(Debug)]
pub struct RealDisk {
    root: PathBuf,
    _lock: File,
}

impl RealDisk {
    /// The file whose lock says that the folder is in use.
    pub(crate) const LOCK: &str = "LOCK";

    /// Takes the folder for this process, creating it if it is absent.
    ///
    /// Fails with [`StoreError::InUse`] if another process, or another part of this one, has it.
    pub fn hold(root: &Path) -> Result<Self, StoreError> {
        let named = |error| StoreError::io(&root.display().to_string(), error);
        create_private_folder(root).map_err(named)?;
        let lock = create_private_file(&root.join(Self::LOCK), Existing::Kept).map_err(named)?;
        // A child that this process is just starting shares its open files until it becomes another program: a lock
        // that was let go may seem held for that moment.
        for _ in 0..LOCK_TRIES {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { root: root.to_owned(), _lock: lock }),
                Err(TryLockError::WouldBlock) => std::thread::park_timeout(LOCK_PAUSE),
                Err(TryLockError::Error(error)) => return Err(named(error)),
            }
        }
        Err(StoreError::InUse { folder: root.display().to_string() })
    }

    fn path(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }
}

impl Disk for RealDisk {
    type File = RealFile;

    fn create_folder(&self, folder: &str) -> io::Result<()> {
        create_private_folder(&self.path(folder))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut names = std::fs::read_dir(self.path(folder))?
            .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort_unstable();
        Ok(names)
    }

    fn create(&self, path: &str) -> io::Result<RealFile> {
        create_private_file(&self.path(path), Existing::Emptied).map(RealFile)
    }

    fn open(&self, path: &str) -> io::Result<RealFile> {
        OpenOptions::new().read(true).write(true).open(self.path(path)).map(RealFile)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        std::fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        std::fs::remove_file(self.path(path))
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        File::open(self.path(folder))?.sync_all()
    }
}

/// An open file of a [`RealDisk`].
#[derive(Debug)]
pub struct RealFile(File);

impl DiskFile for RealFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    /// `fdatasync`: it also writes the length, which is all the metadata that reading back needs.
    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }
}

/// What becomes of a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Existing {
    Kept,
    Emptied,
}

/// Creates a folder that only its owner may enter; fine if it exists.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn create_private_file(path: &Path, existing: Existing) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(existing == Existing::Emptied)
        .mode(0o600)
        .open(path)
}
