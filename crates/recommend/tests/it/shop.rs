//! Small histories with a known truth.

use model::time::{Span, Timestamp};
use recommend::history::{Deed, Group, History, Interaction, Item, Person};

/// The moment of a day.
pub(crate) fn day(day: i64) -> Timestamp {
    Timestamp::EPOCH.plus(Span::DAY.times(day))
}

/// A history that is written down basket by basket.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) history: History,
    baskets: u32,
}

impl Book {
    /// One person orders items at once.
    pub(crate) fn order(&mut self, person: u32, at_day: i64, items: &[u32]) {
        self.group(person, day(at_day), items, Deed::Order);
    }

    /// One person looks at items, one a minute.
    pub(crate) fn look(&mut self, person: u32, at: Timestamp, items: &[u32]) {
        for (minute, item) in items.iter().enumerate() {
            let at = at.plus(Span::MINUTE.times(minute as i64));
            self.push(person, at, *item, Deed::View);
        }
        self.baskets += 1;
    }

    fn group(&mut self, person: u32, at: Timestamp, items: &[u32], deed: Deed) {
        items.iter().for_each(|item| self.push(person, at, *item, deed));
        self.baskets += 1;
    }

    fn push(&mut self, person: u32, at: Timestamp, item: u32, deed: Deed) {
        let group = Group(self.baskets);
        self.history.push(Interaction { person: Person(person), item: Item(item), deed, group, at });
    }
}

/// Numbers that look drawn and are always the same.
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    /// A number below `below`.
    pub(crate) fn below(&mut self, below: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(below)) as u32
    }
}

/// The numbers of items.
pub(crate) fn numbers(items: impl IntoIterator<Item = Item>) -> Vec<u32> {
    items.into_iter().map(|item| item.0).collect()
}
