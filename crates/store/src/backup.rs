//! Copies of a substrate: written while it serves, verified byte by byte before anything is restored.
//!
//! A backup is a folder: `log/`, `keys/`, `definitions/`, `drafts/`, `epochs` and `secret` as in a data folder, the
//! state as `state/TT-NNNNNN` (table, part; each pair is key length u32, value length u32, key, value), and a `MANIFEST`:
//!
//! ```text
//! prevenance backup 1
//! partitions 64
//! table small store_saved
//! position 0000 saved 120 end 125
//! file BLAKE3 BYTES PATH
//! end BLAKE3-OF-ALL-LINES-ABOVE
//! ```
//!
//! It holds the person keys: whoever restores it must destroy again the keys destroyed since.

mod manifest;

use std::path::Path;

use model::partition::{Partition, Position};

use self::manifest::Manifest;
use crate::{
    definitions,
    disk::{Disk, DiskFile, RealDisk},
    drafts,
    error::StoreError,
    folder::{self, Folder, Layout, SECRET, STATE, saved_position},
    keys,
    kv::{Kv, KvRead},
    leases, limits, local, log,
    substrate::{KeyRange, Pair, Substrate, Table, Write},
};

/// Marks a folder into which a restore has not finished.
pub(crate) const RESTORING: &str = "RESTORING";
const MANIFEST: &str = "MANIFEST";
/// Bytes of state after which the next part begins.
const PART_BYTES: usize = 16 * 1024 * 1024;
/// Pairs read at a time.
const PAGE: usize = 1_000;

/// Checks every byte of a backup against its manifest.
pub fn verify(backup: &Path) -> Result<(), StoreError> {
    let manifest = read_manifest(backup)?;
    manifest.files.iter().try_for_each(|file| read_verified(backup, file).map(drop))
}

/// Makes a data folder from a backup: verifies every checksum first, then writes into `to`, which must be absent or
/// empty, and opens the result once to see that it is whole. `progress` is told bytes done and bytes in total.
///
/// Interrupted, it leaves a folder that no start accepts.
pub fn restore(backup: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
    verify(backup)?;
    let manifest = read_manifest(backup)?;
    refuse_unless_empty(to)?;
    let disk = RealDisk::hold(to)?;
    let put = |path: &str, bytes: &[u8]| put(&disk, path, bytes);
    put(RESTORING, b"")?;
    disk.sync_folder("").map_err(|error| StoreError::io(RESTORING, error))?;
    let folders = [log::FOLDER, keys::FOLDER, definitions::FOLDER, drafts::FOLDER];
    for folder in folders {
        disk.create_folder(folder).map_err(|error| StoreError::io(folder, error))?;
    }

    let total = manifest.files.iter().map(|file| file.bytes).sum();
    let mut done = 0;
    let kv = crate::kv::FjallKv::open(&to.join(STATE), manifest.tables.clone())?;
    for file in &manifest.files {
        let bytes = read_verified(backup, file)?;
        match part_table(&file.path) {
            Some(table) => kv.write(pairs_of(&file.path, table, &bytes)?)?,
            None => put(&file.path, &bytes)?,
        }
        done += file.bytes;
        progress(done, total);
    }
    kv.persist()?;
    drop(kv);
    for folder in folders {
        disk.sync_folder(folder).map_err(|error| StoreError::io(folder, error))?;
    }
    folder::write_version(&disk, manifest.partitions)?;

    let layout = Layout {
        partitions: manifest.partitions,
        tables: manifest.tables.clone(),
        key_seed: None,
        segment_bytes: limits::SEGMENT_BYTES,
    };
    let restored = local::open_held(disk, to, layout)?;
    for (partition, _, end) in &manifest.positions {
        if restored.end(*partition)? != *end {
            return Err(StoreError::Corrupt { file: MANIFEST.to_owned(), offset: 0 });
        }
    }
    drop(restored);
    let disk = RealDisk::hold(to)?;
    disk.remove(RESTORING).map_err(|error| StoreError::io(RESTORING, error))?;
    disk.sync_folder("").map_err(|error| StoreError::io(RESTORING, error))
}

/// See [`Substrate::backup`].
pub(crate) fn write<D: Disk, K: Kv>(
    from: &Folder<D, K>,
    to: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), StoreError> {
    refuse_unless_empty(to)?;
    let disk = RealDisk::hold(to)?;
    for folder in [log::FOLDER, keys::FOLDER, definitions::FOLDER, drafts::FOLDER, STATE] {
        disk.create_folder(folder).map_err(|error| StoreError::io(folder, error))?;
    }
    let estimate = from.log.size().0 + from.kv.size()?;
    let mut copy = Copy { disk: &disk, manifest: Manifest::new(from), done: 0, estimate, progress };

    // No block may go between the snapshot and the copy of the log: the state needs all that follow it. The state is
    // taken first, so that the log is ahead of it, never behind.
    let held = from.log.hold();
    let snapshot = from.kv.snapshot()?;
    let (segments, ends) = held.segments();
    for (number, end) in ends.into_iter().enumerate() {
        let partition = Partition(u16::try_from(number).expect("limits::PARTITIONS fits"));
        copy.manifest.positions.push((partition, saved_position(&*snapshot, partition)?, end));
    }
    for (segment, len) in segments {
        let mut bytes = vec![0; usize::try_from(len).expect("a segment is within its limit")];
        segment.file.read_exact_at(&mut bytes, 0).map_err(|error| StoreError::io(&segment.path, error))?;
        copy.put(&segment.path, &bytes)?;
    }
    drop(held);
    copy.put_state(&*snapshot)?;
    drop(snapshot);
    // Taken after the log: keys, epochs and definitions only ever grow, so these cover what the log names.
    from.keys.for_each_file(|path, bytes| copy.put(path, &bytes))?;
    copy.put(leases::FILE, &from.leases.encoded())?;
    copy.put(SECRET, &from.secret())?;
    for name in from.drafts.names()? {
        if let Some((path, bytes)) = from.drafts.file(&name)? {
            copy.put(&path, &bytes)?;
        }
    }
    // After the drafts, so that the revision that a draft was made on is among them.
    for revision in 1..=from.definitions.revision() {
        if let Some((path, bytes)) = from.definitions.file(revision)? {
            copy.put(&path, &bytes)?;
        }
    }
    copy.finish()
}

