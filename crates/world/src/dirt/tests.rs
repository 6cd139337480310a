use std::collections::{BTreeMap, BTreeSet};

use model::time::{Span, Timestamp};

use super::*;
use crate::{
    calendar::Day,
    emission::Claims,
    person::{
        Date,
        tests::{PEOPLE, is_share, world},
    },
};

/// What is said of somebody before and on all days.
fn all_said(world: &World, person: &Person) -> Vec<Emission> {
    let mut all = before(world, person);
    all.extend(world.calendar.all().flat_map(|day| said(world, person, day)));
    all
}

fn assert_share(what: &str, (count, n): (usize, usize), share: f64) {
    assert!(is_share(count, n, share), "{what}: {count} of {n}");
}

#[test]
fn defects_are_planted_at_their_rates() {
    let world = world(Seed(11), PEOPLE);
    let n = world.people.len();
    let planted: Vec<Planted> = world.people.iter().map(|person| planted(&world, person)).collect();
    let count = |is: fn(&Planted) -> bool| planted.iter().filter(|planted| is(planted)).count();
    let old = world.people.iter().filter(|person| person.is_old_customer).count();
    assert_share("stale", (count(|planted| !planted.stale.is_empty()), n), STALE);
    assert_share("wrong", (count(|planted| !planted.wrong.is_empty()), n), WRONG);
    assert_share("unjoined", (count(|planted| planted.unjoined.is_some()), n), UNJOINED);
    assert_share("lost", (count(|planted| planted.lost_before.is_some()), old), LOST);
    assert_share("decoys", (count(|planted| planted.decoy.is_some()), old), DECOYS);
}

#[test]
fn sources_are_as_reliable_as_is_said() {
    let world = world(Seed(11), PEOPLE);
    let mut held: BTreeMap<Feed, (usize, usize)> = BTreeMap::new();
    for person in &world.people {
        for record in record::all_of(&world, person) {
            let (right, all) = held.entry(record.feed).or_default();
            *right += record.held.iter().filter(|held| !held.is_wrong()).count();
            *all += record.held.len();
        }
    }
    assert_eq!(
        held.keys().copied().collect::<Vec<_>>(),
        [Feed::Web, Feed::Server, Feed::Till, Feed::OldCrm, Feed::Partner]
    );
    for (feed, (right, all)) in held {
        let share = right as f64 / all as f64;
        assert!((share - reliability(feed)).abs() < 0.012, "{feed:?}: {share}");
    }
}

/// What the truth says is wrong or stale is what the emissions say that is not so, no more and no less.
#[test]
fn what_is_planted_is_what_is_said() {
    let world = world(Seed(12), 1_000);
    for person in &world.people[..600] {
        let Planted { stale, wrong, .. } = planted(&world, person);
        let mut untrue = BTreeSet::new();
        for emission in all_said(&world, person) {
            let Happening::Said(attributes) = &emission.what else { continue };
            assert!(emission.says_at <= emission.sent_at, "{emission:?}");
            let day = emission.day.unwrap_or(Day(0));
            let truth: Vec<Attribute> = ALL_KINDS.iter().flat_map(|kind| attributes::of(*kind, person, day)).collect();
            let false_ones = attributes.iter().filter(|attribute| !truth.contains(attribute));
            untrue.extend(false_ones.map(trait_name));
        }
        let planted: BTreeSet<_> = stale.into_iter().chain(wrong).collect();
        assert_eq!(planted, untrue, "{person:?}");
    }
}

const ALL_KINDS: [attributes::Kind; 10] = {
    use attributes::Kind::{Address, Born, Email, FirstName, FootWidth, Gender, Language, LastName, Phone, ShoeSize};
    [Address, Born, Email, FirstName, FootWidth, Gender, Language, LastName, Phone, ShoeSize]
};

#[test]
fn birth_dates_of_nobody_and_of_the_other_of_the_household_are_among_the_wrong() {
    let world = world(Seed(12), 1_000);
    let (mut placeholders, mut swapped) = (0, 0);
    for person in &world.people {
        let partner = person.partner.map(|partner| world.person(partner));
        for emission in before(&world, person) {
            let Happening::Said(attributes) = emission.what else { continue };
            placeholders += usize::from(attributes.contains(&Attribute::Born(Date(1970, 1, 1))));
            swapped += usize::from(partner.is_some_and(|partner| attributes.contains(&Attribute::Born(partner.born))));
        }
    }
    assert!(placeholders > 30 && swapped > 8, "{placeholders} {swapped}");
}

