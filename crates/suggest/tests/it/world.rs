//! A small shop with a known truth, and people in it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use catalog::{
    catalog::Catalog,
    change::Change,
    item::{Attribute, Item, Texts},
    money::{Currency, Prices},
};
use condition::{Belief, Believed, Facts, Scope, Selecting, Selection, Usage, select_all};
use decide::Suggested;
use model::{
    fact::{FactKind, Occurrence, TraitValue},
    name::Name,
    schema::{TraitRules, TraitSchema, TraitType},
    time::{Span, Timestamp},
    value::{Fields, Value},
};
use suggest::{
    Algorithm, Alike, Asked, Filters, Gathered, Gatherer, Models, Recommender, Shop, Surroundings, Who, suggest,
};

/// The moment at which tests ask: some day of which the events lie in the past.
pub(crate) const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);

/// So many days before [`NOW`].
pub(crate) fn ago(days: i64) -> Timestamp {
    NOW.minus(Span::DAY.times(days))
}

/// So many minutes before [`NOW`].
pub(crate) fn minutes_ago(minutes: i64) -> Timestamp {
    NOW.minus(Span::MINUTE.times(minutes))
}

/// A shop as tests build it.
pub(crate) struct World {
    pub(crate) catalog: Catalog,
    pub(crate) alike: Alike,
    pub(crate) models: Models,
}

/// Somebody, by what they did and what is known of them.
#[derive(Clone, Default)]
pub(crate) struct Someone {
    events: Vec<(&'static str, Timestamp, Fields)>,
    traits: BTreeMap<String, TraitValue>,
    trails: BTreeMap<&'static str, Vec<Occurrence>>,
    around: (Option<&'static str>, Option<&'static str>),
}

/// An item with a title, a category and a price.
pub(crate) fn item(id: &str, title: &str, category: &[&str], euros: u64) -> Item {
    let texts = Texts { title: title.to_owned(), description: String::new() };
    Item {
        texts: [("en".to_owned(), texts)].into(),
        categories: vec![category.iter().map(|name| (*name).to_owned()).collect()],
        prices: Some(Prices::of(Currency::EUR, euros * 100)),
        ..Item::new(id)
    }
}

/// The same with an attribute.
pub(crate) fn with(mut item: Item, name: &str, value: &str) -> Item {
    item.attributes.insert(name.to_owned(), Attribute::Text(value.to_owned()));
    item
}

impl World {
    /// A shop that sells these items since long ago, and knows nobody.
    pub(crate) fn of(items: Vec<Item>) -> Self {
        let mut world = Self { catalog: Catalog::default(), alike: Alike::new(), models: Models::none() };
        items.into_iter().for_each(|item| world.put(item, ago(400)));
        world
    }

    pub(crate) fn put(&mut self, item: Item, at: Timestamp) {
        let (number, _) = self.catalog.apply(&Change::Put(Box::new(item)), at).expect("a good item");
        self.alike.set(&self.catalog.item(number).expect("it was put"));
    }

    pub(crate) fn train(&mut self, people: &[Someone]) {
        self.models = self.trained(people);
    }

    pub(crate) fn trained(&self, people: &[Someone]) -> Models {
        Models::train(&self.gathered((0..).zip(people)), NOW, 7)
    }

    /// What people did, each by a number.
    pub(crate) fn gathered<'a>(&self, people: impl IntoIterator<Item = (u64, &'a Someone)>) -> Gathered {
        let mut gatherer = Gatherer::new(&self.catalog);
        for (number, someone) in people {
            gatherer.person(Who(number));
            let (country, device) = someone.around;
            for (name, at, properties) in &someone.events {
                gatherer.event(name, *at, properties, Surroundings { country, device });
            }
        }
        gatherer.finish()
    }

    /// What a recommender proposes to somebody, with facts of the request.
    pub(crate) fn ask(&self, recommender: &Recommender, someone: &Someone, request: &[(&str, &str)]) -> Suggested {
        self.ask_at(recommender, someone, request, NOW)
    }

    pub(crate) fn ask_at(
        &self,
        recommender: &Recommender,
        someone: &Someone,
        request: &[(&str, &str)],
        now: Timestamp,
    ) -> Suggested {
        let shop = Shop { catalog: &self.catalog, models: &self.models, alike: &self.alike };
        let request =
            |name: &str| request.iter().find(|(known, _)| *known == name).map(|(_, value)| Value::from(*value));
        suggest(recommender, &shop, &Asked { facts: someone, request: &request, now })
    }

    pub(crate) fn ids(&self, recommender: &Recommender, someone: &Someone, request: &[(&str, &str)]) -> Vec<String> {
        ids(&self.ask(recommender, someone, request))
    }
}

/// The ids of a list.
pub(crate) fn ids(suggested: &Suggested) -> Vec<String> {
    suggested.items.iter().map(|one| one.item.to_string()).collect()
}

impl Someone {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn living_in(mut self, country: &'static str) -> Self {
        self.around.0 = Some(country);
        self
    }

