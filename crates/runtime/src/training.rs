//! How models learn: trained on the whole history from time to time, refreshed by what is new in between.
//!
//! Both read what is stored, on the thread of whoever asks for it, a slice at a time, and rest as long as they read: the
//! owners save once before, and are held up by nothing else. Both learn from those who granted the purpose of the shop's
//! pages and are no minors, as far as they can be told now.
//!
//! A training reads everybody. What it gathered is kept, 18 bytes a deed and 17 to 40 a person, up to
//! [`KEPT_DEEDS`](crate::limits::KEPT_DEEDS). The saver notes whose event, consent, merge or erasure it stored; a refresh
//! rereads these persons only, puts what they did in place of what was known of them, and makes models of that which
//! share what is fitted with those before. So whoever withdraws or is erased is out of the history that is kept, of
//! counts, sessions and neighbors with the next refresh, and of what is fitted with the next training.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use catalog::catalog::Catalog;
use engine::{guard, plan::Plan, state::Slot};
use model::{
    decision::Channel,
    event::Event,
    id::ProfileId,
    partition::Partition,
    time::{Span, Timestamp},
    value::Value,
};
use record::tables;
use roaring::{RoaringBitmap, RoaringTreemap};
use rustc_hash::FxHashSet;
use store::error::StoreError;
use suggest::{Gathered, Gatherer, Models, Surroundings, Who};

use crate::{
    desk::{now as clock, shared::Shared},
    handle::Runtime,
    limits::{CENSUS_PROFILES, KEPT_DEEDS},
    load::{self, damaged},
    ticket::Failure,
};

/// Models are trained again when they are as old as this: what is fitted, weights of items for each other and weights
/// of what speaks for an item, hardly changes in a day.
pub const TRAIN_EVERY: Span = Span::DAY;

/// They are trained again after this long already where a fifth of the history came or went, as in a new shop, and where
/// the history is too long to be kept, so that nothing can be refreshed.
pub const TRAIN_SOON: Span = Span::HOUR;

/// Of the deeds that a training saw, one in so many is much to come or go.
const MUCH: usize = 5;

/// Models are refreshed so long after the last training or refresh if there is anything new. What somebody does counts
/// in their own next list at once; that it counts in those of others can wait as long as a visit takes.
pub const REFRESH_EVERY: Span = Span::MINUTE.times(5);

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
    /// The number of the models: the moment at which it began to read, in milliseconds since 1970, or one more than the
    /// number before.
    pub version: u64,
    /// When it began to read.
    pub at: Timestamp,
    /// How long it took, resting included.
    pub took: Duration,
    /// From how many persons it learned.
    pub persons: usize,
    /// From how many of their deeds.
    pub deeds: usize,
    /// Bytes of memory that the models hold, about, and the history that is kept to refresh them.
    pub bytes: usize,
}

/// What a refresh came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refreshed {
    /// The number of the models: see [`Trained::version`].
    pub version: u64,
    /// When it began to read.
    pub at: Timestamp,
    /// How long it took, resting included.
    pub took: Duration,
    /// How many persons it reread.
    pub persons: usize,
    /// How many of their deeds are new.
    pub came: usize,
    /// How many were known and are no longer learned from.
    pub went: usize,
    /// As in [`Trained::bytes`].
    pub bytes: usize,
}

/// How far a training is, or a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Partitions whose persons were read; of a refresh, persons.
    pub read: u64,
    /// All that are to be read; when they are, models are being fitted.
    pub of: u64,
}

/// How models are kept up.
#[derive(Debug, Default)]
pub(crate) struct Training {
    pub(crate) lived: Arc<Lived>,
    /// Held by whoever trains: what was learned from, where that is kept.
    kept: Mutex<Option<Kept>>,
    told: Mutex<Told>,
}

/// To whom something happened, and was stored, since they were read last. A profile takes two bytes here, or less.
#[derive(Debug, Default)]
pub(crate) struct Lived(Mutex<RoaringTreemap>);

/// What is told of trainings while one is under way.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    trained: Option<Trained>,
    refreshed: Option<Refreshed>,
    under_way: Option<Progress>,
    /// Whether anything is kept that could be refreshed.
    can_refresh: bool,
    /// Deeds that came or went since the last training.
    drifted: usize,
    /// When the first grant ends of those that have an end.
    ends: Option<Timestamp>,
}

/// What was learned from.
#[derive(Debug, Default)]
struct Kept {
    gathered: Gathered,
    /// When whose grant ends, if nothing is said before.
    ends: BTreeSet<(Timestamp, Who)>,
}

