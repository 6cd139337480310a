use std::sync::Arc;

use model::{
    event::{Event, EventKind},
    fact::{FactKind, TraitValue},
    id::{Id, ProfileId},
    identifier::{Identifier, IdentifierKey},
    partition::Partition,
    source::{LegalBasis, Party, SourceRules},
    value::{Fields, Value},
};
use profile::{
    merge::{Cause, MergeRecord, Rule},
    side::Side,
};
use segment::trails::Trails;

use super::*;
use crate::person::PersonSide;

const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);

fn ago(days: i64) -> Timestamp {
    NOW.minus(Span::DAY.times(days))
}

fn profile(ordinal: u32) -> ProfileId {
    ProfileId::mint(Partition(0), ordinal, 0)
}

fn person(ordinal: u32) -> Person {
    Person::new(profile(ordinal), Id::from_bits(1), ago(100), &Plan::default())
}

fn side(ordinal: u32) -> PersonSide {
    PersonSide::empty(Side::new(profile(ordinal), ago(100)), Trails::empty(0))
}

/// Lets a side have an identifier since some days ago.
fn hold(side: &mut PersonSide, (key, strength): (u128, Strength), days: i64) {
    let identifier = Identifier { namespace: "id".into(), value: key.to_string().as_str().into() };
    let held = Held { identifier, key: IdentifierKey(key), strength, since: ago(days), hold: Hold::Own };
    Arc::make_mut(&mut side.facts.identifiers).add(held);
}

const DEVICE: (u128, Strength) = (1, Strength::Device);
const ACCOUNT: (u128, Strength) = (2, Strength::Strong);
const MAIL: (u128, Strength) = (3, Strength::Weak);

fn event(source: &str, name: &str, days: i64, properties: &[(&str, Value)]) -> Event {
    Event {
        kind: EventKind::Track { name: name.into() },
        message_id: "m".into(),
        source: source.into(),
        timestamp: ago(days),
        received_at: ago(days),
        identifiers: Vec::new(),
        properties: properties.iter().cloned().collect::<Fields>(),
        context: Fields::default(),
        consent: None,
    }
}

fn past(events: &[Event]) -> Past {
    let mut past = Past::until(NOW);
    events.iter().for_each(|event| past.note(event));
    past
}

/// A customer with these events.
fn customer(census: &mut Census, ordinal: u32, events: &[Event]) {
    let mut person = person(ordinal);
    hold(&mut person.sides[0], (u128::from(ordinal) + 10, Strength::Strong), 50);
    census.tally(&Plan::default(), &person, &past(events));
}

#[test]
fn a_device_alone_is_a_visitor_and_an_address_makes_a_customer() {
    let mut census = Census::of(NOW);
    let (mut visitor, mut reader) = (person(0), person(1));
    hold(&mut visitor.sides[0], DEVICE, 3);
    hold(&mut reader.sides[0], MAIL, 3);
    for person in [&visitor, &reader] {
        census.tally(&Plan::default(), person, &past(&[]));
    }
    assert_eq!((census.customers, census.visitors), (1, 1));
    assert_eq!(census.failures.without_purchase, 1, "of customers only");
}

/// proves ANA-05 for one figure: contacts beyond D6.
#[test]
fn contacts_are_too_many_one_beyond_what_a_day_a_week_or_a_month_allows() {
    let mails = |days: &[i64]| days.iter().map(|day| event("esp", "Email Delivered", *day, &[])).collect::<Vec<_>>();
    for (days, too_many) in [
        (vec![0], false),
        (vec![0, 0], true),
        (vec![29, 29], true),
        (vec![30, 30], false),
        (vec![0, 2, 4], false),
        (vec![0, 2, 4, 6], true),
        (vec![0, 2, 4, 7], false),
        (vec![0, 3, 6, 9, 12, 15, 18, 21], false),
        (vec![0, 3, 6, 9, 12, 15, 18, 21, 24], true),
    ] {
        assert_eq!(past(&mails(&days)).contacts().are_too_many(), too_many, "{days:?}");
    }
}

#[test]
fn a_message_that_was_sent_and_delivered_is_one_contact_and_a_receipt_is_none() {
    let receipt = event("esp", "Email Sent", 1, &[("marketing", Value::Bool(false))]);
    let (sent, delivered) = (event("esp", "Email Sent", 1, &[]), event("esp", "Email Delivered", 1, &[]));
    assert!(!past(&[receipt, sent.clone(), delivered]).contacts().are_too_many());
    assert!(past(&[sent, event("sms", "SMS Sent", 1, &[])]).contacts().are_too_many(), "over all channels together");
}

