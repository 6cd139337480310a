//! Nothing that was answered is lost, nothing is doubled, whatever ends the program.

use model::time::Span;
use runtime::handle::Taken;

use crate::shop::Shop;

fn visit(shop: &Shop) {
    shop.define("bought", r#"events("Order Completed").within("30d").count() >= 1"#);
    for person in 0..20 {
        let (device, user) = (format!("d{person}"), format!("u{person}"));
        shop.track("Product Viewed", &[("anonymous_id", &device)]);
        shop.advance(Span::SECOND);
        shop.track("Signed In", &[("user_id", &user), ("anonymous_id", &device)]);
        shop.advance(Span::SECOND);
        if person % 2 == 0 {
            shop.track("Order Completed", &[("user_id", &user)]);
        }
    }
    shop.unmerge("user_id", "u3");
    shop.erase("user_id", "u5");
}

fn check(shop: &Shop) {
    for person in (0..20).filter(|person| ![3, 5].contains(person)) {
        let (device, user) = (format!("d{person}"), format!("u{person}"));
        let mut expect = vec!["Product Viewed", "Signed In"];
        expect.extend((person % 2 == 0).then_some("Order Completed"));
        assert_eq!(shop.history("user_id", &user), expect, "{user}");
        assert_eq!(shop.person("anonymous_id", &device).id, shop.person("user_id", &user).id);
        assert_eq!(shop.segments("user_id", &user).len(), usize::from(person % 2 == 0));
    }
    assert_ne!(shop.person("anonymous_id", "d3").id, shop.person("user_id", "u3").id);
    assert!(shop.read("user_id", "u5").is_none() && shop.read("anonymous_id", "d5").is_none());
    assert_eq!(shop.size("bought"), (10, true));
    assert_eq!(shop.runtime.status().wait().unwrap().profiles, 20);
}

/// All that is resident of a person: what the log folds to.
fn state(shop: &Shop, person: usize) -> engine::person::Person {
    (*shop.person("user_id", &format!("u{person}"))).clone()
}

#[test]
fn a_crash_loses_nothing_that_was_answered() {
    for partitions in [1, 2, 64] {
        let mut shop = Shop::with_partitions(partitions);
        visit(&shop);
        check(&shop);
        let before: Vec<_> = (0..20).filter(|person| *person != 5).map(|person| state(&shop, person)).collect();
        for _ in 0..2 {
            shop.crash();
            check(&shop);
            let after: Vec<_> = (0..20).filter(|person| *person != 5).map(|person| state(&shop, person)).collect();
            assert!(before == after, "the replayed log gives another state");
        }
        shop.restart();
        check(&shop);
    }
}

#[test]
fn a_retry_after_a_crash_and_a_hundred_days_is_a_duplicate() {
    for partitions in [1, 64] {
        let mut shop = Shop::with_partitions(partitions);
        let event = shop.event("Order Completed", &[("user_id", "ana"), ("anonymous_id", "a1")]);
        assert!(matches!(shop.send(vec![event.clone()])[0], Taken::Kept(_)));
        shop.crash();
        assert!(matches!(shop.send(vec![event.clone()])[0], Taken::Duplicate(_)));
        shop.restart();
        shop.advance(Span::DAY.times(100));
        assert!(matches!(shop.send(vec![event])[0], Taken::Duplicate(_)));
        assert_eq!(shop.history("user_id", "ana"), ["Order Completed"]);
    }
}

#[test]
fn what_is_older_than_retention_goes() {
    for partitions in [1, 64] {
        let mut shop = Shop::with_partitions(partitions);
        shop.track("Order Completed", &[("user_id", "ana")]);
        shop.advance(Span::DAY.times(400));
        shop.track("Order Completed", &[("user_id", "ana")]);
        shop.advance(Span::DAY.times(361));
        assert_eq!(shop.history("user_id", "ana").len(), 1);
        assert_eq!(shop.runtime.status().wait().unwrap().expired_events, 1);
        shop.crash();
        assert_eq!(shop.history("user_id", "ana").len(), 1);
        assert_eq!(shop.runtime.status().wait().unwrap().expired_events, 1);
    }
}
