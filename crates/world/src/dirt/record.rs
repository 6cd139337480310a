//! What systems come to hold about somebody, and when.

use model::time::{Span, Timestamp};

use super::{
    Flaws,
    attributes::{self, Held, Kind},
    names,
};
use crate::{
    Seed, World,
    calendar::{Calendar, Day},
    draws::{Draws, Entity, Purpose},
    emission::Feed,
    person::{Person, PersonId},
};

/// Shares of old customers who typed into a form before day 0, or told a till or their account something; of all whom a
/// partner knows, beside those whom it must; who tell their account or a till something in a year; who tell of a move.
const FORM_BEFORE: f64 = 0.70;
const TILL_BEFORE: f64 = 0.35;
const PARTNER: f64 = 0.30;
const ACCOUNT_BEFORE: f64 = 0.15;
const ACCOUNT_A_YEAR: f64 = 0.20;
const TILL_A_YEAR: f64 = 0.15;
const TELLS_MOVE: f64 = 0.60;

/// What forms, tills and others ask for.
const FORM: &[Kind] = &[Kind::Email, Kind::FirstName, Kind::LastName, Kind::Born, Kind::Address, Kind::Language];
const TILL: &[Kind] = &[Kind::FirstName, Kind::LastName, Kind::Phone, Kind::ShoeSize, Kind::FootWidth];
const OLD_CRM: &[Kind] =
    &[Kind::Email, Kind::Phone, Kind::FirstName, Kind::LastName, Kind::Born, Kind::Gender, Kind::Address];
const PARTNERS: &[Kind] = &[Kind::Email, Kind::Phone, Kind::LastName, Kind::Gender, Kind::Born, Kind::Address];
const ACCOUNT: &[Kind] = &[Kind::Phone, Kind::Gender, Kind::Born, Kind::ShoeSize, Kind::FootWidth, Kind::Language];
const MOVED: &[Kind] = &[Kind::Address];

/// On which days of the world systems are told something about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tellings {
    /// Signs up with a form.
    pub form: Option<Day>,
    /// A partner delivers what it holds; of an old customer that was before day 0, and the day here is 0.
    pub partner: Option<Day>,
    /// Gives traits at a till.
    pub till: Option<Day>,
    /// States something in the account.
    pub account: Option<Day>,
    /// States a new address in the account.
    pub moved: Option<Day>,
}

/// What is known of somebody when it is drawn what systems will be told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub is_old_customer: bool,
    pub joins: Day,
    pub moves: Option<Day>,
    pub is_at_tills: bool,
}

impl Tellings {
    /// What systems will be told of a person.
    pub(crate) fn of(seed: Seed, calendar: Calendar, person: PersonId, told: Told) -> Self {
        let mut draws = seed.draws(Entity::Person(person.0), 0, Purpose::Record);
        let left = (calendar.days - told.joins.0).max(1);
        let years = f64::from(left) / 365.0;
        let mut some_day = |share: f64| {
            let (is_told, day) = (draws.chance(share * years), 1 + draws.below(left as usize) as u32);
            is_told.then_some(Day(told.joins.0 + day)).filter(|day| day.0 < calendar.days)
        };
        let (account, till) = (some_day(ACCOUNT_A_YEAR), some_day(TILL_A_YEAR));
        let (has_partner, waits) = (draws.chance(PARTNER), draws.below(21) as u32);
        let (tells, takes) = (draws.chance(TELLS_MOVE), draws.below(30) as u32);
        let is_new = !told.is_old_customer;
        // What is stale about a new customer can only be held by somebody who knew the person before.
        let has_partner = has_partner || (is_new && Flaws::of(seed, person).is_stale);
        let last = Day(calendar.days - 1);
        let delivered = if is_new { Day(told.joins.0 + waits).min(last) } else { Day(0) };
        Self {
            form: is_new.then_some(told.joins),
            partner: has_partner.then_some(delivered),
            till: till.filter(|_| told.is_at_tills),
            account,
            moved: told.moves.filter(|_| tells).map(|day| Day(day.0 + takes)).filter(|day| day.0 < calendar.days),
        }
    }

    /// Whether anything is told on a day.
    pub(super) fn has(&self, day: Day) -> bool {
        [self.form, self.partner, self.till, self.account, self.moved].contains(&Some(day))
    }
}

/// What a system was told at once.
#[derive(Debug)]
pub(super) struct Record {
    pub feed: Feed,
    /// Its place among those of the person.
    pub number: u8,
    /// When it was true, as the system says.
    pub at: Timestamp,
    /// When it is sent.
    pub sent_at: Timestamp,
    /// The day on which it is sent; none for what was brought along.
    pub day: Option<Day>,
    pub held: Vec<Held>,
}

/// A record before it is known what it holds.
struct Blank {
    feed: Feed,
    at: Timestamp,
    sent_at: Timestamp,
    day: Option<Day>,
    kinds: &'static [Kind],
    /// Whether it may hold what was true years ago.
    is_old: bool,
}

