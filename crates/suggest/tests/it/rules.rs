//! What a shop allows, wants, and forbids.

use std::collections::BTreeMap;

use catalog::item::{Attribute, Item, Stock, Usage, Variant};
use decide::Why;
use model::{limits::CANDIDATES_KEPT, name::Name};
use suggest::{Algorithm, Boost, Pin, WhenBought};

use crate::world::{Someone, World, ago, ids, item, only, outdoor, recommender, with};

/// A hundred items of which `i0` is the most popular, `i99` the least, of ten categories and ten brands.
fn hundred(change: impl Fn(usize, &mut Item)) -> World {
    let made = |number: usize| {
        let category = format!("c{}", number / 10);
        let mut made = item(&format!("i{number}"), "thing", &["All", &category], 10 + number as u64);
        made.brand = Some(format!("b{}", number % 10));
        change(number, &mut made);
        made
    };
    let mut world = World::of((0..100).map(made).collect());
    let person = |number: usize| {
        (0..100 - number).fold(Someone::new(), |someone, item| someone.ordered(&[format!("i{item}")], ago(30)))
    };
    let people: Vec<Someone> = (0..100).map(person).collect();
    world.train(&people);
    world
}

/// towards REC-09: a fifth of a list, and what a shop asks for, is outside of what is usual for the person.
#[test]
fn a_fifth_of_the_list_is_to_discover() {
    let world = hundred(|_, _| ());
    let mut row = recommender(&[Algorithm::Popular], 10);
    let usual = (0..20).fold(Someone::new(), |someone, number| someone.viewed(&format!("i{number}"), ago(3)));
    let is_unusual = |id: &String| id[1..].parse::<u32>().unwrap() >= 20;
    assert_eq!(world.ids(&row, &usual, &[]).iter().filter(|id| is_unusual(id)).count(), 0);
    row.discovery = 0.2;
    let list = world.ask(&row, &usual, &[]);
    assert_eq!((list.items.len(), ids(&list).iter().filter(|id| is_unusual(id)).count()), (10, 2), "{list:?}");
    assert!(list.items.iter().all(|one| (one.why == Why::Discovery) == is_unusual(&one.item.to_string())));
    let named: Vec<String> = ids(&list).into_iter().filter(is_unusual).collect();
    assert_eq!(named, ["i20", "i21"], "the best of what is unusual");
    assert_eq!(world.ids(&row, &Someone::new(), &[]).len(), 10, "to nobody nothing is unusual");
}

/// towards REC-11: what cannot be had in the person's size, in their store or at all is never shown, and rows stay full.
#[test]
fn what_cannot_be_had_is_never_shown() {
    let world = hundred(|number, item| {
        let variant = |size: &str, count| Variant {
            id: format!("i{number}-{size}"),
            size: Some(size.to_owned()),
            stock: Stock::counted(count),
            ..Variant::default()
        };
        let in_39 = u32::from(number.is_multiple_of(3));
        item.variants = Some(vec![variant("38", 2), variant("39", in_39)]);
        let store = catalog::item::StoreStock { count: u32::from(number.is_multiple_of(2)), as_of: ago(1) };
        item.stores = Some(BTreeMap::from([("paris".to_owned(), store)]));
    });
    let mut row = recommender(&[Algorithm::Popular], 12);
    (row.filters.size_of, row.filters.store_of) = (Some(Name::from("size")), Some(Name::from("store")));
    let list = world.ids(&row, &Someone::new().knowing("size", "39").knowing("store", "paris"), &[]);
    assert_eq!(list.len(), 12);
    assert!(list.iter().all(|id| id[1..].parse::<u32>().unwrap().is_multiple_of(6)), "{list:?}");
    assert_eq!(world.ids(&row, &Someone::new(), &[])[..2], ["i0", "i1"], "who says nothing is asked for nothing");
    assert!(world.ids(&row, &Someone::new().knowing("size", "55"), &[]).is_empty());
}

/// towards OFF-02: what is below the floor is not shown, and too little is not shown at all.
#[test]
fn rather_nothing_than_something_poor() {
    let (mut world, people) = outdoor();
    world.train(&people);
    let mut row = recommender(&[Algorithm::AlsoBought], 10);
    let asked = [("shop.item", "boot1")];
    let all = world.ask(&row, &Someone::new(), &asked);
    let best = all.items[0].score.unwrap().get();
    row.floor = 0.5;
    let good = world.ask(&row, &Someone::new(), &asked);
    assert!(good.items.len() < all.items.len() && !good.items.is_empty());
    assert!(good.items.iter().all(|one| one.score.unwrap().get() >= best / 2.0));
    row.least = good.items.len() + 1;
    assert!(world.ask(&row, &Someone::new(), &asked).items.is_empty());
    assert!(!world.ask(&row, &Someone::new(), &asked).candidates.is_empty(), "what was looked at is still told");
}

/// towards PRO-14: who says to have wide feet is shown shoes that come in wide.
#[test]
fn wide_feet_are_shown_wide_shoes() {
    let widths = |number: usize| -> Vec<String> {
        let all: &[&str] = if number.is_multiple_of(4) { &["normal", "wide"] } else { &["normal"] };
        all.iter().map(|width| (*width).to_owned()).collect()
    };
    let world = hundred(|number, item| {
        item.attributes.insert("widths".to_owned(), Attribute::List(widths(number)));
    });
    let mut row = recommender(&[Algorithm::Popular], 20);
    row.filters.only = Some(only("profile.foot != \"wide\" && !has(profile.foot) || \"wide\" in attribute.widths"));
    let list = world.ids(&row, &Someone::new().knowing("foot", "wide"), &[]);
    let fit = list.iter().filter(|id| id[1..].parse::<usize>().unwrap().is_multiple_of(4)).count();
    assert!(list.len() == 20 && fit * 100 >= list.len() * 95, "{list:?}");
}

