//! Items that are seen or bought together.

use rustc_hash::FxHashMap;

use crate::{
    history::{Change, Deed, History, Interaction, Item},
    scored::{Best, Scored, Sums, best},
    sparse::Sparse,
};

/// What has to be the same for two items to count as together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// The visit or the basket: "bought together", "viewed together".
    Group,
    /// The person, at any time: "those who bought this also bought".
    Person,
}

impl Within {
    fn row(self, one: &Interaction) -> u32 {
        match self {
            Self::Group => one.group.0,
            Self::Person => one.person.0,
        }
    }
}

/// Who or what joins items, and which items each joined.
#[derive(Debug, Clone, PartialEq)]
pub struct Together {
    groups: Sparse,
    by_item: Sparse,
}

/// Of a group with more items than this only as many count: what a reseller orders at once says little of each pair and
/// would cost its square.
const MOST_ITEMS: usize = 1_000;

impl Together {
    /// Reads off a history which items met, by the deeds that count.
    pub fn of(history: &History, counts: &[Deed], within: Within) -> Self {
        let counted = history.iter().filter(|one| counts.contains(&one.deed));
        let cells: Vec<_> = counted.map(|one| (within.row(&one), one.item.0, 1.0)).collect();
        let rows = cells.iter().map(|(row, _, _)| *row as usize + 1).max().unwrap_or_default();
        Self::from_rows(Sparse::from_cells(rows, history.items(), cells))
    }

    pub(crate) fn from_rows(groups: Sparse) -> Self {
        Self { by_item: groups.transposed(), groups }
    }

    fn takers(&self, item: u32) -> f32 {
        self.by_item.columns(item as usize).len() as f32
    }
}

/// The items whose neighbors change when what some persons did is put in place of what was known of them: all of the
/// groups, or persons, of which something came or went.
pub fn touched(change: &Change<'_>, counts: &[Deed], within: Within) -> Vec<Item> {
    let rows = |history: &History| {
        let mut rows: FxHashMap<u32, Vec<Item>> = FxHashMap::default();
        let counted = history.iter().filter(|one| counts.contains(&one.deed));
        counted.for_each(|one| rows.entry(within.row(&one)).or_default().push(one.item));
        rows.values_mut().for_each(|items| {
            items.sort_unstable();
            items.dedup();
        });
        rows
    };
    let (before, after) = (rows(change.before), rows(change.after));
    let changed = |these: &FxHashMap<u32, Vec<Item>>, those: &FxHashMap<u32, Vec<Item>>| -> Vec<Item> {
        these.iter().filter(|(row, items)| those.get(row) != Some(items)).flat_map(|(_, items)| items.clone()).collect()
    };
    let mut items = changed(&before, &after);
    items.extend(changed(&after, &before));
    items.sort_unstable();
    items.dedup();
    items
}

/// How neighbors are weighed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// To which power the popularity of the other item divides: 0.5 is the cosine, 1 the lift, 0 no correction.
    pub correction: f32,
    /// How many common groups it takes to believe half of it.
    pub doubt: f32,
    /// How many neighbors an item keeps.
    pub kept: usize,
}

impl Default for Settings {
    /// The cosine.
    fn default() -> Self {
        Self { correction: 0.5, doubt: 0.0, kept: 50 }
    }
}

impl Settings {
    /// For "also bought": a bestseller is in every basket and says nothing, and neither does a single common basket.
    pub const ALSO_BOUGHT: Self = Self { correction: 0.7, doubt: 3.0, kept: 50 };
}

/// The nearest items of every item.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Neighbors {
    rows: Vec<Vec<Scored>>,
}

impl Neighbors {
    /// Finds the neighbors of every item.
    pub fn train(together: &Together, settings: Settings) -> Self {
        let mut neighbors = Self::default();
        let all: Vec<Item> = (0..together.by_item.rows() as u32).map(Item).collect();
        neighbors.refresh(together, &all, settings);
        neighbors
    }

    pub(crate) fn from_rows(rows: Vec<Vec<Scored>>) -> Self {
        Self { rows }
    }

    /// Finds the neighbors of these items anew. The row of an item that a touched one is in may lag by what changed
    /// in the other's popularity alone, until it is touched itself.
    pub fn refresh(&mut self, together: &Together, items: &[Item], settings: Settings) {
        let power = |item: u32| libm::powf(together.takers(item).max(1.0), settings.correction);
        let popular: Vec<f32> = (0..together.by_item.rows() as u32).map(power).collect();
        // How many common groups each item has, and which have any.
        let (mut counts, mut touched) = (vec![0.0_f32; together.by_item.rows()], Vec::new());
        self.rows.resize(together.by_item.rows().max(self.rows.len()), Vec::new());
        for item in items {
            for group in together.by_item.columns(item.index()) {
                for other in together.groups.columns(*group as usize).iter().take(MOST_ITEMS) {
                    let count = &mut counts[*other as usize];
                    if *count == 0.0 {
                        touched.push(*other);
                    }
                    *count += 1.0;
                }
            }
            let mut nearest = Best::new(settings.kept);
            for other in touched.drain(..) {
                let count = std::mem::take(&mut counts[other as usize]);
                let believed = count / (count + settings.doubt);
                let score = count * believed / (popular[item.index()] * popular[other as usize]);
                if other != item.0 {
                    nearest.push(Scored { item: Item(other), score });
                }
            }
            self.rows[item.index()] = nearest.finish();
        }
    }

    /// The neighbors of an item, nearest first.
    pub fn of(&self, item: Item) -> &[Scored] {
        self.rows.get(item.index()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The neighbors of several items at once, nearest first: for a cart.
    pub fn of_all(&self, items: &[Item], count: usize) -> Vec<Scored> {
        let mut sums = Sums::default();
        sums.fit(self.rows.len());
        items.iter().for_each(|item| self.add(*item, 1.0, &mut sums));
        best(sums.scored().into_iter().filter(|one| !items.contains(&one.item)).collect(), count)
    }

    /// Puts an item in among others, both ways, at once; `row` says how near they are. Rows stay at most `kept` long.
    pub fn insert(&mut self, item: Item, row: Vec<Scored>, kept: usize) {
        let most = row.iter().map(|one| one.item.index()).max().unwrap_or_default().max(item.index());
        self.rows.resize((most + 1).max(self.rows.len()), Vec::new());
        for one in &row {
            let other = &mut self.rows[one.item.index()];
            other.retain(|known| known.item != item);
            other.push(Scored { item, score: one.score });
            *other = best(std::mem::take(other), kept);
        }
        self.rows[item.index()] = best(row, kept);
    }

    /// One more than the largest number of an item that has a row.
    pub(crate) fn items(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn add(&self, item: Item, weight: f32, sums: &mut Sums) {
        self.of(item).iter().for_each(|one| sums.add(one.item.0, weight * one.score));
    }
}
