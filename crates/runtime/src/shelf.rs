//! What the shop sells: one catalog for all partitions.
//!
//! It belongs to nobody's partition and needs no log: what is told of an item carries the moment of which it is true, and
//! of each part the latest word stands, so telling it again changes nothing. A change is durable, and in the catalog that
//! every reader takes from then on, before it is answered.

use std::{
    collections::BTreeSet,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use catalog::{
    catalog::Catalog,
    change::{Applied, Change},
    fault::Fault,
    number::ItemNumber,
    place::Store,
};
use model::time::Timestamp;
use record::{
    catalog::{ItemRow, decode_item, decode_stores, encode_item, encode_stores},
    tables,
};
use roaring::RoaringBitmap;
use store::{
    error::StoreError,
    substrate::{Lease, Substrate, Write},
};

use crate::{
    handle::Runtime,
    journal::failure,
    limits::SHELF_ITEMS,
    load::{LoadError, damaged},
    ticket::Failure,
};

/// The catalog in force, and the right to change it.
#[derive(Debug)]
pub(crate) struct Shelf {
    catalog: RwLock<Arc<Catalog>>,
    /// Held by whoever changes the catalog, from applying to having kept it.
    writer: Mutex<Writer>,
    /// What changed since each follower took it, in numbers.
    changed: Mutex<[RoaringBitmap; Follower::ALL.len()]>,
    told: Condvar,
}

/// Who keeps something up that is made of the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follower {
    /// The search index.
    Index,
    /// Which items are alike.
    Likeness,
}

impl Follower {
    const ALL: [Self; 2] = [Self::Index, Self::Likeness];
}

#[derive(Debug)]
struct Writer {
    lease: Lease,
    /// Behind the last number that a failed write may have left on the disk though the catalog has not given it.
    doubtful: u32,
}

/// Why stores could not be set.
#[derive(Debug, thiserror::Error)]
pub enum StoresError {
    /// What is wrong with them.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// They could not be kept.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl Shelf {
    /// Claims the shop as a whole and reads its catalog.
    pub(crate) fn open(substrate: &dyn Substrate) -> Result<Self, LoadError> {
        let lease = substrate.claim(&[substrate.shop()])?.remove(0);
        let catalog = read(substrate)?;
        let changed = Follower::ALL.map(|_| (0..catalog.numbers()).collect());
        Ok(Self {
            catalog: RwLock::new(Arc::new(catalog)),
            writer: Mutex::new(Writer { lease, doubtful: 0 }),
            changed: Mutex::new(changed),
            told: Condvar::new(),
        })
    }

    /// The catalog as it is now; it does not change any more.
    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        self.catalog.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, catalog: Catalog) {
        // What nobody else holds of the old one goes when nobody waits any more.
        let old =
            std::mem::replace(&mut *self.catalog.write().unwrap_or_else(PoisonError::into_inner), Arc::new(catalog));
        drop(old);
    }

    /// Tells who waits for changes that there are some; of a program that stops, that there is nothing to wait for.
    pub(crate) fn wake(&self, changed: impl Iterator<Item = ItemNumber>) {
        let changed: Vec<u32> = changed.map(|number| number.0).collect();
        self.changed().iter_mut().for_each(|follower| follower.extend(&changed));
        self.told.notify_all();
    }

    fn changed(&self) -> MutexGuard<'_, [RoaringBitmap; Follower::ALL.len()]> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Keeps what is behind these numbers of a catalog.
    fn keep(
        &mut self,
        substrate: &dyn Substrate,
        catalog: &Catalog,
        changed: &BTreeSet<ItemNumber>,
    ) -> Result<(), StoreError> {
        let doubtful = (catalog.numbers()..self.doubtful).map(|number| remove(&tables::item_key(number)));
        let writes = changed.iter().map(|number| item(catalog, *number)).chain(doubtful).collect();
        // Until it is known that the write was done, it may have been done.
        self.doubtful = self.doubtful.max(catalog.numbers());
        substrate.keep(self.lease, writes)?;
        self.doubtful = 0;
        Ok(())
    }
}

