//! A [`Kv`] that fails at a chosen write.

use std::sync::{Arc, Mutex, MutexGuard};

use super::{Kv, KvRead};
use crate::{
    error::StoreError,
    substrate::{KeyRange, Pair, Table, Write},
};

/// What happens at the write that is chosen to go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KvFault {
    /// The batch is not applied, and the caller is told so.
    Refuse,
    /// The batch is applied, but the caller is told that it failed.
    Cut,
    /// The batch is not applied, and no later one either, until [`KvFaults::heal`].
    Die,
}

/// Controls a [`FaultyKv`]. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct KvFaults {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    writes: u64,
    fault: Option<(u64, KvFault)>,
    dead: bool,
}

impl KvFaults {
    /// How many batches and persists were asked for so far.
    pub fn writes(&self) -> u64 {
        self.lock().writes
    }

    /// Makes the write number `at` go wrong: the next one is number [`KvFaults::writes`].
    pub fn fail(&self, at: u64, fault: KvFault) {
        self.lock().fault = Some((at, fault));
    }

    /// Everything works from now on.
    pub fn heal(&self) {
        let mut state = self.lock();
        state.fault = None;
        state.dead = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while the faults are held")
    }

    /// Counts a write and says what is to go wrong with it.
    fn next(&self) -> Option<KvFault> {
        let mut state = self.lock();
        let number = state.writes;
        state.writes += 1;
        let fault = state.fault.filter(|(at, _)| *at == number).map(|(_, fault)| fault);
        state.dead |= fault == Some(KvFault::Die);
        if state.dead { Some(KvFault::Die) } else { fault }
    }
}

/// A [`Kv`] that fails when its [`KvFaults`] say so.
#[derive(Debug)]
pub struct FaultyKv<K> {
    inner: K,
    faults: KvFaults,
}

impl<K> FaultyKv<K> {
    /// Wraps a version.
    pub fn new(inner: K, faults: KvFaults) -> Self {
        Self { inner, faults }
    }

    fn faulty(&self, act: impl FnOnce(&K) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let failed = || {
            Err(StoreError::Io { file: "state".to_owned(), source: std::io::Error::other("failed as it was told to") })
        };
        match self.faults.next() {
            None => act(&self.inner),
            Some(KvFault::Refuse | KvFault::Die) => failed(),
            Some(KvFault::Cut) => act(&self.inner).and_then(|()| failed()),
        }
    }
}

impl<K: KvRead> KvRead for FaultyKv<K> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(table, key)
    }

    fn range(&self, table: Table, range: KeyRange<'_>) -> Result<Vec<Pair>, StoreError> {
        self.inner.range(table, range)
    }
}

impl<K: Kv> Kv for FaultyKv<K> {
    fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.faulty(|inner| inner.write(writes))
    }

    fn persist(&self) -> Result<(), StoreError> {
        self.faulty(K::persist)
    }

    fn snapshot(&self) -> Result<Box<dyn KvRead + '_>, StoreError> {
        self.inner.snapshot()
    }

    fn size(&self) -> Result<u64, StoreError> {
        self.inner.size()
    }
}
