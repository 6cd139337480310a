//! The first seam: everything durable and shared, as opaque bytes.

use std::{borrow::Cow, path::Path};

use model::partition::{Partition, Position};

use crate::error::StoreError;

/// Everything durable and shared. Every version holds what the conformance suite in `tests/it` says.
///
/// All calls may come from any thread and block until done. A partition has one writer at a time, the holder of its
/// newest [`Lease`]; readers need none.
pub trait Substrate: Send + Sync + 'static {
    /// How many partitions there are; fixed when the data folder was created.
    fn partitions(&self) -> u16;

    /// What stands for the shop as a whole where a lease is claimed: the number after the last partition. It has no log.
    fn shop(&self) -> Partition {
        Partition(self.partitions())
    }

    /// Makes the caller the owner of these partitions: raises each one's epoch, durably, with one sync for all.
    ///
    /// When it returns, no write under an older epoch will happen any more, not even one that was under way.
    fn claim(&self, partitions: &[Partition]) -> Result<Vec<Lease>, StoreError>;

    /// Appends the blocks, in order: durable on return, all or none, with one write and one sync for all.
    ///
    /// A partition may occur several times; each block starts where the partition's previous one ends. If one block is
    /// under an outdated lease or starts elsewhere, nothing of any block is written. After any other error nothing was
    /// appended as far as later reads go; only if the machine also stops before the next append succeeds may the whole
    /// append turn up after all, as with an answer lost on the way.
    fn append(&self, blocks: &[Block]) -> Result<(), StoreError>;

    /// The partition's blocks that end after `from`, in order: at least one if there is any, then as many as fit into
    /// `limit_bytes`. The first may start before `from`; it starts after `from` only if `from` was trimmed.
    fn read(&self, partition: Partition, from: Position, limit_bytes: usize) -> Result<Vec<StoredBlock>, StoreError>;

    /// The first position not yet written.
    fn end(&self, partition: Partition) -> Result<Position, StoreError>;

    /// Writes state together with the log position that it stands for: one atomic batch for all saves.
    ///
    /// Not durable on return: a crash may take back whole batches, newest first, and the log is replayed from
    /// [`Substrate::saved`]. A position never goes backwards nor beyond the log's end. If one save is under an outdated
    /// lease, nothing of any is written. After a passing error the batch may be there whole or not at all.
    fn save(&self, saves: Vec<Save>) -> Result<(), StoreError>;

    /// Writes keys of what belongs to the shop as a whole and to no partition, such as its catalog: one atomic batch,
    /// durable on return, under a lease of [`Substrate::shop`]. Nothing of it is in a log. After a passing error the batch
    /// may be there whole or not at all.
    fn keep(&self, lease: Lease, writes: Vec<Write>) -> Result<(), StoreError>;

    /// The position up to which the state is saved: where replay starts.
    fn saved(&self, partition: Partition) -> Result<Position, StoreError>;

    /// The value under a key.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The pairs of a range of keys, in the range's direction.
    fn range(&self, table: Table, range: KeyRange<'_>) -> Result<Vec<Pair>, StoreError>;

    /// Makes everything saved so far durable. Also happens by itself before blocks are trimmed.
    fn persist(&self) -> Result<(), StoreError>;

    /// Blocks that end at or before `before` may go, as far as their state is saved durably.
    ///
    /// Space is given back segment by segment, oldest first; until then the blocks can still be read. The permission
    /// is forgotten when the process ends.
    fn trim(&self, partition: Partition, before: Position) -> Result<(), StoreError>;

    /// Replaces the bytes of whole blocks (retention, redaction). Positions and counts stay; the old bytes are gone
    /// from the files on return. Each touched segment is written once, so give many rewrites at once. After a failure
    /// or a crash each segment is either old or new; doing it again is harmless.
    fn rewrite(&self, rewrites: &[Rewrite]) -> Result<(), StoreError>;

    /// The person key in a slot of the partition; `None` once it is destroyed.
    ///
    /// Slots are used densely, from 0. They are made well ahead and durable before this returns one, so that a new
    /// person costs no sync.
    fn key(&self, partition: Partition, slot: u32) -> Result<Option<[u8; 32]>, StoreError>;

    /// Destroys the person key in a slot for ever: durable on return. A slot never made is nothing to destroy.
    fn destroy_key(&self, partition: Partition, slot: u32) -> Result<(), StoreError>;

    /// The installation's secret, for keyed hashing. Never changes.
    fn secret(&self) -> [u8; 32];

    /// Publishes the next revision of the definitions on top of `expected_revision`: durable on return.
    /// Fails with [`StoreError::Conflict`] if the newest revision is another.
    fn define(&self, expected_revision: u64, bytes: &[u8]) -> Result<u64, StoreError>;

    /// The definitions as of a revision; `None` if there is no such revision.
    fn definitions(&self, revision: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// The newest revision; 0 before the first [`Substrate::define`].
    fn revision(&self) -> u64;

    /// The names of the drafts of definitions, in order. Beside the revisions: what is worked on and not published.
    fn drafts(&self) -> Result<Vec<String>, StoreError>;

    /// The draft of a name; `None` if there is none.
    fn draft(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps a draft in place of the one of that name, if there is one: durable on return, whole or not at all. The
    /// name is 1 to [`crate::limits::DRAFT_NAME_BYTES`] of `a-z 0-9 _ -`.
    fn keep_draft(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// Drops a draft: durable on return. One that is not there is nothing to drop.
    fn drop_draft(&self, name: &str) -> Result<(), StoreError>;

    /// Writes a consistent copy into an empty folder while serving, and a manifest with checksums of every file.
    /// `progress` is told bytes done and bytes in total (an estimate, until they are equal at the end).
    fn backup(&self, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError>;

    /// How the store is doing, for readiness and metrics. Cheap.
    fn health(&self) -> Health;
}

/// The right to write to a partition, until somebody else claims it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The partition.
    pub partition: Partition,
    /// Grows with every claim; a write under an older one is refused.
    pub epoch: u64,
}

/// Commands of one partition, framed as one run of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Who writes, and where.
    pub lease: Lease,
    /// The position of its first command: the partition's end before it.
    pub first: Position,
    /// How many commands it holds, at least 1.
    pub count: u32,
    /// The commands, 1 byte to [`crate::limits::BLOCK_BYTES`].
    pub bytes: Vec<u8>,
}

/// A block as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlock {
    /// The position of its first command.
    pub first: Position,
    /// How many commands it holds.
    pub count: u32,
    /// The epoch under which it was appended.
    pub epoch: u64,
    /// The commands.
    pub bytes: Vec<u8>,
}

impl StoredBlock {
    /// The position after its last command.
    pub fn end(&self) -> Position {
        self.first.advanced(u64::from(self.count))
    }
}

/// New bytes for a block that is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// Who writes, and where. An outdated owner must not undo a redaction.
    pub lease: Lease,
    /// The position of the block's first command.
    pub first: Position,
    /// What it holds from now on.
    pub bytes: Vec<u8>,
}

