//! What one person did counts at once.

use decide::Why;
use model::time::Span;
use suggest::Algorithm;

use crate::world::{NOW, Someone, World, ago, ids, item, minutes_ago, outdoor, recommender};

/// towards DEC-06: the newest event changes the very next answer, with no training in between.
#[test]
fn an_event_changes_the_very_next_answer() {
    let (mut world, people) = outdoor();
    world.train(&people);
    let row = recommender(&[Algorithm::Hybrid], 4);
    let before = Someone::new().viewed("tent1", minutes_ago(4));
    let after = before.clone().viewed("boot6", minutes_ago(1));
    assert_ne!(world.ids(&row, &before, &[]), world.ids(&row, &after, &[]));
    let list = world.ask(&row, &after, &[]);
    assert!(ids(&list).contains(&"sock6".to_owned()), "{list:?}");
    assert_eq!(list.stands_until, Some(NOW.plus(Span::MINUTE.times(29))), "the visit ends half an hour after it");
    assert!(list.items.iter().any(|one| one.why == Why::Session && one.of.as_deref() == Some("boot6")), "{list:?}");
    let later = world.ask_at(&row, &after, &[], NOW.plus(Span::MINUTE.times(29)));
    assert!(later.items.iter().all(|one| one.why != Why::Session), "{later:?}");
}

/// What is marked as a gift says nothing of the taste of who bought it, and does not keep it from them either.
#[test]
fn gifts_are_not_a_taste() {
    let (mut world, people) = outdoor();
    world.train(&people);
    let complements = recommender(&[Algorithm::Complements], 3);
    assert!(world.ids(&complements, &Someone::new().gave(&["boot2"], ago(3)), &[]).is_empty());
    assert!(!world.ids(&complements, &Someone::new().ordered(&["boot2"], ago(3)), &[]).is_empty());
    let presents: Vec<Someone> = people.iter().map(|_| Someone::new().gave(&["boot2", "tent2"], ago(30))).collect();
    assert_eq!(world.trained(&presents).interactions(), 0);
}

/// A person is proposed what goes with their purchases, and told with which.
#[test]
fn purchases_say_what_is_next() {
    let (mut world, people) = outdoor();
    world.train(&people);
    let bought = Someone::new().ordered(&["boot5", "sock5"], ago(20));
    let list = world.ask(&recommender(&[Algorithm::Personal], 6), &bought, &[]);
    assert!(ids(&list).iter().any(|id| ["pole5", "care5", "bottle"].contains(&id.as_str())), "{list:?}");
    assert!(ids(&list).iter().all(|id| !["boot5", "sock5"].contains(&id.as_str())), "{list:?}");
    let reasoned = list.items.iter().filter(|one| one.why == Why::Personal && one.of.is_some()).count();
    assert!(reasoned > 0, "{list:?}");
}

/// What was looked at stands by when, what was saved stands as long as it is neither taken off nor bought.
#[test]
fn what_was_seen_and_saved_is_remembered() {
    let world = World::of((0..9).map(|number| item(&format!("i{number}"), "x", &["All"], 10)).collect());
    let seen = Someone::new()
        .viewed("i1", ago(61))
        .viewed("i2", ago(9))
        .viewed("i3", ago(8))
        .viewed("i2", ago(7))
        .viewed("i4", ago(6))
        .ordered(&["i4"], ago(6));
    assert_eq!(world.ids(&recommender(&[Algorithm::RecentlyViewed], 5), &seen, &[]), ["i2", "i3"]);
    let wished = |someone: Someone, event, id: &str, day| {
        someone.did(event, ago(day), [("product_id", id.into())].into_iter().collect())
    };
    let mut saving = Someone::new().ordered(&["i7"], ago(2));
    for (id, day) in [("i5", 30), ("i6", 20), ("i7", 10), ("i8", 9)] {
        saving = wished(saving, "Product Added to Wishlist", id, day);
    }
    saving = wished(saving, "Product Removed from Wishlist", "i6", 5);
    let list = world.ask(&recommender(&[Algorithm::BackInStock], 5), &saving, &[]);
    assert_eq!(ids(&list), ["i8", "i5"]);
    assert!(list.items.iter().all(|one| one.why == Why::Saved));
}

/// What is in the cart is not proposed, whether the request says it or the person's events do.
#[test]
fn the_cart_is_not_proposed_but_what_goes_with_it_is() {
    let (mut world, people) = outdoor();
    world.train(&people);
    let row = recommender(&[Algorithm::Hybrid], 5);
    let added = Someone::new().added("boot8", minutes_ago(2)).added("sock8", minutes_ago(1));
    for list in [world.ids(&row, &added, &[]), world.ids(&row, &Someone::new(), &[("shop.cart", "boot8, sock8")])] {
        assert!(list.contains(&"pole8".to_owned()), "{list:?}");
        assert!(!list.contains(&"boot8".to_owned()) && !list.contains(&"sock8".to_owned()), "{list:?}");
    }
}