impl Lived {
    /// Notes that something was stored of persons of a partition.
    pub(crate) fn note(&self, partition: Partition, ordinals: &RoaringBitmap) {
        if !ordinals.is_empty() {
            self.all().extend(ordinals.iter().map(|ordinal| who(partition, ordinal).0));
        }
    }

    fn take(&self) -> RoaringTreemap {
        std::mem::take(&mut *self.all())
    }

    fn put_back(&self, taken: RoaringTreemap) {
        *self.all() |= taken;
    }

    fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    fn all(&self) -> MutexGuard<'_, RoaringTreemap> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Training {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, of: u64) {
        self.told().under_way = Some(Progress { read: 0, of });
    }

    fn has_read(&self, more: u64) {
        if let Some(progress) = &mut self.told().under_way {
            progress.read += more;
        }
    }
}

impl Kept {
    /// Bytes of memory, about.
    fn bytes(&self) -> usize {
        // An entry of a tree takes about half as much again as what stands in it.
        self.gathered.bytes() + self.ends.len() * 24
    }

    /// Lets go of it if there are more deeds than `most`.
    fn within(self, most: usize) -> Option<Self> {
        (self.gathered.interactions() <= most).then_some(self)
    }
}

impl Told {
    fn keep(&mut self, kept: Option<&Kept>) {
        self.can_refresh = kept.is_some();
        self.ends = kept.and_then(|kept| kept.ends.first()).map(|(end, _)| *end);
    }

    /// When models were last made.
    fn at(&self) -> Option<Timestamp> {
        let refreshed = self.refreshed.map(|refreshed| refreshed.at);
        self.trained.map(|trained| trained.at).max(refreshed)
    }
}

impl Runtime {
    /// The last training, the last refresh since, and how far one is that is under way.
    pub fn training(&self) -> (Option<Trained>, Option<Refreshed>, Option<Progress>) {
        let told = *self.shared().recommending.training.told();
        (told.trained, told.refreshed, told.under_way)
    }

    /// Whether models should be trained now: there are recommenders or finders, and the last training is a day old; or an
    /// hour, where much has changed since or nothing can be refreshed.
    pub fn is_training_due(&self) -> bool {
        let told = *self.shared().recommending.training.told();
        let plan = self.plan();
        let has_any = !plan.recommenders.is_empty() || !plan.finders.is_empty();
        let is_old = told.trained.is_none_or(|last| {
            let has_much = told.drifted > 0 && told.drifted * MUCH >= last.deeds;
            let every = if has_much || !told.can_refresh { TRAIN_SOON } else { TRAIN_EVERY };
            self.now().since(last.at) >= every
        });
        has_any && told.under_way.is_none() && is_old
    }

    /// Whether models should be refreshed now: they were made five minutes ago, and since then something was stored of
    /// somebody, or a grant ended.
    pub fn is_refresh_due(&self) -> bool {
        let training = &self.shared().recommending.training;
        let (told, now) = (*training.told(), self.now());
        let is_time = told.at().is_some_and(|last| now.since(last) >= REFRESH_EVERY);
        let is_new = || told.ends.is_some_and(|end| end <= now) || !training.lived.is_empty();
        told.can_refresh && told.under_way.is_none() && is_time && is_new()
    }

    /// Trains all models on what was answered before, and puts them in force. One at a time; whoever comes meanwhile
    /// waits and trains again. Blocking, for as long as that takes.
    pub fn train(&self) -> Result<Trained, TrainError> {
        let training = &self.shared().recommending.training;
        let mut kept = training.kept();
        training.begin(u64::from(self.partitions()));
        let trained = self.train_on_all(&mut kept);
        training.told().under_way = None;
        trained
    }

    fn train_on_all(&self, kept: &mut Option<Kept>) -> Result<Trained, TrainError> {
        let (recommending, began, now) = (&self.shared().recommending, clock(), self.now());
        self.saved().wait()?;
        // What is stored from here on may be read or not, so it is read again by the next refresh.
        let noted = recommending.training.lived.take();
        let read = self.read_all(now).inspect_err(|_| recommending.training.lived.put_back(noted))?;
        let version = self.next_version(now);
        let models = Models::train(&read.gathered, now, version);
        let (persons, deeds) = (read.gathered.persons(), read.gathered.interactions());
        *kept = read.within(KEPT_DEEDS);
        let bytes = models.bytes() + kept.as_ref().map_or(0, Kept::bytes);
        recommending.put(models);
        let trained = Trained { version, at: now, took: began.elapsed(), persons, deeds, bytes };
        let mut told = recommending.training.told();
        *told = Told { trained: Some(trained), refreshed: None, drifted: 0, ..*told };
        told.keep(kept.as_ref());
        Ok(trained)
    }

