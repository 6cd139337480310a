//! What one person did, read from trails at the moment of a question.

use std::sync::Arc;

use catalog::catalog::Catalog;
use condition::Facts;
use model::{
    fact::Occurrence,
    time::{Span, Timestamp},
    value::Value,
};
use recommend::{
    habit::Taken,
    history::{Group, Item},
};
use rustc_hash::FxHashSet;

use crate::{
    deed::{self, Deed, QUERY, SEARCHED},
    gather::VISIT_GAP,
};

/// What somebody did with items of the catalog; each list in order of time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub(crate) viewed: Vec<(Timestamp, Item)>,
    /// Every line of every order, each order a group of its own.
    pub(crate) orders: Vec<Taken>,
    /// What was put on the wish list and not taken off it.
    pub(crate) saved: Vec<Item>,
    /// What was put into the cart lately, and neither taken out of it nor ordered.
    pub(crate) cart: Vec<Item>,
    pub(crate) visit: Visit,
}

/// The visit that is going on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visit {
    /// What was looked at or put into the cart.
    pub(crate) items: Vec<Item>,
    /// What was searched for last.
    pub(crate) query: Option<Arc<str>>,
    /// When the visit is over if nothing more happens.
    pub(crate) ends_at: Option<Timestamp>,
}

/// So many of the latest views are looked at.
const MOST_VIEWS: usize = 500;

/// What was put into a cart longer ago is not in it any more.
const CART_DAYS: Span = Span::DAY.times(7);

impl Person {
    /// What somebody of whom these facts are known did until a moment.
    pub(crate) fn of(facts: &dyn Facts, catalog: &Catalog, now: Timestamp) -> Self {
        let reader = Reader { facts, catalog, now };
        let viewed = reader.deeds(Deed::Viewed, MOST_VIEWS);
        let carted = reader.deeds(Deed::Carted, MOST_VIEWS);
        let orders = reader.orders();
        let saved = left(&reader.deeds(Deed::Wished, usize::MAX), &reader.deeds(Deed::Unwished, usize::MAX));
        let mut taken_out = reader.deeds(Deed::Uncarted, usize::MAX);
        taken_out.extend(orders.iter().map(|taken| (taken.at, taken.item)));
        let lately: Vec<_> = carted.iter().copied().filter(|(at, _)| now.since(*at) < CART_DAYS).collect();
        let cart = left(&lately, &taken_out).into_iter().map(|(_, item)| item).collect();
        let ordered: FxHashSet<Item> = orders.iter().map(|taken| taken.item).collect();
        let saved = saved.into_iter().map(|(_, item)| item).filter(|item| !ordered.contains(item)).collect();
        let visit = Visit::of(&viewed, &carted, reader.searched(), now);
        Self { viewed, orders, saved, cart, visit }
    }

    /// What was looked at or ordered, each once or more often.
    pub(crate) fn touched(&self) -> impl Iterator<Item = Item> + '_ {
        self.viewed.iter().map(|(_, item)| *item).chain(self.orders.iter().map(|taken| taken.item))
    }

    /// The items of the newest order.
    pub(crate) fn last_order(&self) -> Vec<Item> {
        let newest = self.orders.last().map(|taken| taken.group);
        let of_newest = self.orders.iter().filter(|taken| Some(taken.group) == newest);
        of_newest.map(|taken| taken.item).collect()
    }
}

impl Visit {
    fn of(
        viewed: &[(Timestamp, Item)],
        carted: &[(Timestamp, Item)],
        searched: Option<(Timestamp, Arc<str>)>,
        now: Timestamp,
    ) -> Self {
        let mut deeds: Vec<(Timestamp, Item)> = viewed.iter().chain(carted).copied().collect();
        deeds.sort_by_key(|(at, _)| *at);
        let moments = deeds.iter().map(|(at, _)| *at);
        let last = moments.chain(searched.iter().map(|(at, _)| *at)).max();
        let Some(last) = last.filter(|last| now.since(*last) < VISIT_GAP) else { return Self::default() };
        let mut since = last;
        let mut is_going_on = |at: &Timestamp| {
            let is = since.since(*at) < VISIT_GAP;
            since = if is { *at } else { since };
            is
        };
        let of_visit = deeds.iter().rev().take_while(|(at, _)| is_going_on(at)).count();
        let items: Vec<Item> = deeds[deeds.len() - of_visit..].iter().map(|(_, item)| *item).collect();
        let query = searched.filter(|(at, _)| now.since(*at) < VISIT_GAP).map(|(_, query)| query);
        Self { items, query, ends_at: Some(last.plus(VISIT_GAP)) }
    }
}

/// Reads trails.
struct Reader<'a> {
    facts: &'a dyn Facts,
    catalog: &'a Catalog,
    now: Timestamp,
}

impl Reader<'_> {
    /// Of the latest occurrences that say that something was done, the items with their moments, in order of time.
    fn deeds(&self, deed: Deed, most: usize) -> Vec<(Timestamp, Item)> {
        let mut all = Vec::new();
        for event in deed::events_of(deed) {
            let trail = self.facts.trail(event);
            for occurrence in self.past(&trail).iter().rev().take(most).rev() {
                let items = self.items(deed, occurrence);
                all.extend(items.map(|item| (occurrence.at, item)));
            }
        }
        all.sort_by_key(|(at, _)| *at);
        all
    }

    fn orders(&self) -> Vec<Taken> {
        let mut all = Vec::new();
        for event in deed::events_of(Deed::Ordered) {
            let trail = self.facts.trail(event);
            for (number, occurrence) in self.past(&trail).iter().enumerate() {
                let group = Group(number as u32);
                all.extend(self.items(Deed::Ordered, occurrence).map(|item| Taken { at: occurrence.at, group, item }));
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    fn searched(&self) -> Option<(Timestamp, Arc<str>)> {
        let trail = self.facts.trail(SEARCHED);
        let last = self.past(&trail).last()?;
        match last.properties.get(QUERY)? {
            Value::Text(query) => Some((last.at, query.clone())),
            _ => None,
        }
    }

    fn items(&self, deed: Deed, occurrence: &Occurrence) -> impl Iterator<Item = Item> + use<'_> {
        let ids = deed::ids(deed, &occurrence.properties).into_iter();
        ids.filter_map(|id| self.catalog.number_of(&id)).map(|number| Item(number.0))
    }

    /// What of a trail has happened.
    fn past<'t>(&self, trail: &'t [Occurrence]) -> &'t [Occurrence] {
        &trail[..trail.partition_point(|occurrence| occurrence.at <= self.now)]
    }
}

/// What was put somewhere and not taken away at the same time or later, by when it was put there last.
fn left(put: &[(Timestamp, Item)], taken: &[(Timestamp, Item)]) -> Vec<(Timestamp, Item)> {
    let mut left: Vec<(Timestamp, Item)> = Vec::new();
    for (at, item) in put {
        left.retain(|(_, other)| other != item);
        if !taken.iter().any(|(gone, other)| other == item && gone >= at) {
            left.push((*at, *item));
        }
    }
    left
}