/// proves COL-16: a source that is not joined is known by the customers who stand in no other one.
#[test]
fn a_source_whose_customers_stand_in_no_other_one_is_apart() {
    let mut census = Census::of(NOW);
    let (web, till, mail) = (event("web", "a", 1, &[]), event("till", "a", 20, &[]), event("mail", "a", 40, &[]));
    for ordinal in 0..3 {
        customer(&mut census, ordinal, &[web.clone(), mail.clone()]);
    }
    customer(&mut census, 3, std::slice::from_ref(&till));
    customer(&mut census, 4, std::slice::from_ref(&web));
    let is_apart = |source: &str| census.is_apart(&source.into());
    assert_eq!((is_apart("web"), is_apart("mail"), is_apart("till")), (false, false, true));
    assert_eq!(census.apart(), 1, "the one in the shop; who is alone in a source that is joined is not counted");
    let of = |source: &str| census.sources[source];
    let SourceTally { last, week, month, profiles, customers, alone } = of("till");
    assert_eq!((last, week, month), (Some(ago(20)), 0, 1));
    assert_eq!((profiles, customers, alone), (1, 1, 1));
    assert!(of("till").is_silent(NOW) && !of("web").is_silent(NOW));
}

#[test]
fn the_only_source_has_nobody_to_be_joined_with() {
    let mut census = Census::of(NOW);
    customer(&mut census, 0, &[event("web", "a", 1, &[])]);
    assert_eq!((census.is_apart(&"web".into()), census.apart()), (false, 0));
}

#[test]
fn a_source_is_silent_one_moment_after_seven_days() {
    let tally = |last| SourceTally { last: Some(last), ..SourceTally::default() };
    assert!(!tally(ago(7)).is_silent(NOW));
    assert!(tally(Timestamp::saturating_from_millis(ago(7).as_millis() - 1)).is_silent(NOW));
    assert!(SourceTally::default().is_silent(NOW));
}

/// proves COL-17: what decisions have read, and what has not been here for long, is not proposed for deletion.
#[test]
fn a_trait_is_unread_when_it_has_values_and_no_decision_read_it_for_90_days() {
    let tally = |since, read: Option<Timestamp>| TraitTally {
        profiles: 2,
        since,
        read: read.map(Timestamp::day),
        ..TraitTally::default()
    };
    let mut census = Census::of(NOW);
    census.traits = [
        ("read".into(), tally(ago(200), Some(ago(90)))),
        ("unread".into(), tally(ago(200), Some(ago(91)))),
        ("never".into(), tally(ago(90), None)),
        ("new".into(), tally(ago(89), None)),
        ("gone".into(), TraitTally { profiles: 0, ..tally(ago(200), None) }),
    ]
    .into();
    assert_eq!(census.unread().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["never", "unread"]);
}

#[test]
fn a_trait_has_values_since_the_first_census_without_a_gap() {
    let with = |at, names: &[&str]| Census {
        traits: names.iter().map(|name| (Name::from(*name), TraitTally::default())).collect(),
        ..Census::of(at)
    };
    let mut first = with(ago(9), &["a", "b"]);
    first.follow(None);
    let mut second = with(ago(5), &["a"]);
    second.follow(Some(&first));
    let mut third = with(NOW, &["a", "b"]);
    third.follow(Some(&second));
    assert_eq!((third.traits["a"].since, third.traits["b"].since), (ago(9), NOW));
}

#[test]
fn what_is_counted_apart_adds_up_to_what_is_counted_together() {
    let events = [event("web", "Order Completed", 1, &[]), event("till", "Email Sent", 2, &[])];
    let mut together = Census::of(NOW);
    let mut parts = [Census::of(NOW), Census::of(NOW)];
    for ordinal in 0..6 {
        let events = &events[..ordinal as usize % 3];
        customer(&mut together, ordinal, events);
        customer(&mut parts[ordinal as usize % 2], ordinal, events);
    }
    let mut sum = Census::of(NOW);
    parts.iter().for_each(|part| sum.merge(part));
    assert_eq!(sum, together);
}

fn merged(mut sides: Vec<PersonSide>) -> Person {
    let mut person = person(0);
    person.sides.append(&mut sides);
    let cause = Cause { namespace: "id".into(), key: IdentifierKey(1), rule: Rule::DeviceLogin };
    person.merges.push(MergeRecord {
        id: Id::from_bits(1),
        loser: profile(1),
        loser_unit: Id::from_bits(2),
        loser_side: profile(1),
        moved: vec![profile(1)],
        survivor: profile(0),
        survivor_side: profile(0),
        at: ago(1),
        cause,
    });
    person
}