    /// Rereads those of whom something was answered since models were made last, and puts models in force that know it.
    /// `None` if nothing is new, or no history is kept. Waits for a training that is under way. Blocking.
    pub fn refresh(&self) -> Result<Option<Refreshed>, TrainError> {
        let training = &self.shared().recommending.training;
        let mut kept = training.kept();
        let refreshed = self.refresh_kept(&mut kept);
        let mut told = training.told();
        told.under_way = None;
        told.keep(kept.as_ref());
        refreshed
    }

    fn refresh_kept(&self, kept: &mut Option<Kept>) -> Result<Option<Refreshed>, TrainError> {
        let (recommending, began, now) = (&self.shared().recommending, clock(), self.now());
        let Some(known) = kept.as_mut() else { return Ok(None) };
        self.saved().wait()?;
        let mut changed = recommending.training.lived.take();
        while let Some((end, _)) = known.ends.first()
            && *end <= now
        {
            changed.extend(known.ends.pop_first().map(|(_, who)| who.0));
        }
        if changed.is_empty() {
            return Ok(None);
        }
        recommending.training.begin(changed.len());
        let read = match self.read_some(&changed, now) {
            Ok(read) => read,
            Err(error) => {
                recommending.training.lived.put_back(changed);
                return Err(error);
            }
        };
        // Gone while it is half of the one and half of the other.
        let Some(mut known) = kept.take() else { return Ok(None) };
        let whom: FxHashSet<Who> = changed.iter().map(Who).collect();
        let change = known.gathered.replace(&whom, &read.gathered);
        known.gathered.categorize(&self.catalog());
        known.ends.extend(read.ends);
        let version = self.next_version(now);
        let models = recommending.models().refreshed(&known.gathered, &change, now, version);
        *kept = known.within(KEPT_DEEDS);
        let bytes = models.bytes() + kept.as_ref().map_or(0, Kept::bytes);
        recommending.put(models);
        let (persons, came, went) = (whom.len(), change.came(), change.went());
        let refreshed = Refreshed { version, at: now, took: began.elapsed(), persons, came, went, bytes };
        let mut told = recommending.training.told();
        told.refreshed = Some(refreshed);
        told.drifted += came + went;
        Ok(Some(refreshed))
    }

    /// The moment, unless that is the number of other models already.
    fn next_version(&self, now: Timestamp) -> u64 {
        now.as_millis().max(1).cast_unsigned().max(self.trained_version() + 1)
    }

    fn read_all(&self, now: Timestamp) -> Result<Kept, TrainError> {
        let (shared, plan, catalog) = (self.shared(), self.plan(), self.catalog());
        let mut reader = Reader::new(shared, &plan, &catalog, now);
        for partition in (0..self.partitions()).map(Partition) {
            reader.read_partition(partition)?;
            shared.recommending.training.has_read(1);
        }
        Ok(reader.finish())
    }

    fn read_some(&self, whom: &RoaringTreemap, now: Timestamp) -> Result<Kept, TrainError> {
        let (shared, plan, catalog) = (self.shared(), self.plan(), self.catalog());
        let mut reader = Reader::new(shared, &plan, &catalog, now);
        for (partition, ordinals) in whom.bitmaps() {
            let partition = Partition(u16::try_from(partition).unwrap_or(u16::MAX));
            let ordinals: Vec<u32> = ordinals.iter().collect();
            for some in ordinals.chunks(CENSUS_PROFILES) {
                reader.read_persons(partition, some)?;
                shared.recommending.training.has_read(some.len() as u64);
            }
        }
        Ok(reader.finish())
    }
}

/// The number by which a profile is learned from.
fn who(partition: Partition, ordinal: u32) -> Who {
    Who(u64::from(partition.0) << 32 | u64::from(ordinal))
}

/// Reads persons as far as models may learn from them.
struct Reader<'a> {
    shared: &'a Shared,
    plan: &'a Plan,
    now: Timestamp,
    gatherer: Gatherer<'a>,
    ends: BTreeSet<(Timestamp, Who)>,
}

impl<'a> Reader<'a> {
    fn new(shared: &'a Shared, plan: &'a Plan, catalog: &'a Catalog, now: Timestamp) -> Self {
        Self { shared, plan, now, gatherer: Gatherer::new(catalog), ends: BTreeSet::new() }
    }

