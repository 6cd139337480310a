//! A merge that is taken back leaves the world in which it never happened.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use engine::{command::Command, outcome::Reply, person::Person, plan::Plan};
use model::{
    event::{Event, EventKind},
    id::{Id, Merge, ProfileId},
    name::Name,
    source::SourceRules,
    time::{Span, Timestamp},
};
use profile::{held::Hold, merge::Rule};
use proptest::prelude::*;

use crate::{
    check::check,
    events::{SEGMENTS, START, TRUSTED, alias, doing, event, hours, id, plan},
    portrait::portraits,
    world::World,
};

/// What a person's standing is made of: what stands on its first side, its memberships, its merges.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Standing {
    /// The identifiers that lead to the side which gave the profile its id.
    first: Vec<String>,
    /// By segment: in or out, since when, until when that is certain.
    memberships: BTreeMap<String, (bool, Timestamp, Option<Timestamp>)>,
    /// What models say, since when, and what they said before.
    readings: String,
    /// The identifiers that lead to the side which lost, how many came with it, and when.
    merges: Vec<(Vec<String>, usize, Timestamp)>,
}

fn standings(world: &World) -> Vec<Standing> {
    let plan = world.plan();
    let standing = |person: &Arc<Person>| {
        let own = |origin: ProfileId| -> Vec<String> {
            let side = person.side(origin).unwrap();
            let held = side.facts.identifiers.iter().filter(|held| held.hold == Hold::Own);
            let mut own: Vec<_> = held.map(|held| held.identifier.to_string()).collect();
            own.sort();
            own
        };
        let memberships = person.memberships.iter().map(|(segment, entry)| {
            let name = plan.segments.by_number(*segment).unwrap().name.to_string();
            (name, (entry.member, entry.since, entry.valid_until))
        });
        let merges = person.merges.iter().map(|merge| (own(merge.loser), merge.moved.len(), merge.at));
        let (memberships, mut merges) = (memberships.collect(), merges.collect::<Vec<_>>());
        merges.sort();
        Standing { first: own(person.id), memberships, readings: format!("{:?}", person.memberships.readings), merges }
    };
    let mut standings: Vec<_> = world.people().map(standing).collect();
    standings.sort();
    standings
}

/// Two accounts, each with devices, an address and a card of its own. `sign` 0 to 4.
fn separate(number: usize, (person, sign, what, ago): (u8, u8, u8, i64)) -> Event {
    let name = |kind: &str| format!("{kind}{person}");
    let (user, card, mail, phone) = (name("user"), name("card"), name("mail"), name("phone"));
    let who: &[(&str, &str)] = match sign {
        0 => &[("user_id", &user)],
        1 => &[("user_id", &user), ("anonymous_id", &phone)],
        2 => &[("user_id", &user), ("email", &mail)],
        3 => &[("anonymous_id", &phone)],
        _ => &[("user_id", &user), ("loyalty_card", &card)],
    };
    doing(what, TRUSTED, number, START.minus(hours(ago)), who)
}

/// The same plan, but nobody is believed who says that two are one.
fn distrusting() -> Plan {
    let mut plan = plan(SEGMENTS);
    let believed = plan.sources.remove(TRUSTED).unwrap();
    plan.sources.insert(Name::from(TRUSTED), SourceRules { trusted: false, ..believed });
    plan
}

type Deeds = Vec<(u8, u8, u8, i64)>;

fn deeds() -> impl Strategy<Value = Deeds> {
    prop::collection::vec((0..2u8, 0..5u8, any::<u8>(), 0..400i64), 0..10)
}

proptest! {
    #![proptest_config(crate::cases(24))]

    #[test]
    fn merge_then_unmerge_is_the_world_without_the_merge(
        before in deeds(),
        between in deeds(),
        after in deeds(),
        partitions in prop::sample::select(vec![1u16, 2, 8]),
        seed in any::<u64>(),
    ) {
        let mut merged = World::new(partitions, plan(SEGMENTS), START, seed).stormy();
        let mut never = World::new(partitions, distrusting(), START, seed);
        let mut number = 0;
        let mut happen = |worlds: [&mut World; 2], deeds: &Deeds| {
            for world in worlds {
                for (place, deed) in deeds.iter().enumerate() {
                    world.send(separate(number + place, *deed));
                    world.pass(Span::MINUTE.times(50));
                }
            }
            number += deeds.len();
        };
        // Each has an account. All else may become known while they are one.
        happen([&mut merged, &mut never], &vec![(0, 0, 0, 1), (1, 0, 0, 1)]);
        happen([&mut merged, &mut never], &before);
        for world in [&mut merged, &mut never] {
            world.send(alias(TRUSTED, 1_000, START, "user0", "user1"));
        }
        prop_assert_eq!(merged.people().count() + 1, never.people().count());
        check(&merged);
        happen([&mut merged, &mut never], &between);

        let who = id("user_id", "user0");
        let merges = &merged.find(&who).unwrap().merges;
        let wrong = merges.iter().find(|merge| merge.cause.rule == Rule::Alias).map(|merge| merge.id);
        let reply = merged.ask(&who, |profile| Command::Unmerge { profile, merge: wrong });
        merged.settle();
        prop_assert!(matches!(reply, Some(Reply::Unmerged { .. })), "{:?}", reply);
        check(&merged);
        prop_assert_eq!(portraits(&merged), portraits(&never));
        prop_assert_eq!(standings(&merged), standings(&never));

        happen([&mut merged, &mut never], &after);
        for world in [&mut merged, &mut never] {
            world.send(alias(TRUSTED, 1_001, START, "user0", "user1"));
            world.advance(hours(100));
            check(world);
        }
        prop_assert_eq!(portraits(&merged), portraits(&never), "nor do they merge again by themselves");
    }
}

