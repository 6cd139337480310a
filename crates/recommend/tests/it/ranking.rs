use std::collections::BTreeSet;

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use recommend::{
    history::Item,
    rank::{Candidate, Cap, Discovery, List, Pin, Rules, Source, Why, rank},
};

use crate::shop::numbers;

const ALL: fn(Item) -> bool = |_| true;
const FLAT: fn(Item) -> f32 = |_| 1.0;

fn rules(count: usize) -> Rules<'static> {
    Rules { count, is_allowed: &ALL, boost: &FLAT, pins: &[], caps: &[], discovery: None }
}

/// `items` candidates: item 0 scores best, each next one less by 1 / items.
fn candidates(items: u32, most: usize) -> Vec<Candidate> {
    let score = |item: u32| 1.0 - item as f32 / items as f32;
    (0..items).take(most).map(|item| Candidate { item: Item(item), score: score(item), why: Why::Popular }).collect()
}

fn listed(rules: &Rules<'_>, items: u32, floor: f32) -> List {
    rank(rules, &mut [Source { find: &mut |most| candidates(items, most), floor }])
}

fn shown(rules: &Rules<'_>, items: u32) -> Vec<u32> {
    numbers(listed(rules, items, 0.0).items.iter().map(|one| one.item))
}

/// towards REC-11: what the shop forbids is never shown, and the list is full all the same.
#[test]
fn a_list_is_full_however_much_is_forbidden() {
    let is_allowed = |item: Item| item.0 % 400 == 399;
    let list = shown(&Rules { is_allowed: &is_allowed, ..rules(10) }, 5_000);
    assert_eq!(list, (0..10).map(|place| place * 400 + 399).collect::<Vec<_>>());
}

/// towards OFF-02: below the floor nothing is shown, however much room there is and however it is boosted.
#[test]
fn rather_nothing_than_something_poor() {
    let list = listed(&Rules { boost: &|_| 100.0, ..rules(20) }, 100, 0.945);
    assert_eq!((list.items.len(), list.poor), (6, 94));
    assert!(listed(&rules(20), 100, 2.0).items.is_empty());
    let mut no_number = |_: usize| vec![Candidate { item: Item(1), score: f32::NAN, why: Why::New }];
    assert!(rank(&rules(3), &mut [Source { find: &mut no_number, floor: f32::NEG_INFINITY }]).items.is_empty());
}

#[test]
fn pins_stand_where_they_are_put_unless_they_are_forbidden() {
    let pins = [Pin { place: 1, item: Item(70) }, Pin { place: 3, item: Item(2) }, Pin { place: 9, item: Item(80) }];
    let is_allowed = |item: Item| item.0 != 70;
    assert_eq!(shown(&Rules { pins: &pins, ..rules(5) }, 100), [0, 70, 1, 2, 3]);
    assert_eq!(shown(&Rules { pins: &pins, is_allowed: &is_allowed, ..rules(5) }, 100), [0, 1, 3, 2, 4]);
    assert_eq!(shown(&Rules { pins: &pins, ..rules(5) }, 0), [70, 2], "with nothing else they move up");
    let list = listed(&Rules { pins: &pins, ..rules(5) }, 100, 0.0);
    assert_eq!((list.items[1].why, list.items[1].score), (Why::Pinned, None));
}

#[test]
fn boosts_change_the_order_of_any_scores() {
    let boost = |item: Item| if item.0 == 4 { 2.0 } else { 1.0 };
    assert_eq!(shown(&Rules { boost: &boost, ..rules(3) }, 10), [4, 0, 1]);
    let mut below_zero = |_: usize| {
        let score = |item: u32| -1.0 - item as f32 / 10.0;
        (0..10).map(|item| Candidate { item: Item(item), score: score(item), why: Why::Popular }).collect()
    };
    let list = rank(&Rules { boost: &boost, ..rules(3) }, &mut [Source { find: &mut below_zero, floor: -9.0 }]);
    assert_eq!(numbers(list.items.iter().map(|one| one.item)), [4, 0, 1]);
    assert_eq!(shown(&Rules { boost: &|_| f32::NAN, ..rules(3) }, 10), [0, 1, 2]);
}

