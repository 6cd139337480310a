//! What a person takes again and again: their own past by item, and when they will need an item next.

use model::time::{Span, Timestamp};

use crate::{
    history::{Deed, Group, History, Item, Person},
    sparse::Sparse,
};

mod rhythm;

pub use rhythm::{NextNeed, Rhythms};

/// One taking of an item: a purchase where a shop sells, a view where it knows nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taken {
    /// When, in whole seconds.
    pub at: Timestamp,
    /// In which basket or visit.
    pub group: Group,
    /// What.
    pub item: Item,
}

/// What every person has taken, in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takings {
    starts: Vec<usize>,
    taken: Vec<Taken>,
    items: usize,
}

impl Takings {
    /// What of a history counts as taking, as far as it happened before a moment.
    pub fn of(history: &History, counts: &[Deed], before: Timestamp) -> Self {
        let counted = || history.iter().filter(|one| counts.contains(&one.deed) && one.at < before);
        let mut starts = vec![0; history.persons() + 1];
        counted().for_each(|one| starts[one.person.0 as usize + 1] += 1);
        (0..history.persons()).for_each(|person| starts[person + 1] += starts[person]);
        let nothing = Taken { at: Timestamp::EPOCH, group: Group(0), item: Item(0) };
        let (mut next, mut taken) = (starts.clone(), vec![nothing; starts[history.persons()]]);
        for one in counted() {
            let place = &mut next[one.person.0 as usize];
            taken[*place] = Taken { at: one.at, group: one.group, item: one.item };
            *place += 1;
        }
        // Each person's in order of time and once, drawn together towards the front.
        let mut end = 0;
        for person in 0..history.persons() {
            let (from, to) = (starts[person], starts[person + 1]);
            taken[from..to].sort_unstable();
            starts[person] = end;
            for place in from..to {
                if end == starts[person] || taken[end - 1] != taken[place] {
                    taken[end] = taken[place];
                    end += 1;
                }
            }
        }
        starts[history.persons()] = end;
        taken.truncate(end);
        Self { starts, taken, items: history.items() }
    }

    /// What one person has taken, in order of time.
    pub fn by(&self, person: Person) -> &[Taken] {
        let place = person.0 as usize;
        match (self.starts.get(place), self.starts.get(place + 1)) {
            (Some(start), Some(end)) => &self.taken[*start..*end],
            _ => &[],
        }
    }

    /// All persons.
    pub fn persons(&self) -> impl Iterator<Item = Person> + use<> {
        (0..self.starts.len() as u32 - 1).map(Person)
    }

    /// One more than the largest number of an item.
    pub fn items(&self) -> usize {
        self.items
    }

    /// The moments of the first and the last taking; `None` if there is none.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let moments = || self.taken.iter().map(|taken| taken.at);
        moments().min().zip(moments().max())
    }

    /// A row a person, a column an item, 1 where it was taken before a moment; only items that `keeps` says.
    pub(crate) fn pairs(&self, now: Timestamp, keeps: impl Fn(Item) -> bool) -> Sparse {
        let keeps = &keeps;
        let taken = |person: Person| {
            let taken = self.by(person).iter().filter(move |one| one.at < now && keeps(one.item));
            taken.map(move |one| (person.0, one.item.0))
        };
        let mut cells: Vec<(u32, u32)> = self.persons().flat_map(taken).collect();
        cells.sort_unstable();
        cells.dedup();
        let cells = cells.into_iter().map(|(person, item)| (person, item, 1.0)).collect();
        Sparse::from_cells(self.persons().count(), self.items, cells)
    }

    /// The same, as it was at an earlier moment.
    #[must_use]
    pub fn before(&self, moment: Timestamp) -> Self {
        let (mut starts, mut taken) = (vec![0], Vec::new());
        for person in self.persons() {
            taken.extend(self.by(person).iter().filter(|taken| taken.at < moment));
            starts.push(taken.len());
        }
        Self { starts, taken, items: self.items }
    }
}

