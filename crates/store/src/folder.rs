//! The substrate on one disk: [`Folder`] joins log, state, leases, keys and definitions over any [`Disk`] and [`Kv`].
//!
//! ```text
//! VERSION  LOCK  secret  epochs  log/00000001.seg…  keys/0000…  definitions/00000001…  drafts/NAME…  state/
//! ```

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

use model::partition::{Partition, Position};

use crate::{
    backup,
    definitions::{self, Definitions},
    disk::{Disk, RealDisk, UNFINISHED, read_whole, write_whole},
    drafts::Drafts,
    error::StoreError,
    keys::{self, Keys},
    kv::{Kv, KvRead},
    leases::{self, Leases, Valid},
    limits,
    log::{self, Log},
    substrate::{
        Block, Health, KeyRange, Lease, Options, Pair, Rewrite, Save, StoredBlock, Substrate, Table, Values, Write,
    },
};

/// The number of the data folder's format. A folder with another one is refused.
pub const FORMAT: u32 = 2;

/// The state's folder in the data folder.
pub(crate) const STATE: &str = "state";
/// The file of the installation's secret.
pub(crate) const SECRET: &str = "secret";
/// The file that is written last, so that it says whether there are data.
pub(crate) const VERSION: &str = "VERSION";
/// The table of saved positions comes before the caller's tables, so that theirs can be added to.
const SAVED: Table = Table(0);
const SAVED_NAME: &str = "store_saved";

/// A [`Substrate`] on a disk, with a version of [`Kv`] for the state.
pub struct Folder<D: Disk, K: Kv> {
    partitions: u16,
    tables: Vec<(String, Values)>,
    secret: [u8; 32],
    pub(crate) log: Log<D>,
    pub(crate) leases: Leases<D>,
    pub(crate) keys: Keys<D>,
    pub(crate) definitions: Definitions<D>,
    pub(crate) drafts: Drafts<D>,
    pub(crate) kv: K,
    /// The positions up to which the state is known to be durable.
    durable: Mutex<Vec<Position>>,
    failures: Mutex<Failures>,
    /// Last, so that the folder is let go of when nothing else of it is open.
    _disk: Arc<D>,
}

#[derive(Default)]
struct Failures {
    appends: Failing,
    saves: Failing,
}

#[derive(Default)]
struct Failing {
    count: u64,
    /// The code of the newest outcome, if it was a failure.
    code: Option<&'static str>,
}

/// What a data folder is made of; fixed at creation, but for tables added at the end.
pub(crate) struct Layout {
    pub(crate) partitions: u16,
    pub(crate) tables: Vec<(String, Values)>,
    pub(crate) key_seed: Option<u64>,
    pub(crate) segment_bytes: u64,
}

impl Layout {
    /// Checks the options against the limits.
    pub(crate) fn new(options: &Options, segment_bytes: u64) -> Result<Self, StoreError> {
        let too_large = |what, limit| Err(StoreError::TooLarge { what, limit });
        if options.partitions == 0 || options.partitions > model::limits::PARTITIONS {
            return too_large("the number of partitions", usize::from(model::limits::PARTITIONS));
        }
        if options.tables.len() > limits::TABLES {
            return too_large("the number of tables", limits::TABLES);
        }
        let own = (SAVED_NAME.to_owned(), Values::Small);
        let tables = options.tables.iter().map(|table| (table.name.to_owned(), table.values));
        Ok(Self {
            partitions: options.partitions,
            tables: std::iter::once(own).chain(tables).collect(),
            key_seed: options.key_seed,
            segment_bytes,
        })
    }
}

