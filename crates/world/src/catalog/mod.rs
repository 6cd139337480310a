//! What the shop sells: items with their nature, texts, prices and true relations.

mod build;
mod families;
mod feed;
mod relations;
mod rows;
mod search;
pub mod taste;
#[cfg(test)]
mod tests;
mod texts;
mod words;

use std::fmt;

use self::rows::{ROWS, Row};
use crate::{
    Seed, Size,
    calendar::{Calendar, Day},
    person::Tongue,
};

/// How many hidden dimensions taste has.
pub const DIMENSIONS: usize = 16;

/// A place in the space of tastes.
pub type Latent = [f32; DIMENSIONS];

/// An item, by its number in the catalog. Written `item-00042` to the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u32);

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item-{:05}", self.0)
    }
}

/// A category, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CategoryId(pub u16);

/// The families of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Family {
    /// Hiking boots.
    Boots,
    /// Trail running.
    Trail,
    /// Socks.
    Socks,
    /// Poles.
    Poles,
    /// Packs.
    Packs,
    /// Rain wear.
    Rain,
    /// Winter wear.
    Winter,
    /// Wax, sprays, soles.
    Care,
    /// Maps and books.
    Maps,
    /// For children.
    Kids,
    /// Tents and sleeping.
    Camp,
    /// Food, bottles, stoves.
    Kitchen,
}

/// For whom an item is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Women.
    Women,
    /// Men.
    Men,
    /// Everybody.
    All,
    /// Children.
    Children,
}

/// A text in the two languages of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

/// A category of a family.
#[derive(Debug, Clone)]
pub struct Category {
    /// As the product is told: `boots-mountain`.
    pub slug: String,
    /// Its family.
    pub family: Family,
    /// Its name.
    pub name: Text,
    /// Its items, the most popular first.
    pub items: Vec<ItemId>,
}

/// An item.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its number.
    pub id: ItemId,
    /// Its category, which knows the family.
    pub category: CategoryId,
    /// Its family.
    pub family: Family,
    /// Its brand.
    pub brand: &'static str,
    /// Its name.
    pub name: Text,
    /// A sentence or two about it.
    pub description: Text,
    /// Price with tax, in cents of a euro.
    pub price: u32,
    /// What is left of the price after buying it: 0.15 to 0.60.
    pub margin: f32,
    /// Weight in grams.
    pub weight: u32,
    /// For whom.
    pub cut: Cut,
    /// What it is for: `day-hike`, `trek`, `alpine`, `city`, `trail`.
    pub purpose: &'static str,
    /// `coast`, `forest`, `mountain`, `snow`.
    pub terrain: &'static str,
    /// Whether water stays out.
    pub is_waterproof: bool,
    /// `narrow`, `regular`, `wide`; boots and trail shoes only.
    pub width: Option<&'static str>,
    /// The smallest and the largest size, both included; none without sizes.
    pub sizes: Option<(u8, u8)>,
    /// Where it lies in the space of tastes; of length about 1.
    pub latent: Latent,
    /// How much it appeals to everybody: log of its share before taste, price and need. Long-tailed.
    pub appeal: f32,
    /// The day of the year (0 to 364) on which it sells best, and how much more it sells then than on average
    /// (0: no season).
    pub season: (u16, f32),
    /// Days after which somebody who uses it buys another.
    pub lasts: u32,
    /// The first day on which it is sold; day 0 also means: before the world began.
    pub arrives: Day,
    /// The first day on which it is sold no more.
    pub leaves: Option<Day>,
    /// Part of the batch with a defect.
    pub is_defective: bool,
}

/// A row of the shop's feed that is wrong, as 5 % are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadRow {
    /// The item stands in it twice, the second time under another id.
    Twice(ItemId, String),
    /// Its price is missing, negative or in the wrong unit.
    Price(ItemId, String),
    /// Its category does not exist.
    Category(ItemId, String),
}

/// The catalog.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// All items, by number.
    pub items: Vec<Item>,
    /// All categories, by number.
    pub categories: Vec<Category>,
    /// For each item what truly goes with it, the best first: boots and poles, socks, wax.
    pub complements: Vec<Vec<ItemId>>,
    /// For each item what may truly be bought in its place, the best first.
    pub substitutes: Vec<Vec<ItemId>>,
    /// What is wrong in the feed.
    pub bad_rows: Vec<BadRow>,
    /// All items, the most popular first.
    ranked: Vec<ItemId>,
    index: search::Index,
    /// By category: the log of the season's factor for each day of a year from the first day of the world.
    seasons: Vec<[f32; YEAR]>,
}

