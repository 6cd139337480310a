//! What is bought with or after something: care for boots, and not boots for care.

use model::time::{Span, Timestamp};

use crate::{
    habit::{Takings, days},
    history::{Item, Person},
    scored::{Scored, best},
    sparse::Sparse,
};

/// How complements are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How long after an item something may be bought to count as its complement.
    pub within: Span,
    /// How many complements an item keeps.
    pub kept: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { within: Span::DAY.times(180), kept: 50 }
    }
}

/// For every item what its buyers take next, beyond what everybody takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Complements {
    rows: Vec<Vec<Scored>>,
}

/// Only so many of a person's latest takings are paired: the number of pairs grows with the square.
const MOST_TAKEN: usize = 300;

/// How many expected buyers stand against those counted: what two persons did is no rule.
const DOUBT: f32 = 2.0;

impl Complements {
    /// Learns from what was taken before a moment.
    ///
    /// A pair counts when the second item is first taken in the same basket or later, within the span. The score is the
    /// excess over what the second item's popularity and the time to buy it let expect, in standard deviations of a
    /// Poisson count.
    pub fn train(takings: &Takings, now: Timestamp, settings: Settings) -> Self {
        let items = takings.items();
        let (mut cells, mut chances, mut takers) = (Vec::new(), vec![0.0_f32; items], vec![0.0_f32; items]);
        let mut persons = 0.0_f32;
        for person in takings.persons() {
            let firsts = firsts(takings, person, now);
            persons += if firsts.is_empty() { 0.0 } else { 1.0 };
            for (place, (at, item)) in firsts.iter().enumerate() {
                takers[item.index()] += 1.0;
                // Who had no time yet to buy something after it is not expected to.
                chances[item.index()] += (days(now.since(*at)) / days(settings.within)).clamp(0.1, 1.0);
                let same_basket = firsts[..place].iter().rev().take_while(|(other, _)| other == at);
                let later = firsts[place + 1..].iter().take_while(|(other, _)| other.since(*at) <= settings.within);
                cells.extend(same_basket.chain(later).map(|(_, other)| (item.0, other.0, 1.0)));
            }
        }
        let after = Sparse::from_cells(items, items, cells);
        let surprise = |item: usize, (other, count): (u32, f32)| {
            let expected = chances[item] * takers[other as usize] / persons.max(1.0);
            Scored { item: Item(other), score: (count - expected) / (expected + DOUBT).sqrt() }
        };
        let row = |item: usize| {
            let scored = after.row(item).map(|cell| surprise(item, cell)).filter(|one| one.score > 0.0);
            best(scored.collect(), settings.kept)
        };
        Self { rows: (0..items).map(row).collect() }
    }

    /// The complements of an item, best first.
    pub fn of(&self, item: Item) -> &[Scored] {
        self.rows.get(item.index()).map(Vec::as_slice).unwrap_or_default()
    }
}

/// When a person first took each item, in order of time.
fn firsts(takings: &Takings, person: Person, now: Timestamp) -> Vec<(Timestamp, Item)> {
    let taken = takings.by(person);
    let mut firsts: Vec<(Item, Timestamp)> =
        taken.iter().rev().filter(|one| one.at < now).take(MOST_TAKEN).map(|one| (one.item, one.at)).collect();
    firsts.sort_unstable();
    firsts.dedup_by_key(|(item, _)| *item);
    let mut firsts: Vec<(Timestamp, Item)> = firsts.into_iter().map(|(item, at)| (at, item)).collect();
    firsts.sort_unstable();
    firsts
}