/// A shop's pins, boosts, caps and exclusions hold, and rows stay full under filters.
#[test]
fn pins_boosts_caps_and_exclusions_hold() {
    let world = hundred(|number, item| item.cost_cents = Some(if number < 5 { 990 } else { 100 }));
    let mut row = recommender(&[Algorithm::Popular], 8);
    row.pins = vec![Pin { place: 2, item: "i90".into() }, Pin { place: 0, item: "gone".into() }];
    row.filters.exclude = vec!["i0".into(), "i6".into()];
    row.filters.least_margin = Some(0.3);
    row.boosts = vec![Boost { only: only("id == \"i61\" && price > 5"), by: 50.0 }];
    row.most_per_brand = Some(1);
    row.most_per_category = Some(3);
    let list = world.ask(&row, &Someone::new(), &[]);
    let shown = ids(&list);
    assert_eq!((&*shown[0], &*shown[2], shown.len()), ("i61", "i90", 8), "{shown:?}");
    assert_eq!(list.items[2].why, Why::Pinned);
    let number = |id: &String| id[1..].parse::<usize>().unwrap();
    assert!(shown.iter().all(|id| number(id) >= 5 && number(id) != 6), "{shown:?}");
    for of in [|number: usize| number / 10, |number: usize| 100 + number % 10] {
        let mut counts = BTreeMap::<usize, usize>::new();
        shown.iter().for_each(|id| *counts.entry(of(number(id))).or_default() += 1);
        assert!(counts.iter().all(|(of, count)| *count <= if *of >= 100 { 1 } else { 3 }), "{shown:?}");
    }
    assert!(list.candidates.len() <= CANDIDATES_KEPT && !list.candidates.is_empty());
}

/// Only what is in the category on the screen, at a price near that of the item in question.
#[test]
fn the_category_and_the_price_of_the_request_bind() {
    let world = hundred(|_, _| ());
    let mut row = recommender(&[Algorithm::Popular], 5);
    row.filters.same_category = true;
    assert_eq!(world.ids(&row, &Someone::new(), &[("shop.category", "All > c9")]), ["i90", "i91", "i92", "i93", "i94"]);
    assert!(world.ids(&row, &Someone::new(), &[("shop.category", "All > none")]).is_empty());
    row.filters.same_category = false;
    (row.filters.price_from, row.filters.price_to) = (Some(0.95), Some(1.05));
    let near = world.ids(&row, &Someone::new(), &[("shop.item", "i70")]);
    assert_eq!(near, ["i66", "i67", "i68", "i69", "i71"], "from 76 to 84 euros, and not the item itself");
}

/// Items of one group are one thing in several forms: one of them is enough, and who has one needs no other.
#[test]
fn of_one_group_one_is_shown() {
    let world = hundred(|number, item| item.group = Some(format!("g{}", number / 2)));
    let row = recommender(&[Algorithm::Popular], 4);
    assert_eq!(world.ids(&row, &Someone::new(), &[]), ["i0", "i2", "i4", "i6"]);
    assert_eq!(world.ids(&row, &Someone::new().ordered(&["i1"], ago(5)), &[]), ["i2", "i4", "i6", "i8"]);
}

/// A shop says when what somebody bought, in this form or another, is shown: when it is used up, always, or never.
#[test]
fn what_was_bought_is_shown_when_the_shop_says() {
    let world = hundred(|number, item| {
        item.usage = (number == 0).then_some(Usage::Consumable);
        item.group = (number >= 98).then(|| "kit".to_owned());
    });
    let bought = [0, 1, 2, 98].map(|number| format!("i{number}"));
    let someone = Someone::new().ordered(&bought, ago(9)).ordered(&["i2"], ago(5));
    let shown = |when: WhenBought| {
        let mut row = recommender(&[Algorithm::Popular], 48);
        row.filters.bought = when;
        row.filters.exclude = (4..97).map(|number| format!("i{number}").into()).collect();
        world.ids(&row, &someone, &[])
    };
    assert_eq!(shown(WhenBought::Always), ["i0", "i1", "i2", "i3", "i97", "i98"]);
    assert_eq!(shown(WhenBought::UsedUp), ["i0", "i2", "i3", "i97"]);
    assert_eq!(shown(WhenBought::Never), ["i3", "i97"]);
}

/// Later algorithms fill what earlier ones leave empty, and stand behind them.
#[test]
fn rows_are_filled_by_what_follows() {
    let mut world = hundred(|_, _| ());
    world.put(with(item("twin", "unlike", &["Else"], 9), "use", "x"), ago(90));
    world.put(with(item("other", "unlike", &["Else"], 9), "use", "x"), ago(90));
    let row = recommender(&[Algorithm::Similar, Algorithm::Popular], 3);
    let list = world.ask(&row, &Someone::new(), &[("shop.item", "twin")]);
    assert_eq!(ids(&list), ["other", "i0", "i1"]);
    assert_eq!((list.items[0].why, list.items[0].of.as_deref()), (Why::Similar, Some("twin")));
}
