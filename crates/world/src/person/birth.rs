//! How a customer comes to be: every part from streams of its own.

use super::{
    Consents, Date, Home, Person, PersonId, Sex, Tongue,
    household::{Household, id_of},
    names, places,
    reactions::{self, Nature},
    taste::Course,
};
use crate::{
    Seed, Size,
    calendar::{self, Calendar, Day},
    dirt::{Tellings, Told},
    draws::{Draws, Entity, Purpose},
    rule::Rule,
    store::Store,
};

/// Share of people under 18; of those who speak English; of those who had ordered before; who move in a year; who only
/// come for coupons.
const MINORS: f64 = 0.03;
const ENGLISH: f64 = 0.20;
const OLD_CUSTOMERS: f64 = 0.60;
const MOVES_A_YEAR: f64 = 0.04;
const FARMERS: f64 = 0.005;

/// Visits a day of the median person, and the deviation of their logarithm: 0.12 on average, so that 50,000 people make
/// about 1.8 million visits in a year.
const VISITS_A_DAY: f64 = 0.066;
const VISITS_SPREAD: f64 = 1.1;
const MOST_VISITS_A_DAY: f64 = 3.0;

/// How likely each hour is the one of most visits.
const HOURS: [f64; 24] = [
    0.4, 0.1, 0.0, 0.0, 0.0, 0.1, 0.5, 1.5, 2.0, 1.5, 1.5, 1.5, 3.5, 2.5, 1.5, 1.2, 1.5, 2.5, 3.5, 4.0, 5.5, 6.0, 4.0,
    1.5,
];

/// Nobody drives further for a till.
const NEAR_KM: f32 = 60.0;

/// What people are born into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Born<'a> {
    pub seed: Seed,
    pub size: Size,
    pub calendar: Calendar,
    pub stores: &'a [Store],
    pub rules: &'a [Rule],
}

/// What habits somebody has.
struct Habits {
    budget: u32,
    price_sensitivity: f32,
    visits_a_day: f32,
    hour: u8,
    till_share: f32,
    word_of_mouth: f32,
    is_farmer: bool,
    is_old_customer: bool,
    joins: Day,
}

impl Born<'_> {
    /// A customer.
    pub(super) fn person(self, id: PersonId) -> Person {
        let seed = self.seed;
        let household = Household::of(seed, id, self.size.customers());
        let (tongue, home, moves) = self.homes(household);
        let (sex, born) = self.body(household, id);
        let (first_name, last_name, email) = name(seed, household, id, (tongue, sex, born));
        let nearest = places::nearest(self.stores, home.lat, home.lon);
        let habits = self.habits(id, nearest.map_or(f32::MAX, |(_, km)| km));
        let (shoe_size, foot_width) = feet(seed, id, sex);
        let course = Course::of(seed, self.calendar, id);
        let mut naming = seed.draws(Entity::Person(id.0), 1, Purpose::Naming);
        let card =
            naming.chance(0.55).then(|| format!("SC{:010}", 4_000_000_000 + u64::from(names::number_of(id)) * 7));
        let nature =
            Nature { sex, is_old_customer: habits.is_old_customer, price_sensitivity: habits.price_sensitivity };
        let tellings = Tellings::of(
            seed,
            self.calendar,
            id,
            Told {
                is_old_customer: habits.is_old_customer,
                joins: habits.joins,
                moves: moves.as_ref().map(|(day, _)| *day),
                is_at_tills: card.is_some() && habits.till_share > 0.0,
            },
        );
        Person {
            id,
            tellings,
            household: household.id,
            partner: household.partner,
            persona: course.persona,
            taste: course.taste,
            drift: course.drift,
            turns: course.turns,
            budget: habits.budget,
            price_sensitivity: habits.price_sensitivity,
            sex,
            born,
            shoe_size,
            foot_width,
            store: nearest.map_or(0, |(store, _)| store.number),
            home,
            moves,
            tongue,
            first_name,
            last_name,
            email,
            phone: names::phone(tongue, id),
            card,
            account: id_of(&mut naming),
            devices: household.devices(seed, id),
            consents: consents(seed, id),
            visits_a_day: habits.visits_a_day,
            hour: habits.hour,
            till_share: habits.till_share,
            word_of_mouth: habits.word_of_mouth,
            reactions: reactions::of(seed, self.rules, id, nature),
            is_farmer: habits.is_farmer,
            is_old_customer: habits.is_old_customer,
            joins: habits.joins,
        }
    }

    /// What a household has in common: what it speaks, where it lives, and where it moves.
    fn homes(self, household: Household) -> (Tongue, Home, Option<(Day, Home)>) {
        let mut draws = household.draws(self.seed, Purpose::Home);
        let tongue = if draws.chance(ENGLISH) { Tongue::English } else { Tongue::French };
        let home = places::home(tongue, self.stores, &mut draws);
        let mut moving = household.draws(self.seed, Purpose::Turn);
        let moves = moving.chance(MOVES_A_YEAR * f64::from(self.calendar.days) / 365.0).then(|| {
            let day = Day(1 + moving.below(self.calendar.days as usize - 1) as u32);
            (day, places::home(tongue, self.stores, &mut moving))
        });
        (tongue, home, moves)
    }

    /// Sex and day of birth. Two adults who live together are of about one age, and mostly a woman and a man.
    fn body(self, household: Household, id: PersonId) -> (Sex, Date) {
        let mut draws = self.seed.draws(Entity::Person(id.0), 0, Purpose::Body);
        let is_minor = draws.chance(MINORS);
        let is_partner_minor = household
            .partner
            .is_some_and(|partner| self.seed.draws(Entity::Person(partner.0), 0, Purpose::Body).chance(MINORS));
        let mut shared = household.draws(self.seed, Purpose::Body);
        let (is_woman, age) = (shared.chance(0.5), adult_age(&mut shared));
        let is_couple = household.partner.is_some() && !is_minor && !is_partner_minor;
        let is_second = household.id.0 != id.0;
        let is_woman = if is_couple { is_woman != (is_second && draws.chance(0.95)) } else { draws.chance(0.5) };
        let age = if is_minor {
            draws.between(16.0, 18.0)
        } else if is_partner_minor {
            draws.between(36.0, 58.0)
        } else if is_couple {
            (age + 3.0 * draws.normal()).clamp(18.0, 85.9)
        } else {
            adult_age(&mut draws)
        };
        (if is_woman { Sex::Woman } else { Sex::Man }, self.born(age))
    }

    /// The day of birth of somebody who is so old on day 0.
    fn born(self, age_years: f64) -> Date {
        // A day more, so that nobody is younger than that on day 0.
        let days = self.calendar.start.day() - libm::ceil(age_years * 365.25) as i64 - 1;
        match calendar::civil(days) {
            // Systems write these for no date; too few are born on them to miss.
            (1970, 1, 1) | (1969, 12, 31) => Date(1970, 1, 2),
            (year, month, day) => Date(year as i16, month, day),
        }
    }

    fn habits(self, id: PersonId, store_km: f32) -> Habits {
        let mut draws = self.seed.draws(Entity::Person(id.0), 0, Purpose::Habit);
        let is_farmer = draws.chance(FARMERS);
        let is_old_customer = draws.chance(OLD_CUSTOMERS);
        let joins = draws.below(self.calendar.days as usize) as u32;
        let price_sensitivity = draws.log_normal(0.9, 0.45).min(3.0) as f32;
        let tills = if draws.chance(0.45) { draws.between(0.1, 0.8) as f32 } else { 0.0 };
        Habits {
            budget: (draws.log_normal(8_500.0, 0.5) as u32).clamp(1_500, 80_000),
            price_sensitivity: if is_farmer { 3.0 } else { price_sensitivity },
            visits_a_day: draws.log_normal(VISITS_A_DAY, VISITS_SPREAD).min(MOST_VISITS_A_DAY) as f32,
            hour: draws.weighted(&HOURS) as u8,
            till_share: if store_km <= NEAR_KM && !is_farmer { tills } else { 0.0 },
            word_of_mouth: (0.08 * libm::pow(draws.unit(), 2.0)) as f32,
            is_farmer,
            is_old_customer,
            joins: Day(if is_old_customer { 0 } else { joins }),
        }
    }
}

