//! What follows an order: what is sent back, asked, praised and told.

use crate::{
    World,
    calendar::Day,
    catalog::{Family, ItemId},
    draws::{Entity, Purpose},
    emission::{Emission, Feed, Happening, Line},
    truth::{Intent, Truth},
};

use super::{Life, Purchase, arrival::at, outside};

/// What will happen on a day.
#[derive(Debug, Clone)]
pub(super) struct Due {
    day: Day,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Return { order: String, line: Line },
    Review(ItemId, u8),
    Share(ItemId),
    Call(&'static str),
}

/// Days before something is sent back in which the way to do it is looked for on the site.
const LOOKS_DAYS: u32 = 5;

impl Life {
    /// Draws what will follow from an order.
    pub(super) fn expect(&mut self, world: &World, purchase: &Purchase<'_>) {
        let person = world.person(self.person);
        let arrives = 3 + u32::from(world.calendar.parcel_delay_days(purchase.day));
        // An order for somebody and by the same at one till on one day is one order.
        let entity = Entity::Visit(self.person.0, purchase.lines.len() as u16);
        let mut service = world.seed.draws(entity, purchase.day.0, Purpose::Service);
        for (place, line) in purchase.lines.iter().enumerate() {
            let entity = Entity::Visit(self.person.0, place as u16);
            let mut draws = world.seed.draws(entity, purchase.day.0 ^ line.item.0 << 12, Purpose::Return);
            let item = world.catalog.item(line.item);
            let misfits = misfits(item.family)
                + if item.is_defective { 0.3 } else { 0.0 }
                + if person.is_farmer { 0.45 } else { 0.0 };
            let is_returned = draws.chance(misfits);
            let after = arrives + draws.between(4.0, 16.0) as u32;
            let [speaks, stars, shares, asks] = std::array::from_fn(|_| service.unit());
            if is_returned {
                let what = What::Return { order: purchase.order.to_owned(), line: *line };
                self.due.push(Due { day: Day(purchase.day.0 + after), what });
            } else if speaks < 0.05 + 0.1 * f64::from(person.word_of_mouth) {
                let stars = if stars < 0.08 { 2 } else { 4 + u8::from(stars > 0.4) };
                self.due.push(Due { day: Day(purchase.day.0 + after + 10), what: What::Review(line.item, stars) });
            }
            if !is_returned && shares < 0.15 * f64::from(person.word_of_mouth) {
                self.due.push(Due { day: Day(purchase.day.0 + after + 12), what: What::Share(line.item) });
            }
            if asks < if is_returned { 0.25 } else { 0.03 } {
                let about = if item.is_defective { "defect" } else { "fit" };
                self.due.push(Due { day: Day(purchase.day.0 + after - 2), what: What::Call(about) });
            }
        }
        if arrives > 4 && service.chance(0.2) {
            self.due.push(Due { day: Day(purchase.day.0 + 4), what: What::Call("delivery") });
        }
    }

    /// What a visit of these days is for, because of something that was bought.
    pub(crate) fn trouble_on(&self, day: Day) -> Option<Intent> {
        self.due.iter().find_map(|due| {
            let is_near = day <= due.day && due.day.0 - day.0 <= LOOKS_DAYS;
            match due.what {
                What::Return { .. } if is_near => Some(Intent::Return),
                What::Call(_) if is_near => Some(Intent::Fix),
                _ => None,
            }
        })
    }

    /// Does what is due on a day.
    pub(super) fn settle(&mut self, world: &World, day: Day, emissions: &mut Vec<Emission>, truths: &mut Vec<Truth>) {
        let person = world.person(self.person);
        let mut number = 0;
        while let Some(place) = self.due.iter().position(|due| due.day <= day) {
            let due = self.due.remove(place);
            number += 1;
            let when = at(world, day, 9.0 + f64::from(number));
            let (feed, what) = match due.what {
                What::Return { order, line } => {
                    self.owned.retain(|item| *item != line.item);
                    let lost = earned(world, &line) + world.costs.returned as i64;
                    truths.push(Truth::Return(self.person, when, lost));
                    (Feed::Server, Happening::Refunded { order, lines: vec![line] })
                }
                What::Review(item, stars) => (Feed::Server, Happening::Reviewed(item, stars)),
                What::Share(item) => (Feed::Server, Happening::Shared(item)),
                What::Call(about) => (Feed::Service, Happening::Served(about)),
            };
            let message = format!("after-{}-{}-{number}", self.person.0, day.0);
            emissions.push(outside(world, person, feed, when, (message, what)));
        }
    }
}

/// How often something of a family does not fit.
fn misfits(family: Family) -> f64 {
    match family {
        Family::Boots | Family::Trail => 0.14,
        Family::Rain | Family::Winter | Family::Kids => 0.10,
        Family::Packs | Family::Camp => 0.05,
        Family::Socks | Family::Poles | Family::Care | Family::Maps | Family::Kitchen => 0.02,
    }
}

/// What the shop earns by a line, in cents: what is paid, less what the shop itself has paid.
pub(crate) fn earned(world: &World, line: &Line) -> i64 {
    let item = world.catalog.item(line.item);
    let cost = item.price as f32 * (1.0 - item.margin);
    i64::from(line.quantity) * (i64::from(line.price) - cost as i64)
}
