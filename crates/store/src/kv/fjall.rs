//! The [`Kv`] of a data folder: `fjall`, an LSM tree a table, one journal for all.
//!
//! After a failed write `fjall` refuses every further one until it is opened again; [`FjallKv`] does so by itself once
//! the disk takes bytes again. It never uses `clear()` nor FIFO compaction, which have known faults.

use std::{
    ops::Bound,
    path::{Path, PathBuf},
    sync::{RwLock, RwLockReadGuard},
};

use fjall::{Database, Keyspace, KeyspaceCreateOptions, KvSeparationOptions, OwnedWriteBatch, PersistMode, Readable};

use super::{Kv, KvRead};
use crate::{
    error::StoreError,
    substrate::{Direction, KeyRange, Pair, Table, Values, Write},
};

/// Bytes of blocks kept in memory for reading.
const CACHE_BYTES: u64 = 32 * 1024 * 1024;
/// Bytes of one table that are collected in memory before they go to a file.
const MEMTABLE_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes of journal after which tables are flushed so that it can go.
const JOURNAL_BYTES: u64 = 128 * 1024 * 1024;
/// Threads that flush and compact. One: with more, the first hands compactions to the others in a busy loop
/// (fjall 3.1.13, `worker_tick`), which cost a fifth of all CPU under load.
const WORKERS: usize = 1;
/// Bytes from which a value of a [`Values::Large`] table is kept apart from its key.
const SEPARATED_BYTES: u32 = 512;
/// What must fit on the disk before a failed state is opened again.
const PROBE_BYTES: usize = 1024 * 1024;

/// Tables on disk.
pub struct FjallKv {
    folder: PathBuf,
    tables: Vec<(String, Values)>,
    opened: RwLock<Option<Opened>>,
}

struct Opened {
    database: Database,
    keyspaces: Vec<Keyspace>,
}

impl FjallKv {
    /// Opens the tables in a folder, creating what is absent.
    pub fn open(folder: &Path, tables: Vec<(String, Values)>) -> Result<Self, StoreError> {
        let opened = RwLock::new(Some(open(folder, &tables)?));
        Ok(Self { folder: folder.to_owned(), tables, opened })
    }

    fn opened(&self) -> RwLockReadGuard<'_, Option<Opened>> {
        self.opened.read().expect("no panic while the state is opened")
    }

    fn with<T>(&self, act: impl FnOnce(&Opened) -> fjall::Result<T>) -> Result<T, StoreError> {
        match &*self.opened() {
            Some(opened) => act(opened).map_err(state_error),
            None => Err(StoreError::Unavailable { why: "it could not be opened again yet".to_owned() }),
        }
    }

    /// Runs a write; if an earlier failure blocks it, opens the tables again first and runs it once more.
    fn with_healed(&self, act: impl Fn(&Opened) -> fjall::Result<()>) -> Result<(), StoreError> {
        let result = match &*self.opened() {
            Some(opened) => act(opened),
            None => Err(fjall::Error::Poisoned),
        };
        match result {
            Err(fjall::Error::Poisoned) => {
                self.reopen()?;
                self.with(act)
            }
            other => other.map_err(state_error),
        }
    }

    fn reopen(&self) -> Result<(), StoreError> {
        self.probe().map_err(|error| StoreError::io("state", error))?;
        let mut opened = self.opened.write().expect("no panic while the state is opened");
        // Reads go on against the failed one until here; its folder is locked until it is dropped.
        *opened = None;
        *opened = Some(open(&self.folder, &self.tables)?);
        Ok(())
    }

    /// Finds out whether the disk takes bytes again.
    fn probe(&self) -> std::io::Result<()> {
        let path = self.folder.with_extension("probe");
        let written = std::fs::write(&path, vec![0; PROBE_BYTES]);
        let removed = std::fs::remove_file(&path);
        written.and(removed)
    }
}