/// Years of an adult who walks.
fn adult_age(draws: &mut Draws) -> f64 {
    let age = 46.0 + 15.5 * draws.normal();
    if (18.0..86.0).contains(&age) { age } else { draws.between(18.0, 86.0) }
}

/// First name, last name, mail.
fn name(
    seed: Seed,
    household: Household,
    id: PersonId,
    (tongue, sex, born): (Tongue, Sex, Date),
) -> (&'static str, &'static str, String) {
    let mut draws = seed.draws(Entity::Person(id.0), 0, Purpose::Naming);
    let first = names::first(tongue, sex, born.0, &mut draws);
    let own = names::family(tongue, &mut draws);
    let common = names::family(tongue, &mut household.draws(seed, Purpose::Naming));
    let last = if draws.chance(0.85) { common } else { own };
    let email = names::email(first, last, tongue, id, &mut draws);
    (first, last, email)
}

/// Shoe size and width.
fn feet(seed: Seed, id: PersonId, sex: Sex) -> (f32, &'static str) {
    let mut draws = seed.draws(Entity::Person(id.0), 1, Purpose::Body);
    let (mean, spread, sizes) = match sex {
        Sex::Woman => (38.6, 1.3, 35.0..=42.0),
        Sex::Man => (42.9, 1.5, 39.0..=48.0),
    };
    let size = (mean + spread * draws.normal()).clamp(*sizes.start(), *sizes.end());
    let width = ["narrow", "regular", "wide"][draws.weighted(&[0.18, 0.57, 0.25])];
    (libm::round(2.0 * size) as f32 / 2.0, width)
}

/// What is agreed to when first asked.
fn consents(seed: Seed, id: PersonId) -> Consents {
    let mut draws = seed.draws(Entity::Person(id.0), 0, Purpose::Consent);
    let (site, email) = (draws.chance(0.60), draws.chance(0.45));
    // Nobody agrees to being watched reading mails without agreeing to mails: 20 % of all.
    let email_open = draws.chance(0.20 / 0.45) && email;
    let (phone, ads) = (draws.chance(0.08), draws.chance(0.25));
    // Most who accept anything accept measurement.
    let measurement = draws.chance(if site { 0.95 } else { 0.35 });
    Consents { site, email, email_open, phone, ads, measurement }
}
