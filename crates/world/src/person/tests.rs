use std::collections::BTreeSet;

use super::*;
use crate::World;

/// How many people are looked at for a share.
pub(crate) const PEOPLE: u32 = 4_000;

/// The first people of a year's world, with the small catalog.
pub(crate) fn world(seed: Seed, people: u32) -> World {
    let start = Timestamp::saturating_from_millis(1_767_225_600_000); // 2026-01-01
    let small = World::new(seed, Size::S, start);
    let calendar = Calendar { start, days: 365 };
    let born = birth::Born { seed, size: Size::M, calendar, stores: &small.stores, rules: &small.rules };
    let people = (0..people).map(|number| born.person(PersonId(number))).collect();
    World { calendar, size: Size::M, people, ..small }
}

/// Whether a count is what a share of `n` may well give: within four deviations of the binomial.
pub(crate) fn is_share(count: usize, n: usize, share: f64) -> bool {
    let n = n as f64;
    (count as f64 - n * share).abs() <= 4.0 * libm::sqrt(n * share * (1.0 - share))
}

fn assert_share(world: &World, what: &str, share: f64, is: impl Fn(&Person) -> bool) {
    let count = world.people.iter().filter(|person| is(person)).count();
    assert!(is_share(count, world.people.len(), share), "{what}: {count} of {}", world.people.len());
}

#[test]
fn people_are_as_many_of_each_kind_as_is_said() {
    let world = world(Seed(7), PEOPLE);
    assert_share(&world, "consent site", 0.60, |person| person.consents.site);
    assert_share(&world, "consent email", 0.45, |person| person.consents.email);
    assert_share(&world, "consent email-open", 0.20, |person| person.consents.email_open);
    assert_share(&world, "consent phone", 0.08, |person| person.consents.phone);
    assert_share(&world, "consent ads", 0.25, |person| person.consents.ads);
    assert_share(&world, "old customers", 0.60, |person| person.is_old_customer);
    assert_share(&world, "farmers", 0.005, |person| person.is_farmer);
    assert_share(&world, "cold", 0.25, |person| person.reactions.is_cold);
    assert_share(&world, "negative", 0.05, |person| person.reactions.is_negative);
    assert_share(&world, "minors", 0.03, |person| person.age_at(world.calendar.start) < 18);
    assert_share(&world, "turns", 0.04, |person| person.turns.is_some());
    // Two of a household speak, move and share together: half as many draws as people, for some.
    let near = |what: &str, share: f64, is: fn(&Person) -> bool| {
        let found = world.people.iter().filter(|person| is(person)).count() as f64 / f64::from(PEOPLE);
        assert!((found / share - 1.0).abs() < 0.25, "{what}: {found}");
    };
    near("English", 0.20, |person| person.tongue == Tongue::English);
    near("moves", 0.04, |person| person.moves.is_some());
    near("share a device", 0.08, |person| person.devices.iter().any(|device| device.is_shared));
}

#[test]
fn a_year_of_fifty_thousand_people_has_two_million_visits() {
    let world = world(Seed(7), PEOPLE);
    let days = |person: &Person| f64::from(world.calendar.days - person.joins.0);
    let visits: f64 = world.people.iter().map(|person| days(person) * f64::from(person.visits_a_day)).sum();
    let of_all = visits * f64::from(Size::M.customers()) / f64::from(PEOPLE);
    assert!((1.5e6..2.0e6).contains(&of_all), "{of_all}");
    // A tenth of the people makes over a third of the visits.
    let mut often: Vec<f32> = world.people.iter().map(|person| person.visits_a_day).collect();
    often.sort_by(|a, b| b.total_cmp(a));
    let share = often[..often.len() / 10].iter().sum::<f32>() / often.iter().sum::<f32>();
    assert!((0.33..0.6).contains(&share), "{share}");
}