/// Ages in days after which a taking counts for 1/e in [`Habit::recent`].
pub const FADES_DAYS: [f64; 3] = [15.0, 45.0, 120.0];

/// What one person did with one item, looked at from a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Habit {
    /// The item.
    pub item: Item,
    /// In how many baskets it was.
    pub times: u32,
    /// Days since the first time.
    pub first_days: f32,
    /// Days since the last time.
    pub last_days: f32,
    /// How often lately: each time counts e^(−age / fade), one sum for each of [`FADES_DAYS`].
    pub recent: [f32; FADES_DAYS.len()],
}

impl Habit {
    /// Mean days between two times; `None` of one time only.
    pub fn gap_days(&self) -> Option<f32> {
        (self.times > 1).then(|| (self.first_days - self.last_days) / (self.times - 1) as f32)
    }
}

/// One person's past, looked at from a moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    /// By item, in rising order.
    pub habits: Vec<Habit>,
    /// How many baskets there were.
    pub baskets: u32,
    /// Days since the first basket.
    pub first_days: f32,
    /// Days since the last basket.
    pub last_days: f32,
}

impl Past {
    /// The past that these takings make, those after `now` left out. They are in order of time.
    pub fn of(taken: &[Taken], now: Timestamp) -> Self {
        let taken = &taken[..taken.partition_point(|one| one.at <= now)];
        let mut by_item: Vec<Taken> = taken.to_vec();
        by_item.sort_unstable_by_key(|one| (one.item, one.at, one.group));
        by_item.dedup_by_key(|one| (one.item, one.group));
        let habits = by_item.chunk_by(|a, b| a.item == b.item).map(|times| habit(times, now)).collect();
        let mut groups: Vec<Group> = taken.iter().map(|one| one.group).collect();
        groups.sort_unstable();
        groups.dedup();
        let age = |one: Option<&Taken>| one.map_or(0.0, |one| days(now.since(one.at)));
        Self { habits, baskets: groups.len() as u32, first_days: age(taken.first()), last_days: age(taken.last()) }
    }

    /// What the person did with an item; `None` if nothing.
    pub fn habit(&self, item: Item) -> Option<&Habit> {
        self.habits.binary_search_by_key(&item, |habit| habit.item).ok().map(|place| &self.habits[place])
    }
}

fn habit(times: &[Taken], now: Timestamp) -> Habit {
    let ages = || times.iter().map(|one| days(now.since(one.at)));
    let faded = |fade: f64| ages().map(|age| libm::exp(-f64::from(age) / fade) as f32).sum();
    Habit {
        item: times[0].item,
        times: times.len() as u32,
        first_days: ages().fold(0.0, f32::max),
        last_days: ages().fold(f32::INFINITY, f32::min),
        recent: FADES_DAYS.map(faded),
    }
}

/// A span in days; none is below 0.
pub(crate) fn days(span: Span) -> f32 {
    (span.as_millis() as f32 / Span::DAY.as_millis() as f32).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::EPOCH.plus(Span::DAY.times(day))
    }

    fn taken(item: u32, at_day: i64) -> Taken {
        Taken { at: day(at_day), group: Group(at_day as u32), item: Item(item) }
    }

    #[test]
    fn a_past_knows_how_often_and_when() {
        let past =
            Past::of(&[taken(5, 1), taken(5, 1), taken(5, 11), taken(2, 12), taken(5, 21), taken(5, 99)], day(25));
        assert_eq!((past.baskets, past.first_days, past.last_days), (4, 24.0, 4.0));
        let habit = past.habit(Item(5)).unwrap();
        assert_eq!((habit.times, habit.first_days, habit.last_days, habit.gap_days()), (3, 24.0, 4.0, Some(10.0)));
        assert_eq!(past.habit(Item(2)).unwrap().gap_days(), None);
        assert!(past.habit(Item(3)).is_none());
        assert!((habit.recent[0] - libm::expf(-4.0 / 15.0) - libm::expf(-14.0 / 15.0) - libm::expf(-1.6)).abs() < 1e-6);
    }
}
