//! A census counts everybody once, whatever merges, erasures and crashes there were, and is kept.

use model::{event::Event, time::Span};
use runtime::{
    census::CensusError,
    limits::{CENSUS_PROFILES, TREND_DAYS},
    ticket::Failure,
};

use crate::shop::Shop;

/// Three customers, of whom one came from a device and one bought, and a visitor; the merge of two profiles among them.
fn fill(shop: &Shop) {
    shop.track("page seen", &[("anonymous_id", "d1")]);
    shop.track("page seen", &[("anonymous_id", "d2")]);
    shop.send(vec![shop.identify(&[("user_id", "u1"), ("anonymous_id", "d1")], &[("city", "Brest".into())])]);
    shop.track("Order Completed", &[("user_id", "u2")]);
    let till = Event { source: "till".into(), ..shop.event("Order Completed", &[("loyalty_card", "c1")]) };
    shop.send(vec![till]);
}

#[test]
fn everybody_is_counted_once_over_any_number_of_partitions() {
    for partitions in [1, 2, 64] {
        let shop = Shop::with_partitions(partitions);
        fill(&shop);
        assert!(shop.runtime.census().unwrap().is_none() && shop.runtime.is_census_due().unwrap());
        let census = shop.runtime.take_census().unwrap();
        assert_eq!((census.customers, census.visitors), (3, 1), "over {partitions} partitions");
        assert_eq!(census.failures.without_purchase, 1);
        let (web, till) = (census.sources["web"], census.sources["till"]);
        assert_eq!((web.profiles, web.customers, web.alone, web.month), (3, 2, 2, 4));
        assert_eq!((till.profiles, till.customers, till.alone, till.month), (1, 1, 1, 1));
        assert_eq!(census.traits["city"].profiles, 1);
        assert!(!shop.runtime.is_census_due().unwrap());
        shop.advance(Span::DAY);
        assert!(shop.runtime.is_census_due().unwrap());
    }
}

#[test]
fn nobody_is_left_out_between_two_slices() {
    let shop = Shop::with_partitions(1);
    let customers = 2 * CENSUS_PROFILES + 1;
    let names: Vec<_> = (0..customers).map(|number| format!("u{number}")).collect();
    shop.send(names.iter().map(|name| shop.event("Order Completed", &[("user_id", name)])).collect());
    let census = shop.runtime.take_census().unwrap();
    assert_eq!((census.customers, census.sources["web"].month), (customers as u64, customers as u64));
}

#[test]
fn who_was_erased_or_parted_is_counted_as_it_is_now() {
    let shop = Shop::with_partitions(2);
    fill(&shop);
    shop.unmerge("user_id", "u1");
    let parted = shop.runtime.take_census().unwrap();
    assert_eq!((parted.customers, parted.visitors), (3, 2));
    shop.erase("user_id", "u2");
    let erased = shop.runtime.take_census().unwrap();
    assert_eq!((erased.customers, erased.failures.without_purchase), (2, 1));
    assert_eq!(erased.sources["web"].month, 3, "her order is gone");
}

#[test]
fn the_last_census_and_the_figures_of_each_day_outlive_a_crash() {
    let mut shop = Shop::with_partitions(2);
    fill(&shop);
    shop.runtime.take_census().unwrap();
    shop.track("Order Completed", &[("user_id", "u3")]);
    let first = shop.runtime.take_census().unwrap();
    shop.advance(Span::DAY);
    let second = shop.runtime.take_census().unwrap();
    assert_eq!(second.traits["city"].since, first.at, "it has had a value since then");
    shop.runtime.saved().wait().unwrap();
    shop.restart();
    assert_eq!(shop.runtime.census().unwrap(), Some(second.clone()));
    assert_eq!(shop.runtime.census_figures().unwrap(), [first.figures(), second.figures()], "one of each day");
}

#[test]
fn figures_are_kept_for_as_many_days_as_promised_and_no_longer() {
    let shop = Shop::with_partitions(1);
    let oldest = |shop: &Shop| shop.runtime.census_figures().unwrap()[0].at;
    let first = shop.runtime.take_census().unwrap();
    shop.advance(Span::DAY.times(TREND_DAYS - 1));
    let last = shop.runtime.take_census().unwrap();
    assert_eq!(oldest(&shop), first.at);
    shop.advance(Span::DAY);
    shop.runtime.take_census().unwrap();
    assert_eq!(oldest(&shop), last.at);
}

#[test]
fn those_who_want_one_at_the_same_time_all_get_one_that_saw_what_they_wrote() {
    let shop = Shop::with_partitions(2);
    let runtime = shop.runtime.clone();
    shop.track("Order Completed", &[("user_id", "u0")]);
    let customers = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..4).map(|_| scope.spawn(|| runtime.take_census().unwrap().customers)).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(customers, [1; 4]);
}

#[test]
fn none_is_taken_once_the_program_stops() {
    let shop = Shop::with_partitions(1);
    shop.runtime.stop().unwrap();
    assert!(matches!(shop.runtime.take_census(), Err(CensusError::Failed(Failure::Stopping))));
}