#[test]
fn people_are_told_apart_by_what_identifies_them() {
    let world = world(Seed(7), PEOPLE);
    let distinct = |of: fn(&Person) -> &str| world.people.iter().map(of).collect::<BTreeSet<_>>().len();
    let n = world.people.len();
    assert_eq!((distinct(|person| &person.email), distinct(|person| &person.phone)), (n, n));
    assert_eq!(distinct(|person| &person.account), n);
    let cards: Vec<_> = world.people.iter().filter_map(|person| person.card.as_deref()).collect();
    assert_eq!(cards.iter().collect::<BTreeSet<_>>().len(), cards.len());
    let devices = world.people.iter().flat_map(|person| &person.devices);
    let (shared, own): (Vec<_>, Vec<_>) = devices.partition(|device| device.is_shared);
    let ids = |devices: &[&Device]| devices.iter().map(|device| device.id.clone()).collect::<BTreeSet<_>>().len();
    assert_eq!((ids(&own), ids(&shared)), (own.len(), shared.len() / 2), "two people have each shared device");
}

#[test]
fn people_are_of_the_ages_and_sizes_that_people_are_of() {
    let world = world(Seed(7), PEOPLE);
    let ages: Vec<u8> = world.people.iter().map(|person| person.age_at(world.calendar.start)).collect();
    assert!(ages.iter().all(|age| (16..=86).contains(age)), "{:?} {:?}", ages.iter().min(), ages.iter().max());
    let mean = ages.iter().map(|age| f64::from(*age)).sum::<f64>() / ages.len() as f64;
    assert!((42.0..50.0).contains(&mean), "{mean}");
    for person in &world.people {
        assert!((35.0..=48.0).contains(&person.shoe_size) && person.born != Date(1970, 1, 1));
        assert!(person.till_share == 0.0 || places::nearest(&world.stores, person.home.lat, person.home.lon).is_some());
    }
    assert!(size_of::<Person>() < 800, "{}", size_of::<Person>());
}

#[test]
fn a_world_is_the_same_whenever_it_is_made_and_another_for_another_seed() {
    let people = |seed| {
        let people = world(Seed(seed), 200).people;
        people.iter().map(|person| format!("{person:?}")).collect::<Vec<_>>()
    };
    let first = people(1);
    assert_eq!(first, people(1));
    assert!(first.iter().zip(people(2)).all(|(one, other)| *one != other));
}

#[test]
fn another_calendar_or_other_rules_leave_everything_else_of_a_person() {
    let world = world(Seed(3), 2);
    let born = |days, rules| {
        let calendar = Calendar { days, ..world.calendar };
        let born = birth::Born { seed: world.seed, size: Size::M, calendar, stores: &world.stores, rules };
        born.person(PersonId(12))
    };
    let (one, other) = (born(365, &world.rules[..]), born(30, &[]));
    assert_eq!((one.email, one.devices, one.consents), (other.email, other.devices, other.consents));
    assert_eq!((one.taste, one.home, one.visits_a_day), (other.taste, other.home, other.visits_a_day));
    assert_eq!(one.reactions.appetite, other.reactions.appetite);
    assert_ne!(one.reactions.effects, other.reactions.effects);
}

#[test]
fn a_home_and_a_taste_change_on_their_day() {
    let world = world(Seed(7), 1_000);
    let mover = world.people.iter().find(|person| person.moves.is_some()).unwrap();
    let (day, home) = mover.moves.clone().unwrap();
    assert_eq!((mover.home_on(Day(day.0 - 1)), mover.home_on(day)), (&mover.home, &home));
    let turned = world.people.iter().find(|person| person.turns.is_some_and(|(day, _)| day.0 > 0)).unwrap();
    let (day, taste) = turned.turns.unwrap();
    assert!(crate::catalog::taste::fit(&turned.taste_on(day), &taste) > 0.999);
    assert!(crate::catalog::taste::fit(&turned.taste_on(Day(day.0 - 1)), &turned.taste) > 0.9);
}

#[test]
fn channels_do_as_much_as_is_said_and_rules_nothing_to_the_cold() {
    let world = world(Seed(7), 2_000);
    let mean = |channel: Channel| {
        let all = world.people.iter().map(|person| f64::from(person.reactions.appetite[channel as usize]));
        all.sum::<f64>() / world.people.len() as f64
    };
    for (channel, share) in [(Channel::Email, 0.40), (Channel::Phone, 0.15), (Channel::Site, 0.60)] {
        assert!((mean(channel) - share).abs() < 0.03, "{channel:?}: {}", mean(channel));
    }
    for person in &world.people {
        let is_touched = person.reactions.effects.iter().any(|effect| *effect != 0.0);
        assert_eq!(is_touched, !person.reactions.is_cold);
    }
}
