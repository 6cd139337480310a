//! The search index of the catalog, kept up in the background.
//!
//! It lies in the folder `search` of the data folder and is made of the catalog alone: a folder that cannot be used is
//! made anew. When the program starts every item is compared with what is in; what is found meanwhile is what was there.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    thread,
    time::Duration,
};

use catalog::{item::Attribute, number::ItemNumber, view::ItemView};
use model::{synonym::Synonym, time::Timestamp};
use roaring::RoaringBitmap;
use runtime::{handle::Runtime, shelf::Follower};
use search::{Count, Doc, Grade, Index, Language, Page, Popular, Request, SearchError, Snapshot, Synonyms, Text};

use crate::demand::says_who;

/// Its folder in the data folder.
const FOLDER: &str = "search";
/// How long to wait for a change before looking whether to stop.
const LOOK: Duration = Duration::from_secs(1);
/// How many such times what could not be written waits before it is tried again.
const RESTS: usize = 5;
/// Items that are put in before what was put in can be found.
const AT_ONCE: usize = 20_000;

/// What can be searched, as of the last commit.
#[derive(Default)]
pub struct Searching {
    snapshot: RwLock<Option<Snapshot>>,
}

impl std::fmt::Debug for Searching {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Searching(…)")
    }
}

impl Searching {
    /// What can be searched now; nothing before the index was opened.
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, snapshot: Snapshot) {
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
    }
}

/// Keeps the index up. One at a time.
#[derive(Debug)]
pub struct Indexer {
    folder: PathBuf,
    /// None while it cannot be written.
    open: Option<Open>,
    /// What the index may not know yet, in numbers.
    pending: RoaringBitmap,
    learned: Learned,
}

/// What the index was told beside the items, and does not store.
#[derive(Debug, Default)]
struct Learned {
    /// The training from which it knows what is popular.
    training: u64,
    /// What means the same.
    synonyms: Arc<[Synonym]>,
}

/// An index, and what was committed to it.
struct Open {
    index: Index,
    snapshot: Snapshot,
}

impl Indexer {
    /// Opens the index, so that what it knows already can be searched; one that cannot be opened now is tried again.
    /// Blocking.
    pub fn open(data: &Path, searching: &Searching) -> Self {
        let folder = data.join(FOLDER);
        let open = Open::or_anew(&folder).inspect_err(warn).ok();
        if let Some(open) = &open {
            searching.put(open.snapshot.clone());
        }
        Self { folder, open, pending: RoaringBitmap::new(), learned: Learned::default() }
    }

    /// Waits a while for changes of the catalog, and takes in those that came. What could not be written is tried again
    /// after a while. Blocking.
    pub fn step(&mut self, runtime: &Runtime, searching: &Searching) {
        self.pending |= runtime.catalog_changes(Follower::Index, LOOK);
        self.learn(runtime, searching);
        while (self.open.is_none() || !self.pending.is_empty()) && !runtime.is_stopping() {
            let some: RoaringBitmap = self.pending.iter().take(AT_ONCE).collect();
            match self.take_in(&some, runtime) {
                Ok(snapshot) => {
                    searching.put(snapshot);
                    self.pending -= some;
                }
                Err(error) => {
                    warn(&error);
                    (0..RESTS).take_while(|_| !runtime.is_stopping()).for_each(|_| thread::park_timeout(LOOK));
                    return;
                }
            }
        }
    }

    /// Learns what is popular when that was learned anew, and what means the same when the shop says otherwise.
    fn learn(&mut self, runtime: &Runtime, searching: &Searching) {
        let (plan, trained) = (runtime.plan(), runtime.trained_version());
        let is_known = trained == self.learned.training && plan.synonyms == self.learned.synonyms;
        let Some(open) = self.open.as_mut().filter(|_| !is_known) else { return };
        let models = runtime.models();
        open.index.set_popularity(models.popularities().into());
        open.index.set_popular(popular(&open.snapshot, models.queries()));
        open.index.set_synonyms(Synonyms::of(&plan.synonyms));
        match open.index.snapshot() {
            Ok(snapshot) => {
                open.snapshot = snapshot.clone();
                searching.put(snapshot);
                self.learned = Learned { training: models.version(), synonyms: plan.synonyms.clone() };
            }
            Err(error) => warn(&error),
        }
    }

