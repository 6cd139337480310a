//! Limits, at the limit and one beyond.

use runtime::{limits::Limits, ticket::Failure};

use crate::shop::Shop;

#[test]
fn more_events_under_way_than_the_limit_are_refused_as_overload() {
    let limits = Limits { events_under_way: 3, ..Limits::default() };
    let shop = Shop::with_limits(2, limits);
    let events = |count: usize| (0..count).map(|_| shop.event("Product Viewed", &[("user_id", "ana")])).collect();
    assert_eq!(shop.send(events(3)).len(), 3);
    assert_eq!(shop.runtime.collect(events(4)).err(), Some(Failure::Overloaded));
    assert_eq!(shop.send(events(3)).len(), 3, "what was refused is not under way");
    assert_eq!(shop.history("user_id", "ana").len(), 6);
}

#[test]
fn profiles_beyond_the_limit_make_room_and_come_back_when_touched() {
    let limits = Limits { resident_bytes: 20_000, save_every_ms: 100, ..Limits::default() };
    let mut shop = Shop::with_limits(1, limits);
    shop.define("twice", r#"events("Product Viewed").count() >= 2"#);
    for round in 0..3 {
        for person in 0..60 {
            shop.track("Product Viewed", &[("user_id", &format!("u{person}"))]);
        }
        if round == 0 {
            // Everything is saved and nothing is resident.
            shop.restart();
        } else {
            // A save in the middle of a run lets saved profiles go.
            std::thread::park_timeout(std::time::Duration::from_millis(300));
        }
    }
    for person in 0..60 {
        assert_eq!(shop.history("user_id", &format!("u{person}")).len(), 3);
    }
    assert_eq!(shop.size("twice"), (60, true));
    shop.crash();
    assert_eq!(shop.size("twice"), (60, true));
    assert_eq!(shop.history("user_id", "u59").len(), 3);
}
