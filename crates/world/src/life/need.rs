//! What somebody comes to need, from when and until when.

use crate::{
    World,
    calendar::Day,
    catalog::{CategoryId, Item, ItemId},
    draws::{Draws, Entity, Purpose},
    person::{Person, PersonId},
    visit::Shopper,
};

/// Something that is needed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Need {
    /// Of which category.
    pub category: CategoryId,
    /// Who is to have it: the person, or who gets a gift.
    pub wearer: PersonId,
    /// From which day.
    pub onset: Day,
    /// The first day on which it is needed no more: bought elsewhere, or forgotten.
    pub expires: Day,
    /// How much it is needed: 0 a little, 1 urgently.
    pub strength: f32,
}

/// Days between two needs of a person that nothing calls forth: at least, and on average beyond that.
const BETWEEN_DAYS: (f64, f64) = (90.0, 180.0);
/// Days that a need lasts at least and at most.
const LASTS_DAYS: (f64, f64) = (14.0, 60.0);
/// Share of needs that are for somebody else.
const GIFTS: f64 = 0.13;
/// From so many items somebody thinks of one when a need arises.
const THOUGHTS: usize = 16;

impl Need {
    /// Whether it is felt on a day.
    pub fn is_felt_on(&self, day: Day) -> bool {
        self.onset <= day && day < self.expires
    }

    /// Whether it is for somebody else than `person`.
    pub fn is_gift_of(&self, person: PersonId) -> bool {
        self.wearer != person
    }
}

/// What a person comes to need over the whole time by itself, in order of time.
pub(super) fn all_of(world: &World, person: &Person) -> Vec<Need> {
    let mut draws = world.seed.draws(Entity::Person(person.id.0), 0, Purpose::Need);
    let joins = f64::from(person.joins.0);
    let mut needs = Vec::new();
    // Half of those who come for the first time come because they need something.
    if !person.is_old_customer && draws.chance(0.5) {
        needs.extend(arising(world, person, joins, &mut draws));
    }
    let mut at = joins - LASTS_DAYS.1 - BETWEEN_DAYS.0;
    loop {
        at += BETWEEN_DAYS.0 + draws.exponential(BETWEEN_DAYS.1);
        if at >= f64::from(world.calendar.days) {
            break;
        }
        needs.extend(arising(world, person, at, &mut draws));
    }
    needs.retain(|need| need.expires > person.joins);
    needs.sort_by_key(|need| need.onset);
    needs
}

/// The need for another of `item`, used from a day on, once it is worn out; none if that is after the world's last day.
pub(super) fn once_worn(world: &World, person: &Person, item: ItemId, used_from: i64) -> Option<Need> {
    let item: &Item = world.catalog.item(item);
    let mut draws = world.seed.draws(Entity::Person(person.id.0), item.id.0, Purpose::Need);
    let onset = used_from as f64 + f64::from(item.lasts) * draws.between(0.8, 1.2);
    let lasts = draws.between(LASTS_DAYS.0, LASTS_DAYS.1);
    let strength = draws.between(0.3, 1.0) as f32;
    // What wore out long before the world began has been replaced elsewhere.
    let is_within = onset + lasts > f64::from(person.joins.0) && onset < f64::from(world.calendar.days);
    is_within.then(|| Need {
        category: item.category,
        wearer: person.id,
        onset: Day(onset.max(0.0) as u32),
        expires: Day((onset + lasts) as u32),
        strength,
    })
}

fn arising(world: &World, person: &Person, at: f64, draws: &mut Draws) -> Option<Need> {
    let onset = Day(at.max(0.0) as u32);
    let gifts = (GIFTS * world.calendar.gift_factor(onset)).min(0.8);
    let wearer = if draws.chance(gifts) { somebody_else(world, person, draws) } else { person.id };
    let shopper = Shopper::thinking(world, person, wearer, onset);
    let items = &world.catalog.items;
    let thoughts: [ItemId; THOUGHTS] = std::array::from_fn(|_| ItemId(draws.below(items.len()) as u32));
    let lasts = draws.between(LASTS_DAYS.0, LASTS_DAYS.1);
    let strength = draws.between(0.2, 1.0) as f32;
    let choice = draws.unit();
    let sold = thoughts.into_iter().filter(|id| world.catalog.item(*id).is_sold_on(onset));
    let item = shopper.choose(sold, choice)?;
    let expires = Day((at + lasts).max(0.0) as u32);
    Some(Need { category: world.catalog.item(item).category, wearer, onset, expires, strength })
}

/// Of the same household if there is somebody else in it, in six cases of ten; else anybody.
fn somebody_else(world: &World, person: &Person, draws: &mut Draws) -> PersonId {
    let (at, people) = (person.id.0 as usize, &world.people);
    let near = &people[at.saturating_sub(4)..(at + 5).min(people.len())];
    let relative = near.iter().find(|other| other.household == person.household && other.id != person.id);
    let is_relative = draws.chance(0.6);
    let stranger = PersonId(draws.below(people.len()) as u32);
    relative.filter(|_| is_relative).map_or(stranger, |other| other.id)
}
