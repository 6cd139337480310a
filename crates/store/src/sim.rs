//! The substrate of the simulator: the same log, leases, keys and definitions on a [`Machine`] in memory.

use crate::{
    disk::{Keep, MemoryDisk, MemoryMount},
    error::StoreError,
    folder::{Folder, Layout},
    kv::{FaultyKv, KvFaults, MemoryKv, MemoryTables},
    limits,
    substrate::Options,
};

/// A substrate in memory. Several nodes may share one behind an `Arc`, fenced by their leases.
pub type Sim = Folder<MemoryMount, FaultyKv<MemoryKv>>;

/// A machine whose disk outlives its processes: start a [`Sim`], crash, start the next. Clones are the same machine.
///
/// Everything is repeatable if [`Options::key_seed`] is given.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    disk: MemoryDisk,
    tables: MemoryTables,
    saves: KvFaults,
}

impl Machine {
    /// Opens what the disk holds, as after a start of the machine. A [`Sim`] opened before should be dropped or
    /// crashed first.
    pub fn start(&self, options: &Options) -> Result<Sim, StoreError> {
        self.start_with_segments(options, limits::SEGMENT_BYTES)
    }

    /// Opens what the disk holds, with another size of segment files: for tests of what happens between them.
    pub fn start_with_segments(&self, options: &Options, segment_bytes: u64) -> Result<Sim, StoreError> {
        let layout = Layout::new(options, segment_bytes)?;
        let kv = FaultyKv::new(MemoryKv::new(self.tables.clone()), self.saves.clone());
        Folder::open_on(self.disk.mount(), layout, |_| Ok(kv))
    }

    /// The disk of the log, leases, keys and definitions, to make it fail. An append is one write, then one sync; a
    /// failed one is followed by a cut of the file, and the next by the start of a new segment.
    pub fn disk(&self) -> &MemoryDisk {
        &self.disk
    }

    /// The faults of saving state: one write a save.
    pub fn saves(&self) -> &KvFaults {
        &self.saves
    }

    /// Stops every process of the machine; of what was not durable only `keep` is left. Faults are forgotten.
    pub fn crash(&self, keep: Keep) {
        self.disk.crash(keep);
        self.tables.crash(keep);
        self.saves.heal();
    }
}