impl<D: Disk, K: Kv> Folder<D, K> {
    /// Opens the data folder on a disk, creating it if the disk is empty.
    pub(crate) fn open_on(
        disk: D,
        layout: Layout,
        open_kv: impl FnOnce(&[(String, Values)]) -> Result<K, StoreError>,
    ) -> Result<Self, StoreError> {
        prepare(&disk, &layout)?;
        let disk = Arc::new(disk);
        let partitions = layout.partitions;
        let kv = open_kv(&layout.tables)?;
        let starts = saved_positions(&kv, partitions)?;
        let corrupt = || StoreError::Corrupt { file: SECRET.to_owned(), offset: 0 };
        let secret = read_whole(&*disk, SECRET)?.ok_or_else(corrupt)?;
        Ok(Self {
            partitions,
            tables: layout.tables,
            secret: secret.try_into().map_err(|_| corrupt())?,
            log: Log::open(disk.clone(), &starts, layout.segment_bytes)?,
            leases: Leases::open(disk.clone(), partitions)?,
            keys: Keys::open(disk.clone(), partitions, layout.key_seed)?,
            definitions: Definitions::open(disk.clone())?,
            drafts: Drafts::of(disk.clone()),
            kv,
            durable: Mutex::new(vec![Position(0); usize::from(partitions)]),
            failures: Mutex::new(Failures::default()),
            _disk: disk,
        })
    }

    /// The tables as the [`Kv`] numbers them, the store's own first.
    pub(crate) fn tables(&self) -> &[(String, Values)] {
        &self.tables
    }

    fn check_partition(&self, partition: Partition) -> Result<(), StoreError> {
        if partition.0 < self.partitions { Ok(()) } else { Err(StoreError::NoPartition { partition }) }
    }

    /// Refuses if one of the leases is not the newest of a partition.
    fn owners(&self, leases: impl Iterator<Item = Lease> + Clone) -> Result<Valid<'_>, StoreError> {
        leases.clone().try_for_each(|lease| self.check_partition(lease.partition))?;
        self.leases.check(leases)
    }

    /// The table as the [`Kv`] numbers it.
    fn inner_table(&self, table: Table) -> Result<Table, StoreError> {
        if usize::from(table.0) + 1 < self.tables.len() {
            Ok(Table(table.0 + 1))
        } else {
            Err(StoreError::TooLarge { what: "the number of a table", limit: self.tables.len().saturating_sub(2) })
        }
    }

    /// Turns checked saves into one batch.
    fn batch(&self, saves: Vec<Save>) -> Result<Vec<Write>, StoreError> {
        let mut batch = Vec::with_capacity(saves.iter().map(|save| save.writes.len() + 1).sum());
        for Save { lease: Lease { partition, .. }, position, writes } in saves {
            let expected = self.saved(partition)?.max(position).min(self.log.end(partition));
            if position != expected {
                return Err(StoreError::WrongPosition { partition, expected });
            }
            for write in writes {
                batch.push(self.checked(write)?);
            }
            let (key, value) = (saved_key(partition).to_vec(), position.0.to_be_bytes().to_vec());
            batch.push(Write { table: SAVED, key, value: Some(value) });
        }
        Ok(batch)
    }

    /// A write within its limits, to the table as it is numbered on disk.
    fn checked(&self, Write { table, key, value }: Write) -> Result<Write, StoreError> {
        let table = self.inner_table(table)?;
        if key.is_empty() || key.len() > limits::KEY_BYTES {
            return Err(StoreError::TooLarge { what: "a key", limit: limits::KEY_BYTES });
        }
        if value.as_ref().is_some_and(|value| value.len() > limits::VALUE_BYTES) {
            return Err(StoreError::TooLarge { what: "a value", limit: limits::VALUE_BYTES });
        }
        Ok(Write { table, key, value })
    }

    fn lock_failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().expect("no panic while failures are counted")
    }
}

impl<D: Disk, K: Kv> Substrate for Folder<D, K> {
    fn partitions(&self) -> u16 {
        self.partitions
    }

    fn claim(&self, partitions: &[Partition]) -> Result<Vec<Lease>, StoreError> {
        self.leases.claim(partitions)
    }

    fn append(&self, blocks: &[Block]) -> Result<(), StoreError> {
        let _valid = self.owners(blocks.iter().map(|block| block.lease))?;
        let appended = self.log.append(blocks);
        self.lock_failures().appends.note(&appended);
        appended
    }