    pub(crate) fn viewed(self, id: &str, at: Timestamp) -> Self {
        self.did("Product Viewed", at, [("product_id", Value::from(id))].into_iter().collect())
    }

    pub(crate) fn added(self, id: &str, at: Timestamp) -> Self {
        self.did("Product Added", at, [("product_id", Value::from(id))].into_iter().collect())
    }

    pub(crate) fn ordered<I: AsRef<str>>(self, ids: &[I], at: Timestamp) -> Self {
        self.order(ids, at, false)
    }

    pub(crate) fn gave(self, ids: &[&str], at: Timestamp) -> Self {
        self.order(ids, at, true)
    }

    fn order<I: AsRef<str>>(self, ids: &[I], at: Timestamp, gift: bool) -> Self {
        let line = |id: &I| {
            let line = [("product_id", Value::from(id.as_ref())), ("gift", Value::Bool(gift))];
            Value::Map(line.into_iter().collect())
        };
        let lines = Value::List(ids.iter().map(line).collect());
        self.did("Order Completed", at, [("products", lines)].into_iter().collect())
    }

    pub(crate) fn did(mut self, event: &'static str, at: Timestamp, properties: Fields) -> Self {
        let trail = self.trails.entry(event).or_default();
        let kept = suggest::needs().get(event).map(|need| need.project(&properties)).unwrap_or_default();
        trail.push(Occurrence { at, tie: trail.len() as u64, properties: kept });
        trail.sort();
        self.events.push((event, at, properties));
        self
    }

    pub(crate) fn knowing(mut self, name: &str, value: &str) -> Self {
        let value =
            TraitValue { value: Value::from(value), as_of: NOW, source: Name::from("web"), kind: FactKind::Declared };
        self.traits.insert(name.to_owned(), value);
        self
    }
}

impl Facts for Someone {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        self.traits.get(name).map(|value| Believed { value, belief: Belief::CERTAIN })
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        Cow::Borrowed(self.trails.get(event).map(Vec::as_slice).unwrap_or_default())
    }
}

/// A recommender with usual rules.
pub(crate) fn recommender(algorithms: &[Algorithm], count: usize) -> Recommender {
    Recommender {
        name: Name::from("row"),
        algorithms: algorithms.to_vec(),
        count,
        least: 1,
        filters: Filters::default(),
        pins: Vec::new(),
        boosts: Vec::new(),
        most_per_brand: None,
        most_per_category: None,
        discovery: 0.0,
        floor: 0.0,
    }
}

/// Items of which something holds.
pub(crate) fn only(filter: &str) -> Selection {
    let foot = (Name::from("foot"), TraitRules::usual("foot", TraitType::Text));
    let (schema, segments, scores) = (TraitSchema { traits: [foot].into() }, BTreeSet::new(), BTreeSet::new());
    let scope = Scope { schema: &schema, segments: &segments, scores: &scores, usage: Usage::Audience };
    let selecting = Selecting { event: "Item", filter: Some(filter), within: None };
    select_all(&[selecting], &scope).remove(0).expect("a good filter")
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

/// Ten each of boots, socks, poles, care, jackets and tents, and a bottle that everybody buys; and 400 people of whom each
/// bought boots with the socks and the poles of the same number, and their care a month later.
pub(crate) fn outdoor() -> (World, Vec<Someone>) {
    let kinds = [("boot", 150), ("sock", 20), ("pole", 60), ("care", 12), ("jacket", 200), ("tent", 300)];
    let mut items = vec![item("bottle", "Bottle", &["Shop", "Bottles"], 15)];
    for (kind, euros) in kinds {
        for number in 0..10 {
            let made =
                item(&format!("{kind}{number}"), &format!("{kind} model {number}"), &["Shop", kind], euros + number);
            items.push(if kind == "care" {
                Item { usage: Some(catalog::item::Usage::Consumable), ..made }
            } else {
                Item { usage: Some(catalog::item::Usage::Durable), expected_life_days: Some(700), ..made }
            });
        }
    }
    let mut draws = Draws(5);
    let people = (0..400).map(|_| {
        let (number, day) = (draws.below(10), i64::from(draws.below(250)) + 60);
        let other = ["jacket", "tent"][draws.below(2) as usize];
        let basket = [format!("boot{number}"), format!("sock{number}"), format!("pole{number}"), "bottle".to_owned()];
        let minutes = |minutes: i64| ago(day).plus(Span::MINUTE.times(minutes));
        Someone::new()
            .viewed(&format!("boot{number}"), minutes(-9))
            .viewed(&format!("sock{number}"), minutes(-6))
            .viewed(&format!("pole{number}"), minutes(-3))
            .ordered(&basket, ago(day))
            .ordered(&[format!("care{number}"), "bottle".to_owned()], ago(day - 30))
            .ordered(&[format!("{other}{}", draws.below(10))], ago(day - 50))
    });
    (World::of(items), people.collect())
}
