//! Recommenders at work: models trained in the background from the store's own history, and which items are alike, kept
//! up as the catalog changes.
//!
//! How models are trained and refreshed is in [`crate::training`]. When that is done the new models take the place of the
//! old ones at once; what a person does counts in their very next list without it.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use catalog::{catalog::Catalog, number::ItemNumber};
use condition::Facts;
use decide::{RequestFacts, Suggested};
use engine::{decided::Suggests, guard, opened::opened};
use model::{consent::GrantedName, time::Timestamp};
use suggest::{
    Alike, Asked, Models, Predictions, Recommender, Shop,
    finder::{self, Answers, Finder, Found, NoCategory},
};

use crate::{
    desk::shared::Shared,
    handle::{Reading, Runtime},
    limits::LIKENESS_ITEMS,
    shelf::Follower,
    training::Training,
};

/// The models in force, and how they are kept up.
pub(crate) struct Recommending {
    models: RwLock<Arc<Models>>,
    alike: RwLock<Alike>,
    pub(crate) training: Training,
}

impl Recommending {
    pub(crate) fn new() -> Self {
        Self {
            models: RwLock::new(Arc::new(Models::none())),
            alike: RwLock::new(Alike::new()),
            training: Training::default(),
        }
    }

    pub(crate) fn models(&self) -> Arc<Models> {
        self.models.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts models in force.
    pub(crate) fn put(&self, models: Models) {
        *self.models.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(models);
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
    /// The models in force.
    pub fn models(&self) -> Arc<Models> {
        self.shared().recommending.models()
    }

    /// Topics that suit this moment in the country of a locale (`fr-FR`), whoever asks, with how much, from −1 to 1.
    pub fn suited(&self, locale: Option<&str>) -> Vec<(String, f64)> {
        let country = locale.and_then(suggest::country_of);
        self.models().suited(&self.catalog(), suggest::Surroundings { country, device: None }, self.now())
    }

    /// Which models are in force; 0: none.
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