/// proves COL-13: a visitor who logs in becomes known at the login, wherever the account is kept.
#[test]
fn a_visitor_is_known_since_the_device_was_seen_with_the_account() {
    let (mut visitor, mut account) = (side(1), side(2));
    hold(&mut visitor, DEVICE, 20);
    hold(&mut account, ACCOUNT, 60);
    hold(&mut account, DEVICE, 5);
    let person = merged(vec![visitor.clone(), account]);
    // The side that nothing leads to is known since the merge.
    assert_eq!(known_since(&person), [Some(ago(1)), Some(ago(5)), Some(ago(60))]);
    let alone = Person { sides: vec![visitor], merges: Vec::new(), ..person };
    assert_eq!(known_since(&alone), [None]);
}

#[test]
fn news_of_who_it_is_travels_over_several_devices() {
    let tablet = (7, Strength::Device);
    let (mut first, mut second, mut account) = (side(1), side(2), side(3));
    hold(&mut first, DEVICE, 40);
    hold(&mut second, DEVICE, 30);
    hold(&mut second, tablet, 25);
    hold(&mut account, tablet, 10);
    hold(&mut account, ACCOUNT, 50);
    let known = known_since(&merged(vec![first, second, account]));
    assert_eq!(known[1..], [Some(ago(10)), Some(ago(10)), Some(ago(50))]);
}

#[test]
fn a_showing_counts_if_nobody_knew_who_it_was_and_for_30_days() {
    let census = Census::of(NOW);
    let tally = |shown: i64, known: Option<i64>| census.shown_to_unknown(ago(shown), known.map(ago));
    let counted = |known, waiting| Some(KnownTally { shown: 1, known, waiting });
    assert_eq!(tally(91, None), None, "too long ago");
    assert_eq!(tally(40, Some(40)), None, "known already");
    assert_eq!(tally(40, Some(10)), counted(1, 0));
    assert_eq!(tally(40, Some(9)), counted(0, 0), "too late");
    assert_eq!((tally(31, None), tally(30, None)), (counted(0, 0), counted(0, 1)));
}

#[test]
fn traits_beyond_the_limit_are_only_counted() {
    let mut census = Census::of(NOW);
    for number in 0..TRAITS {
        assert!(census.trait_tally(&Name::new(format!("t{number}"))).is_some());
    }
    assert!(census.trait_tally(&"one-more".into()).is_none() && census.trait_tally(&"t0".into()).is_some());
}

/// A plan with two sources of the shop, which are right 85 times in a hundred.
fn plan() -> Plan {
    let source = |name: &str| SourceRules {
        name: name.into(),
        reliability_permille: 850,
        basis: LegalBasis::Consent { any_of: Vec::new() },
        kind: FactKind::Declared,
        trusted: false,
        party: Party::First,
    };
    Plan { sources: ["web", "till"].map(|name| (name.into(), source(name))).into(), ..Plan::default() }
}

/// What became of one customer of whom sources said values of a trait some days ago.
fn attributes(name: &str, said: &[(&str, &str, i64)]) -> TraitTally {
    let mut person = person(0);
    hold(&mut person.sides[0], ACCOUNT, 900);
    for (source, value, days) in said {
        let (value, source) = (Value::from(*value), (*source).into());
        let said = TraitValue { value, as_of: ago(*days), source, kind: FactKind::Declared };
        Arc::make_mut(&mut person.sides[0].facts.traits).record(&name.into(), said);
    }
    let mut census = Census::of(NOW);
    census.tally(&plan(), &person, &past(&[]));
    let tally = census.traits[name];
    assert_eq!((census.failures.stale, census.failures.wrong), (tally.stale, tally.wrong), "of the one customer");
    tally
}

/// proves PRO-03: what decays below the floor is counted as stale, from the day on which it is.
#[test]
fn an_attribute_is_stale_from_the_day_on_which_it_is_too_old_to_be_shown() {
    // 0.85 f + 0.1 (1 − f) < 0.6 with f = 2^(−days / 365).
    let stale = |days| attributes("shoe_size", &[("web", "39", days)]).stale;
    assert_eq!((stale(0), stale(213), stale(214), stale(900)), (0, 0, 1, 1));
    let twice = attributes("shoe_size", &[("web", "39", 300), ("till", "39", 1)]);
    assert_eq!((twice.stale, twice.wrong, twice.profiles), (0, 0, 1), "it was confirmed");
}

#[test]
fn an_attribute_is_wrong_where_sources_disagree_or_it_is_doubted() {
    let wrong = |name, said: &[_]| attributes(name, said).wrong;
    assert_eq!(wrong("city", &[("web", "Brest", 9), ("till", "BREST", 2)]), 0, "a till writes in capitals");
    assert_eq!(wrong("city", &[("web", "Brest", 9), ("till", "Lille", 2)]), 1);
    assert_eq!(wrong("first_name", &[("web", "aaaaaa", 2)]), 1);
    assert_eq!(wrong("first_name", &[("web", "Anna", 2)]), 0);
}
