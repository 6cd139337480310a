//! From events, person by person, to a history that models are trained from.

use std::{hash::Hasher, sync::Arc};

use catalog::{catalog::Catalog, number::ItemNumber};
use model::{
    time::{Span, Timestamp},
    value::Fields,
};
use recommend::{
    history::{Group, History, Interaction, Item, Person},
    popularity::Context,
};
use rustc_hash::{FxHashMap, FxHasher};

use crate::{
    deed::{self, Deed, QUERY, SEARCHED},
    queries::Queries,
    question::text,
};

mod replace;

pub use replace::Change;

/// Two deeds of a person that lie this far apart are of two visits.
pub(crate) const VISIT_GAP: Span = Span::MINUTE.times(30);

/// Beyond so many a history takes no more groups: `recommend::history::Group` holds no larger number.
const MOST_GROUPS: u32 = 1 << 30;

/// Where a person was when something happened, or is when something is asked, as far as it may be known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Surroundings<'a> {
    /// The country, such as `FR`.
    pub country: Option<&'a str>,
    /// The kind of device, such as `mobile`.
    pub device: Option<&'a str>,
}

/// The country of a locale: `CA` of `fr-CA`. It is what an event and a request can both say; an address is not kept.
pub fn country_of(locale: &str) -> Option<&str> {
    let country = locale.split(['-', '_']).skip(1).find(|part| part.len() == 2)?;
    country.bytes().all(|byte| byte.is_ascii_alphabetic()).then_some(country)
}

/// A person, by a number of the caller's that stays theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(pub u64);

/// Gathers what persons did. What is done with an item that is not in the catalog is passed over.
#[derive(Debug)]
pub struct Gatherer<'c> {
    catalog: &'c Catalog,
    /// Who does something at present.
    who: Who,
    /// What they did, in order of arrival.
    doing: Vec<Done>,
    queries: Queries,
    gathered: Gathered,
}

/// What models are trained from: 18 bytes a deed. What somebody did stands together, in order of time.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    pub(crate) history: History,
    /// Where something happened that stands at the same place of `history`: a place in `places`.
    at: Vec<u16>,
    /// The contexts that do not follow from the moment.
    places: Places,
    /// The deepest main category of each item, by number; [`NO_CATEGORY`] of one that has none.
    pub(crate) categories: Vec<u32>,
    /// What at least [`crate::LEAST_PERSONS`] persons searched for, with how many did, the most first.
    pub(crate) queries: Arc<[(String, u64)]>,
    /// The number of everybody who did something.
    numbers: FxHashMap<Who, Person>,
    persons: u32,
    groups: u32,
}

/// Where things happen, each place once. The first is that of which nothing is known, which is also that of all beyond
/// 65,535.
#[derive(Debug, Clone, Default)]
struct Places {
    contexts: Vec<[Option<Context>; OF_A_PLACE]>,
    numbers: FxHashMap<[Option<Context>; OF_A_PLACE], u16>,
}

#[derive(Debug, Clone, Copy)]
struct Done {
    at: Timestamp,
    deed: recommend::history::Deed,
    item: Item,
    /// Of an order, which one of the person's: they may be of the same moment.
    order: u32,
    place: u16,
}

/// What stands for the category of an item that has none.
pub(crate) const NO_CATEGORY: u32 = u32::MAX;

/// How many contexts one moment has: see [`contexts`]; and how many of them follow from the place.
pub(crate) const CONTEXTS: usize = 4;
const OF_A_PLACE: usize = 3;

impl<'c> Gatherer<'c> {
    /// A gatherer for events about the items of a catalog.
    pub fn new(catalog: &'c Catalog) -> Self {
        Self { catalog, who: Who(0), doing: Vec::new(), queries: Queries::default(), gathered: Gathered::default() }
    }

    /// A new person begins: the events that follow are theirs. Nobody begins twice.
    pub fn person(&mut self, who: Who) {
        self.flush();
        self.who = who;
    }