/// A backup that is being written.
struct Copy<'a> {
    disk: &'a RealDisk,
    manifest: Manifest,
    done: u64,
    estimate: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl Copy<'_> {
    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        put(self.disk, path, bytes)?;
        self.manifest.add(path, bytes);
        self.done += bytes.len() as u64;
        (self.progress)(self.done, self.estimate.max(self.done));
        Ok(())
    }

    fn put_state(&mut self, snapshot: &dyn KvRead) -> Result<(), StoreError> {
        for number in 0..self.manifest.tables.len() {
            let table = Table(u8::try_from(number).expect("limits::TABLES fits"));
            let mut part = 0;
            let mut bytes = Vec::new();
            let mut from = Vec::new();
            loop {
                let pairs = snapshot.range(table, KeyRange { from: (&from).into(), ..KeyRange::prefix(b"", PAGE) })?;
                let Some((last, _)) = pairs.last() else { break };
                from = [last.as_slice(), &[0]].concat();
                for pair in &pairs {
                    encode_pair(pair, &mut bytes);
                    if bytes.len() >= PART_BYTES {
                        self.put(&part_path(table, part), &bytes)?;
                        bytes.clear();
                        part += 1;
                    }
                }
            }
            if !bytes.is_empty() {
                self.put(&part_path(table, part), &bytes)?;
            }
        }
        Ok(())
    }

    /// Makes the names durable, then writes the manifest: without one it is no backup.
    fn finish(self) -> Result<(), StoreError> {
        for folder in [log::FOLDER, keys::FOLDER, definitions::FOLDER, drafts::FOLDER, STATE] {
            self.disk.sync_folder(folder).map_err(|error| StoreError::io(folder, error))?;
        }
        put(self.disk, MANIFEST, self.manifest.encode().as_bytes())?;
        self.disk.remove(RealDisk::LOCK).map_err(|error| StoreError::io(RealDisk::LOCK, error))?;
        self.disk.sync_folder("").map_err(|error| StoreError::io(MANIFEST, error))?;
        (self.progress)(self.done, self.done);
        Ok(())
    }
}

fn put(disk: &RealDisk, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || {
        let file = disk.create(path)?;
        file.write_all_at(bytes, 0)?;
        file.sync()
    };
    write().map_err(|error| StoreError::io(path, error))
}

fn refuse_unless_empty(folder: &Path) -> Result<(), StoreError> {
    let named = folder.display().to_string();
    match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreError::io(&named, error)),
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(StoreError::NotEmpty { folder: named }),
        },
    }
}

fn read_manifest(backup: &Path) -> Result<Manifest, StoreError> {
    let bytes = std::fs::read(backup.join(MANIFEST)).map_err(|error| StoreError::io(MANIFEST, error))?;
    Manifest::decode(&bytes)
}

fn read_verified(backup: &Path, file: &manifest::File) -> Result<Vec<u8>, StoreError> {
    let bytes = std::fs::read(backup.join(&file.path)).map_err(|error| StoreError::io(&file.path, error))?;
    if bytes.len() as u64 == file.bytes && blake3::hash(&bytes) == file.hash {
        Ok(bytes)
    } else {
        Err(StoreError::Corrupt { file: file.path.clone(), offset: 0 })
    }
}

fn part_path(table: Table, part: u32) -> String {
    format!("{STATE}/{:02}-{part:06}", table.0)
}

/// The table that a file of the backup belongs to, if it is part of the state.
fn part_table(path: &str) -> Option<Table> {
    let (table, _) = path.strip_prefix(STATE)?.strip_prefix('/')?.split_once('-')?;
    table.parse().ok().map(Table)
}

fn encode_pair((key, value): &Pair, bytes: &mut Vec<u8>) {
    for part in [key, value] {
        let len = u32::try_from(part.len()).expect("keys and values are within their limits");
        bytes.extend_from_slice(&len.to_le_bytes());
    }
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(value);
}

fn pairs_of(path: &str, table: Table, mut bytes: &[u8]) -> Result<Vec<Write>, StoreError> {
    let all = bytes.len();
    let mut writes = Vec::new();
    while !bytes.is_empty() {
        let corrupt = StoreError::Corrupt { file: path.to_owned(), offset: (all - bytes.len()) as u64 };
        let Some((key, value, rest)) = split_pair(bytes) else { return Err(corrupt) };
        writes.push(Write { table, key: key.to_vec(), value: Some(value.to_vec()) });
        bytes = rest;
    }
    Ok(writes)
}

fn split_pair(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (key_len, rest) = bytes.split_first_chunk()?;
    let (value_len, rest) = rest.split_first_chunk()?;
    let (key, rest) = rest.split_at_checked(u32::from_le_bytes(*key_len) as usize)?;
    let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*value_len) as usize)?;
    Some((key, value, rest))
}

/// Where a partition was: its number, the position of its state, and the end of its log.
type Positions = (Partition, Position, Position);
