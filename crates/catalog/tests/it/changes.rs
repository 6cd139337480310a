//! One change after the other: what it does, what it leaves, what a snapshot keeps.

use catalog::{
    catalog::Catalog,
    change::{Applied, Change, Patch, Target},
    fault::Code,
    item::{Role, Stock, StoreStock},
    number::ItemNumber,
};

use crate::items::{apply, at, boot, euros, plain, put, remove, variant};

#[test]
fn what_is_told_is_told_again() {
    let mut catalog = Catalog::default();
    assert_eq!(put(&mut catalog, boot(), 10), Ok(Applied::Added));
    let view = catalog.find("boot-42").unwrap();
    assert_eq!(view.to_item(), boot());
    assert!(view.says(&boot()));
    assert_eq!(put(&mut catalog, boot(), 20), Ok(Applied::Unchanged));
    let mut other = boot();
    other.tags.push("red".into());
    assert!(!catalog.find("boot-42").unwrap().says(&other));
    assert_eq!(put(&mut catalog, other, 30), Ok(Applied::Changed));
}

#[test]
fn a_number_stays_with_its_id_while_the_item_is_gone() {
    let mut catalog = Catalog::default();
    put(&mut catalog, plain("a"), 1).unwrap();
    put(&mut catalog, boot(), 1).unwrap();
    assert_eq!(remove(&mut catalog, "boot-42", 2), Ok(Applied::Removed));
    let shoes = catalog.category(&["Shoes"]).unwrap();
    assert!(catalog.find("boot-42").is_none() && catalog.group("boot").unwrap().is_empty());
    assert!(catalog.in_category(shoes).unwrap().is_empty());
    assert_eq!((catalog.len(), catalog.number_of("boot-42")), (1, Some(ItemNumber(1))));
    assert_eq!(put(&mut catalog, boot(), 3), Ok(Applied::Added));
    assert_eq!(catalog.find("boot-42").unwrap().number(), ItemNumber(1));
    assert_eq!(catalog.ids().collect::<Vec<_>>(), ["a", "boot-42"]);
    let mut again = Catalog::default();
    catalog.ids().for_each(|id| _ = again.number(id).unwrap());
    assert_eq!((again.number_of("boot-42"), again.len()), (Some(ItemNumber(1)), 0));
    assert_eq!((again.number("boot-42"), again.numbers()), (Ok(ItemNumber(1)), 2));
    remove(&mut catalog, "boot-42", 4).unwrap();
    let gone = [(at(4), Change::Remove { id: "boot-42".into() })];
    assert_eq!((catalog.changes(ItemNumber(1)), again.changes(ItemNumber(1))), (gone.to_vec(), Vec::new()));
}

#[test]
fn items_are_found_by_group_and_by_category_with_what_is_below() {
    let mut catalog = Catalog::default();
    put(&mut catalog, boot(), 1).unwrap();
    let mut pole = plain("pole");
    pole.categories = vec![vec!["Poles".into()]];
    put(&mut catalog, pole.clone(), 1).unwrap();
    let found = |catalog: &Catalog, path: &[&str]| -> Vec<u32> {
        catalog.category(path).and_then(|category| catalog.in_category(category)).into_iter().flatten().collect()
    };
    assert_eq!(found(&catalog, &["Shoes"]), [0]);
    assert_eq!(found(&catalog, &["Shoes", "Boots"]), [0]);
    assert_eq!(found(&catalog, &["Poles"]), [1]);
    assert_eq!(catalog.group("boot").unwrap().iter().collect::<Vec<_>>(), [0]);
    pole.categories = vec![vec!["Shoes".into(), "Poles".into()]];
    pole.group = Some("boot".into());
    put(&mut catalog, pole, 2).unwrap();
    assert_eq!((found(&catalog, &["Shoes"]), found(&catalog, &["Poles"])), (vec![0, 1], vec![]));
    assert_eq!(catalog.group("boot").unwrap().len(), 2);
    assert_eq!(catalog.categories().count(), 5);
}

#[test]
fn a_snapshot_does_not_see_what_comes_after_it() {
    let mut catalog = Catalog::default();
    (0..1_000).for_each(|n| _ = put(&mut catalog, plain(&format!("item-{n}")), 1).unwrap());
    let before = catalog.clone();
    let patch = Patch { prices: Some(euros(1)), ..Patch::of_item("item-700") };
    assert_eq!(apply(&mut catalog, &Change::Patch(patch), 2), Ok(Applied::Changed));
    remove(&mut catalog, "item-1", 2).unwrap();
    put(&mut catalog, boot(), 2).unwrap();
    let price = |catalog: &Catalog| catalog.find("item-700").unwrap().prices(at(2)).unwrap().price_cents;
    assert_eq!((price(&before), price(&catalog)), (10_000, 1));
    assert_eq!((before.len(), catalog.len()), (1_000, 1_000));
    assert!(before.find("item-1").is_some() && before.number_of("boot-42").is_none());
    assert!(before.category(&["Shoes"]).is_none() && catalog.category(&["Shoes"]).is_some());
}

