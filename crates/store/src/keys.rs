//! Person keys: one file a partition, one slot a person. A destroyed key makes everything written under it unreadable.
//!
//! ```text
//! header  two times: slots u32 | 0 u32 | checksum u32 | 0 × 20     (the larger valid one counts)
//! slots   32 bytes each; all zeros once destroyed
//! ```
//!
//! Slots are made in chunks and synced before the header counts them, so that a slot handed out is durable.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, RwLock},
};

use model::partition::Partition;

use crate::{
    disk::{Disk, DiskFile, join},
    error::StoreError,
};

/// The folder of the key files in the data folder.
pub(crate) const FOLDER: &str = "keys";
/// Slots made, and read, at a time.
pub(crate) const CHUNK_SLOTS: u32 = 4096;
/// Chunks of one partition that are kept in memory, at most: 2 MiB.
const KEPT_CHUNKS: usize = 16;
const KEY_BYTES: usize = 32;
const NO_PANIC: &str = "no panic while keys are read or destroyed";
const HEADER_COPY_BYTES: usize = 32;
const HEADER_BYTES: usize = 2 * HEADER_COPY_BYTES;

/// The person keys of all partitions.
pub(crate) struct Keys<D: Disk> {
    disk: Arc<D>,
    seed: Option<u64>,
    files: Vec<KeyFile<D::File>>,
}

struct KeyFile<F> {
    /// The open file and how many slots it has; absent until the first slot is made.
    open: RwLock<Option<(Arc<F>, u32)>>,
    /// Held while slots are made.
    making: Mutex<()>,
    /// Chunks read so far, by number. A key destroyed in the file is destroyed here before anybody can ask again.
    kept: RwLock<BTreeMap<u32, Box<[u8]>>>,
}

impl<D: Disk> Keys<D> {
    /// Opens the key files that are there.
    pub(crate) fn open(disk: Arc<D>, partitions: u16, seed: Option<u64>) -> Result<Self, StoreError> {
        let names = disk.list(FOLDER).map_err(|error| StoreError::io(FOLDER, error))?;
        let mut files = Vec::with_capacity(usize::from(partitions));
        for partition in (0..partitions).map(Partition) {
            let path = key_path(partition);
            let open = if names.contains(&partition.to_string()) {
                let file = disk.open(&path).map_err(|error| StoreError::io(&path, error))?;
                let slots = read_slots(&file, &path)?;
                Some((Arc::new(file), slots))
            } else {
                None
            };
            files.push(KeyFile { open: RwLock::new(open), making: Mutex::default(), kept: RwLock::default() });
        }
        Ok(Self { disk, seed, files })
    }

    /// The key in a slot, making the next slots if it is the first beyond those made; `None` if it was destroyed.
    pub(crate) fn key(&self, partition: Partition, slot: u32) -> Result<Option<[u8; KEY_BYTES]>, StoreError> {
        let chunk = slot / CHUNK_SLOTS;
        let kept = &self.files[usize::from(partition.0)].kept;
        let known = kept.read().expect(NO_PANIC).get(&chunk).map(|keys| key_in(keys, slot));
        let key = match known {
            Some(key) => key,
            None => {
                let file = self.file_with(partition, slot)?;
                let mut kept = kept.write().expect(NO_PANIC);
                let mut keys = vec![0; CHUNK_SLOTS as usize * KEY_BYTES].into_boxed_slice();
                let read = file.read_exact_at(&mut keys, offset(chunk * CHUNK_SLOTS));
                read.map_err(|error| StoreError::io(&key_path(partition), error))?;
                let key = key_in(&keys, slot);
                if kept.len() >= KEPT_CHUNKS {
                    kept.clear();
                }
                kept.insert(chunk, keys);
                key
            }
        };
        Ok((key != [0; KEY_BYTES]).then_some(key))
    }

    /// Overwrites the slot with zeros, durably. A slot never made has nothing written under it.
    pub(crate) fn destroy(&self, partition: Partition, slot: u32) -> Result<(), StoreError> {
        let Some((file, _)) = self.made(partition).filter(|(_, slots)| slot < *slots) else { return Ok(()) };
        let mut kept = self.files[usize::from(partition.0)].kept.write().expect(NO_PANIC);
        let zeroed = file.write_all_at(&[0; KEY_BYTES], offset(slot)).and_then(|()| file.sync());
        zeroed.map_err(|error| StoreError::io(&key_path(partition), error))?;
        if let Some(keys) = kept.get_mut(&(slot / CHUNK_SLOTS)) {
            keys[place_in_chunk(slot)].fill(0);
        }
        Ok(())
    }

    /// The bytes of every key file that there is, one after the other.
    pub(crate) fn for_each_file(
        &self,
        mut act: impl FnMut(&str, Vec<u8>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for number in 0..self.files.len() {
            let partition = Partition(u16::try_from(number).expect("limits::PARTITIONS fits"));
            // No slots are made meanwhile, so that header and slots agree.
            let _making = self.lock_making(partition);
            let Some((file, slots)) = self.made(partition) else { continue };
            let path = key_path(partition);
            let mut bytes = vec![0; HEADER_BYTES + slots as usize * KEY_BYTES];
            file.read_exact_at(&mut bytes, 0).map_err(|error| StoreError::io(&path, error))?;
            act(&path, bytes)?;
        }
        Ok(())
    }

    fn made(&self, partition: Partition) -> Option<(Arc<D::File>, u32)> {
        self.files[usize::from(partition.0)].open.read().expect("no panic while the slot is held").clone()
    }

    fn lock_making(&self, partition: Partition) -> MutexGuard<'_, ()> {
        self.files[usize::from(partition.0)].making.lock().expect("no panic while slots are made")
    }

