//! Everything at once: conflicting evidence, merges in both directions, unmerges and erasures while images are on their
//! way, lost and repeated messages. Whatever the interleaving, nothing is lost and nothing lives twice.

use engine::{
    apply::apply,
    command::{Command, Hop},
};
use model::{
    identifier::Identifier,
    partition::Partition,
    time::{Env, Span},
};
use proptest::prelude::*;

use crate::{
    check::check,
    events::{SEGMENTS, SIMPLE, START, TRUSTED, alias, doing, event, hours, id, plan},
    order::{deeds, peaceful},
    world::World,
};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Move {
    /// Somebody is seen with up to three identifiers.
    Event {
        who: Vec<(u8, u8)>,
        what: u8,
        ago: i64,
    },
    /// Two accounts are said to be one person's.
    Alias(u8, u8),
    /// A merge is taken back, counted from the last.
    Unmerge(u8, usize),
    Erase(u8),
    /// The clock moves by hours.
    Wait(i64),
    /// So many messages arrive.
    Deliver(usize),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let who = prop::collection::vec((0..6u8, 0..4u8), 1..4);
    let one = prop_oneof![
        12 => (who, any::<u8>(), 0..300i64).prop_map(|(who, what, ago)| Move::Event { who, what, ago }),
        4 => (0..4u8, 0..4u8).prop_map(|(a, b)| Move::Alias(a, b)),
        2 => (0..4u8, 0..3usize).prop_map(|(user, back)| Move::Unmerge(user, back)),
        1 => (0..4u8).prop_map(Move::Erase),
        2 => (1..60i64).prop_map(Move::Wait),
        8 => (1..12usize).prop_map(Move::Deliver),
    ];
    prop::collection::vec(one, 1..60)
}

/// Namespaces with their evidence: two devices, a stated and a verified address, a card, an account.
const NAMESPACES: [&str; 6] = ["anonymous_id", "mobile_id", "email", "email!", "loyalty_card", "user_id"];

fn play(world: &mut World, moves: &[Move]) {
    for (number, one) in moves.iter().enumerate() {
        match one {
            Move::Event { who, what, ago } => {
                let names: Vec<String> = who.iter().map(|(_, value)| format!("v{value}")).collect();
                let pairs = who.iter().zip(&names);
                let who: Vec<_> =
                    pairs.map(|((space, _), name)| (NAMESPACES[usize::from(*space)], name.as_str())).collect();
                let source = if what.is_multiple_of(2) { TRUSTED } else { SIMPLE };
                world.post(doing(*what, source, number, START.minus(hours(*ago)), &who));
            }
            Move::Alias(a, b) if a == b => {}
            Move::Alias(a, b) => {
                world.post(alias(TRUSTED, number, START, &format!("v{a}"), &format!("v{b}")));
            }
            Move::Unmerge(user, back) => {
                let merges = world.find(&account(*user)).map(|person| &person.merges);
                let merge = merges.and_then(|merges| merges.iter().nth_back(*back)).map(|merge| merge.id);
                world.ask(&account(*user), |profile| Command::Unmerge { profile, merge });
            }
            Move::Erase(user) => {
                world.ask(&account(*user), |profile| Command::Erase { profile });
            }
            Move::Wait(count) => world.advance(hours(*count)),
            Move::Deliver(count) => {
                for _ in 0..*count {
                    world.deliver_one();
                }
            }
        }
    }
    world.settle();
    world.advance(Span::MINUTE);
    world.settle();
}

fn account(user: u8) -> Identifier {
    id("user_id", &format!("v{user}"))
}

proptest! {
    #![proptest_config(crate::cases(64))]

    #[test]
    fn nothing_is_lost_and_nothing_lives_twice(
        moves in moves(),
        partitions in prop::sample::select(vec![1u16, 2, 3, 8]),
        seed in any::<u64>(),
    ) {
        let mut world = World::new(partitions, plan(SEGMENTS), START, seed).stormy();
        play(&mut world, &moves);
        check(&world);
    }

    #[test]
    fn the_same_commands_give_the_same_states(
        moves in moves(),
        partitions in prop::sample::select(vec![1u16, 3]),
        seed in any::<u64>(),
    ) {
        let mut world = World::new(partitions, plan(SEGMENTS), START, seed).stormy();
        play(&mut world, &moves);
        let again = world.replayed();
        for (node, same) in world.nodes.iter().zip(&again.nodes) {
            prop_assert_eq!(&node.state.core, &same.state.core);
            prop_assert_eq!(&node.state.people, &same.state.people);
            prop_assert_eq!(&node.state.directory, &same.state.directory);
            prop_assert_eq!(&node.state.timers, &same.state.timers);
            prop_assert_eq!(&node.members, &same.members);
        }
        prop_assert_eq!(&world.history, &again.history);
    }

    #[test]
    fn what_is_one_persons_leads_to_one_profile(
        drawn in deeds(24),
        partitions in prop::sample::select(vec![2u16, 8]),
        seed in any::<u64>(),
    ) {
        let mut world = World::new(partitions, plan(SEGMENTS), START, seed).stormy();
        for (number, deed) in drawn.iter().enumerate() {
            world.post(peaceful(number, *deed));
        }
        world.settle();
        check(&world);
        for person in world.people() {
            for held in person.sides.iter().flat_map(|side| side.facts.identifiers.iter()) {
                prop_assert_eq!(world.find(&held.identifier).map(|found| found.id), Some(person.id));
            }
        }
    }
}

