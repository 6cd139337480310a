//! How contents did, day by day: shown, used, followed by an order. Counts without persons, which an erasure leaves.

use std::collections::BTreeMap;

use model::{
    limits::CONTENT_DAYS,
    name::{Content, Name},
    time::Span,
};

/// An order within this time of a showing counts for the content.
pub const ORDER_WITHIN: Span = Span::DAY.times(7);

/// The event that counts as an order.
pub const ORDER: &str = "Order Completed";

/// One content on one day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentDay {
    /// Since 1970-01-01, UTC.
    pub day: i64,
    /// The content.
    pub content: Name<Content>,
}

/// What became of a content on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContentCount {
    /// How often it was decided for a page of somebody who granted its purpose.
    pub shown: u64,
    /// How often it was used: clicked, opened, read.
    pub used: u64,
    /// Orders of persons to whom it was shown within [`ORDER_WITHIN`] before.
    pub orders: u64,
}

impl ContentCount {
    /// Adds another count to this one.
    pub fn add(&mut self, other: Self) {
        self.shown += other.shown;
        self.used += other.used;
        self.orders += other.orders;
    }
}

/// The days of contents: at most [`CONTENT_DAYS`] of them. Beyond, the oldest day goes first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContentDays(BTreeMap<ContentDay, ContentCount>);

impl ContentDays {
    /// Builds from what is stored.
    pub fn from_entries(entries: BTreeMap<ContentDay, ContentCount>) -> Self {
        Self(entries)
    }

    /// All of them, by day and content.
    pub fn entries(&self) -> &BTreeMap<ContentDay, ContentCount> {
        &self.0
    }

    /// Adds to what became of a content on a day; days before `oldest` are forgotten.
    pub(crate) fn count(&mut self, (day, oldest): (i64, i64), content: &Name<Content>, count: ContentCount) {
        let key = ContentDay { day, content: content.clone() };
        if let Some(known) = self.0.get_mut(&key) {
            return known.add(count);
        }
        self.0.insert(key, count);
        while self.0.first_key_value().is_some_and(|(key, _)| key.day < oldest || self.0.len() > CONTENT_DAYS) {
            self.0.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_and_forgets_the_oldest() {
        let mut days = ContentDays::default();
        let shown = ContentCount { shown: 1, ..ContentCount::default() };
        for _ in 0..3 {
            days.count((10, 0), &"guide".into(), shown);
        }
        days.count((10, 0), &"guide".into(), ContentCount { orders: 1, ..ContentCount::default() });
        let first = days.entries().first_key_value().map(|(key, count)| (key.day, *count));
        assert_eq!(first, Some((10, ContentCount { shown: 3, used: 0, orders: 1 })));
        days.count((11, 11), &"guide".into(), shown);
        assert_eq!(days.entries().len(), 1, "what is too old goes");
        (0..CONTENT_DAYS as i64).for_each(|day| days.count((12 + day, 0), &"guide".into(), shown));
        assert_eq!(days.entries().len(), CONTENT_DAYS);
        assert_eq!(days.entries().keys().next().map(|key| key.day), Some(12));
    }
}
