//! What one side said about topics, counted by day.

use std::{collections::BTreeSet, sync::Arc};

use model::{
    limits::{DIGEST_COUNTS, DIGEST_DAY_COUNTS},
    sensitive::category_in,
    time::{Span, Timestamp},
};

use super::{EventMark, Signal, Stance, heard::Heard};

/// What one side said about topics. Of those that would say what nobody may conclude of a person
/// ([`model::sensitive`]) nothing is kept.
///
/// Of one day [`DIGEST_DAY_COUNTS`] counts are kept, those of the last topics by name; of more than [`DIGEST_COUNTS`]
/// counts and stances in all, those of the oldest days go first. Which ones are kept does not depend on the order in
/// which they came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Digest {
    topics: Vec<(Arc<str>, Told)>,
}

/// What one side said about one topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// In order of day, signal and event, each once.
    pub counts: Vec<Count>,
    /// When the person last said that it is an interest.
    pub declared: Option<Timestamp>,
    /// When the person last said that it is none.
    pub refused: Option<Timestamp>,
}

/// How often a signal came on one day by events of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// Since 1970-01-01, UTC.
    pub day: i32,
    /// What was done.
    pub signal: Signal,
    /// The name of the events.
    pub event: EventMark,
    /// How often; it stops at the largest number.
    pub times: u16,
}

impl Told {
    fn len(&self) -> usize {
        self.counts.len() + usize::from(self.declared.is_some()) + usize::from(self.refused.is_some())
    }

    fn add(&mut self, new: Count) {
        let key = |count: &Count| (count.day, count.signal, count.event);
        match self.counts.binary_search_by_key(&key(&new), key) {
            Ok(place) => self.counts[place].times = self.counts[place].times.saturating_add(new.times),
            Err(place) => self.counts.insert(place, new),
        }
    }

    fn say(&mut self, at: Timestamp, stance: Stance) {
        let last = match stance {
            Stance::Declared => &mut self.declared,
            Stance::Refused => &mut self.refused,
        };
        *last = (*last).max(Some(at));
    }
}

impl Digest {
    /// Builds from stored entries.
    pub fn from_entries(mut topics: Vec<(Arc<str>, Told)>) -> Self {
        topics.sort_by(|a, b| a.0.cmp(&b.0));
        topics.iter_mut().for_each(|(_, told)| told.counts.sort_unstable());
        Self { topics }
    }

    /// The topics in order.
    pub fn iter(&self) -> std::slice::Iter<'_, (Arc<str>, Told)> {
        self.topics.iter()
    }

    /// What was said about a topic.
    pub fn get(&self, topic: &str) -> Option<&Told> {
        self.place(topic).ok().map(|place| &self.topics[place].1)
    }

    /// Whether nothing was said about anything.
    pub fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// Takes in what an event said that happened at a moment. The same event taken in twice counts twice.
    pub(crate) fn add(&mut self, heard: &Heard, at: Timestamp) {
        let day = day_of(at);
        let topics: BTreeSet<&str> = heard.topics().collect();
        let is_new = |topic: &&str| self.place(topic).is_err() && category_in(topic).is_none();
        let new = topics.into_iter().filter(is_new);
        let new: Vec<_> = new.map(|topic| (topic.into(), Told::default())).collect();
        if !new.is_empty() {
            self.topics.extend(new);
            self.topics.sort_by(|a, b| a.0.cmp(&b.0));
        }
        for ((topic, signal), times) in &heard.signals {
            if let Some(told) = self.told_mut(topic) {
                told.add(Count { day, signal: *signal, event: heard.event, times: *times });
            }
        }
        for (topic, stance) in &heard.stances {
            if let Some(told) = self.told_mut(topic) {
                told.say(at, *stance);
            }
        }
        self.shrink(day);
    }

    /// Drops the days before the one of a moment.
    pub(crate) fn drop_before(&mut self, moment: Timestamp) {
        let day = day_of(moment);
        self.retain(|key| key.day >= day);
    }

    fn place(&self, topic: &str) -> Result<usize, usize> {
        self.topics.binary_search_by(|(key, _)| (**key).cmp(topic))
    }

    fn told_mut(&mut self, topic: &str) -> Option<&mut Told> {
        self.place(topic).ok().map(|place| &mut self.topics[place].1)
    }

    /// Drops what is beyond the limits: always the least of all keys that ever were.
    fn shrink(&mut self, day: i32) {
        if self.topics.iter().map(|(_, told)| told.len()).sum::<usize>() <= DIGEST_DAY_COUNTS {
            return;
        }
        self.keep_greatest(DIGEST_DAY_COUNTS, |key| key.day == day && matches!(key.what, What::Count(..)));
        self.keep_greatest(DIGEST_COUNTS, |_| true);
    }

    fn keep_greatest(&mut self, most: usize, is_of_these: impl Fn(&Key) -> bool) {
        let mut keys: Vec<Key> = Vec::new();
        self.retain(|key| {
            keys.extend(Some(key).filter(&is_of_these));
            true
        });
        let Some(last) = keys.len().checked_sub(most + 1) else { return };
        let (_, last, _) = keys.select_nth_unstable(last);
        let last = *last;
        self.retain(|key| key > last || !is_of_these(&key));
    }

    fn retain(&mut self, mut is_kept: impl FnMut(Key) -> bool) {
        for (topic, (_, told)) in self.topics.iter_mut().enumerate() {
            told.counts
                .retain(|count| is_kept(Key { day: count.day, topic, what: What::Count(count.signal, count.event) }));
            let mut keeps = |at: &Timestamp, stance| is_kept(Key { day: day_of(*at), topic, what: What::Said(stance) });
            told.declared = told.declared.filter(|at| keeps(at, Stance::Declared));
            told.refused = told.refused.filter(|at| keeps(at, Stance::Refused));
        }
        self.topics.retain(|(_, told)| told.len() > 0);
    }
}

/// What orders all that a digest holds: the oldest day first, then by topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    day: i32,
    topic: usize,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Count(Signal, EventMark),
    Said(Stance),
}

/// The UTC day of a moment; every one fits.
pub(super) fn day_of(at: Timestamp) -> i32 {
    at.day() as i32
}

/// When a UTC day begins.
pub(super) fn start_of(day: i32) -> Timestamp {
    Timestamp::EPOCH.plus(Span::DAY.times(i64::from(day)))
}