    /// Takes in an event of the present person. Events of one person may come in any order of time; the caller leaves
    /// out those of bots.
    pub fn event(&mut self, name: &str, at: Timestamp, properties: &Fields, around: Surroundings<'_>) {
        let deed = match deed::deed_of(name) {
            Some(Deed::Viewed) => recommend::history::Deed::View,
            Some(Deed::Carted) => recommend::history::Deed::Cart,
            Some(Deed::Wished) => recommend::history::Deed::Wish,
            Some(Deed::Ordered) => recommend::history::Deed::Order,
            None if name == SEARCHED => {
                return properties.get(QUERY).and_then(text).into_iter().for_each(|text| self.queries.add(&text));
            }
            Some(Deed::Uncarted | Deed::Unwished) | None => return,
        };
        let said = deed::deed_of(name).map(|deed| deed::ids(deed, properties)).unwrap_or_default();
        let (place, order) = (self.gathered.places.number(of_place(around)), self.doing.len() as u32);
        for id in said {
            let Some(number) = self.catalog.number_of(&id) else { continue };
            self.doing.push(Done { at, deed, item: Item(number.0), order, place });
        }
    }

    /// Everything that was gathered.
    pub fn finish(mut self) -> Gathered {
        self.flush();
        let mut gathered = self.gathered;
        gathered.queries = self.queries.of_many().into();
        gathered.history.shrink();
        gathered.at.shrink_to_fit();
        gathered.categorize(self.catalog);
        gathered
    }

    /// Groups what the present person did: visits by their gaps, each order by itself.
    fn flush(&mut self) {
        self.queries.close();
        let mut doing = std::mem::take(&mut self.doing);
        if doing.is_empty() {
            return;
        }
        doing.sort_by_key(|done| done.at);
        let person = self.gathered.next_person(self.who);
        let mut visit: Option<(Timestamp, u32)> = None;
        let mut order: Option<(u32, u32)> = None;
        for done in doing {
            let group = if done.deed == recommend::history::Deed::Order {
                let known = order.filter(|(number, _)| *number == done.order).map(|(_, group)| group);
                let group = known.unwrap_or_else(|| self.gathered.next_group());
                order = Some((done.order, group));
                group
            } else {
                let known = visit.filter(|(last, _)| done.at.since(*last) < VISIT_GAP).map(|(_, group)| group);
                let group = known.unwrap_or_else(|| self.gathered.next_group());
                visit = Some((done.at, group));
                group
            };
            let (item, deed, at) = (done.item, done.deed, done.at);
            self.gathered.history.push(Interaction { person, item, deed, group: Group(group), at });
            self.gathered.at.push(done.place);
        }
    }
}

impl Gathered {
    /// How many persons did something.
    pub fn persons(&self) -> usize {
        self.numbers.len()
    }

    /// How many deeds with items there are; a line of an order is one.
    pub fn interactions(&self) -> usize {
        self.history.len()
    }

    /// Bytes of memory that it holds, about.
    pub fn bytes(&self) -> usize {
        // A number stands in a table of 16 bytes an entry and a byte beside it.
        let numbers = self.numbers.capacity() * 17 + (self.at.capacity() + 2 * self.categories.capacity()) * 2;
        self.history.bytes() + numbers
    }

    /// The contexts of what stands at a place of the history.
    pub(crate) fn contexts(&self, place: usize, at: Timestamp) -> [Option<Context>; CONTEXTS] {
        let known = self.at.get(place).and_then(|number| self.places.contexts.get(usize::from(*number)));
        let [both, country, device] = known.copied().unwrap_or_default();
        [both, country, device, Some(quarter(at))]
    }

    /// What was known at an earlier moment, without places. The numbers of persons and groups stay.
    pub(crate) fn before(&self, moment: Timestamp) -> Self {
        let history = self.history.iter().filter(|one| one.at < moment).collect();
        Self { history, categories: self.categories.clone(), groups: self.groups, ..Self::default() }
    }

    /// Learns the categories as they are in the catalog now.
    pub fn categorize(&mut self, catalog: &Catalog) {
        let category = |number| Some(catalog.item(ItemNumber(number))?.categories().first()?.0);
        let items = self.history.items() as u32;
        self.categories = (0..items).map(|number| category(number).unwrap_or(NO_CATEGORY)).collect();
    }

    fn next_person(&mut self, who: Who) -> Person {
        let person = Person(self.persons);
        self.persons += 1;
        self.numbers.insert(who, person);
        person
    }

