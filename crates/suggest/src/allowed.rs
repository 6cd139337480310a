//! Which items may be shown to somebody.

use std::sync::Arc;

use catalog::{
    facts::Fact,
    item::{Attribute, Role, Usage},
    number::CategoryNumber,
    view::ItemView,
};
use condition::{Facts, Selection};
use model::{
    name::{Name, Trait},
    time::{Span, Timestamp},
    trust::Use,
    value::{Fields, Value},
};
use recommend::{habit::Taken, history::Item};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    question::{Category, Question, text},
    recommender::{Algorithm, Recommender, WhenBought},
};

/// A durable of which nobody says how long it lasts is not proposed again for so long.
const UNKNOWN_LIFE: Span = Span::DAY.times(730);

/// The rules of a recommender for one question.
pub(crate) struct Allowed<'a> {
    question: &'a Question<'a>,
    recommender: &'a Recommender,
    only: Option<Told<'a>>,
    size: Option<Arc<str>>,
    store: Option<Arc<str>>,
    margin: Option<f64>,
    /// In hundredths, the least and the most.
    price_cents: (f64, f64),
    never: FxHashSet<Item>,
    /// Of which no item may be shown, whichever algorithm finds it: a list that completes a purchase does not repeat it.
    settled: FxHashSet<CategoryNumber>,
    bought: &'a Bought<'a>,
}

/// What the person bought: of each item the last time, and how often.
pub(crate) struct Bought<'a> {
    items: FxHashMap<Item, (Timestamp, u32)>,
    /// Of items that are the same thing in another form.
    groups: FxHashMap<&'a str, (Timestamp, u32)>,
}

impl<'a> Allowed<'a> {
    pub(crate) fn of(recommender: &'a Recommender, question: &'a Question<'a>, bought: &'a Bought<'a>) -> Self {
        let filters = &recommender.filters;
        let catalog = question.shop.catalog;
        let excluded = filters.exclude.iter().filter_map(|id| catalog.number_of(id)).map(|number| Item(number.0));
        let mut never: FxHashSet<Item> = excluded.chain(question.named.iter().chain(&question.cart).copied()).collect();
        if recommender.algorithms.iter().any(|algorithm| asks_about_items(*algorithm)) {
            never.extend(&question.about);
        }
        let trait_of = |name: &Option<Name<Trait>>| name.as_ref().and_then(|name| trait_text(question.facts, name));
        let (now, prices) = (question.now, (filters.price_from, filters.price_to));
        let asked = question.about.iter().filter_map(|item| question.item(*item)?.prices(now));
        let asked: Vec<f64> = asked.map(|prices| prices.cents_at(now) as f64).collect();
        let mean = (!asked.is_empty()).then(|| asked.iter().sum::<f64>() / asked.len() as f64);
        let price_cents = mean.map_or((f64::NEG_INFINITY, f64::INFINITY), |mean| {
            (prices.0.map_or(f64::NEG_INFINITY, |from| from * mean), prices.1.map_or(f64::INFINITY, |to| to * mean))
        });
        Self {
            question,
            recommender,
            only: filters.only.as_ref().map(Told::of),
            size: trait_of(&filters.size_of),
            store: trait_of(&filters.store_of),
            margin: filters.least_margin,
            price_cents,
            never,
            settled: match recommender.algorithms.contains(&Algorithm::Complements) {
                true => bought.settled(question),
                false => FxHashSet::default(),
            },
            bought,
        }
    }

    /// Whether an item may be shown. What costs least to find out is asked first.
    pub(crate) fn allows(&self, item: Item) -> bool {
        if self.never.contains(&item) {
            return false;
        }
        let Some(view) = self.question.item(item).filter(|view| view.role() == Role::Sold) else { return false };
        let filters = &self.recommender.filters;
        (!filters.in_stock || view.stock().is_in())
            && self.is_wanted_again(&view)
            && self.is_in_category(item)
            && self.question.category_of(item).is_none_or(|category| !self.settled.contains(&category))
            && self.size.as_deref().is_none_or(|size| comes_in(&view, size))
            && self.store.as_deref().is_none_or(|store| view.stock_in(store).is_some_and(|stock| stock.count > 0))
            && self.is_in_price(&view)
            && self.margin.is_none_or(|least| margin(&view, self.question.now).is_none_or(|margin| margin >= least))
            && self.only.as_ref().is_none_or(|only| only.holds(&view, self.question.facts, self.question.now))
    }

    fn is_wanted_again(&self, view: &ItemView<'_>) -> bool {
        match self.recommender.filters.bought {
            WhenBought::Always => true,
            WhenBought::UsedUp => !self.bought.lasts(view, self.question.now),
            WhenBought::Never => self.bought.last(view).is_none(),
        }
    }

    fn is_in_category(&self, item: Item) -> bool {
        let catalog = self.question.shop.catalog;
        match self.question.category {
            _ if !self.recommender.filters.same_category => true,
            Category::Unnamed => true,
            Category::Unknown => false,
            Category::Known(category) => catalog.in_category(category).is_some_and(|items| items.contains(item.0)),
        }
    }

    fn is_in_price(&self, view: &ItemView<'_>) -> bool {
        let (least, most) = self.price_cents;
        if least == f64::NEG_INFINITY && most == f64::INFINITY {
            return true;
        }
        let cents = view.prices(self.question.now).map(|prices| prices.cents_at(self.question.now) as f64);
        cents.is_some_and(|cents| cents >= least && cents <= most)
    }
}