    fn read_partition(&mut self, partition: Partition) -> Result<(), TrainError> {
        let mut from = 0;
        loop {
            let began = self.begin_slice()?;
            let range = tables::profile_range(partition, from..u32::MAX, CENSUS_PROFILES);
            let rows = self.shared.substrate.range(tables::PROFILES, range)?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            from = profile_of(last)?.ordinal() + 1;
            rows.iter().try_for_each(|(key, row)| self.take_in(profile_of(key)?, row))?;
            self.shared.censuses.rest(began.elapsed());
        }
    }

    fn read_persons(&mut self, partition: Partition, ordinals: &[u32]) -> Result<(), TrainError> {
        let began = self.begin_slice()?;
        for ordinal in ordinals {
            let range = tables::profile_range(partition, *ordinal..ordinal.saturating_add(1), 1);
            let rows = self.shared.substrate.range(tables::PROFILES, range)?;
            rows.iter().try_for_each(|(key, row)| self.take_in(profile_of(key)?, row))?;
        }
        self.shared.censuses.rest(began.elapsed());
        Ok(())
    }

    fn begin_slice(&self) -> Result<std::time::Instant, TrainError> {
        if self.shared.is_stopping() { Err(Failure::Stopping.into()) } else { Ok(clock()) }
    }

    fn take_in(&mut self, id: ProfileId, row: &[u8]) -> Result<(), StoreError> {
        let Slot::Here(person) = load::slot(self.shared, row)? else { return Ok(()) };
        let (consents, purpose) = (person.consents(), Channel::Web.purpose());
        if !consents.allows(purpose, self.now) || guard::minor_until(self.plan, &person, self.now).is_some() {
            return Ok(());
        }
        let who = who(id.partition(), id.ordinal());
        let end = consents.choice(purpose).and_then(|choice| choice.until);
        self.ends.extend(end.map(|end| (end, who)));
        self.gatherer.person(who);
        for side in person.sides.iter().filter(|side| side.facts.days.first().is_some()) {
            load::each_event(self.shared, side.facts.origin, |event| take_in(&mut self.gatherer, event))?;
        }
        Ok(())
    }

    fn finish(self) -> Kept {
        Kept { gathered: self.gatherer.finish(), ends: self.ends }
    }
}

fn profile_of(key: &[u8]) -> Result<ProfileId, StoreError> {
    tables::profile_of(key).map_err(|_| damaged("profiles"))
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

#[cfg(test)]
mod tests {
    use catalog::{change::Change, item::Item, item::Texts, money};
    use model::value::Fields;

    use super::*;

    /// What one person gathered who looked at the one item so many times.
    fn kept(looks: usize) -> Kept {
        let mut catalog = Catalog::default();
        let prices = Some(money::Prices::of(money::Currency::EUR, 100));
        let texts = Texts { title: "x".into(), description: String::new() };
        let item = Item { prices, texts: [("en".to_owned(), texts)].into(), ..Item::new("a") };
        catalog.apply(&Change::Put(Box::new(item)), Timestamp::EPOCH).unwrap();
        let mut gatherer = Gatherer::new(&catalog);
        gatherer.person(who(Partition(3), 7));
        let properties: Fields = [("product_id", Value::from("a"))].into_iter().collect();
        for minute in 0..looks as i64 {
            let at = Timestamp::EPOCH.plus(Span::MINUTE.times(minute));
            gatherer.event("Product Viewed", at, &properties, Surroundings::default());
        }
        Kept { gathered: gatherer.finish(), ends: BTreeSet::new() }
    }

    #[test]
    fn a_history_is_kept_up_to_its_limit() {
        assert!(kept(5).within(5).is_some_and(|kept| kept.bytes() >= 5 * 18));
        assert!(kept(6).within(5).is_none());
    }

    #[test]
    fn who_is_noted_is_taken_once_and_again_after_a_failure() {
        let lived = Lived::default();
        lived.note(Partition(3), &[7, 9].into_iter().collect());
        lived.note(Partition(0), &[7].into_iter().collect());
        let taken = lived.take();
        let numbers = |taken: &RoaringTreemap| taken.iter().map(Who).collect::<Vec<_>>();
        let [first, second, third] =
            [(0, 7), (3, 7), (3, 9)].map(|(partition, ordinal)| who(Partition(partition), ordinal));
        assert_eq!((numbers(&taken), lived.is_empty()), (vec![first, second, third], true));
        lived.note(Partition(3), &[8].into_iter().collect());
        lived.put_back(taken);
        assert_eq!(numbers(&lived.take()), [first, second, who(Partition(3), 8), third]);
    }
}