/// One thing that happens to three persons.
#[derive(Debug, Clone, Copy)]
enum Move {
    Deed(u8, u8, u8, i64),
    /// Two accounts are said to be one person's; the pair by its number.
    Alias(usize),
}

/// Pairs of accounts, any two of which join all three.
const PAIRS: [(&str, &str); 3] = [("user0", "user1"), ("user1", "user2"), ("user2", "user0")];

/// Moves with the minutes after each. Two of the three pairs are joined, somewhere in between.
fn moves() -> impl Strategy<Value = Vec<(Move, i64)>> {
    let deed = (0..3u8, 0..5u8, any::<u8>(), prop_oneof![3 => Just(0), 2 => 0..200i64]);
    let deed = deed.prop_map(|(person, sign, what, ago)| Move::Deed(person, sign, what, ago));
    let minutes = || prop_oneof![1..30i64, 60..6_000i64];
    let moves = prop::collection::vec((deed, minutes()), 0..16);
    let places = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    (moves, places, 0..3usize, minutes()).prop_map(|(mut moves, (one, other), left_out, gap)| {
        for (place, pair) in [(one, left_out + 1), (other, left_out + 2)] {
            moves.insert(place.index(moves.len() + 1), (Move::Alias(pair % 3), gap));
        }
        moves
    })
}

/// Lets it all happen; says which merge came of which alias. What is undone later was `wrong`; in the world in which it
/// never happened, it was merely seen with both.
fn happen(world: &mut World, moves: &[(Move, i64)], wrong: impl Fn(usize) -> bool) -> BTreeMap<usize, Id<Merge>> {
    let mut merges = BTreeMap::new();
    for user in 0..3 {
        world.send(separate(user, (user as u8, 0, 0, 1)));
        world.pass(Span::MINUTE);
    }
    for (number, (one, minutes)) in moves.iter().enumerate() {
        let known: BTreeSet<_> = records(world).collect();
        match *one {
            Move::Deed(person, sign, what, ago) => {
                let event = separate(100 + number, (person, sign, what, 0));
                world.send(Event { timestamp: world.now.minus(hours(ago)), ..event });
            }
            Move::Alias(pair) => {
                let event = alias(TRUSTED, 100 + number, world.now, PAIRS[pair].0, PAIRS[pair].1);
                let kind = if wrong(pair) { EventKind::Track { name: "".into() } } else { event.kind.clone() };
                world.send(Event { kind, ..event });
                merges.extend(records(world).find(|merge| !known.contains(merge)).map(|merge| (pair, merge)));
            }
        }
        check(world);
        world.pass(Span::MINUTE.times(*minutes));
    }
    merges
}

/// All merges that stand.
fn records(world: &World) -> impl Iterator<Item = Id<Merge>> {
    world.people().flat_map(|person| &person.merges).map(|merge| merge.id)
}

/// Takes a merge back, whoever it is of.
fn unmerge(world: &mut World, merge: Id<Merge>) {
    let person = world.people().find(|person| person.merges.iter().any(|record| record.id == merge)).unwrap().id;
    let command = Command::Unmerge { profile: person, merge: Some(merge) };
    let reply = world.run(usize::from(person.partition().0), command);
    assert!(matches!(reply, Reply::Unmerged { .. }));
    world.settle();
    check(world);
}

proptest! {
    #![proptest_config(crate::cases(48))]

    #[test]
    fn merges_are_taken_back_in_any_order(
        drawn in moves(),
        wrong in prop::collection::vec(any::<bool>(), 3),
        last_first in any::<bool>(),
        partitions in prop::sample::select(vec![1u16, 2, 8]),
        seed in any::<u64>(),
    ) {
        let mut merged = World::new(partitions, plan(SEGMENTS), START, seed).stormy();
        let mut never = World::new(partitions, plan(SEGMENTS), START, seed);
        let merges = happen(&mut merged, &drawn, |_| false);
        happen(&mut never, &drawn, |pair| wrong[pair]);
        prop_assert_eq!(merges.len(), 2);
        let mut undone: Vec<_> = merges.iter().filter(|(pair, _)| wrong[**pair]).map(|(_, merge)| *merge).collect();
        if last_first {
            undone.reverse();
        }
        for merge in undone {
            unmerge(&mut merged, merge);
        }
        prop_assert_eq!(portraits(&merged), portraits(&never));
        prop_assert_eq!(standings(&merged), standings(&never));
    }
}