    fn next_group(&mut self) -> u32 {
        let group = self.groups;
        self.groups = (group + 1).min(MOST_GROUPS - 1);
        group
    }
}

impl Places {
    fn number(&mut self, contexts: [Option<Context>; OF_A_PLACE]) -> u16 {
        if self.contexts.is_empty() {
            self.contexts.push(Default::default());
            self.numbers.insert(Default::default(), 0);
        }
        if let Some(number) = self.numbers.get(&contexts) {
            return *number;
        }
        let Ok(number) = u16::try_from(self.contexts.len()) else { return 0 };
        self.contexts.push(contexts);
        self.numbers.insert(contexts, number);
        number
    }
}

/// The contexts of a moment, the narrowest first: country and device, country, device, and the quarter of the year.
pub(crate) fn contexts(around: Surroundings<'_>, at: Timestamp) -> [Option<Context>; CONTEXTS] {
    let [both, country, device] = of_place(around);
    [both, country, device, Some(quarter(at))]
}

fn of_place(around: Surroundings<'_>) -> [Option<Context>; OF_A_PLACE] {
    let (country, device) = (around.country, around.device);
    [
        country.zip(device).map(|(country, device)| named(&["both", country, device])),
        country.map(|country| named(&["country", country])),
        device.map(|device| named(&["device", device])),
    ]
}

/// Of a year of 365 days; that quarters slip by a day in four years does not matter.
fn quarter(at: Timestamp) -> Context {
    let number = at.day().rem_euclid(365) * 4 / 365;
    named(&["quarter", &number.to_string()])
}

fn named(parts: &[&str]) -> Context {
    let mut hasher = FxHasher::default();
    for part in parts {
        hasher.write(part.to_ascii_lowercase().as_bytes());
        hasher.write_u8(0xff);
    }
    Context(folded(hasher.finish()))
}

/// The halves of a hash, put together.
pub(crate) fn folded(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use catalog::{change::Change, item::Item as Told};
    use model::value::Value;

    use super::*;

    #[test]
    fn a_locale_says_its_country() {
        let countries = ["fr-CA", "fr_CA", "zh-Hans-CN", "fr", "en-419", ""].map(country_of);
        assert_eq!(countries, [Some("CA"), Some("CA"), Some("CN"), None, None, None]);
    }

    #[test]
    fn visits_end_with_half_an_hour_and_each_order_is_its_own() {
        let mut catalog = Catalog::default();
        for id in ["a", "b", "c"] {
            catalog.apply(&Change::Put(Box::new(Told { id: id.to_owned(), ..told() })), Timestamp::EPOCH).unwrap();
        }
        let (minute, view) = (|minutes: i64| Timestamp::EPOCH.plus(Span::MINUTE.times(minutes)), "Product Viewed");
        let one = |id: &str| [("product_id", Value::from(id))].into_iter().collect::<Fields>();
        let order =
            |id: &str| [("products", Value::List([Value::Map(one(id))].as_slice().into()))].into_iter().collect();
        let mut gatherer = Gatherer::new(&catalog);
        gatherer.person(Who(1));
        for (name, at, properties) in [
            (view, 59, one("c")),
            (view, 1, one("a")),
            ("Order Completed", 30, order("a")),
            ("Order Completed", 30, order("b")),
            (view, 29, one("b")),
            (view, 30, one("unknown")),
        ] {
            gatherer.event(name, minute(at), &properties, Surroundings::default());
        }
        gatherer.person(Who(2));
        gatherer.event(view, minute(59), &one("a"), Surroundings::default());
        let gathered = gatherer.finish();
        let rows: Vec<_> = gathered.history.iter().map(|one| (one.person.0, one.item.0, one.group.0)).collect();
        assert_eq!(rows, [(0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 0, 4)]);
        assert_eq!((gathered.persons(), gathered.interactions()), (2, 6));
    }

    fn told() -> Told {
        let prices = catalog::money::Prices::of(catalog::money::Currency::EUR, 100);
        let texts = [("en".to_owned(), catalog::item::Texts { title: "x".into(), description: String::new() })];
        Told { prices: Some(prices), texts: texts.into(), ..Told::new("") }
    }
}
