//! What is asked: a shop as it is at the moment, somebody, and what the request says.

use std::sync::Arc;

use catalog::{catalog::Catalog, item::Role, number::CategoryNumber, number::ItemNumber, view::ItemView};
use condition::Facts;
use model::{
    time::{Span, Timestamp},
    value::Value,
};
use recommend::{history::Item, popularity::Context};

use crate::{
    alike::Alike,
    gather::{CONTEXTS, Surroundings, contexts, country_of},
    models::Models,
    person::Person,
};

/// What a shop has and what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Shop<'a> {
    /// What it sells.
    pub catalog: &'a Catalog,
    /// What was learned of what persons do.
    pub models: &'a Models,
    /// Which items are alike.
    pub alike: &'a Alike,
}

/// Who asks, where and when.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// What is known of the person, with trails as [`crate::needs`] says; of nobody no facts.
    pub facts: &'a dyn Facts,
    /// Facts of the request by name: `shop.item` (an id), `shop.items` and `shop.cart` (ids, as a list or with commas
    /// between them), `shop.category` (names from the root down with ` > ` between them), `shop.query`; `country` and
    /// `device`.
    pub request: &'a dyn Fn(&str) -> Option<Value>,
    /// The moment.
    pub now: Timestamp,
}

/// A question, with what it names looked up.
pub(crate) struct Question<'a> {
    pub(crate) shop: Shop<'a>,
    pub(crate) facts: &'a dyn Facts,
    pub(crate) now: Timestamp,
    pub(crate) person: Person,
    /// What the request names: on the screen, in a list, in the cart.
    pub(crate) named: Vec<Item>,
    /// The items in question.
    pub(crate) about: Vec<Item>,
    /// What is in the cart: by the request, else by what the person did.
    pub(crate) cart: Vec<Item>,
    /// What the visit looked at, in order of time, what is on the screen last.
    pub(crate) session: Vec<Item>,
    pub(crate) category: Category,
    pub(crate) query: Option<Arc<str>>,
    pub(crate) contexts: [Option<Context>; CONTEXTS],
}

/// The category that a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Category {
    /// None.
    Unnamed,
    /// One that no item ever stood in.
    Unknown,
    /// This one.
    Known(CategoryNumber),
}

/// What was looked at longer ago is no reason to show something (requirements DEC-15).
pub(crate) const SEEN_WITHIN: Span = Span::DAY.times(60);

/// Of a parent so many of the items that it stands for are in question.
const MOST_MEMBERS: usize = 10;

impl<'a> Question<'a> {
    pub(crate) fn of(shop: Shop<'a>, asked: &Asked<'a>) -> Self {
        let Asked { facts, request, now } = *asked;
        let mut person = Person::of(facts, shop.catalog, now);
        let ids = |name: &str| request(name).map(|value| items_of(&value, shop.catalog)).unwrap_or_default();
        let text = |name: &str| request(name).and_then(|value| text(&value)).filter(|text| !text.trim().is_empty());
        let (on_screen, listed) = (ids("shop.item"), ids("shop.items"));
        let in_cart = request("shop.cart").map(|value| items_of(&value, shop.catalog));
        let named: Vec<Item> = on_screen.iter().chain(&listed).chain(in_cart.iter().flatten()).copied().collect();
        let cart = in_cart.unwrap_or_else(|| std::mem::take(&mut person.cart));
        let viewed = person.viewed.last().filter(|(at, _)| now.since(*at) < SEEN_WITHIN).map(|(_, item)| *item);
        let about = [on_screen.clone(), listed, named.clone(), viewed.into_iter().collect(), person.last_order()];
        let about = about.into_iter().find(|items| !items.is_empty()).unwrap_or_default();
        let mut session = person.visit.items.clone();
        session.extend(on_screen.first().filter(|item| session.last() != Some(item)));
        let category = match text("shop.category") {
            None => Category::Unnamed,
            Some(path) => {
                let names: Vec<&str> = path.split('>').map(str::trim).collect();
                shop.catalog.category(&names).map_or(Category::Unknown, Category::Known)
            }
        };
        // As events say it, which models are trained from.
        let (locale, place, device) = (text("locale"), text("country"), text("device"));
        let country = locale.as_deref().and_then(country_of).or(place.as_deref());
        let around = Surroundings { country, device: device.as_deref() };
        let query = text("shop.query").or_else(|| person.visit.query.clone());
        Self { shop, facts, now, named, about, cart, session, category, query, contexts: contexts(around, now), person }
    }

    /// An item that is there.
    pub(crate) fn item(&self, item: Item) -> Option<ItemView<'a>> {
        self.shop.catalog.item(ItemNumber(item.0))
    }

    /// The deepest main category of an item.
    pub(crate) fn category_of(&self, item: Item) -> Option<CategoryNumber> {
        self.item(item)?.categories().first().copied()
    }

    /// What the last view within [`SEEN_WITHIN`] was of, or what is on the screen.
    pub(crate) fn last_seen(&self) -> Option<Item> {
        let lately = self.person.viewed.last().filter(|(at, _)| self.now.since(*at) < SEEN_WITHIN);
        self.session.last().copied().or_else(|| lately.map(|(_, item)| *item))
    }
}

/// The items that a value names by their ids; for a parent the items that it stands for too.
fn items_of(value: &Value, catalog: &Catalog) -> Vec<Item> {
    let ids: Vec<Arc<str>> = match value {
        Value::List(values) => values.iter().filter_map(text).collect(),
        Value::Text(all) if catalog.number_of(all).is_none() => all.split(',').map(|id| Arc::from(id.trim())).collect(),
        one => text(one).into_iter().collect(),
    };
    let mut items = Vec::new();
    for number in ids.iter().filter_map(|id| catalog.number_of(id)) {
        let parent = catalog.item(number).filter(|item| item.role() == Role::Parent);
        let members = parent.into_iter().flat_map(|parent| parent.members().take(MOST_MEMBERS));
        for item in std::iter::once(number).chain(members.map(|member| member.number())) {
            if !items.contains(&Item(item.0)) {
                items.push(Item(item.0));
            }
        }
    }
    items
}

/// A text, or a number as people write it.
pub(crate) fn text(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string().into()),
        Value::Float(number) => Some(number.get().to_string().into()),
        _ => None,
    }
}
