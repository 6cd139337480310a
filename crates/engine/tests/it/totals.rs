//! What is removed is counted: events = folded − removed, whoever removes them.

use definition::{Kind, compile};
use engine::{command::Command, outcome::Reply};
use model::time::Span;
use serde_json::json;

use crate::{
    check::check,
    events::{SEGMENTS, START, TRUSTED, alias, documents, event, id},
    world::World,
};

fn world(partitions: u16, retention_days: u32) -> World {
    let mut documents = documents(SEGMENTS);
    documents.put(Kind::Setting, "retention_days", &json!({"value": retention_days})).unwrap();
    World::new(partitions, compile(&mut documents, 1, None).unwrap(), START, 1)
}

fn totals(world: &World) -> [u64; 3] {
    let sum = |part: fn(&engine::state::Core) -> u64| world.nodes.iter().map(|node| part(&node.state.core)).sum();
    [sum(|core| core.events), sum(|core| core.expired_events), sum(|core| core.erased_events)]
}

#[test]
fn a_day_expires_whole_when_its_last_moment_is_too_old() {
    let mut world = world(1, 10);
    let day = START.day();
    let days_ago = |days: i64| START.minus(Span::DAY.times(days));
    for (number, days) in [0, 1, 9, 9].into_iter().enumerate() {
        world.send(event(TRUSTED, number, days_ago(days), "Order Completed", &[("user_id", "ana")]));
    }
    assert_eq!(totals(&world), [4, 0, 0]);
    // Day −9 is kept for 10 days after its last moment.
    let end = model::time::Timestamp::EPOCH.plus(Span::DAY.times(day - 9 + 1 + 10));
    world.advance(end.minus(Span::from_millis(1)).since(world.now));
    check(&world);
    assert_eq!(totals(&world), [4, 0, 0]);
    world.advance(Span::from_millis(1));
    check(&world);
    assert_eq!(totals(&world), [4, 2, 0]);
    // What arrives too old is counted, and gone at the next look.
    world.send(event(TRUSTED, 9, days_ago(30), "Order Completed", &[("user_id", "ana")]));
    world.advance(Span::from_millis(1));
    check(&world);
    assert_eq!(totals(&world), [5, 3, 0]);
    world.advance(Span::DAY.times(100));
    check(&world);
    assert_eq!(totals(&world), [5, 5, 0]);
    assert_eq!(world.people().count(), 1, "a person outlives the events");
}

#[test]
fn an_erasure_takes_every_side_and_leaves_the_totals() {
    for partitions in [1, 2, 8] {
        let mut world = world(partitions, 700);
        let phone = [("user_id", "ana"), ("anonymous_id", "phone")];
        world.send(event(TRUSTED, 0, START, "Product Added", &[("anonymous_id", "phone")]));
        world.send(event(TRUSTED, 1, START, "Order Completed", &phone));
        world.send(event(TRUSTED, 2, START, "Order Completed", &[("user_id", "old")]));
        world.send(alias(TRUSTED, 3, START, "ana", "old"));
        world.send(event(TRUSTED, 4, START, "Order Completed", &[("user_id", "ben")]));
        assert_eq!(world.people().count(), 2);
        let reply = world.ask(&id("user_id", "old"), |profile| Command::Erase { profile });
        let Some(Reply::Erased { sides, events }) = reply else { panic!("{reply:?}") };
        assert_eq!((sides.len(), events), (3, 4));
        world.settle();
        check(&world);
        assert_eq!(totals(&world), [5, 0, 4]);
        for (namespace, value) in [("user_id", "ana"), ("user_id", "old"), ("anonymous_id", "phone")] {
            assert!(world.find(&id(namespace, value)).is_none(), "{namespace}");
        }
        // Who comes back is somebody new.
        world.send(event(TRUSTED, 5, START, "Order Completed", &phone));
        check(&world);
        assert_eq!(world.find(&id("anonymous_id", "phone")).unwrap().sides.len(), 1);
        assert_eq!(totals(&world), [6, 0, 4]);
    }
}

/// The erased person's identifiers are claimed while the news of the erasure is still on its way.
#[test]
fn an_identifier_of_the_erased_is_free_for_whoever_claims_it_meanwhile() {
    for seed in 0..64 {
        let mut world = World::new(8, compile(&mut documents(SEGMENTS), 1, None).unwrap(), START, seed);
        world.send(event(TRUSTED, 0, START, "Order Completed", &[("user_id", "ana"), ("loyalty_card", "k")]));
        world.ask(&id("user_id", "ana"), |profile| Command::Erase { profile });
        world.post(event(TRUSTED, 1, START, "Order Completed", &[("user_id", "ben"), ("loyalty_card", "k")]));
        world.settle();
        check(&world);
        let [ben, card] = [("user_id", "ben"), ("loyalty_card", "k")]
            .map(|(namespace, value)| world.find(&id(namespace, value)).map(|person| person.id));
        assert!(ben.is_some() && ben == card, "seed {seed}");
    }
}
