//! Tables in memory that know what is durable and what a crash would take back.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard},
};

use super::{Kv, KvRead};
use crate::{
    disk::Keep,
    error::StoreError,
    substrate::{Direction, KeyRange, Pair, Table, Write},
};

type Tables = BTreeMap<(Table, Vec<u8>), Vec<u8>>;

/// What the tables of a [`MemoryKv`] hold; outlives it, as a disk outlives a process. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryTables {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    now: Tables,
    durable: Tables,
    /// The batches that `durable` lacks, in order.
    unsynced: Vec<Vec<Write>>,
    /// Counts crashes; a [`MemoryKv`] made before the last one is of no use.
    life: u64,
}

impl MemoryTables {
    /// Takes back batches that were not made durable, newest first, as far as `keep` says.
    pub fn crash(&self, keep: Keep) {
        let mut state = self.lock();
        state.life += 1;
        let unsynced = std::mem::take(&mut state.unsynced);
        let kept = match keep {
            Keep::Nothing => 0,
            Keep::Half => unsynced.len() / 2,
            Keep::Everything => unsynced.len(),
        };
        for batch in unsynced.into_iter().take(kept) {
            apply(&mut state.durable, batch);
        }
        state.now = state.durable.clone();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while the tables are held")
    }
}

fn apply(tables: &mut Tables, batch: Vec<Write>) {
    for Write { table, key, value } in batch {
        match value {
            Some(value) => tables.insert((table, key), value),
            None => tables.remove(&(table, key)),
        };
    }
}

/// A [`Kv`] in memory.
#[derive(Debug)]
pub struct MemoryKv {
    tables: MemoryTables,
    life: u64,
}

impl MemoryKv {
    /// Works on these tables until their next crash.
    pub fn new(tables: MemoryTables) -> Self {
        let life = tables.lock().life;
        Self { tables, life }
    }

    fn lock(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.tables.lock();
        if state.life == self.life {
            Ok(state)
        } else {
            Err(StoreError::Unavailable { why: "it was opened before the crash".to_owned() })
        }
    }
}

impl KvRead for MemoryKv {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        KvRead::get(&self.lock()?.now, table, key)
    }

    fn range(&self, table: Table, range: KeyRange<'_>) -> Result<Vec<Pair>, StoreError> {
        KvRead::range(&self.lock()?.now, table, range)
    }
}

impl Kv for MemoryKv {
    fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut state = self.lock()?;
        apply(&mut state.now, writes.clone());
        state.unsynced.push(writes);
        Ok(())
    }

    fn persist(&self) -> Result<(), StoreError> {
        let mut state = self.lock()?;
        for batch in std::mem::take(&mut state.unsynced) {
            apply(&mut state.durable, batch);
        }
        Ok(())
    }

    fn snapshot(&self) -> Result<Box<dyn KvRead + '_>, StoreError> {
        Ok(Box::new(self.lock()?.now.clone()))
    }

    fn size(&self) -> Result<u64, StoreError> {
        let bytes = |((_, key), value): (&(Table, Vec<u8>), &Vec<u8>)| (key.len() + value.len()) as u64;
        Ok(self.lock()?.now.iter().map(bytes).sum())
    }
}

impl KvRead for Tables {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(BTreeMap::get(self, &(table, key.to_vec())).cloned())
    }

    fn range(&self, table: Table, range: KeyRange<'_>) -> Result<Vec<Pair>, StoreError> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let from = Bound::Included((table, range.from.to_vec()));
        let to = match &range.to {
            Some(to) => Bound::Excluded((table, to.to_vec())),
            None => Bound::Excluded((Table(table.0 + 1), Vec::new())),
        };
        let pairs = BTreeMap::range(self, (from, to)).map(|((_, key), value)| (key.clone(), value.clone()));
        Ok(match range.direction {
            Direction::Ascending => pairs.take(range.limit).collect(),
            Direction::Descending => pairs.rev().take(range.limit).collect(),
        })
    }
}
