//! Writes that fail: nobody is told that something is kept which is not, and the partition recovers by itself.

use std::time::Duration;

use catalog::{
    change::Change,
    item::{Item, Texts},
    money::{Currency, Prices},
};
use runtime::{handle::Taken, ticket::Failure};
use store::{disk::Fault, kv::KvFault};

use crate::shop::Shop;

/// Sends until it is taken again; a partition that failed is opened again within a moment.
fn send_until_taken(shop: &Shop, event: &model::event::Event) -> Taken {
    for _ in 0..100 {
        if let Ok(taken) = shop.runtime.collect(vec![event.clone()]).unwrap().wait() {
            return taken[0];
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("the partition did not recover");
}

#[test]
fn an_append_that_fails_is_told_and_leaves_nothing_behind() {
    for partitions in [1, 64] {
        let shop = Shop::with_partitions(partitions);
        shop.track("Product Viewed", &[("user_id", "ana")]);
        shop.machine.disk().fail(shop.machine.disk().calls(), Fault::Fail);
        let lost = shop.event("Order Completed", &[("user_id", "ana")]);
        assert_eq!(shop.runtime.collect(vec![lost.clone()]).unwrap().wait(), Err(Failure::StorageFailed));
        assert!(matches!(send_until_taken(&shop, &lost), Taken::Kept(_)));
        assert_eq!(shop.history("user_id", "ana").len(), 2);
    }
}

#[test]
fn an_append_that_fails_after_writing_is_not_doubled_by_the_retry() {
    for partitions in [1, 64] {
        let mut shop = Shop::with_partitions(partitions);
        shop.track("Product Viewed", &[("user_id", "ana")]);
        shop.machine.disk().fail(shop.machine.disk().calls() + 1, Fault::FailAfter);
        let event = shop.event("Order Completed", &[("user_id", "ana"), ("anonymous_id", "a1")]);
        assert!(shop.runtime.collect(vec![event.clone()]).unwrap().wait().is_err());
        send_until_taken(&shop, &event);
        shop.crash();
        send_until_taken(&shop, &event);
        assert_eq!(shop.history("user_id", "ana").len(), 2);
        assert_eq!(shop.person("anonymous_id", "a1").id, shop.person("user_id", "ana").id);
    }
}

#[test]
fn who_entered_a_segment_with_a_lost_append_is_not_counted() {
    for partitions in [1, 64] {
        let shop = Shop::with_partitions(partitions);
        shop.define("bought", r#"events("Order Completed").count() >= 1"#);
        for person in ["ana", "bea"] {
            shop.track("Order Completed", &[("user_id", person)]);
        }
        assert_eq!(shop.size("bought"), (2, true));
        shop.machine.disk().fail(shop.machine.disk().calls(), Fault::Fail);
        let lost = shop.event("Order Completed", &[("user_id", "cem")]);
        assert!(shop.runtime.collect(vec![lost]).unwrap().wait().is_err());
        let viewed = shop.event("Product Viewed", &[("user_id", "cem")]);
        send_until_taken(&shop, &viewed);
        assert_eq!(shop.size("bought"), (2, true));
        let bought = shop.event("Order Completed", &[("user_id", "cem")]);
        send_until_taken(&shop, &bought);
        assert_eq!(shop.size("bought"), (3, true));
    }
}

#[test]
fn a_full_disk_is_told_as_such_and_passes() {
    let shop = Shop::with_partitions(2);
    shop.track("Product Viewed", &[("user_id", "ana")]);
    shop.machine.disk().set_room(Some(0));
    let event = shop.event("Order Completed", &[("user_id", "ana")]);
    assert_eq!(shop.runtime.collect(vec![event.clone()]).unwrap().wait(), Err(Failure::StorageFull));
    shop.machine.disk().set_room(None);
    assert!(matches!(send_until_taken(&shop, &event), Taken::Kept(_)));
}

#[test]
fn a_save_that_fails_is_tried_again() {
    let limits = runtime::limits::Limits { save_every_ms: 100, ..Default::default() };
    let mut shop = Shop::with_limits(2, limits);
    shop.track("Product Viewed", &[("user_id", "ana")]);
    let saves = shop.machine.saves();
    saves.fail(saves.writes(), KvFault::Refuse);
    saves.fail(saves.writes() + 1, KvFault::Cut);
    std::thread::park_timeout(Duration::from_millis(1_000));
    shop.restart();
    assert_eq!(shop.history("user_id", "ana").len(), 1);
}

/// An item of the catalog that a shop tells as of its clock.
fn told(shop: &Shop, id: &str) -> (model::time::Timestamp, Change) {
    let mut item = Item::new(id);
    item.texts.insert("en".into(), Texts { title: id.into(), description: String::new() });
    item.prices = Some(Prices::of(Currency::EUR, 100));
    (shop.runtime.now(), Change::Put(Box::new(item)))
}

fn ids(shop: &Shop) -> Vec<String> {
    shop.runtime.catalog().items().map(|item| item.id().to_owned()).collect()
}

#[test]
fn items_whose_write_failed_are_told_so_and_leave_no_number_behind() {
    for fault in [KvFault::Refuse, KvFault::Cut] {
        let mut shop = Shop::with_partitions(2);
        shop.runtime.tell_catalog(&[told(&shop, "a")]).unwrap();
        // The write itself, then making it durable.
        for step in 0..2 {
            let saves = shop.machine.saves();
            saves.fail(saves.writes() + step, fault);
            let lost = [told(&shop, "b"), told(&shop, "c"), told(&shop, "d")];
            assert_eq!(shop.runtime.tell_catalog(&lost).unwrap_err(), Failure::StorageFailed);
            assert_eq!(ids(&shop), ["a"]);
        }
        // The number that `b` had is now that of `d`; the file must not have two of them.
        shop.runtime.tell_catalog(&[told(&shop, "d")]).unwrap();
        let before = ids(&shop);
        assert_eq!(before, ["a", "d"]);
        shop.crash();
        assert_eq!(ids(&shop), before);
        shop.runtime.tell_catalog(&[told(&shop, "b")]).unwrap();
        shop.crash();
        assert_eq!(ids(&shop), ["a", "d", "b"]);
    }
}