#[test]
fn caps_hold_for_pins_too_and_the_list_is_filled_with_others() {
    let brand = |item: Item| (item.0 < 50).then_some(item.0 % 2);
    let caps = [Cap { of: &brand, most: 2 }];
    let pins = [Pin { place: 0, item: Item(48) }];
    assert_eq!(shown(&Rules { caps: &caps, pins: &pins, ..rules(6) }, 100), [48, 0, 1, 3, 50, 51]);
}

/// towards REC-09: the share of what is unusual is reached with the best of it, at the cost of the least usual.
#[test]
fn discovery_takes_the_last_places_and_the_best_of_what_is_unusual() {
    let is_unusual = |item: Item| item.0 >= 30;
    let discovery = Some(Discovery { share: 0.2, is_unusual: &is_unusual });
    assert_eq!(shown(&Rules { discovery, ..rules(10) }, 100), [0, 1, 2, 3, 4, 5, 6, 7, 30, 31]);
    let far = |item: Item| item.0 >= 3_000;
    let discovery = Some(Discovery { share: 0.2, is_unusual: &far });
    assert_eq!(shown(&Rules { discovery, ..rules(5) }, 5_000), [0, 1, 2, 3, 3_000], "it is searched for deeper");
    assert_eq!(shown(&Rules { discovery, ..rules(5) }, 100), [0, 1, 2, 3, 4], "what there is not is not forced");
}

#[test]
fn later_sources_only_fill_up() {
    let mut first = |_: usize| vec![Candidate { item: Item(500), score: 0.1, why: Why::Session(Item(1)) }];
    let mut second = |most: usize| candidates(100, most);
    let mut never = |_: usize| -> Vec<Candidate> { panic!("the list is full") };
    let mut sources = [
        Source { find: &mut first, floor: 0.0 },
        Source { find: &mut second, floor: 0.0 },
        Source { find: &mut never, floor: 0.0 },
    ];
    let list = rank(&rules(3), &mut sources);
    assert_eq!(numbers(list.items.iter().map(|one| one.item)), [500, 0, 1]);
    assert_eq!(list.items[0].why, Why::Session(Item(1)));
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn no_list_breaks_a_rule(
        count in 0_usize..30,
        modulus in 1_u32..9,
        most in 1_usize..6,
        share in 0.0_f32..1.0,
        pins in proptest::collection::vec((0_usize..30, 0_u32..300), 0..4),
    ) {
        let is_allowed = |item: Item| item.0.is_multiple_of(modulus);
        let brand = |item: Item| Some(item.0 % 11);
        let is_unusual = |item: Item| item.0.is_multiple_of(5);
        let pins: Vec<Pin> = pins.into_iter().map(|(place, item)| Pin { place, item: Item(item) }).collect();
        let rules = Rules {
            is_allowed: &is_allowed,
            pins: &pins,
            caps: &[Cap { of: &brand, most }],
            discovery: Some(Discovery { share, is_unusual: &is_unusual }),
            ..rules(count)
        };
        let list = listed(&rules, 300, 0.0);
        let items: Vec<Item> = list.items.iter().map(|one| one.item).collect();
        prop_assert!(items.len() <= count);
        prop_assert!(items.iter().all(|item| is_allowed(*item)));
        prop_assert_eq!(items.iter().collect::<BTreeSet<_>>().len(), items.len());
        // A pin stands whatever the cap says; what is pinned uses the cap up.
        let pinned = |of| list.items.iter().filter(|one| one.why == Why::Pinned && brand(one.item) == Some(of)).count();
        let allowed = |of| (0..300).map(Item).filter(|item| brand(*item) == Some(of) && is_allowed(*item)).count();
        let possible = |of| allowed(of).min(most.max(pinned(of)));
        for of in 0..11 {
            prop_assert!(items.iter().filter(|item| brand(**item) == Some(of)).count() <= possible(of));
        }
        prop_assert_eq!(items.len(), (0..11).map(possible).sum::<usize>().min(count), "the list is full where it can be");
    }
}