const YEAR: usize = 365;

/// How many items a page of a list or of results holds.
pub const PAGE: usize = 24;

impl Item {
    /// Whether it is sold on a day.
    pub fn is_sold_on(&self, day: Day) -> bool {
        self.arrives <= day && self.leaves.is_none_or(|end| day < end)
    }
}

impl Catalog {
    /// The catalog of a world.
    pub fn new(seed: Seed, size: Size, calendar: Calendar) -> Self {
        let items = build::items(seed, size, calendar);
        let by_appeal = |a: &ItemId, b: &ItemId| {
            let appeal = |id: &ItemId| items[id.0 as usize].appeal;
            appeal(b).total_cmp(&appeal(a)).then(a.cmp(b))
        };
        let mut ranked: Vec<ItemId> = items.iter().map(|item| item.id).collect();
        ranked.sort_unstable_by(by_appeal);
        let mut categories: Vec<Category> = ROWS.iter().map(Category::empty).collect();
        for id in &ranked {
            categories[usize::from(items[id.0 as usize].category.0)].items.push(*id);
        }
        Self {
            complements: relations::complements(&items, &categories),
            substitutes: relations::substitutes(&items, &categories),
            bad_rows: feed::bad_rows(seed, &items),
            index: search::Index::new(ranked.iter().map(|id| &items[id.0 as usize])),
            seasons: ROWS.iter().map(|row| seasons(row, calendar)).collect(),
            items,
            categories,
            ranked,
        }
    }

    /// What is sold on a day, the most popular first. Allocates nothing.
    pub fn on_sale(&self, day: Day) -> impl Iterator<Item = ItemId> {
        self.ranked.iter().copied().filter(move |id| self.item(*id).is_sold_on(day))
    }

    /// A page (from 0) of a category as the shop lists it for everybody: what is sold on a day, the most popular
    /// first, [`PAGE`] to a page. Allocates nothing.
    pub fn listed(&self, category: CategoryId, day: Day, page: usize) -> impl Iterator<Item = ItemId> {
        let sold = self.category(category).items.iter().copied().filter(move |id| self.item(*id).is_sold_on(day));
        sold.skip(page * PAGE).take(PAGE)
    }

    /// The first page of what the site's own search finds: the most popular items that have all words of the query in
    /// one language, or, where there is none, those that have most of them. Unknown words are passed over.
    pub fn found(&self, query: &str, tongue: Tongue, day: Day) -> Vec<ItemId> {
        let id = |rank: u32| self.ranked[rank as usize];
        let ranks = self.index.find(query, tongue, PAGE, |rank| self.item(id(rank)).is_sold_on(day));
        ranks.into_iter().map(id).collect()
    }

    /// How much more an item sells in the season of a day: what it adds to the log of its share.
    pub fn season(&self, item: ItemId, day: Day) -> f32 {
        self.seasons[usize::from(self.item(item).category.0)][day.0 as usize % YEAR]
    }

    /// An item.
    pub fn item(&self, id: ItemId) -> &Item {
        &self.items[id.0 as usize]
    }

    /// A category.
    pub fn category(&self, id: CategoryId) -> &Category {
        &self.categories[usize::from(id.0)]
    }
}

impl Category {
    fn empty(row: &Row) -> Self {
        let (fr, en) = row.noun;
        let name = Text { fr: texts::capitalized(fr), en: texts::capitalized(en) };
        Self { slug: row.slug.to_owned(), family: row.family, name, items: Vec::new() }
    }
}

/// A year of a season: a cosine that is 1 on average.
fn seasons(row: &Row, calendar: Calendar) -> [f32; YEAR] {
    let (peak, more) = row.season(families::KINDS[row.family as usize].season);
    let first = calendar.day_of_year(Day(0));
    std::array::from_fn(|day| {
        let turn = (f64::from(first) + day as f64 - f64::from(peak)) / YEAR as f64;
        libm::log(1.0 + f64::from(more) * libm::cos(turn * 2.0 * std::f64::consts::PI)) as f32
    })
}