/// A into B while B is told to go into A: both were asked by an alias before either answer came.
#[test]
fn two_that_are_merged_into_each_other_are_one() {
    for seed in 0..64 {
        let mut world = World::new(8, plan(SEGMENTS), START, seed).stormy();
        for (number, user) in ["a", "b", "c", "d"].into_iter().enumerate() {
            world.send(event(TRUSTED, number, START, "Order Completed", &[("user_id", user)]));
        }
        for (number, (user, previous)) in
            [("a", "b"), ("b", "a"), ("c", "b"), ("b", "d"), ("d", "a")].into_iter().enumerate()
        {
            world.post(alias(TRUSTED, 10 + number, START, user, previous));
            world.post(event(TRUSTED, 20 + number, START, "Order Completed", &[("user_id", user)]));
        }
        world.settle();
        check(&world);
        assert_eq!(world.people().count(), 1, "seed {seed}");
        assert_eq!(world.people().next().unwrap().sides.len(), 4);
        assert_eq!(world.kept.len(), 14);
    }
}

/// Two accounts log in on one anonymous tablet before either has heard of the other: at most one of them takes its past.
#[test]
fn a_race_for_a_device_never_joins_two_accounts() {
    for (space, seed) in ["user_id", "email!"].into_iter().flat_map(|space| (0..64).map(move |seed| (space, seed))) {
        let mut world = World::new(8, plan(SEGMENTS), START, seed);
        world.send(event(SIMPLE, 0, START, "Product Added", &[("anonymous_id", "tablet")]));
        for (number, user) in ["ana", "ben"].into_iter().enumerate() {
            let who = [(space, user), ("anonymous_id", "tablet")];
            world.post(event(SIMPLE, 1 + number, START, "Order Completed", &who));
        }
        world.settle();
        check(&world);
        let space = space.trim_end_matches('!');
        let [ana, ben] = ["ana", "ben"].map(|user| world.find(&id(space, user)).unwrap().id);
        assert_ne!(ana, ben, "{space}, seed {seed}");
        assert!(world.find(&id("anonymous_id", "tablet")).is_none(), "the tablet is shared, seed {seed}");
    }
}

/// Two accounts with two strong identifiers in common are one person, whoever was seen with which first.
#[test]
fn two_strong_identifiers_in_common_join_whoever_holds_them() {
    let card = |user| [("user_id", user), ("loyalty_card", "k")];
    let phone = |user| [("user_id", user), ("phone!", "+33")];
    for (first, second) in [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")] {
        let other = |user: &str| if user == "a" { "b" } else { "a" };
        let mut world = World::new(4, plan(SEGMENTS), START, 9);
        for (number, who) in
            [card(first), phone(second), card(other(first)), phone(other(second))].into_iter().enumerate()
        {
            world.send(event(SIMPLE, number, START, "Order Completed", &who));
        }
        check(&world);
        assert_eq!(world.people().count(), 1, "{first} held the card, {second} the phone");
    }
}

/// A repeated hop, and one that comes too early, change nothing but what is noted of the moment.
#[test]
fn a_hop_is_taken_once_and_in_order() {
    let mut world = World::new(2, plan(SEGMENTS), START, 1);
    world.send(event(TRUSTED, 0, START, "Order Completed", &[("user_id", "a"), ("loyalty_card", "k")]));
    let plan = world.plan();
    let node = &mut world.nodes[0];
    let env = Env { now: node.state.core.now, seed: 1 };
    let from = Partition(1);
    let next = node.state.core.inbox.get(&from).copied().unwrap_or_default() + 1;
    let share =
        |number| Command::Hop { from, number, hop: Box::new(Hop::Share { key: crate::world::key(&id("x", "y")) }) };
    node.state.core.inbox.insert(from, next - 1);
    let before = node.state.core.clone();
    for number in [next + 1, next + 7, next - 1] {
        let outcome = apply(&plan, &mut node.state, share(number), &env);
        assert_eq!((outcome, &node.state.core), (Default::default(), &before), "{number}");
    }
    apply(&plan, &mut node.state, share(next), &env);
    assert_eq!(node.state.core.inbox[&from], next);
}
