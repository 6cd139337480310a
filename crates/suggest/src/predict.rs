//! What somebody is likely to take, how likely, and when they will need again what they took.

use std::sync::Arc;

use catalog::{item::Role, number::ItemNumber};
use condition::Facts;
use decide::Why;
use model::time::{Span, Timestamp};
use recommend::{
    habit::{NextNeed, Past},
    history::Item,
    personal::{Because, Chance, Question},
};

use crate::{person::Person, question::Shop};

/// What is foretold of somebody by the models of the moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    /// Items, the likeliest first.
    pub items: Vec<Prediction>,
    /// How far ahead a chance looks; nothing where no model is trained.
    pub ahead: Option<Span>,
    /// Which training foretells it: [`crate::Models::version`].
    pub model: u64,
}

/// What is foretold of one item.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Its id.
    pub item: Arc<str>,
    /// The probability that the person takes it within [`Predictions::ahead`], from 0 to 1.
    pub chance: f32,
    /// What speaks for it.
    pub why: Why,
    /// The id of the item that it goes with, where that is the reason.
    pub of: Option<Arc<str>>,
    /// How often the person took it.
    pub times: u32,
    /// When the person needs it again: only of what they took.
    pub next_need: Option<NextNeed>,
}

/// Foretells at most so many items of somebody: the likeliest of what they ever took and of what is new to them.
pub fn predict(shop: &Shop<'_>, facts: &dyn Facts, now: Timestamp, most: usize) -> Predictions {
    let (models, catalog) = (shop.models, shop.catalog);
    let Some(personal) = &models.personal else {
        return Predictions { items: Vec::new(), ahead: None, model: models.version() };
    };
    let person = Person::of(facts, catalog, now);
    let question = Question { taken: &person.orders, now, alike: None };
    let mut chances = models.with_memory(|memory| personal.chances(&question, most, &mut memory.personal));
    let is_sold = |item: Item| catalog.item(ItemNumber(item.0)).is_some_and(|view| view.role() == Role::Sold);
    chances.retain(|one| is_sold(one.item));
    chances.sort_by(|one, other| other.chance.total_cmp(&one.chance).then(one.item.cmp(&other.item)));
    chances.truncate(most);
    let past = Past::of(&person.orders, now);
    let id = |item: Item| catalog.shared_id_of(ItemNumber(item.0)).cloned();
    let told = |chance: &Chance| {
        let (why, of) = match personal.because_of(&question, chance) {
            Because::Again => (Why::Again, None),
            Because::GoesWith(of) => (Why::Personal, Some(of)),
            Because::Like(of) => (Why::Similar, Some(of)),
            Because::Popular => (Why::Popular, None),
        };
        Some(Prediction {
            item: id(chance.item)?,
            chance: chance.chance,
            why,
            of: of.and_then(id),
            times: past.habit(chance.item).map_or(0, |habit| habit.times),
            next_need: personal.rhythms().next_need(&past, chance.item, now),
        })
    };
    let items = chances.iter().filter_map(told).collect();
    Predictions { items, ahead: Some(personal.ahead()), model: models.version() }
}