impl<'a> Bought<'a> {
    pub(crate) fn of(question: &Question<'a>) -> Self {
        let mut bought = Self { items: FxHashMap::default(), groups: FxHashMap::default() };
        let (mut baskets, mut of_groups) = (FxHashSet::default(), FxHashSet::default());
        for taken in &question.person.orders {
            let count = |known: &mut (Timestamp, u32), is_new: bool| {
                *known = (known.0.max(taken.at), known.1 + u32::from(is_new));
            };
            let is_new = baskets.insert((taken.item, taken.group));
            count(bought.items.entry(taken.item).or_insert((taken.at, 0)), is_new);
            if let Some(group) = question.item(taken.item).and_then(|view| view.group()) {
                // Two forms in one basket are one purchase.
                let is_new = of_groups.insert((group, taken.group));
                count(bought.groups.entry(group).or_insert((taken.at, 0)), is_new);
            }
        }
        bought
    }

    /// When the person bought an item, or the same in another form, for the last time, and in how many baskets it was.
    fn last(&self, view: &ItemView<'_>) -> Option<(Timestamp, u32)> {
        let own = self.items.get(&Item(view.number().0));
        own.or_else(|| view.group().and_then(|group| self.groups.get(group))).copied()
    }

    /// Whether the person has an item, or the same in another form, that is not used up, worn out, or taken again and
    /// again.
    pub(crate) fn lasts(&self, view: &ItemView<'_>, now: Timestamp) -> bool {
        let Some((last, baskets)) = self.last(view) else { return false };
        let life = view.expected_life_days().map(|days| Span::DAY.times(days.into()));
        let is_within = |life: Span| now.since(last) < life;
        match (view.usage(), life) {
            (Some(Usage::Consumable), _) => false,
            (Some(Usage::Durable) | None, Some(life)) => is_within(life),
            (Some(Usage::Durable), None) => is_within(UNKNOWN_LIFE),
            // Who takes it again and again uses it up, whatever the shop does not say.
            (None, None) => baskets < 2 && is_within(UNKNOWN_LIFE),
        }
    }

    /// The categories of what was bought and lasts, by what the shop says of it: of the same kind no other is needed.
    pub(crate) fn settled(&self, question: &Question<'_>) -> FxHashSet<CategoryNumber> {
        let category = |taken: &Taken| {
            let view = question.item(taken.item)?;
            let is_durable = match view.usage() {
                Some(usage) => usage == Usage::Durable,
                None => view.expected_life_days().is_some(),
            };
            (is_durable && self.lasts(&view, question.now)).then(|| view.categories().first().copied())?
        };
        question.person.orders.iter().filter_map(category).collect()
    }
}

/// A selection of items, with the facts that it asks for.
pub(crate) struct Told<'s> {
    selection: &'s Selection,
    facts: Vec<(Arc<str>, Option<Arc<str>>, Fact)>,
}

impl<'s> Told<'s> {
    pub(crate) fn of(selection: &'s Selection) -> Self {
        let paths = selection.needs().events.get(selection.event()).into_iter().flat_map(|need| &need.paths);
        let fact = |names: &[Arc<str>]| {
            let fact = Fact::of_name(&names.join("."))?;
            match names {
                [name] => Some((name.clone(), None, fact)),
                [family, name] => Some((family.clone(), Some(name.clone()), fact)),
                _ => None,
            }
        };
        Self { selection, facts: paths.filter_map(|path| fact(path.names())).collect() }
    }

    /// Whether an item is meant.
    pub(crate) fn holds(&self, view: &ItemView<'_>, facts: &dyn Facts, now: Timestamp) -> bool {
        let (mut own, mut nested) = (Vec::new(), Vec::<(Arc<str>, Vec<(Arc<str>, Value)>)>::new());
        for (name, below, fact) in &self.facts {
            let Some(value) = fact.of(view, now) else { continue };
            let Some(below) = below else {
                own.push((name.clone(), value));
                continue;
            };
            match nested.iter_mut().find(|(family, _)| family == name) {
                Some((_, values)) => values.push((below.clone(), value)),
                None => nested.push((name.clone(), vec![(below.clone(), value)])),
            }
        }
        own.extend(nested.into_iter().map(|(family, values)| (family, Value::Map(Fields::new(values)))));
        self.selection.holds(&Fields::new(own), facts, now)
    }
}

/// Whether what is proposed goes with the items in question, which are then not proposed.
fn asks_about_items(algorithm: Algorithm) -> bool {
    use Algorithm as A;
    matches!(algorithm, A::AlsoBought | A::BoughtTogether | A::ViewedTogether | A::Similar)
}

/// A trait that is believed enough to choose by.
fn trait_text(facts: &dyn Facts, name: &Name<Trait>) -> Option<Arc<str>> {
    let believed = facts.trait_value(name.as_str())?;
    let is_sure = believed.belief.most.is_some_and(|most| most >= Use::Show);
    text(&believed.value.value).filter(|text| is_sure && !text.trim().is_empty())
}

/// Whether an item can be had in a size, or has none.
fn comes_in(view: &ItemView<'_>, wanted: &str) -> bool {
    let is_wanted = |size: &str| size.trim().eq_ignore_ascii_case(wanted.trim());
    let mut sized = view.variants().filter_map(|variant| Some((variant.size()?, variant.stock()))).peekable();
    if sized.peek().is_some() {
        return sized.any(|(size, stock)| stock.is_in() && is_wanted(size));
    }
    match view.attribute("size") {
        Some(Attribute::Text(size)) => is_wanted(&size),
        Some(Attribute::Number(size)) => is_wanted(&size.get().to_string()),
        Some(Attribute::List(sizes)) => sizes.iter().any(|size| is_wanted(size)),
        Some(Attribute::Flag(_)) | None => true,
    }
}

fn margin(view: &ItemView<'_>, now: Timestamp) -> Option<f64> {
    Fact::Margin.of(view, now)?.as_number()
}