/// All records of a person, in order of time of sending.
pub(super) fn all_of(world: &World, person: &Person) -> Vec<Record> {
    let flaws = Flaws::of(world.seed, person.id);
    let mut blanks = Vec::new();
    if person.is_old_customer {
        blanks_before(world, person, flaws, &mut blanks);
    }
    blanks_of_days(world, person, flaws, &mut blanks);
    let mut records: Vec<Record> = blanks
        .into_iter()
        .zip(0..)
        .map(|(blank, number)| Record {
            feed: blank.feed,
            number,
            at: blank.at,
            sent_at: blank.sent_at,
            day: blank.day,
            held: held(world, person, flaws, &blank),
        })
        .collect();
    let is_wrong = |records: &[Record]| records.iter().flat_map(|record| &record.held).any(Held::is_wrong);
    if flaws.is_wrong && !is_wrong(&records) {
        // Whoever is to have something wrong has it where it is most likely.
        let least = records.iter_mut().min_by(|a, b| super::reliability(a.feed).total_cmp(&super::reliability(b.feed)));
        if let Some(held) = least.and_then(|record| record.held.iter_mut().find(|held| !held.is_stale())) {
            held.spoil(world, person, &mut world.seed.draws(Entity::Person(person.id.0), 1, Purpose::Defect));
        }
    }
    records.sort_by_key(|record| record.sent_at);
    records
}

/// What systems were told before day 0.
fn blanks_before(world: &World, person: &Person, flaws: Flaws, blanks: &mut Vec<Blank>) {
    let mut draws = world.seed.draws(Entity::Person(person.id.0), 1, Purpose::Record);
    let start = world.calendar.start;
    let mut brought = |feed, kinds, years: (f64, f64), draws: &mut Draws| {
        let days = draws.between(365.0 * years.0, 365.0 * years.1).max(1.0);
        let at = start.minus(Span::from_millis((days * Span::DAY.as_millis() as f64) as i64));
        blanks.push(Blank {
            feed,
            at,
            sent_at: start,
            day: None,
            kinds,
            is_old: feed == Feed::OldCrm && flaws.is_stale,
        });
    };
    // What is stale is older than anything else that is held.
    let crm_years = if flaws.is_stale { (3.0, 8.0) } else { (0.5, 4.0) };
    brought(Feed::OldCrm, OLD_CRM, crm_years, &mut draws);
    let [form, till, account] = [FORM_BEFORE, TILL_BEFORE, ACCOUNT_BEFORE].map(|share| draws.chance(share));
    if form {
        brought(Feed::Web, FORM, (0.1, 2.8), &mut draws);
    }
    if till && person.card.is_some() && person.till_share > 0.0 {
        brought(Feed::Till, TILL, (0.1, 2.0), &mut draws);
    }
    if account {
        brought(Feed::Server, ACCOUNT, (0.1, 1.5), &mut draws);
    }
    if person.tellings.partner.is_some() {
        brought(Feed::Partner, PARTNERS, (0.2, 2.5), &mut draws);
    }
}

/// What systems are told on the days of the world.
fn blanks_of_days(world: &World, person: &Person, flaws: Flaws, blanks: &mut Vec<Blank>) {
    let mut draws = world.seed.draws(Entity::Person(person.id.0), 2, Purpose::Record);
    let Tellings { form, partner, till, account, moved } = person.tellings;
    let mut told = |feed, kinds, day: Option<Day>, hours: (f64, f64)| {
        let (hour, years) = (draws.between(hours.0, hours.1), draws.between(2.0, 6.0));
        let Some(day) = day else { return };
        let sent_at = world.calendar.at(day, (hour * Span::HOUR.as_millis() as f64) as i64);
        // A partner says since when it has held what it holds; the others are told on the spot.
        let is_old = feed == Feed::Partner && flaws.is_stale;
        let held = if is_old {
            Span::from_millis((years * 365.25 * Span::DAY.as_millis() as f64) as i64)
        } else {
            Span::default()
        };
        blanks.push(Blank { feed, at: sent_at.minus(held), sent_at, day: Some(day), kinds, is_old });
    };
    told(Feed::Web, FORM, form, (7.0, 22.0));
    told(Feed::Partner, PARTNERS, partner.filter(|_| !person.is_old_customer), (2.0, 5.0));
    told(Feed::Till, TILL, till, (9.0, 18.0));
    told(Feed::Server, ACCOUNT, account, (7.0, 22.0));
    told(Feed::Server, MOVED, moved, (7.0, 22.0));
}

/// What a record holds.
fn held(world: &World, person: &Person, flaws: Flaws, blank: &Blank) -> Vec<Held> {
    // A stream for every source and moment: another record leaves what this one holds.
    let part = 16 * (blank.feed as u32 + 1) + u32::from(blank.day.is_some()) + 2 * u32::from(blank.kinds == MOVED);
    let mut draws = world.seed.draws(Entity::Person(person.id.0), part, Purpose::Defect);
    let day = blank.day.unwrap_or(Day(0));
    // A source that is to be unjoined holds no mail and no phone: by these it would be joined.
    let joins = names::unjoined(person, flaws) != Some(blank.feed);
    let kinds = blank.kinds.iter().filter(|kind| joins || !matches!(kind, Kind::Email | Kind::Phone));
    let mut held: Vec<Held> = kinds.flat_map(|kind| attributes::of(*kind, person, day)).map(Held::right).collect();
    if blank.is_old {
        let ageing = if blank.feed == Feed::Partner { attributes::PARTNERS_FILE } else { attributes::OLD_FILE };
        attributes::age(&mut held, ageing, world, person, &mut draws);
    }
    // All that is wrong is wrong with those of whom something is to be wrong.
    let errors = if flaws.is_wrong { (1.0 - super::reliability(blank.feed)) / super::WRONG } else { 0.0 };
    // A value that is stale was true when it was stated.
    let right = held.iter().filter(|held| !held.is_stale()).count().max(1);
    let errors = errors * held.len() as f64 / right as f64;
    for held in &mut held {
        let is_spoiled = draws.chance(errors);
        if is_spoiled && !held.is_stale() {
            held.spoil(world, person, &mut draws);
        }
    }
    held
}