fn open(folder: &Path, tables: &[(String, Values)]) -> Result<Opened, StoreError> {
    let builder = Database::builder(folder).cache_size(CACHE_BYTES).worker_threads(WORKERS);
    let database = builder.max_journaling_size(JOURNAL_BYTES).open().map_err(state_error)?;
    let mut keyspaces = Vec::with_capacity(tables.len());
    for (name, values) in tables {
        let separation = match values {
            Values::Small => None,
            Values::Large => Some(KvSeparationOptions::default().separation_threshold(SEPARATED_BYTES)),
        };
        let options =
            || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES).with_kv_separation(separation);
        keyspaces.push(database.keyspace(name, options).map_err(state_error)?);
    }
    Ok(Opened { database, keyspaces })
}

impl Opened {
    fn keyspace(&self, table: Table) -> &Keyspace {
        &self.keyspaces[usize::from(table.0)]
    }
}

impl KvRead for FjallKv {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|opened| Ok(opened.keyspace(table).get(key)?.map(|value| value.to_vec())))
    }

    fn range(&self, table: Table, range: KeyRange<'_>) -> Result<Vec<Pair>, StoreError> {
        self.with(|opened| pairs(&range, |bounds| opened.keyspace(table).range::<&[u8], _>(bounds)))
    }
}

impl Kv for FjallKv {
    fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.with_healed(|opened| {
            // Grown step by step, a large batch would touch twice its memory anew.
            let batch = OwnedWriteBatch::with_capacity(opened.database.clone(), writes.len());
            let mut batch = batch.durability(Some(PersistMode::Buffer));
            for Write { table, key, value } in &writes {
                match value {
                    Some(value) => batch.insert(opened.keyspace(*table), key.as_slice(), value.as_slice()),
                    None => batch.remove(opened.keyspace(*table), key.as_slice()),
                }
            }
            batch.commit()
        })
    }

    fn persist(&self) -> Result<(), StoreError> {
        self.with_healed(|opened| opened.database.persist(PersistMode::SyncData))
    }

    fn snapshot(&self) -> Result<Box<dyn KvRead + '_>, StoreError> {
        let snapshot = self.with(|opened| {
            Ok(Snapshot { snapshot: opened.database.snapshot(), keyspaces: opened.keyspaces.clone() })
        })?;
        Ok(Box::new(snapshot))
    }

    fn size(&self) -> Result<u64, StoreError> {
        self.with(|opened| opened.database.disk_space())
    }
}

struct Snapshot {
    snapshot: fjall::Snapshot,
    keyspaces: Vec<Keyspace>,
}

impl KvRead for Snapshot {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.snapshot.get(&self.keyspaces[usize::from(table.0)], key).map_err(state_error)?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn range(&self, table: Table, range: KeyRange<'_>) -> Result<Vec<Pair>, StoreError> {
        let keyspace = &self.keyspaces[usize::from(table.0)];
        pairs(&range, |bounds| self.snapshot.range::<&[u8], _>(keyspace, bounds)).map_err(state_error)
    }
}

type Bounds<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

fn pairs<'a>(range: &'a KeyRange<'_>, open: impl FnOnce(Bounds<'a>) -> fjall::Iter) -> fjall::Result<Vec<Pair>> {
    if range.is_empty() {
        return Ok(Vec::new());
    }
    let to = range.to.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
    let iter = open((Bound::Included(&*range.from), to));
    let pair = |guard: fjall::Guard| {
        let (key, value) = guard.into_inner()?;
        Ok((key.to_vec(), value.to_vec()))
    };
    match range.direction {
        Direction::Ascending => iter.take(range.limit).map(pair).collect(),
        Direction::Descending => iter.rev().take(range.limit).map(pair).collect(),
    }
}

fn state_error(error: fjall::Error) -> StoreError {
    let file = "state";
    match error {
        fjall::Error::Io(source) | fjall::Error::Storage(fjall::LsmError::Io(source)) => StoreError::io(file, source),
        fjall::Error::Poisoned | fjall::Error::Locked => StoreError::Unavailable { why: error.to_string() },
        other => StoreError::Io { file: file.to_owned(), source: std::io::Error::other(other.to_string()) },
    }
}