#[test]
fn a_patch_finds_an_item_a_variant_and_what_stock_keeping_calls_it() {
    let mut catalog = Catalog::default();
    put(&mut catalog, boot(), 1).unwrap();
    let patch =
        |target| Patch { stock: Some(Stock::counted(9)), stores: vec![("lyon".into(), 4)], ..Patch::of(target) };
    let item = || "boot-42".to_owned();
    for (target, place) in
        [(Target::Variant { item: item(), id: "b-42".into() }, 0), (Target::Inventory { id: "inv-43".into() }, 1)]
    {
        assert_eq!(apply(&mut catalog, &Change::Patch(patch(target)), 2), Ok(Applied::Changed));
        let variant = catalog.find("boot-42").unwrap().variants().nth(place).unwrap();
        assert_eq!((variant.stock(), variant.stock_in("lyon").unwrap().count), (Stock::counted(9), 4));
    }
    let view = catalog.find("boot-42").unwrap();
    assert_eq!(view.stock(), Stock::counted(18));
    assert_eq!(view.stock_in("lyon"), Some(StoreStock { count: 8, as_of: at(2) }));
    assert_eq!((view.stock_in("paris").unwrap().count, view.stock_in("nowhere")), (3, None));
    for target in [
        Target::Item { id: "none".into() },
        Target::Variant { item: item(), id: "none".into() },
        Target::Inventory { id: "none".into() },
    ] {
        assert_eq!(apply(&mut catalog, &Change::Patch(patch(target)), 3).unwrap_err().code, Code::NoSuchItem);
    }
}

#[test]
fn what_an_item_does_not_say_stays() {
    let mut catalog = Catalog::default();
    put(&mut catalog, boot(), 1).unwrap();
    let silent = || catalog::item::Item { variants: None, stores: None, cost_cents: None, ..boot() };
    assert!(catalog.find("boot-42").unwrap().says(&silent()));
    assert_eq!(put(&mut catalog, silent(), 2), Ok(Applied::Unchanged));
    let mut item = boot();
    item.variants = Some(vec![variant("b-43", "43", 5), variant("b-44", "44", 1)]);
    item.stores = Some([("lyon".into(), StoreStock { count: 1, as_of: at(3) })].into());
    assert_eq!(put(&mut catalog, item.clone(), 10), Ok(Applied::Changed));
    let view = catalog.find("boot-42").unwrap();
    assert_eq!(view.variants().map(|variant| variant.id()).collect::<Vec<_>>(), ["b-43", "b-44"]);
    assert_eq!(view.stock_in("paris").unwrap().count, 0, "a store that is not named has none");
    assert!(view.says(&item));
    let change = Change::Variant { item: "boot-42".into(), variant: Box::new(variant("b-45", "45", 0)) };
    assert_eq!(apply(&mut catalog, &change, 11), Ok(Applied::Changed));
    assert_eq!(apply(&mut catalog, &change, 12), Ok(Applied::Unchanged));
    let view = catalog.find("boot-42").unwrap();
    assert_eq!(view.variants().map(|variant| variant.stock().count).collect::<Vec<_>>(), [Some(5), Some(1), Some(0)]);
}

#[test]
fn stock_of_variants_moves_with_them_when_their_order_changes() {
    let mut catalog = Catalog::default();
    let mut item = boot();
    put(&mut catalog, item.clone(), 1).unwrap();
    let target = Target::Variant { item: "boot-42".into(), id: "b-42".into() };
    let patch = Patch { stock: Some(Stock::counted(5)), stores: vec![("lyon".into(), 5)], ..Patch::of(target) };
    apply(&mut catalog, &Change::Patch(patch), 20).unwrap();
    item.variants.as_mut().unwrap().reverse();
    put(&mut catalog, item, 10).unwrap();
    let view = catalog.find("boot-42").unwrap();
    let moved = view.variants().nth(1).unwrap();
    assert_eq!((moved.id(), moved.stock(), moved.stock_in("lyon").unwrap().count), ("b-42", Stock::counted(5), 5));
    assert_eq!(view.variant("b-43").unwrap().stock_in("lyon"), None);
}

#[test]
fn a_parent_can_be_had_if_an_item_of_its_group_can() {
    let mut catalog = Catalog::default();
    let parent = catalog::item::Item { role: Role::Parent, prices: None, group: Some("tee".into()), ..plain("tee") };
    put(&mut catalog, parent, 1).unwrap();
    assert_eq!(catalog.find("tee").unwrap().prices(at(1)), None);
    for (id, cents, count) in [("tee-s", 2_000, 0), ("tee-m", 1_800, 3)] {
        let mut item = plain(id);
        (item.group, item.prices, item.stock) = (Some("tee".into()), Some(euros(cents)), Stock::counted(count));
        item.stores = Some([("paris".into(), StoreStock { count, as_of: at(1) })].into());
        put(&mut catalog, item, 1).unwrap();
    }
    let parent = catalog.find("tee").unwrap();
    assert_eq!((parent.stock(), parent.prices(at(1)).unwrap().price_cents), (Stock::counted(3), 1_800));
    assert_eq!((parent.stock_in("paris").unwrap().count, parent.members().count()), (3, 2));
    assert_eq!(catalog.find("tee-s").unwrap().members().count(), 0);
}

#[test]
fn a_refused_change_changes_nothing() {
    let mut catalog = Catalog::default();
    put(&mut catalog, boot(), 1).unwrap();
    let mut bad = boot();
    bad.prices = None;
    bad.variants = None;
    bad.tags.clear();
    assert_eq!(put(&mut catalog, bad, 2).unwrap_err().code, Code::WithoutPrice);
    assert_eq!(catalog.find("boot-42").unwrap().to_item(), boot());
    assert_eq!(remove(&mut catalog, "none", 2).unwrap_err().code, Code::NoSuchItem);
}
