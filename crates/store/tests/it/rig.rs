//! The two versions behind one face, so that each test of the suite runs over both.

use std::sync::Arc;

use model::partition::{Partition, Position};
use store::{
    disk::Keep,
    error::StoreError,
    local::Local,
    sim::Machine,
    substrate::{Block, Lease, Options, Save, Substrate, Table, TableSpec, Values, Write},
};
use tempfile::TempDir;

pub(crate) const SMALL: Table = Table(0);
pub(crate) const LARGE: Table = Table(1);
const TABLES: &[TableSpec] =
    &[TableSpec { name: "small", values: Values::Small }, TableSpec { name: "large", values: Values::Large }];

/// Something that a substrate is opened on, again and again.
pub(crate) trait Rig {
    /// Opens with segments of this many bytes.
    fn start(&self, options: &Options, segment_bytes: u64) -> Result<Arc<dyn Substrate>, StoreError>;
    /// Lets go of the substrate, and takes back what a machine may forget.
    fn stop(&self, store: Arc<dyn Substrate>);
}

impl Rig for TempDir {
    fn start(&self, options: &Options, segment_bytes: u64) -> Result<Arc<dyn Substrate>, StoreError> {
        Ok(Arc::new(Local::open_with_segments(&self.path().join("data"), options, segment_bytes)?))
    }

    fn stop(&self, store: Arc<dyn Substrate>) {
        drop(store);
    }
}

impl Rig for Machine {
    fn start(&self, options: &Options, segment_bytes: u64) -> Result<Arc<dyn Substrate>, StoreError> {
        Ok(Arc::new(self.start_with_segments(options, segment_bytes)?))
    }

    fn stop(&self, store: Arc<dyn Substrate>) {
        drop(store);
        self.crash(Keep::Nothing);
    }
}

/// Runs a test of the suite over both versions.
pub(crate) fn on_each(test: impl Fn(&dyn Rig)) {
    test(&tempfile::tempdir().unwrap());
    test(&Machine::default());
}

pub(crate) fn options(partitions: u16) -> Options {
    Options { partitions, tables: TABLES, key_seed: None }
}

impl dyn Rig + '_ {
    /// Opens with 4 partitions and segments of 1 MiB.
    pub(crate) fn open(&self) -> Arc<dyn Substrate> {
        self.start(&options(4), 1 << 20).unwrap()
    }
}

/// Claims one partition.
pub(crate) fn claim(store: &dyn Substrate, partition: u16) -> Lease {
    store.claim(&[Partition(partition)]).unwrap()[0]
}

/// A block of one command.
pub(crate) fn block(lease: Lease, first: u64, bytes: &[u8]) -> Block {
    Block { lease, first: Position(first), count: 1, bytes: bytes.to_vec() }
}

/// A save of one key of the small table.
pub(crate) fn save(lease: Lease, position: u64, key: &[u8], value: Option<&[u8]>) -> Save {
    let write = Write { table: SMALL, key: key.to_vec(), value: value.map(<[u8]>::to_vec) };
    Save { lease, position: Position(position), writes: vec![write] }
}

/// The bytes of every block of a partition from a position on.
pub(crate) fn read_from(store: &dyn Substrate, partition: u16, from: u64) -> Vec<Vec<u8>> {
    let blocks = store.read(Partition(partition), Position(from), usize::MAX).unwrap();
    blocks.into_iter().map(|block| block.bytes).collect()
}

/// The bytes of every block of a partition.
pub(crate) fn read(store: &dyn Substrate, partition: u16) -> Vec<Vec<u8>> {
    read_from(store, partition, 0)
}
