//! What is bought in the stores.

use crate::{
    World,
    calendar::Day,
    draws::{Entity, Purpose},
    emission::{Emission, Feed, Happening, Line},
    truth::Truth,
    visit::{Shopper, price_on},
};

use super::{Life, Purchase, arrival::at, outside, parcel::earned};

/// How likely somebody who buys at tills only buys there what is needed urgently, on a day.
const BUYS: f64 = 0.015;
/// The hours in which the stores are open (UTC).
const OPEN: (f64, f64) = (9.0, 18.0);

impl Life {
    /// Buys what is needed in the nearest store, perhaps.
    pub(super) fn go_to_till(
        &mut self,
        world: &World,
        day: Day,
        emissions: &mut Vec<Emission>,
        truths: &mut Vec<Truth>,
    ) {
        let person = world.person(self.person);
        let Some(need) = self.need_on(day) else { return };
        if person.till_share <= 0.0 {
            return;
        }
        let mut draws = world.seed.draws(Entity::Person(self.person.0), day.0, Purpose::Store);
        if !draws.chance(BUYS * f64::from(person.till_share * (0.5 + need.strength))) {
            return;
        }
        let shopper = Shopper::new(world, self, day);
        let Some(item) = shopper.choose(world.catalog.listed(need.category, day, 0), draws.unit()) else { return };
        let line = Line { item, quantity: 1, price: price_on(world, item, day), is_gift: false };
        let mut lines = vec![line];
        for other in world.catalog.complements[item.0 as usize].iter().take(2) {
            if draws.chance(0.2) && world.catalog.item(*other).is_sold_on(day) {
                lines.push(Line { item: *other, price: price_on(world, *other, day), ..line });
            }
        }
        let when = at(world, day, draws.between(OPEN.0, OPEN.1));
        let order = format!("till-{}-{}", self.person.0, day.0);
        truths.push(Truth::TillOrder(self.person, when, lines.iter().map(|line| earned(world, line)).sum()));
        self.buy(world, &Purchase { order: &order, lines: &lines, day, wearer: need.wearer });
        if self.order_stage(day) {
            truths.push(Truth::Stage(self.person, when, self.stage()));
        }
        // A till that nobody shows a card to does not know who bought.
        if person.card.is_some() {
            let ordered = Happening::Ordered { order: order.clone(), lines, coupon: None };
            emissions.push(outside(world, person, Feed::Till, when, (order, ordered)));
        }
    }
}