#[test]
fn stale_values_bear_the_date_of_their_time() {
    let world = world(Seed(12), 1_000);
    let years = |person: &Person| {
        let records = record::all_of(&world, person);
        let old = records.into_iter().find(|record| record.held.iter().any(attributes::Held::is_stale))?;
        Some(old.sent_at.since(old.at).as_millis() as f64 / (365.0 * Span::DAY.as_millis() as f64))
    };
    let years: Vec<f64> = world.people.iter().filter_map(years).collect();
    assert!(years.len() > 400 && years.iter().all(|years| (2.0..9.0).contains(years)));
}

/// What joins an unjoined source to anything else: nothing.
#[test]
fn an_unjoined_source_names_what_nobody_else_sends() {
    const FEEDS: [Feed; 7] =
        [Feed::Web, Feed::Server, Feed::Till, Feed::Mailer, Feed::OldCrm, Feed::Partner, Feed::Service];
    let world = world(Seed(13), 800);
    let mut by_feed = BTreeMap::new();
    for person in &world.people {
        let said = all_said(&world, person);
        // By what a source names the person: its claims, and mails and phones among what it says, which identify too.
        let of = |feed| {
            let Claims { device, account, email, card, phone } = claims(&world, person, feed);
            let claimed = [device, account, email, card, phone].into_iter().flatten();
            let mut names: BTreeSet<String> = claimed.collect();
            for emission in said.iter().filter(|emission| emission.feed == feed) {
                let Happening::Said(attributes) = &emission.what else { continue };
                names.extend(attributes.iter().filter_map(|attribute| match attribute {
                    Attribute::Email(text) | Attribute::Phone(text) => Some(text.clone()),
                    _ => None,
                }));
            }
            names
        };
        let unjoined = planted(&world, person).unjoined;
        *by_feed.entry(unjoined).or_insert(0) += 1;
        for feed in FEEDS {
            let others: BTreeSet<_> = FEEDS.into_iter().filter(|other| *other != feed).flat_map(of).collect();
            let has_none = of(feed).is_empty() && feed == Feed::Till && person.card.is_none();
            assert_eq!(of(feed).is_disjoint(&others) && !has_none, unjoined == Some(feed), "{feed:?} {person:?}");
        }
    }
    assert!(by_feed.len() == 6 && by_feed.values().all(|count| *count > 8), "{by_feed:?}");
}

#[test]
fn history_lies_in_the_three_years_before_and_is_lost_from_its_beginning() {
    let world = world(Seed(14), 1_500);
    let start = world.calendar.start;
    let first = start.minus(Span::DAY.times(3 * 365 + 1));
    let mut lost = 0;
    for person in &world.people {
        let past = orders_before(&world, person);
        assert_eq!(past.is_empty(), !person.is_old_customer);
        assert!(past.iter().all(|past| (first..start).contains(&past.at) && !past.lines.is_empty()));
        assert!(past.windows(2).all(|two| two[0].at <= two[1].at && two[0].is_lost >= two[1].is_lost));
        let sent = before(&world, person);
        let ordered = sent.iter().filter(|emission| matches!(emission.what, Happening::Ordered { .. }));
        assert_eq!(ordered.count(), past.iter().filter(|past| !past.is_lost).count());
        assert!(sent.windows(2).all(|two| two[0].says_at <= two[1].says_at));
        assert!(sent.iter().all(|emission| emission.says_at < start && emission.day.is_none()));
        let cut = planted(&world, person).lost_before.unwrap_or(Timestamp::MIN);
        assert!(past.iter().all(|past| past.is_lost == (past.at < cut)));
        lost += usize::from(past.iter().any(|past| past.is_lost));
    }
    assert!(lost > 200);
}

#[test]
fn a_decoy_is_further_from_the_taste_than_other_orders() {
    let world = world(Seed(14), 1_500);
    let mut fits = [Vec::new(), Vec::new()];
    for person in &world.people {
        let is_decoy = planted(&world, person).decoy.is_some();
        for line in orders_before(&world, person).iter().flat_map(|past| &past.lines) {
            let item = world.catalog.item(line.item);
            fits[usize::from(is_decoy)].push(crate::catalog::taste::fit(&item.latent, &person.taste));
        }
    }
    let [other, decoy] = fits.map(|fits| fits.iter().sum::<f32>() / fits.len() as f32);
    assert!(decoy < -0.1 && other > 0.2, "{decoy} {other}");
}