    /// Takes in what changed of some items. An index that failed is opened again, and as nobody knows what is left of it,
    /// everything is looked at again.
    fn take_in(&mut self, changed: &RoaringBitmap, runtime: &Runtime) -> Result<Snapshot, SearchError> {
        let (catalog, now) = (runtime.catalog(), runtime.now());
        let mut open = match self.open.take() {
            Some(open) => open,
            None => {
                self.pending.insert_range(0..catalog.numbers());
                self.learned = Learned::default();
                Open::or_anew(&self.folder)?
            }
        };
        let mut is_changed = false;
        for number in changed {
            is_changed |= match catalog.item(ItemNumber(number)) {
                Some(item) => open.put(&item, now)?,
                None => open.remove(number),
            };
        }
        if is_changed {
            open.snapshot = open.index.commit()?;
        }
        Ok(self.open.insert(open).snapshot.clone())
    }

    /// Ends it cleanly. Blocking.
    pub fn close(self) {
        if let Some(Err(error)) = self.open.map(|open| open.index.close()) {
            tracing::warn!(code = error.code(), %error, "the search index was not closed cleanly");
        }
    }
}

/// What many searched for, as far as it says nothing of a person and is found.
fn popular(snapshot: &Snapshot, queries: &[(String, u64)]) -> Popular {
    let is_found = |text: &str| {
        let request =
            Request { count: Count::Shown, page: Page { offset: 0, size: 1 }, ..Request::of(text, Language::Any) };
        snapshot.search(&request).is_ok_and(|found| found.hits.iter().any(|hit| hit.grade <= Grade::AllWords))
    };
    let shown = queries.iter().filter(|(text, _)| !says_who(text) && is_found(text));
    Popular::of(shown.map(|(text, persons)| (text.as_str(), *persons)))
}

fn warn(error: &SearchError) {
    tracing::warn!(code = error.code(), %error, "the search index cannot be kept up");
}

impl Open {
    /// Opens the index; one that cannot be used is begun anew.
    fn or_anew(folder: &Path) -> Result<Self, SearchError> {
        fs::create_dir_all(folder)?;
        Self::of(folder).or_else(|error| match error {
            SearchError::OtherVersion | SearchError::Unusable(_) => {
                remove(folder)?;
                fs::create_dir_all(folder)?;
                Self::of(folder)
            }
            SearchError::InUse => Err(error),
        })
    }

    fn of(folder: &Path) -> Result<Self, SearchError> {
        let index = Index::open(folder)?;
        Ok(Self { snapshot: index.snapshot()?, index })
    }

    /// Takes an item out; whether it may have been in.
    fn remove(&mut self, number: u32) -> bool {
        let is_in = self.snapshot.has(number).unwrap_or(true);
        if is_in {
            self.index.remove(number);
        }
        is_in
    }

    /// Puts an item in, unless it is in as it is; whether it was put in.
    fn put(&mut self, item: &ItemView<'_>, now: Timestamp) -> Result<bool, SearchError> {
        let texts: Vec<Text<'_>> = item
            .texts()
            .map(|texts| Text {
                language: Language::of_tag(texts.language),
                title: texts.title,
                description: texts.description,
            })
            .collect();
        let category: Vec<&str> =
            item.categories().first().map_or_else(Vec::new, |main| item.catalog().category_path(*main).collect());
        let tags: Vec<&str> = item.tags().collect();
        let attributes: Vec<(&str, String)> = item
            .attributes()
            .flat_map(|(name, value)| words(value).into_iter().map(move |word| (name, word)))
            .collect();
        let attributes: Vec<(&str, &str)> = attributes.iter().map(|(name, word)| (*name, word.as_str())).collect();
        let variants: Vec<_> = item.variants().collect();
        let of_variants = variants.iter().flat_map(|variant| [Some(variant.id()), variant.gtin()]);
        let codes: Vec<&str> = [item.gtin(), item.mpn()].into_iter().chain(of_variants).flatten().collect();
        let doc = Doc {
            number: item.number().0,
            id: item.id(),
            texts: &texts,
            brand: item.brand().unwrap_or_default(),
            category: &category,
            tags: &tags,
            attributes: &attributes,
            codes: &codes,
            price_cents: item.prices(now).map_or(0, |prices| prices.cents_at(now)),
            in_stock: item.stock().is_in(),
            listed_at: item.offered_since(),
        };
        // What cannot be read is put in again.
        if self.snapshot.holds(&doc).unwrap_or(false) {
            return Ok(false);
        }
        self.index.put(&doc)?;
        Ok(true)
    }
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Open(…)")
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// An attribute as words that one searches for.
fn words(value: Attribute) -> Vec<String> {
    match value {
        Attribute::Text(text) => vec![text],
        Attribute::Number(number) => vec![number.get().to_string()],
        Attribute::Flag(flag) => vec![flag.to_string()],
        Attribute::List(words) => words,
    }
}
