//! Everything that is fixed before anybody does anything.

use model::time::Timestamp;

use crate::{
    Seed, Size,
    calendar::Calendar,
    catalog::Catalog,
    content::Content,
    cost::Costs,
    person::{Person, PersonId},
    rule::Rule,
    store::Store,
    weather::Sky,
};

/// A world: the shop and its customers as they are on the first day, and what will befall them.
#[derive(Debug)]
pub struct World {
    /// What it is drawn from.
    pub seed: Seed,
    /// How large it is.
    pub size: Size,
    /// When it is.
    pub calendar: Calendar,
    /// What is sold.
    pub catalog: Catalog,
    /// Where.
    pub stores: Vec<Store>,
    /// The weather of every day.
    pub sky: Sky,
    /// What can be shown.
    pub contents: Vec<Content>,
    /// What is shown to whom, and what it does.
    pub rules: Vec<Rule>,
    /// What things cost.
    pub costs: Costs,
    /// The customers, by number.
    pub people: Vec<Person>,
}

impl World {
    /// The world of a seed, lived from the midnight (UTC) of `start`.
    pub fn new(seed: Seed, size: Size, start: Timestamp) -> Self {
        let calendar = Calendar { start, days: size.days() };
        let stores = crate::store::all();
        let catalog = Catalog::new(seed, size, calendar);
        let sky = Sky::new(seed, calendar);
        let contents = crate::content::all(seed, calendar);
        let rules = crate::rule::all(&contents);
        let people = crate::person::all(seed, size, calendar, &stores, &rules);
        Self { seed, size, calendar, catalog, stores, sky, contents, rules, costs: Costs::default(), people }
    }

    /// A customer.
    pub fn person(&self, id: PersonId) -> &Person {
        &self.people[id.0 as usize]
    }
}
