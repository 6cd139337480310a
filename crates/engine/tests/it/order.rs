//! Any order of arrival of the same events gives the same persons.
//!
//! What may depend on order, by design, and is therefore not in these sets of events:
//! - which profile survives a merge, its id, its unit and its sides (the oldest survives, and age is arrival's);
//! - to whom a *weak* identifier leads that several unmerged persons carry (the first), and with it the events that
//!   come under nothing else: weak evidence never merges, so nothing brings them together later;
//! - a device on which two persons log in: what it sends alone belongs to the first of them until the second comes, and
//!   to somebody new from then on;
//! - a login on a device whose anonymous visitor left an address that the person is not known by: come before the
//!   login, the visitor stays apart; come after it, the address is the person's;
//! - an identifier that more profiles claim than `limits::JOINED_PROFILES`, and values beyond the other limits.

use engine::plan::Plan;
use model::{
    event::Event,
    time::{Span, Timestamp},
};
use proptest::prelude::*;

use crate::{
    check::check,
    events::{SEGMENTS, START, TRUSTED, alias, doing, event, hours, plan},
    portrait::portraits,
    world::World,
};

/// What one of the persons does, as drawn: who, under which identifiers, what, and how many hours ago.
pub(crate) type Deed = (u8, u8, u8, i64);

pub(crate) fn deeds(most: usize) -> impl Strategy<Value = Vec<Deed>> {
    prop::collection::vec((0..3u8, 0..8u8, any::<u8>(), 0..400i64), 1..most)
}

/// An event without conflict: each device, address and card is one person's, and so is each account.
pub(crate) fn peaceful(number: usize, (person, sign, what, ago): Deed) -> Event {
    let at = START.minus(hours(ago));
    let name = |kind: &str| format!("{kind}{person}");
    let (user, old, card, mail) = (name("user"), name("old-user"), name("card"), name("mail"));
    let (phone, laptop) = (name("phone"), name("laptop"));
    let who: &[(&str, &str)] = match sign {
        0 => &[("anonymous_id", &phone)],
        1 => &[("user_id", &user), ("anonymous_id", &phone)],
        2 => &[("user_id", &user), ("anonymous_id", &laptop), ("email", &mail)],
        3 => &[("anonymous_id", &laptop)],
        4 => &[("loyalty_card", &card)],
        5 => &[("user_id", &user), ("loyalty_card", &card)],
        6 => &[("user_id", &old)],
        _ => return alias(TRUSTED, number, at, &user, &old),
    };
    doing(what, TRUSTED, number, at, who)
}

/// Lets the events come in, one after the other or all at once, ten minutes apart.
fn world_of(events: &[Event], plan: Plan, partitions: u16, pace: Pace, seed: u64) -> World {
    let mut world = World::new(partitions, plan, START, seed);
    if pace == Pace::AtOnce {
        world = world.stormy();
    }
    for event in events {
        world.post(event.clone());
        if pace == Pace::OneByOne || !world.deliver_one() {
            world.settle();
        }
        world.advance(Span::MINUTE.times(10));
    }
    world.settle();
    world.advance(START.plus(Span::DAY.times(3)).since(world.now));
    world
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    OneByOne,
    AtOnce,
}

proptest! {
    #![proptest_config(crate::cases(24))]

    #[test]
    fn any_order_of_arrival_gives_the_same_persons(
        drawn in deeds(24),
        order in any::<prop::sample::Index>(),
        partitions in prop::sample::select(vec![1u16, 2, 8]),
        seed in any::<u64>(),
    ) {
        let events: Vec<Event> =
            drawn.iter().enumerate().map(|(number, deed)| peaceful(number, *deed)).collect();
        let mut shuffled = events.clone();
        for place in (1..shuffled.len()).rev() {
            shuffled.swap(place, (order.index(usize::MAX).rotate_left(place as u32)) % (place + 1));
        }
        let plain = world_of(&events, plan(SEGMENTS), 1, Pace::OneByOne, 1);
        let other = world_of(&shuffled, plan(SEGMENTS), partitions, Pace::OneByOne, seed);
        let stormy = world_of(&shuffled, plan(SEGMENTS), partitions, Pace::AtOnce, seed);
        for world in [&plain, &other, &stormy] {
            check(world);
        }
        prop_assert_eq!(portraits(&plain), portraits(&other));
        prop_assert_eq!(portraits(&plain), portraits(&stormy));
    }
}

#[test]
fn an_alias_joins_whether_it_comes_before_or_after_the_account_it_names() {
    let at = |minute: i64| Timestamp::saturating_from_millis(START.as_millis() - 60_000 * minute);
    let events = [
        event(TRUSTED, 0, at(3), "Order Completed", &[("user_id", "old")]),
        alias(TRUSTED, 1, at(2), "new", "old"),
        event(TRUSTED, 2, at(1), "Order Completed", &[("user_id", "new")]),
    ];
    for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0]] {
        let mut world = World::new(4, plan(SEGMENTS), START, 7);
        order.iter().for_each(|place| world.send(events[*place].clone()));
        check(&world);
        assert_eq!(portraits(&world).len(), 1, "{order:?}");
    }
}
