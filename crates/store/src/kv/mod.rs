//! The second seam: ordered keys in tables, below the local and simulated substrates.

mod faulty;
mod fjall;
mod memory;

pub use self::{
    faulty::{FaultyKv, KvFault, KvFaults},
    fjall::FjallKv,
    memory::{MemoryKv, MemoryTables},
};
use crate::{
    error::StoreError,
    substrate::{KeyRange, Pair, Table, Write},
};

/// Reading keys, now or as of a snapshot.
pub trait KvRead {
    /// The value under a key.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The pairs of a range of keys, in the range's direction.
    fn range(&self, table: Table, range: KeyRange<'_>) -> Result<Vec<Pair>, StoreError>;
}

/// Ordered keys in a closed list of tables, given when the version is opened; [`Table`] is an index into it.
pub trait Kv: KvRead + Send + Sync + 'static {
    /// Applies all writes or none, in order, over any tables. After a crash a batch is there whole or not at all, and
    /// if it is, so is every batch before it. After a passing error it may be there or not.
    fn write(&self, writes: Vec<Write>) -> Result<(), StoreError>;

    /// Makes every batch so far durable.
    fn persist(&self) -> Result<(), StoreError>;

    /// The keys as they are now, whatever is written later. Short-lived: it holds back the reclaiming of space.
    fn snapshot(&self) -> Result<Box<dyn KvRead + '_>, StoreError>;

    /// About how many bytes the tables take.
    fn size(&self) -> Result<u64, StoreError>;
}