    fn read(&self, partition: Partition, from: Position, limit_bytes: usize) -> Result<Vec<StoredBlock>, StoreError> {
        self.check_partition(partition)?;
        self.log.read(partition, from, limit_bytes)
    }

    fn end(&self, partition: Partition) -> Result<Position, StoreError> {
        self.check_partition(partition)?;
        Ok(self.log.end(partition))
    }

    fn save(&self, saves: Vec<Save>) -> Result<(), StoreError> {
        let _valid = self.owners(saves.iter().map(|save| save.lease))?;
        let saved = self.batch(saves).and_then(|batch| self.kv.write(batch));
        self.lock_failures().saves.note(&saved);
        saved
    }

    fn keep(&self, lease: Lease, writes: Vec<Write>) -> Result<(), StoreError> {
        if lease.partition != self.shop() {
            return Err(StoreError::NoPartition { partition: lease.partition });
        }
        let _valid = self.leases.check([lease])?;
        let batch = writes.into_iter().map(|write| self.checked(write)).collect::<Result<_, _>>();
        let kept = batch.and_then(|batch| self.kv.write(batch)).and_then(|()| self.kv.persist());
        self.lock_failures().saves.note(&kept);
        kept
    }

    fn saved(&self, partition: Partition) -> Result<Position, StoreError> {
        self.check_partition(partition)?;
        saved_position(&self.kv, partition)
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.kv.get(self.inner_table(table)?, key)
    }

    fn range(&self, table: Table, range: KeyRange<'_>) -> Result<Vec<Pair>, StoreError> {
        self.kv.range(self.inner_table(table)?, range)
    }

    fn persist(&self) -> Result<(), StoreError> {
        self.kv.persist()
    }

    fn trim(&self, partition: Partition, before: Position) -> Result<(), StoreError> {
        self.check_partition(partition)?;
        let number = usize::from(partition.0);
        let mut durable = self.durable.lock().expect("no panic while positions are held");
        if durable[number] < before {
            let saved = saved_positions(&self.kv, self.partitions)?;
            self.kv.persist()?;
            *durable = saved;
        }
        let before = before.min(durable[number]);
        drop(durable);
        self.log.trim(partition, before)
    }

    fn rewrite(&self, rewrites: &[Rewrite]) -> Result<(), StoreError> {
        let _valid = self.owners(rewrites.iter().map(|rewrite| rewrite.lease))?;
        self.log.rewrite(rewrites)
    }

    fn key(&self, partition: Partition, slot: u32) -> Result<Option<[u8; 32]>, StoreError> {
        self.check_partition(partition)?;
        self.keys.key(partition, slot)
    }

    fn destroy_key(&self, partition: Partition, slot: u32) -> Result<(), StoreError> {
        self.check_partition(partition)?;
        self.keys.destroy(partition, slot)
    }

    fn secret(&self) -> [u8; 32] {
        self.secret
    }

    fn define(&self, expected_revision: u64, bytes: &[u8]) -> Result<u64, StoreError> {
        self.definitions.define(expected_revision, bytes)
    }

    fn definitions(&self, revision: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.definitions.get(revision)
    }

    fn revision(&self) -> u64 {
        self.definitions.revision()
    }

    fn drafts(&self) -> Result<Vec<String>, StoreError> {
        self.drafts.names()
    }

    fn draft(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.drafts.get(name)
    }

    fn keep_draft(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.drafts.keep(name, bytes)
    }

    fn drop_draft(&self, name: &str) -> Result<(), StoreError> {
        self.drafts.remove(name)
    }

    fn backup(&self, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
        backup::write(self, to, progress)
    }

    fn health(&self) -> Health {
        let (log_bytes, log_segments) = self.log.size();
        let failures = self.lock_failures();
        Health {
            log_bytes,
            log_segments,
            failed_appends: failures.appends.count,
            failed_saves: failures.saves.count,
            failing: failures.appends.code.or(failures.saves.code),
            cut: self.log.cut().cloned(),
        }
    }
}