/// What one partition saves: changed keys and the position that the state now stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Save {
    /// Who writes, and where.
    pub lease: Lease,
    /// The first position whose effect is not in the state yet.
    pub position: Position,
    /// The changed keys. If one key occurs twice, the later write counts.
    pub writes: Vec<Write>,
}

/// One changed key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The table.
    pub table: Table,
    /// The key, 1 byte to [`crate::limits::KEY_BYTES`].
    pub key: Vec<u8>,
    /// The new value, up to [`crate::limits::VALUE_BYTES`]; `None` removes the key.
    pub value: Option<Vec<u8>>,
}

/// A table, by its place in the list given at open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table(pub u8);

/// A table of the closed list given at open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSpec {
    /// Its name on disk: `a-z`, `0-9` and `_`. `store_` is kept for the store itself.
    pub name: &'static str,
    /// What its values are like. Fixed when the table is first created.
    pub values: Values,
}

/// What the values of a table are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Up to a few hundred bytes: kept beside their keys.
    Small,
    /// Kilobytes: kept apart from their keys, so that compaction does not copy them.
    Large,
}

/// How a data folder is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many partitions; 1 to `model::limits::PARTITIONS`. Fixed at creation.
    pub partitions: u16,
    /// The closed list of tables; [`Table`] is an index into it. New ones may be added at its end.
    pub tables: &'static [TableSpec],
    /// Derives person keys and the secret from a number instead of chance: for repeatable tests, never for a shop.
    pub key_seed: Option<u64>,
}

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// A range of keys, and how much of it to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRange<'a> {
    /// The smallest key wanted.
    pub from: Cow<'a, [u8]>,
    /// The smallest key not wanted any more; `None` for no bound.
    pub to: Option<Cow<'a, [u8]>>,
    /// The most pairs to return.
    pub limit: usize,
    /// Which end to start at.
    pub direction: Direction,
}

/// Which end of a range comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The smallest key first.
    Ascending,
    /// The largest key first.
    Descending,
}

impl<'a> KeyRange<'a> {
    /// Keys from `from` up to, but not including, `to`; the smallest first.
    pub fn between(from: &'a [u8], to: &'a [u8], limit: usize) -> Self {
        Self { from: from.into(), to: Some(to.into()), limit, direction: Direction::Ascending }
    }

    /// Keys that start with `prefix`, the smallest first. An empty prefix means every key.
    pub fn prefix(prefix: &'a [u8], limit: usize) -> Self {
        let to = prefix_end(prefix).map(Cow::Owned);
        Self { from: prefix.into(), to, limit, direction: Direction::Ascending }
    }

    /// The same keys, the largest first.
    #[must_use]
    pub fn descending(self) -> Self {
        Self { direction: Direction::Descending, ..self }
    }

    /// Whether no key can be in the range.
    pub fn is_empty(&self) -> bool {
        self.limit == 0 || self.to.as_ref().is_some_and(|to| *to <= self.from)
    }
}

/// The smallest key after every key that starts with `prefix`; `None` if there is none (empty, or all `0xff`).
pub fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

/// How the store is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Bytes of the log that are in use.
    pub log_bytes: u64,
    /// Segment files of the log.
    pub log_segments: u64,
    /// Appends that failed since the start, fenced ones left out.
    pub failed_appends: u64,
    /// Saves that failed since the start, fenced ones left out.
    pub failed_saves: u64,
    /// The code of the error with which the newest append or save failed; `None` while both work.
    pub failing: Option<&'static str>,
    /// What was cut from the end of the log when it was opened: an append that never finished.
    pub cut: Option<CutTail>,
}

/// An unfinished append that was cut from the end of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutTail {
    /// The segment file, relative to the data folder.
    pub file: String,
    /// Its length after the cut.
    pub offset: u64,
    /// How many bytes were cut.
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_one() {
        assert_eq!(prefix_end(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(prefix_end(&[1, 0xff, 0xff]), Some(vec![2]));
        assert_eq!(prefix_end(&[0xff]), None);
        assert_eq!(prefix_end(b""), None);
    }
}
