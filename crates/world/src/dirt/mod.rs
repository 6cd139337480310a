//! What goes wrong between the world and the product, on purpose and at known rates.
//!
//! | What | Rate | Where |
//! |---|---|---|
//! | a trait that was true years ago, held with its old date | [`STALE`] of customers | `attributes` |
//! | a trait that was never true | [`WRONG`] of customers; by source: [`reliability`] | `attributes` |
//! | orders of the time before that no system knows any more | [`LOST`] of those with any | `history` |
//! | a source that names only an identifier that nobody else sends | [`UNJOINED`] of customers | `names` |
//! | one order for somebody else, which says nothing about a taste | [`DECOYS`] of those with any | `history` |
//! | late, twice, again, by a wrong clock | [`LATE`], [`DUPLICATE`], [`REPEATED`], [`SKEWED`] | `transport` |
//! | programs | [`BOTS`] of visits | `bots` |
//!
//! Every defect of a person has a draw of its own, so that another rate of one leaves the others.

mod attributes;
mod bots;
mod history;
mod names;
mod record;
mod transport;

use model::time::Timestamp;

pub(crate) use self::record::Told;
use self::{attributes::Fate, record::Record};
pub use self::{
    bots::{BOTS, bots},
    history::{PastOrder, orders_before},
    names::claims,
    record::Tellings,
    transport::{DUPLICATE, LATE, REPEATED, SKEWED, on_the_way},
};
use crate::{
    Seed, World,
    calendar::Day,
    draws::{Entity, Purpose},
    emission::{Attribute, Emission, Feed, Happening},
    person::{Person, PersonId},
};

/// Share of customers of whom a system holds what was true years ago.
pub const STALE: f64 = 0.59;
/// Share of customers of whom a system holds what was never true.
pub const WRONG: f64 = 0.57;
/// Share of customers with orders before day 0 of which the oldest, or all, are lost.
pub const LOST: f64 = 0.36;
/// Share of customers of whom one source names only an identifier that nobody else sends.
pub const UNJOINED: f64 = 0.64;
/// Share of customers with orders before day 0 who made only one, for somebody else.
pub const DECOYS: f64 = 0.05;

/// Share of the traits that a source states that are true when it states them. What customers say of themselves in
/// their account comes by [`Feed::Server`], what they type into forms by [`Feed::Web`]. The others state none.
pub const fn reliability(feed: Feed) -> f64 {
    match feed {
        Feed::Server => 0.97,
        Feed::Till => 0.95,
        Feed::Web => 0.85,
        Feed::OldCrm => 0.70,
        Feed::Partner => 0.55,
        Feed::App | Feed::Mailer | Feed::Service => 1.0,
    }
}

/// Which defects a person truly has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Planted {
    /// The traits of which a system holds what was true years ago.
    pub stale: Vec<&'static str>,
    /// The traits of which a system holds what was never true.
    pub wrong: Vec<&'static str>,
    /// Before this moment all orders are lost.
    pub lost_before: Option<Timestamp>,
    /// The source that names only an identifier that nobody else sends.
    pub unjoined: Option<Feed>,
    /// The order that says nothing about the person's taste: the only one of the time before.
    pub decoy: Option<String>,
}

/// What is to be wrong with what is known about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flaws {
    pub is_stale: bool,
    pub is_wrong: bool,
    pub is_lost: bool,
    pub is_unjoined: bool,
    pub is_decoy: bool,
}

impl Flaws {
    /// The flaws of a person. Of those without orders before day 0 nothing is lost or a decoy, whatever is drawn.
    pub(crate) fn of(seed: Seed, person: PersonId) -> Self {
        let mut draws = seed.draws(Entity::Person(person.0), 0, Purpose::Defect);
        let [is_stale, is_wrong, is_lost, is_unjoined, is_decoy] =
            [STALE, WRONG, LOST, UNJOINED, DECOYS].map(|share| draws.chance(share));
        Self { is_stale, is_wrong, is_lost, is_unjoined, is_decoy }
    }
}

/// What systems hold on day 0: what was said in the years before, and the orders that are not lost; in order of time.
pub fn before(world: &World, person: &Person) -> Vec<Emission> {
    if !person.is_old_customer {
        return Vec::new();
    }
    let records = record::all_of(world, person).into_iter().filter(|record| record.day.is_none());
    let mut emissions: Vec<Emission> = records.map(|record| said_by(world, person, record)).collect();
    let kept = orders_before(world, person).into_iter().filter(|past| !past.is_lost);
    emissions.extend(kept.map(|past| Emission {
        feed: past.feed,
        message: past.order.clone(),
        says_at: past.at,
        sent_at: world.calendar.start,
        skew_ms: 0,
        claims: claims(world, person, past.feed),
        user_agent: None,
        what: Happening::Ordered { order: past.order, lines: past.lines, coupon: None },
        day: None,
    }));
    emissions.sort_by_key(|emission| emission.says_at);
    emissions
}

/// What is said about somebody on a day: at sign-up, at a till, by a partner, in a correction; in order of time.
pub fn said(world: &World, person: &Person, day: Day) -> Vec<Emission> {
    if !person.tellings.has(day) {
        return Vec::new();
    }
    let records = record::all_of(world, person).into_iter().filter(|record| record.day == Some(day));
    records.map(|record| said_by(world, person, record)).collect()
}

/// Which defects a person truly has.
pub fn planted(world: &World, person: &Person) -> Planted {
    let flaws = Flaws::of(world.seed, person.id);
    let records = record::all_of(world, person);
    let traits = |fate: Fate| {
        let held = records.iter().flat_map(|record| &record.held).filter(|held| held.fate == fate);
        let mut names: Vec<_> = held.map(|held| trait_name(&held.attribute)).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let past = orders_before(world, person);
    Planted {
        stale: traits(Fate::Stale),
        wrong: traits(Fate::Wrong),
        lost_before: history::lost_before(&past),
        unjoined: names::unjoined(person, flaws),
        decoy: past.into_iter().next().filter(|_| flaws.is_decoy).map(|past| past.order),
    }
}

/// The product's name of what an attribute is.
pub const fn trait_name(attribute: &Attribute) -> &'static str {
    match attribute {
        Attribute::Email(_) => "email",
        Attribute::Phone(_) => "phone",
        Attribute::FirstName(_) => "first_name",
        Attribute::LastName(_) => "last_name",
        Attribute::Born(_) => "birth_date",
        Attribute::Gender(_) => "gender",
        Attribute::Country(_) => "country",
        Attribute::City(_) => "city",
        Attribute::PostalCode(_) => "postal_code",
        Attribute::Language(_) => "language",
        Attribute::ShoeSize(_) => "shoe_size",
        Attribute::FootWidth(_) => "foot_width",
    }
}

fn said_by(world: &World, person: &Person, record: Record) -> Emission {
    let mut claims = claims(world, person, record.feed);
    // A browser of years ago is another one, and what was kept of a form is the account that it made.
    claims.device = claims.device.filter(|_| record.day.is_some());
    let user_agent = person.devices.first().filter(|_| claims.device.is_some()).map(|device| device.user_agent);
    Emission {
        feed: record.feed,
        message: format!("said-{}-{}", person.id.0, record.number),
        says_at: record.at,
        sent_at: record.sent_at,
        skew_ms: 0,
        claims,
        user_agent,
        what: Happening::Said(record.held.into_iter().map(|held| held.attribute).collect()),
        day: record.day,
    }
}

#[cfg(test)]
mod tests;