    fn file_with(&self, partition: Partition, slot: u32) -> Result<Arc<D::File>, StoreError> {
        if let Some((file, slots)) = self.made(partition)
            && slot < slots
        {
            return Ok(file);
        }
        let _making = self.lock_making(partition);
        let made = self.made(partition);
        let slots = made.as_ref().map_or(0, |(_, slots)| *slots);
        if let Some((file, _)) = made.as_ref().filter(|_| slot < slots) {
            return Ok(file.clone());
        }
        if slot - slots >= CHUNK_SLOTS || slots.checked_add(CHUNK_SLOTS).is_none() {
            return Err(StoreError::NoSlot { partition, slot });
        }
        let path = key_path(partition);
        let file = match made {
            Some((file, _)) => file,
            None => Arc::new(self.disk.create(&path).map_err(|error| StoreError::io(&path, error))?),
        };
        let new_slots = slots + CHUNK_SLOTS;
        self.make(&*file, partition, slots..new_slots).map_err(|error| StoreError::io(&path, error))?;
        let open = &self.files[usize::from(partition.0)].open;
        *open.write().expect("no panic while the slot is held") = Some((file.clone(), new_slots));
        Ok(file)
    }

    /// Writes new slots and makes them durable, then the header that counts them.
    fn make(&self, file: &D::File, partition: Partition, slots: std::ops::Range<u32>) -> std::io::Result<()> {
        let mut keys = vec![0; slots.len() * KEY_BYTES];
        match self.seed {
            None => getrandom::fill(&mut keys).map_err(std::io::Error::other)?,
            Some(seed) => {
                for (slot, key) in slots.clone().zip(keys.chunks_exact_mut(KEY_BYTES)) {
                    key.copy_from_slice(&derived("person key", seed, partition, slot));
                }
            }
        }
        file.write_all_at(&keys, offset(slots.start))?;
        file.sync()?;
        // The copies take turns, so that one is whole whenever the machine stops.
        let turn = u64::from(slots.start / CHUNK_SLOTS % 2) * HEADER_COPY_BYTES as u64;
        file.write_all_at(&header(slots.end), turn)?;
        file.sync()?;
        self.disk.sync_folder(FOLDER)
    }
}

/// 32 bytes that follow from a seed, for repeatable tests.
pub(crate) fn derived(purpose: &str, seed: u64, partition: Partition, slot: u32) -> [u8; KEY_BYTES] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(purpose.as_bytes()).update(&seed.to_le_bytes());
    hasher.update(&partition.0.to_le_bytes()).update(&slot.to_le_bytes());
    *hasher.finalize().as_bytes()
}

fn key_in(chunk: &[u8], slot: u32) -> [u8; KEY_BYTES] {
    chunk[place_in_chunk(slot)].try_into().expect("a key has that many bytes")
}

fn place_in_chunk(slot: u32) -> std::ops::Range<usize> {
    let start = (slot % CHUNK_SLOTS) as usize * KEY_BYTES;
    start..start + KEY_BYTES
}

fn key_path(partition: Partition) -> String {
    join(FOLDER, &partition.to_string())
}

fn offset(slot: u32) -> u64 {
    HEADER_BYTES as u64 + u64::from(slot) * KEY_BYTES as u64
}

fn header(slots: u32) -> [u8; HEADER_COPY_BYTES] {
    let mut bytes = [0; HEADER_COPY_BYTES];
    bytes[..4].copy_from_slice(&slots.to_le_bytes());
    let checksum = crc32fast::hash(&bytes[..8]);
    bytes[8..12].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// How many slots the file has: 0 if making its first ones was interrupted.
fn read_slots<F: DiskFile>(file: &F, path: &str) -> Result<u32, StoreError> {
    let len = file.size().map_err(|error| StoreError::io(path, error))?;
    if len < HEADER_BYTES as u64 {
        return Ok(0);
    }
    let mut copies = [0; HEADER_BYTES];
    file.read_exact_at(&mut copies, 0).map_err(|error| StoreError::io(path, error))?;
    let valid = |copy: &[u8]| {
        let slots = u32::from_le_bytes(copy[..4].try_into().expect("four bytes"));
        (copy == header(slots)).then_some(slots)
    };
    let slots = copies.chunks_exact(HEADER_COPY_BYTES).filter_map(valid).max().unwrap_or(0);
    if len < offset(slots) {
        return Err(StoreError::Corrupt { file: path.to_owned(), offset: len });
    }
    if slots == 0 && copies != [0; HEADER_BYTES] && len > offset(CHUNK_SLOTS) {
        // More than the first chunk was made, so a header was durable once.
        return Err(StoreError::Corrupt { file: path.to_owned(), offset: 0 });
    }
    Ok(slots)
}
