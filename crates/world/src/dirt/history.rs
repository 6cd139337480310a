//! Orders of the three years before the world began.

use model::time::{Span, Timestamp};

use super::Flaws;
use crate::{
    World,
    calendar::Day,
    catalog::{Cut, Item, ItemId, taste},
    draws::{Draws, Entity, Purpose},
    emission::{Feed, Line},
    person::{Person, Sex},
};

/// Days before day 0 from which there are orders.
const DAYS: usize = 3 * 365;

/// How likely there is one order more, and how many there are at most.
const ONE_MORE: f64 = 0.55;
const MOST: usize = 12;

/// Among so many items somebody chooses. Few, so that a large catalog costs no more than a small one.
const CHOICE: usize = 64;

/// How much a taste weighs against what all like.
const TASTE: f32 = 4.0;

/// An order of the time before the world began.
#[derive(Debug, Clone, PartialEq)]
pub struct PastOrder {
    /// Its number.
    pub order: String,
    /// When.
    pub at: Timestamp,
    /// What was bought.
    pub lines: Vec<Line>,
    /// [`Feed::Till`] or [`Feed::Server`].
    pub feed: Feed,
    /// Whether no system knows it any more.
    pub is_lost: bool,
}

/// All orders before day 0, lost ones too, in order of time. Every old customer has one at least.
pub fn orders_before(world: &World, person: &Person) -> Vec<PastOrder> {
    if !person.is_old_customer {
        return Vec::new();
    }
    let flaws = Flaws::of(world.seed, person.id);
    let mut draws = world.seed.draws(Entity::Person(person.id.0), 0, Purpose::Past);
    let mut count = 1;
    while count < MOST && draws.chance(ONE_MORE) {
        count += 1;
    }
    if flaws.is_decoy {
        count = 1;
    }
    let start = world.calendar.start;
    let mut moments: Vec<Timestamp> = (0..count)
        .map(|_| {
            let hours = 24 * draws.below(DAYS) + draws.below(14) + 3;
            start.minus(Span::HOUR.times(hours as i64)).minus(Span::MINUTE.times(draws.below(60) as i64))
        })
        .collect();
    moments.sort_unstable();
    // The oldest are lost, as when a system is replaced: of several, any number of them.
    let lost = if flaws.is_lost { 1 + draws.below(count) } else { 0 };
    let orders = moments.into_iter().enumerate().map(|(place, at)| {
        let mut draws = world.seed.draws(Entity::Person(person.id.0), 1 + place as u32, Purpose::Past);
        let is_till = draws.chance(f64::from(person.till_share)) && person.card.is_some();
        PastOrder {
            order: format!("past-{}-{place}", person.id.0),
            at,
            lines: lines(world, person, flaws, &mut draws),
            feed: if is_till { Feed::Till } else { Feed::Server },
            is_lost: place < lost,
        }
    });
    orders.filter(|past| !past.lines.is_empty()).collect()
}

/// Before which moment all orders are lost; none if nothing is.
pub(super) fn lost_before(past: &[PastOrder]) -> Option<Timestamp> {
    let last = past.iter().rfind(|past| past.is_lost)?;
    Some(last.at.plus(Span::from_millis(1)))
}

/// One to three items by taste; of a decoy one that is as far from it as any.
fn lines(world: &World, person: &Person, flaws: Flaws, draws: &mut Draws) -> Vec<Line> {
    let choice: Vec<&Item> = (0..CHOICE)
        .filter_map(|_| world.catalog.items.get(draws.below(world.catalog.items.len())))
        .filter(|item| item.is_sold_on(Day(0)) && (flaws.is_decoy || suits(item, person)))
        .collect();
    let line = |item: ItemId| Line { item, quantity: 1, price: world.catalog.item(item).price, is_gift: false };
    if flaws.is_decoy {
        // Whom it was for is not told to the shop.
        let fit = |item: &Item| taste::fit(&item.latent, &person.taste);
        return choice.iter().min_by(|a, b| fit(a).total_cmp(&fit(b))).map(|item| line(item.id)).into_iter().collect();
    }
    let mut weights: Vec<f64> = choice
        .iter()
        .map(|item| f64::from(libm::expf(item.appeal + TASTE * taste::fit(&item.latent, &person.taste))))
        .collect();
    let mut lines = Vec::new();
    for _ in 0..=draws.weighted(&[0.6, 0.3, 0.1]) {
        let place = draws.weighted(&weights);
        if let (Some(item), Some(weight)) = (choice.get(place), weights.get_mut(place))
            && *weight > 0.0
        {
            lines.push(line(item.id));
            *weight = 0.0;
        }
    }
    lines
}

/// Nine in ten buy what is cut for them; here all do, as gifts of the time before are decoys.
fn suits(item: &Item, person: &Person) -> bool {
    match item.cut {
        Cut::All => true,
        Cut::Women => person.sex == Sex::Woman,
        Cut::Men => person.sex == Sex::Man,
        Cut::Children => false,
    }
}
