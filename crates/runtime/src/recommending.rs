//! Recommenders at work: models trained in the background from the store's own history, and which items are alike, kept
//! up as the catalog changes.
//!
//! A training reads what is stored, on the thread of whoever trains, a slice at a time, and rests as long as it read: the
//! owners save once before, and are held up by nothing else. It learns from those who granted the purpose of the shop's
//! pages and are no minors, as far as they can be told now; so withdrawal and erasure need nothing of their own. When it
//! is done the new models take the place of the old ones at once; what a person does counts in their very next list
//! without it.

use std::{
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use catalog::{catalog::Catalog, number::ItemNumber};
use condition::Facts;
use decide::{RequestFacts, Suggested};
use engine::{decided::Suggests, guard, opened::opened, plan::Plan, state::Slot};
use model::{
    consent::GrantedName,
    decision::Channel,
    event::Event,
    partition::Partition,
    time::{Span, Timestamp},
    value::Value,
};
use record::tables;
use store::error::StoreError;
use suggest::{
    Alike, Asked, Gathered, Gatherer, Models, Predictions, Recommender, Shop, Surroundings,
    finder::{self, Answers, Finder, Found, NoCategory},
};

use crate::{
    desk::{now as clock, shared::Shared},
    handle::{Reading, Runtime},
    limits::{CENSUS_PROFILES, LIKENESS_ITEMS},
    load::{self, damaged},
    shelf::Follower,
    ticket::Failure,
};

/// Models are trained again when they are as old as this.
pub const TRAIN_EVERY: Span = Span::HOUR;

/// Why models could not be trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The program stops.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// What a training came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trained {
    /// Its number: the moment at which it began to read, in milliseconds since 1970. 0: nothing was trained yet.
    pub version: u64,
    /// How long it took, resting included.
    pub took: Duration,
    /// From how many persons it learned.
    pub persons: usize,
    /// From how many of their deeds.
    pub deeds: usize,
    /// Bytes of memory that the models hold, about.
    pub bytes: usize,
}

impl Trained {
    /// When it began to read.
    pub fn at(&self) -> Timestamp {
        Timestamp::saturating_from_millis(i64::try_from(self.version).unwrap_or(i64::MAX))
    }
}

/// How far a training is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Partitions whose persons were read.
    pub read: u64,
    /// All partitions; when all are read, models are being fitted.
    pub of: u64,
}

/// The models in force, and how they are kept up.
pub(crate) struct Recommending {
    models: RwLock<Arc<Models>>,
    alike: RwLock<Alike>,
    /// Held by whoever trains.
    training: Mutex<()>,
    trained: Mutex<Option<Trained>>,
    /// One more than the partitions that were read; 0 while nobody trains.
    read: AtomicU64,
}

impl Recommending {
    pub(crate) fn new() -> Self {
        Self {
            models: RwLock::new(Arc::new(Models::none())),
            alike: RwLock::new(Alike::new()),
            training: Mutex::default(),
            trained: Mutex::default(),
            read: AtomicU64::new(0),
        }
    }

