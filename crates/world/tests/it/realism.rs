//! Whether the shop is like a shop: bands that are plausible in retail, chosen by us. A grade on another shop would
//! say little.

use model::time::Timestamp;
use world::{
    Seed, Size, World,
    calendar::Day,
    policy::{Lived, Neutral, live},
};

/// 2026-01-05, a Monday.
const START: i64 = 1_767_571_200_000;

fn lived(seed: u64) -> Lived {
    let world = World::new(Seed(seed), Size::of(3_000, 600, 365), Timestamp::saturating_from_millis(START));
    live(&world, 0..world.people.len() as u32, Day(0), &[&Neutral]).remove(0)
}

fn check(name: &str, value: f64, (from, to): (f64, f64)) {
    assert!((from..=to).contains(&value), "{name} is {value}, not between {from} and {to}");
}

#[test]
fn a_year_of_the_shop_lies_within_the_bands_of_a_shop() {
    let lived = lived(1);
    check("concentration of sales", lived.gini(), (0.6, 0.8));
    check("conversion of a visit", lived.conversion(), (0.02, 0.04));
    check("share of buyers who bought again", lived.repeat(), (0.25, 0.35));
    check("basket in euros", lived.basket(), (60.0, 110.0));
    check("abandoned carts", lived.abandonment(), (0.65, 0.75));
    check("clicks of delivered mails", lived.mail_clicks(), (0.01, 0.03));
}

#[test]
fn a_year_has_the_shares_that_are_specified() {
    let lived = lived(2);
    check("gifts in orders", lived.gifts as f64 / lived.orders as f64, (0.07, 0.11));
    check("machines in opens", lived.machine_opens as f64 / lived.opens as f64, (0.42, 0.48));
    check("events of a visit", lived.events as f64 / lived.visits as f64, (8.0, 13.0));
    check("visits of a customer", lived.visits as f64 / 3_000.0, (25.0, 40.0));
    // What was drawn happened as often as it was likely.
    check("orders by their chances", lived.orders as f64 / lived.chance_neutral, (0.93, 1.07));
}
