//! A merge that is taken back leaves the world in which it never happened.

use std::collections::BTreeMap;

use engine::{command::Command, outcome::Reply, plan::Plan};
use model::{event::Event, name::Name, source::SourceRules};
use profile::{held::Hold, merge::Rule};
use proptest::prelude::*;

use crate::{
    check::check,
    events::{SEGMENTS, START, TRUSTED, alias, doing, event, hours, id, plan},
    portrait::portraits,
    world::World,
};

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
        let mut happen = |[one, other]: [&mut World; 2], deeds: &Deeds| {
            for deed in deeds {
                number += 1;
                one.send(separate(number, *deed));
                other.send(separate(number, *deed));
            }
        };
        // Each is known by all that is theirs: what joined them meanwhile, over what only one carries, is not told apart.
        let begin = [0, 1].into_iter().flat_map(|person| [0, 1, 2, 4].map(|sign| (person, sign, 0, 1))).collect();
        happen([&mut merged, &mut never], &begin);
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

        happen([&mut merged, &mut never], &after);
        for world in [&mut merged, &mut never] {
            world.send(alias(TRUSTED, 1_001, START, "user0", "user1"));
            world.advance(hours(100));
            check(world);
        }
        prop_assert_eq!(portraits(&merged), portraits(&never), "nor do they merge again by themselves");
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