impl Failing {
    fn note(&mut self, outcome: &Result<(), StoreError>) {
        match outcome {
            Ok(()) => self.code = None,
            Err(error) if error.is_passing() => {
                self.count += 1;
                self.code = Some(error.code());
            }
            // A mistake or an outdated lease says nothing about the disk.
            Err(_) => {}
        }
    }
}

/// The position that a partition's state stands for; 0 before the first save.
pub(crate) fn saved_position(kv: &(impl KvRead + ?Sized), partition: Partition) -> Result<Position, StoreError> {
    let Some(value) = kv.get(SAVED, &saved_key(partition))? else { return Ok(Position(0)) };
    let corrupt = |_| StoreError::Corrupt { file: format!("{STATE}, {SAVED_NAME}"), offset: 0 };
    Ok(Position(u64::from_be_bytes(value.try_into().map_err(corrupt)?)))
}

fn saved_positions(kv: &(impl KvRead + ?Sized), partitions: u16) -> Result<Vec<Position>, StoreError> {
    (0..partitions).map(|partition| saved_position(kv, Partition(partition))).collect()
}

fn saved_key(partition: Partition) -> [u8; 2] {
    partition.0.to_be_bytes()
}

/// Makes sure that the disk holds a data folder of this layout, creating it if the disk is empty.
fn prepare<D: Disk>(disk: &D, layout: &Layout) -> Result<(), StoreError> {
    match read_whole(disk, VERSION)? {
        Some(version) => check_version(&version, layout.partitions),
        None => create(disk, layout),
    }
}

fn create<D: Disk>(disk: &D, layout: &Layout) -> Result<(), StoreError> {
    let io = |error| StoreError::io("the data folder", error);
    // What a creation that was interrupted may have left behind; anything else is somebody's.
    let ours = [RealDisk::LOCK, log::FOLDER, keys::FOLDER, definitions::FOLDER, SECRET, leases::FILE];
    let is_ours = |name: &String| ours.contains(&name.strip_suffix(UNFINISHED).unwrap_or(name));
    let names = disk.list("").map_err(io)?;
    if !names.iter().all(|name| is_ours(name) || *name == format!("{VERSION}{UNFINISHED}")) {
        return Err(StoreError::NotADataFolder { folder: "the data folder".to_owned() });
    }
    for folder in [log::FOLDER, keys::FOLDER, definitions::FOLDER] {
        disk.create_folder(folder).map_err(io)?;
        if !disk.list(folder).map_err(io)?.is_empty() {
            return Err(StoreError::NotADataFolder { folder: folder.to_owned() });
        }
    }
    let mut secret = [0; 32];
    match layout.key_seed {
        Some(seed) => secret = keys::derived("secret", seed, Partition(0), 0),
        None => getrandom::fill(&mut secret).map_err(|error| io(std::io::Error::other(error)))?,
    }
    write_whole(disk, "", SECRET, &secret)?;
    Leases::create(disk, layout.partitions)?;
    // Last: from now on it is a data folder.
    write_version(disk, layout.partitions)
}

/// Says that the disk holds a complete data folder.
pub(crate) fn write_version<D: Disk>(disk: &D, partitions: u16) -> Result<(), StoreError> {
    write_whole(disk, "", VERSION, format!("format {FORMAT}\npartitions {partitions}\n").as_bytes())
}

fn check_version(version: &[u8], wanted: u16) -> Result<(), StoreError> {
    let version = String::from_utf8_lossy(version);
    let value_of = |name: &str| version.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let format = value_of("format").unwrap_or("unknown");
    if format != FORMAT.to_string() {
        return Err(StoreError::OtherVersion { found: format.to_owned(), supported: FORMAT });
    }
    let corrupt = || StoreError::Corrupt { file: VERSION.to_owned(), offset: 0 };
    let found = value_of("partitions").and_then(|number| number.parse().ok()).ok_or_else(corrupt)?;
    if found == wanted { Ok(()) } else { Err(StoreError::OtherPartitions { found, wanted }) }
}
