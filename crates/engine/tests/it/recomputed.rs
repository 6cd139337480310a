//! Invariant 10: a membership followed event by event equals its full recomputation, at every moment.

use definition::{Documents, Kind, compile};
use model::time::Span;
use proptest::prelude::*;
use serde_json::json;

use crate::{
    check::check,
    events::{SEGMENTS, START, TRUSTED, documents, doing, hours},
    world::World,
};

/// One thing that happens to the two persons of a world.
#[derive(Debug, Clone)]
enum Move {
    /// Somebody does something, perhaps a while ago.
    Do { user: u8, what: u8, ago: i64 },
    /// The clock moves by minutes.
    Wait(i64),
    /// A segment is published with another condition, or for the first time.
    Publish(u8, u8),
    /// A segment is taken back, if nothing names it.
    TakeBack(u8),
}

/// Conditions that need more, or less, of the past than those before.
const OTHERS: &[&str] = &[
    r#"events("Order Completed").within("20d").count() >= 2"#,
    r#"events("Order Completed").where(total > 40).count() > 0"#,
    r#"events("Something Else").within("2d").count() == 1"#,
    r#"profile.country == "FR" || events("Product Added").within("1d").count() > 1"#,
    r#"events("Product Added").count() > 3 && !(profile.country == "JP")"#,
    r#"interest("category:boots") >= 0.3 && events("Order Completed").count() < 3"#,
    "true",
];
const NAMES: &[&str] = &["buyers", "recent", "twice", "left", "new", "newer"];

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        8 => (0..2u8, any::<u8>(), prop_oneof![0..3i64, 0..800i64])
            .prop_map(|(user, what, ago)| Move::Do { user, what, ago }),
        4 => prop_oneof![1..30i64, 60..3_000i64, 5_000..20_000i64].prop_map(Move::Wait),
        2 => (0..NAMES.len() as u8, 0..OTHERS.len() as u8).prop_map(|(name, other)| Move::Publish(name, other)),
        1 => (0..NAMES.len() as u8).prop_map(Move::TakeBack),
    ];
    prop::collection::vec(one, 1..40)
}

/// Publishes what changed; says whether it could be.
fn publish(world: &mut World, documents: &mut Documents) -> bool {
    let before = world.plan();
    match compile(documents, before.revision + 1, Some(&before)) {
        Ok(plan) => {
            world.publish(plan);
            true
        }
        Err(_) => false,
    }
}

proptest! {
    #![proptest_config(crate::cases(48))]

    #[test]
    fn a_membership_followed_step_by_step_equals_the_recomputed_one(
        moves in moves(),
        partitions in prop::sample::select(vec![1u16, 3]),
    ) {
        let mut documents = documents(SEGMENTS);
        let first = compile(&mut documents, 1, None).unwrap();
        let mut world = World::new(partitions, first, START, 1);
        for (number, one) in moves.iter().enumerate() {
            match one {
                Move::Do { user, what, ago } => {
                    let at = world.now.minus(hours(*ago));
                    world.post(doing(*what, TRUSTED, number, at, &[("user_id", &format!("u{user}"))]));
                }
                Move::Wait(minutes) => world.advance(Span::MINUTE.times(*minutes)),
                Move::Publish(name, other) => {
                    let mut changed = documents.clone();
                    let condition = json!({"condition": OTHERS[usize::from(*other)]});
                    changed.put(Kind::Segment, NAMES[usize::from(*name)], &condition).unwrap();
                    if publish(&mut world, &mut changed) {
                        documents = changed;
                    }
                }
                Move::TakeBack(name) => {
                    let mut changed = documents.clone();
                    if changed.remove(Kind::Segment, NAMES[usize::from(*name)]).is_ok()
                        && publish(&mut world, &mut changed)
                    {
                        documents = changed;
                    }
                }
            }
            world.settle();
            check(&world);
        }
    }
}

/// The smallest steps around the moments at which windows end.
#[test]
fn windows_end_to_the_millisecond() {
    let mut world = World::new(1, compile(&mut documents(SEGMENTS), 1, None).unwrap(), START, 1);
    world.send(doing(5, TRUSTED, 0, START, &[("user_id", "ana")]));
    world.send(doing(1, TRUSTED, 1, START, &[("user_id", "ana")]));
    for edge in [hours(4), hours(72), hours(24 * 7), hours(24 * 30)] {
        for around in [-1, 0, 1] {
            let to = START.plus(Span::from_millis(edge.as_millis() + around));
            world.advance(to.since(world.now));
            check(&world);
        }
    }
}