    fn models(&self) -> Arc<Models> {
        self.models.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Suggests for Shared {
    fn suggest(
        &self,
        recommender: &Recommender,
        facts: &dyn Facts,
        request: &RequestFacts<'_>,
        now: Timestamp,
    ) -> Suggested {
        let (catalog, models) = (self.shelf.catalog(), self.recommending.models());
        let alike = self.recommending.alike.read().unwrap_or_else(PoisonError::into_inner);
        let shop = Shop { catalog: &catalog, models: &models, alike: &alike };
        suggest::suggest(recommender, &shop, &Asked { facts, request, now })
    }
}

impl Runtime {
    /// The last training, and how far one is that is under way.
    pub fn training(&self) -> (Option<Trained>, Option<Progress>) {
        let recommending = &self.shared().recommending;
        let last = *recommending.trained.lock().unwrap_or_else(PoisonError::into_inner);
        let read = recommending.read.load(Ordering::Relaxed);
        (last, read.checked_sub(1).map(|read| Progress { read, of: u64::from(self.partitions()) }))
    }

    /// Whether models should be trained now: there are recommenders or finders, and the last training is an hour old.
    pub fn is_training_due(&self) -> bool {
        let (last, under_way) = self.training();
        let is_old = last.is_none_or(|last| self.now().since(last.at()) >= TRAIN_EVERY);
        let plan = self.plan();
        let has_any = !plan.recommenders.is_empty() || !plan.finders.is_empty();
        has_any && under_way.is_none() && is_old
    }

    /// The models in force.
    pub fn models(&self) -> Arc<Models> {
        self.shared().recommending.models()
    }

    /// Topics that suit this moment in the country of a locale (`fr-FR`), whoever asks, with how much, from −1 to 1.
    pub fn suited(&self, locale: Option<&str>) -> Vec<(String, f64)> {
        let country = locale.and_then(suggest::country_of);
        self.models().suited(&self.catalog(), Surroundings { country, device: None }, self.now())
    }

    /// The last training; 0: none.
    pub fn trained_version(&self) -> u64 {
        self.shared().recommending.models().version()
    }

    /// What is foretold of a person by the models in force, from what a purpose opens; of whoever is believed to be a
    /// minor nothing.
    pub fn predict(&self, reading: &Reading, token: GrantedName, most: usize) -> Predictions {
        let Reading { person, plan, now } = reading;
        let (catalog, models) = (self.catalog(), self.shared().recommending.models());
        if guard::minor_until(plan, person, *now).is_some() {
            return Predictions { items: Vec::new(), ahead: None, model: models.version() };
        }
        let alike = self.shared().recommending.alike.read().unwrap_or_else(PoisonError::into_inner);
        let shop = Shop { catalog: &catalog, models: &models, alike: &alike };
        suggest::predict(&shop, &opened(plan, person, token, *now), *now, most)
    }

    /// What a finder of the plan finds in a catalog by what was answered.
    ///
    /// # Errors
    /// If the catalog does not have its category.
    pub fn find(&self, finder: &Finder, catalog: &Catalog, answers: &Answers) -> Result<Found, NoCategory> {
        finder::find(finder, (catalog, &self.shared().recommending.models()), answers, self.now())
    }

    /// Trains all models on what was answered before, and puts them in force. One at a time; whoever comes meanwhile
    /// waits and trains again. Blocking, for as long as that takes.
    pub fn train(&self) -> Result<Trained, TrainError> {
        let recommending = &self.shared().recommending;
        let _one = recommending.training.lock().unwrap_or_else(PoisonError::into_inner);
        recommending.read.store(1, Ordering::Relaxed);
        let trained = self.trained();
        recommending.read.store(0, Ordering::Relaxed);
        trained
    }

    fn trained(&self) -> Result<Trained, TrainError> {
        let (recommending, began, now) = (&self.shared().recommending, clock(), self.now());
        let gathered = self.gather(now)?;
        let version = now.as_millis().max(1).cast_unsigned();
        let models = Models::train(&gathered, now, version);
        let trained = Trained {
            version,
            took: began.elapsed(),
            persons: gathered.persons(),
            deeds: gathered.interactions(),
            bytes: models.bytes(),
        };
        *recommending.models.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(models);
        *recommending.trained.lock().unwrap_or_else(PoisonError::into_inner) = Some(trained);
        Ok(trained)
    }

    fn gather(&self, now: Timestamp) -> Result<Gathered, TrainError> {
        self.saved().wait()?;
        let (shared, plan, catalog) = (self.shared(), self.plan(), self.catalog());
        let mut gatherer = Gatherer::new(&catalog);
        for partition in (0..self.partitions()).map(Partition) {
            gather_partition(shared, &plan, (partition, now), &mut gatherer)?;
            shared.recommending.read.fetch_add(1, Ordering::Relaxed);
        }
        Ok(gatherer.finish())
    }

    /// Takes in what changed in the catalog, so that which items are alike is known of new ones too. Waits for a change,
    /// but not longer than `within`. For one thread of its own. Blocking.
    pub fn keep_likeness(&self, within: Duration) {
        // Features of a million items are not held for nobody; what changes meanwhile is taken in then.
        if self.plan().recommenders.is_empty() {
            self.shared().censuses.rest(within);
            return;
        }
        let changed = self.catalog_changes(Follower::Likeness, within);
        let catalog = self.catalog();
        let numbers: Vec<u32> = changed.iter().collect();
        for some in numbers.chunks(LIKENESS_ITEMS) {
            if self.is_stopping() {
                return;
            }
            let mut alike = self.shared().recommending.alike.write().unwrap_or_else(PoisonError::into_inner);
            for number in some.iter().copied().map(ItemNumber) {
                match catalog.item(number) {
                    Some(item) => alike.set(&item),
                    None => alike.remove(number),
                }
            }
        }
    }
}

fn gather_partition(
    shared: &Shared,
    plan: &Plan,
    (partition, now): (Partition, Timestamp),
    gatherer: &mut Gatherer<'_>,
) -> Result<(), TrainError> {
    let mut from = 0;
    loop {
        if shared.is_stopping() {
            return Err(Failure::Stopping.into());
        }
        let began = clock();
        let range = tables::profile_range(partition, from..u32::MAX, CENSUS_PROFILES);
        let rows = shared.substrate.range(tables::PROFILES, range)?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        from = tables::profile_of(last).map_err(|_| damaged("profiles"))?.ordinal() + 1;
        for (_, row) in &rows {
            let Slot::Here(person) = load::slot(shared, row)? else { continue };
            let granted = person.consents().allows(Channel::Web.purpose(), now);
            if !granted || guard::minor_until(plan, &person, now).is_some() {
                continue;
            }
            gatherer.person();
            for side in person.sides.iter().filter(|side| side.facts.days.first().is_some()) {
                load::each_event(shared, side.facts.origin, |event| take_in(gatherer, event))?;
            }
        }
        shared.censuses.rest(began.elapsed());
    }
}

fn take_in(gatherer: &mut Gatherer<'_>, event: &Event) {
    if !event.is_of_a_bot() {
        let text = |path: &[&str]| match event.context.at(path) {
            Some(Value::Text(text)) => Some(&**text),
            _ => None,
        };
        let country = text(&["locale"]).and_then(suggest::country_of);
        // What a client calls its device is not what a request is recognized as.
        let around = Surroundings { country, device: None };
        gatherer.event(event.name(), event.timestamp, &event.properties, around);
    }
}