/// The unit of experiments is the profile's own again.
#[test]
fn an_unmerge_gives_each_its_unit_back() {
    for partitions in [1, 2, 8] {
        let mut world = World::new(partitions, plan(SEGMENTS), START, 5);
        for (number, user) in ["a", "b", "c"].into_iter().enumerate() {
            world.advance(hours(1));
            world.send(event(TRUSTED, number, START, "Order Completed", &[("user_id", user)]));
        }
        let units = |world: &World| {
            let unit = |user| world.find(&id("user_id", user)).map(|person| person.unit);
            ["a", "b", "c"].map(unit)
        };
        let first = units(&world);
        world.send(alias(TRUSTED, 10, START, "c", "b"));
        world.send(alias(TRUSTED, 11, START, "b", "a"));
        assert_eq!(units(&world), [first[0]; 3]);
        for merges in [1, 0] {
            let unmerge = |profile| Command::Unmerge { profile, merge: None };
            world.ask(&id("user_id", "a"), unmerge);
            world.ask(&id("user_id", "b"), unmerge);
            world.settle();
            check(&world);
            let left: usize = world.people().map(|person| person.merges.len()).sum();
            assert!(left <= merges);
        }
        assert_eq!(units(&world), first);
    }
}

/// Ben's phone and card came to be known while he was taken for Ana. One of them was seen before he was.
#[test]
fn who_joined_over_what_only_the_departing_carry_goes_with_them() {
    for (partitions, seed) in [1, 2, 8].into_iter().flat_map(|partitions| (0..8).map(move |seed| (partitions, seed))) {
        let mut world = World::new(partitions, plan(SEGMENTS), START, seed).stormy();
        let mut number = 0;
        let mut order = |world: &mut World, who: &[(&str, &str)]| {
            number += 1;
            world.send(event(TRUSTED, number, world.now, "Order Completed", who));
            world.pass(hours(1));
        };
        order(&mut world, &[("user_id", "ana")]);
        order(&mut world, &[("loyalty_card", "card")]);
        order(&mut world, &[("user_id", "ben")]);
        world.send(alias(TRUSTED, 100, world.now, "ana", "ben"));
        order(&mut world, &[("anonymous_id", "phone")]);
        order(&mut world, &[("user_id", "ben"), ("anonymous_id", "phone")]);
        order(&mut world, &[("user_id", "ben"), ("loyalty_card", "card")]);
        order(&mut world, &[("user_id", "ana"), ("email", "ana@example.org")]);
        assert_eq!(world.people().count(), 1);

        let wrong = world.people().next().unwrap().merges[0].id;
        unmerge(&mut world, wrong);
        let find = |namespace, value| world.find(&id(namespace, value)).unwrap();
        let (ana, ben) = (find("user_id", "ana"), find("user_id", "ben"));
        assert_eq!((ana.sides.len(), ana.merges.len()), (1, 0));
        assert_eq!((ben.sides.len(), ben.merges.len()), (3, 2));
        assert_eq!(find("anonymous_id", "phone").id, ben.id);
        assert_eq!(ben.id, find("loyalty_card", "card").id);
        // The card is older than his account. So it is what the others would have joined.
        assert!(ben.side(ben.id).unwrap().facts.identifiers.value("loyalty_card").is_some());

        // The merges with what is his can be taken back too.
        for merge in ben.merges.iter().map(|merge| merge.id).collect::<Vec<_>>() {
            unmerge(&mut world, merge);
        }
        assert_eq!(world.people().map(|person| person.sides.len()).collect::<Vec<_>>(), [1; 4]);
    }
}

#[test]
fn what_a_device_sends_after_an_unmerge_goes_where_it_belongs() {
    for partitions in [1, 2, 8] {
        let (phone, both) = ([("anonymous_id", "phone")], [("user_id", "ana"), ("anonymous_id", "phone")]);
        let mut world = World::new(partitions, plan(SEGMENTS), START, 3);
        world.send(event(TRUSTED, 0, START, "Product Added", &phone));
        world.send(event(TRUSTED, 1, START, "Order Completed", &both));
        assert_eq!(world.people().count(), 1);
        world.ask(&id("user_id", "ana"), |profile| Command::Unmerge { profile, merge: None });
        world.settle();
        world.send(event(TRUSTED, 2, START, "Product Added", &phone));
        world.send(event(TRUSTED, 3, START, "Order Completed", &both));
        check(&world);
        let events = |namespace, value| {
            let person = world.find(&id(namespace, value)).unwrap();
            let ids = person.sides.iter().flat_map(|side| world.history[&side.facts.origin].values());
            ids.map(|event| event.message_id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(events("anonymous_id", "phone").len(), 2);
        assert!(events("user_id", "ana").contains(&"m3".to_owned()));
        let holds: BTreeMap<String, Hold> = world
            .find(&id("user_id", "ana"))
            .unwrap()
            .sides
            .iter()
            .flat_map(|side| side.facts.identifiers.iter())
            .map(|held| (held.identifier.to_string(), held.hold))
            .collect();
        assert_eq!(holds["anonymous_id:phone"], Hold::Linked, "the cookie stays the visitor's");
    }
}