#[test]
fn emissions_fare_as_is_said_on_the_way() {
    let world = world(Seed(15), 2);
    let n = 40_000;
    let (mut late, mut twice, mut again, mut skewed) = (0, 0, 0, 0);
    for number in 0..n {
        let at = world.calendar.at(Day(3), i64::from(number));
        let claims = Claims { device: Some(format!("device-{number}")), ..Claims::default() };
        let what = Happening::Did("Something");
        let sent = Emission::new(Feed::Web, format!("message-{number}"), at, Day(3), what).about(claims);
        let all = on_the_way(&world, sent.clone());
        let first = &all[0];
        assert!(all.iter().all(|arrived| arrived.sent_at >= at));
        assert!(all.iter().all(|arrived| arrived.what == sent.what && arrived.skew_ms == first.skew_ms));
        assert_eq!(first.says_at.since(sent.says_at).as_millis(), first.skew_ms);
        late += usize::from(first.sent_at > at);
        skewed += usize::from(first.skew_ms != 0);
        twice += all[1..].iter().filter(|other| other.message == sent.message).count();
        again += all[1..].iter().filter(|other| other.message != sent.message).count();
    }
    let n = n as usize;
    assert_share("late", (late, n), LATE);
    assert_share("twice", (twice, n), DUPLICATE);
    assert_share("again", (again, n), REPEATED);
    assert_share("skewed", (skewed, n), SKEWED);
}

#[test]
fn a_clock_is_wrong_by_the_same_each_time_and_only_where_there_is_one() {
    let world = world(Seed(15), 2);
    let skew = |feed, device: &str, message: &str| {
        let claims = Claims { device: Some(device.to_owned()), ..Claims::default() };
        let at = world.calendar.at(Day(3), 0);
        let sent = Emission::new(feed, message.to_owned(), at, Day(3), Happening::Did("Something")).about(claims);
        on_the_way(&world, sent)[0].skew_ms
    };
    let wrong = (0..).map(|i| format!("device-{i}")).find(|device| skew(Feed::Web, device, "a") != 0).unwrap();
    assert_eq!(skew(Feed::Web, &wrong, "a"), skew(Feed::App, &wrong, "b"));
    assert_eq!(skew(Feed::Server, &wrong, "a"), 0);
}

#[test]
fn programs_make_their_share_of_visits_with_devices_of_their_own() {
    let world = world(Seed(16), 2_000);
    let people: BTreeSet<&str> =
        world.people.iter().flat_map(|person| &person.devices).map(|device| device.id.as_str()).collect();
    let (mut visits, mut expected) = (BTreeSet::new(), 0.0);
    for day in (0..365).step_by(10).map(Day) {
        let there = world.people.iter().filter(|person| person.joins <= day);
        expected += there.map(|person| f64::from(person.visits_a_day)).sum::<f64>();
        let sent = bots(&world, day);
        assert_eq!(sent, bots(&world, day));
        assert!(sent.iter().all(|emission| world.calendar.day_of(emission.sent_at) == Some(day)));
        assert!(sent.windows(2).all(|two| two[0].sent_at <= two[1].sent_at));
        visits.extend(sent.into_iter().filter_map(|emission| emission.claims.device));
    }
    assert!(visits.iter().all(|device| !people.contains(device.as_str())));
    let share = visits.len() as f64 / (visits.len() as f64 + expected);
    assert!((share - BOTS).abs() < 0.001, "{share}");
}

#[test]
fn what_is_said_is_the_same_whenever_it_is_asked() {
    let world = world(Seed(17), 200);
    for person in &world.people {
        assert_eq!(all_said(&world, person), all_said(&world, person));
        let messages: Vec<_> = all_said(&world, person).into_iter().map(|emission| emission.message).collect();
        assert_eq!(messages.iter().collect::<BTreeSet<_>>().len(), messages.len(), "{messages:?}");
    }
}

/// Another rate of one defect leaves who has the others: each is drawn by itself.
#[test]
fn defects_have_nothing_to_do_with_each_other() {
    let flaws: Vec<Flaws> = (0..40_000).map(|i| Flaws::of(Seed(18), PersonId(i))).collect();
    let of = |is: fn(&Flaws) -> bool| flaws.iter().filter(|flaws| is(flaws)).count();
    assert_share("stale and wrong", (of(|flaws| flaws.is_stale && flaws.is_wrong), flaws.len()), STALE * WRONG);
    assert_share("lost and unjoined", (of(|flaws| flaws.is_lost && flaws.is_unjoined), flaws.len()), LOST * UNJOINED);
    assert_share("wrong and decoy", (of(|flaws| flaws.is_wrong && flaws.is_decoy), flaws.len()), WRONG * DECOYS);
}
