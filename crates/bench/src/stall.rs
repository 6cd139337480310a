//! A data folder whose disk has stalled for saves: what comes in is durable in the log and nothing is saved any more.

use std::path::Path;

use model::partition::{Partition, Position};
use store::{
    error::StoreError,
    local::Local,
    substrate::{Block, Health, KeyRange, Lease, Pair, Rewrite, Save, StoredBlock, Substrate, Table, Write},
};

/// The data folder. Whoever saves waits until the process ends.
pub(crate) struct Stalled(pub(crate) Local);

impl Substrate for Stalled {
    fn save(&self, _: Vec<Save>) -> Result<(), StoreError> {
        loop {
            std::thread::park();
        }
    }

    fn keep(&self, lease: Lease, writes: Vec<Write>) -> Result<(), StoreError> {
        self.0.keep(lease, writes)
    }
    fn partitions(&self) -> u16 {
        self.0.partitions()
    }
    fn claim(&self, partitions: &[Partition]) -> Result<Vec<Lease>, StoreError> {
        self.0.claim(partitions)
    }
    fn append(&self, blocks: &[Block]) -> Result<(), StoreError> {
        self.0.append(blocks)
    }
    fn read(&self, partition: Partition, from: Position, limit_bytes: usize) -> Result<Vec<StoredBlock>, StoreError> {
        self.0.read(partition, from, limit_bytes)
    }
    fn end(&self, partition: Partition) -> Result<Position, StoreError> {
        self.0.end(partition)
    }
    fn saved(&self, partition: Partition) -> Result<Position, StoreError> {
        self.0.saved(partition)
    }
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(table, key)
    }
    fn range(&self, table: Table, range: KeyRange<'_>) -> Result<Vec<Pair>, StoreError> {
        self.0.range(table, range)
    }
    fn persist(&self) -> Result<(), StoreError> {
        self.0.persist()
    }
    fn trim(&self, partition: Partition, before: Position) -> Result<(), StoreError> {
        self.0.trim(partition, before)
    }
    fn rewrite(&self, rewrites: &[Rewrite]) -> Result<(), StoreError> {
        self.0.rewrite(rewrites)
    }
    fn key(&self, partition: Partition, slot: u32) -> Result<Option<[u8; 32]>, StoreError> {
        self.0.key(partition, slot)
    }
    fn destroy_key(&self, partition: Partition, slot: u32) -> Result<(), StoreError> {
        self.0.destroy_key(partition, slot)
    }
    fn secret(&self) -> [u8; 32] {
        self.0.secret()
    }
    fn define(&self, expected_revision: u64, bytes: &[u8]) -> Result<u64, StoreError> {
        self.0.define(expected_revision, bytes)
    }
    fn definitions(&self, revision: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.definitions(revision)
    }
    fn revision(&self) -> u64 {
        self.0.revision()
    }
    fn drafts(&self) -> Result<Vec<String>, StoreError> {
        self.0.drafts()
    }
    fn draft(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.draft(name)
    }
    fn keep_draft(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.0.keep_draft(name, bytes)
    }
    fn drop_draft(&self, name: &str) -> Result<(), StoreError> {
        self.0.drop_draft(name)
    }
    fn backup(&self, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
        self.0.backup(to, progress)
    }
    fn health(&self) -> Health {
        self.0.health()
    }
}