impl Runtime {
    /// What the shop sells, as it is now. Costs less than a microsecond.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.shared().shelf.catalog()
    }

    /// Tells changes, each with the moment of which it is true. The answer has one entry for each, in order; those that
    /// are refused change nothing. They are written as one, so tell a few thousand at once. On return they are durable and
    /// in every catalog taken from now on. Blocking.
    ///
    /// # Errors
    /// Nothing of it counts; it may be told again.
    pub fn tell_catalog(&self, told: &[(Timestamp, Change)]) -> Result<Vec<Result<Applied, Fault>>, Failure> {
        let shared = self.shared();
        if shared.is_stopping() {
            return Err(Failure::Stopping);
        }
        let mut writer = shared.shelf.writer();
        let mut catalog = Catalog::clone(&shared.shelf.catalog());
        let mut answers = Vec::with_capacity(told.len());
        // A refused item may be given a number too, which stays its own.
        let before = catalog.numbers();
        let mut changed = BTreeSet::new();
        for (as_of, change) in told {
            let applied = catalog.apply(change, *as_of);
            changed.extend(applied.iter().map(|(number, _)| *number));
            answers.push(applied.map(|(_, applied)| applied));
        }
        changed.extend((before..catalog.numbers()).map(ItemNumber));
        if !changed.is_empty() {
            writer.keep(shared.substrate.as_ref(), &catalog, &changed).map_err(|error| failure(&error))?;
        }
        shared.shelf.put(catalog);
        shared.shelf.wake(changed.into_iter());
        Ok(answers)
    }

    /// Takes the numbers of what changed in the catalog since this follower took them last; at the start, all of them.
    /// Waits for some, but not longer than `within` and not for a program that stops. Blocking.
    pub fn catalog_changes(&self, follower: Follower, within: Duration) -> RoaringBitmap {
        let (shelf, place) = (&self.shared().shelf, follower as usize);
        let waits = |changed: &mut [RoaringBitmap; Follower::ALL.len()]| {
            changed[place].is_empty() && !self.shared().is_stopping()
        };
        let waited = shelf.told.wait_timeout_while(shelf.changed(), within, waits);
        let (mut changed, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut changed[place])
    }

    /// Says which stores the shop has. Blocking.
    pub fn set_stores(&self, stores: Vec<Store>) -> Result<(), StoresError> {
        let shared = self.shared();
        let writer = shared.shelf.writer();
        let mut catalog = Catalog::clone(&shared.shelf.catalog());
        let row = encode_stores(&stores);
        catalog.set_stores(stores)?;
        let write = Write { table: tables::CATALOG, key: tables::stores_key().to_vec(), value: Some(row) };
        shared.substrate.keep(writer.lease, vec![write]).map_err(|error| failure(&error))?;
        shared.shelf.put(catalog);
        Ok(())
    }
}

fn item(catalog: &Catalog, number: ItemNumber) -> Write {
    let id = catalog.id_of(number).expect("it was just given").to_owned();
    let row = encode_item(&ItemRow { id, changes: catalog.changes(number) });
    Write { table: tables::CATALOG, key: tables::item_key(number.0).to_vec(), value: Some(row) }
}

fn remove(key: &[u8]) -> Write {
    Write { table: tables::CATALOG, key: key.to_vec(), value: None }
}

fn read(substrate: &dyn Substrate) -> Result<Catalog, LoadError> {
    let mut catalog = Catalog::default();
    let refused = |_: Fault| LoadError::Store(damaged("catalog"));
    loop {
        let rows = substrate.range(tables::CATALOG, tables::item_range(catalog.numbers(), SHELF_ITEMS))?;
        for (key, row) in &rows {
            let row = decode_item(row)?;
            let number = catalog.number(&row.id).map_err(refused)?;
            if number.0 != tables::item_of(key)? {
                return Err(damaged("catalog").into());
            }
            for (as_of, change) in &row.changes {
                catalog.apply(change, *as_of).map_err(refused)?;
            }
        }
        if rows.len() < SHELF_ITEMS {
            break;
        }
    }
    if let Some(row) = substrate.get(tables::CATALOG, &tables::stores_key())? {
        catalog.set_stores(decode_stores(&row)?).map_err(refused)?;
    }
    Ok(catalog)
}
