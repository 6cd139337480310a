//! Who is who: login, shared devices, merges over partitions, unmerge, erasure.

use engine::outcome::Reply;
use model::{event::Evidence, time::Span, value::Value};
use profile::held::Hold;
use runtime::handle::{Taken, Who};

use crate::shop::{Shop, claim};

const PARTITIONS: [u16; 3] = [1, 2, 64];

fn each(check: impl Fn(&Shop)) {
    for partitions in PARTITIONS {
        check(&Shop::with_partitions(partitions));
    }
}

#[test]
fn an_event_is_kept_once_and_read_at_once() {
    each(|shop| {
        let event = shop.event("Product Viewed", &[("anonymous_id", "a1")]);
        assert!(matches!(shop.send(vec![event.clone()])[0], Taken::Kept(_)));
        assert!(matches!(shop.send(vec![event])[0], Taken::Duplicate(_)));
        assert_eq!(shop.history("anonymous_id", "a1"), ["Product Viewed"]);
    });
}

#[test]
fn without_consent_nothing_but_a_count_is_kept() {
    each(|shop| {
        let mut event = shop.event("Product Viewed", &[("anonymous_id", "a1")]);
        event.consent = None;
        assert_eq!(shop.send(vec![event]), [Taken::CountedOnly]);
        assert!(shop.read("anonymous_id", "a1").is_none());
        let status = shop.runtime.status().wait().unwrap();
        assert_eq!((status.profiles, status.events), (0, 0));
        assert_eq!(status.counts.iter().map(|(.., events)| events).sum::<u64>(), 1);
    });
}

/// proves IDN-02 at the runtime's door: the history of the device joins at login.
#[test]
fn anonymous_history_joins_at_login() {
    each(|shop| {
        shop.track("Product Viewed", &[("anonymous_id", "a1")]);
        shop.advance(Span::SECOND);
        shop.track("Signed In", &[("user_id", "ana"), ("anonymous_id", "a1")]);
        assert_eq!(shop.history("user_id", "ana"), ["Product Viewed", "Signed In"]);
        assert_eq!(shop.person("user_id", "ana").id, shop.person("anonymous_id", "a1").id);
        assert_eq!(shop.runtime.status().wait().unwrap().profiles, 1);
    });
}

#[test]
fn a_login_takes_over_the_consent_given_on_its_device() {
    each(|shop| {
        shop.track("Product Viewed", &[("anonymous_id", "a1")]);
        let mut login = shop.event("Signed In", &[("user_id", "ana"), ("anonymous_id", "a1")]);
        login.consent = None;
        assert!(matches!(shop.send(vec![login])[0], Taken::Kept(_)));
        assert_eq!(shop.history("user_id", "ana").len(), 2);

        let mut elsewhere = shop.event("Signed In", &[("user_id", "luc"), ("anonymous_id", "a2")]);
        elsewhere.consent = None;
        assert_eq!(shop.send(vec![elsewhere]), [Taken::CountedOnly]);
        let mut stranger = shop.event("Signed In", &[("user_id", "luc"), ("anonymous_id", "a1")]);
        stranger.consent = None;
        assert_eq!(shop.send(vec![stranger]), [Taken::CountedOnly], "the device is Ana's");
    });
}

#[test]
fn two_persons_on_one_device_stay_two_and_the_device_leads_to_neither() {
    each(|shop| {
        shop.track("Order Completed", &[("user_id", "ana"), ("anonymous_id", "tablet")]);
        shop.track("Order Completed", &[("user_id", "luc"), ("anonymous_id", "tablet")]);
        let (ana, luc) = (shop.person("user_id", "ana"), shop.person("user_id", "luc"));
        assert_ne!(ana.id, luc.id);
        for person in [&ana, &luc] {
            let device = person.sides.iter().flat_map(|side| side.facts.identifiers.iter());
            let device: Vec<_> = device.filter(|held| held.identifier.namespace.as_str() == "anonymous_id").collect();
            assert_eq!(device.len(), 1);
            assert_eq!(device[0].hold, Hold::Shared);
        }
        shop.track("Product Viewed", &[("anonymous_id", "tablet")]);
        let alone = shop.person("anonymous_id", "tablet");
        assert!(alone.id != ana.id && alone.id != luc.id);
        assert_eq!(shop.history("user_id", "ana"), ["Order Completed"]);
    });
}

#[test]
fn an_unmerge_restores_both_and_later_events_go_where_they_belong() {
    each(|shop| {
        let trait_of = |value: &str| [("size", Value::from(value))];
        shop.send(vec![shop.identify(&[("anonymous_id", "a1")], &trait_of("38"))]);
        shop.advance(Span::SECOND);
        shop.track("Product Viewed", &[("anonymous_id", "a1")]);
        let cookie = shop.person("anonymous_id", "a1");
        shop.advance(Span::MINUTE);
        shop.track("Signed In", &[("user_id", "ana"), ("anonymous_id", "a1")]);
        let joined = shop.person("user_id", "ana");
        assert_eq!(joined.merges.len(), 1);
        shop.track("Product Added", &[("anonymous_id", "a1")]);
        assert!(matches!(shop.unmerge("user_id", "ana"), Some(Reply::Unmerged { .. })));

        let (ana, alone) = (shop.person("user_id", "ana"), shop.person("anonymous_id", "a1"));
        assert_ne!(ana.id, alone.id);
        assert_eq!(alone.id, cookie.id);
        assert_eq!(alone.unit, cookie.unit);
        assert_eq!(alone.sides[0].facts.traits, cookie.sides[0].facts.traits);
        assert_eq!(shop.history("user_id", "ana"), ["Signed In"]);
        assert_eq!(shop.history("anonymous_id", "a1"), ["identify", "Product Viewed", "Product Added"]);

        shop.track("Signed In", &[("user_id", "ana"), ("anonymous_id", "a1")]);
        shop.track("Cart Viewed", &[("anonymous_id", "a1")]);
        assert_ne!(shop.person("user_id", "ana").id, shop.person("anonymous_id", "a1").id);
        assert_eq!(shop.history("user_id", "ana"), ["Signed In", "Signed In"]);
        assert_eq!(shop.history("anonymous_id", "a1").last().map(String::as_str), Some("Cart Viewed"));
    });
}

#[test]
fn many_devices_join_in_any_order_and_all_read_as_one() {
    each(|shop| {
        for device in ["phone", "laptop", "tablet", "tv"] {
            shop.track("Product Viewed", &[("anonymous_id", device)]);
            shop.advance(Span::SECOND);
        }
        let logins = ["tv", "laptop", "phone", "tablet"]
            .map(|device| shop.event("Signed In", &[("user_id", "ana"), ("anonymous_id", device)]));
        shop.send(logins.into());
        let ids = ["phone", "laptop", "tablet", "tv"].map(|device| shop.person("anonymous_id", device).id);
        assert!(ids.iter().all(|id| *id == shop.person("user_id", "ana").id), "{ids:?}");
        assert_eq!(shop.history("user_id", "ana").len(), 8);
        assert_eq!(shop.runtime.status().wait().unwrap().profiles, 1);
    });
}

#[test]
fn a_forwarded_link_is_probable_and_joins_nobody() {
    each(|shop| {
        shop.track("Signed In", &[("user_id", "ana")]);
        let mut click = shop.event("page", &[("anonymous_id", "friend")]);
        click.identifiers.push(claim("user_id", "ana", Evidence::Link));
        shop.send(vec![click]);
        let friend = shop.person("anonymous_id", "friend");
        assert_ne!(friend.id, shop.person("user_id", "ana").id);
        let held = friend.sides[0].facts.identifiers.iter().find(|held| held.identifier.value.as_ref() == "ana");
        assert_eq!(held.map(|held| held.hold), Some(Hold::Probable));
    });
}

#[test]
fn a_device_that_too_many_claim_joins_nobody_any_more() {
    each(|shop| {
        shop.track("Product Viewed", &[("email", "info@example.org")]);
        let verified = |person: usize| {
            let mut event = shop.event("Signed In", &[("user_id", &format!("u{person}"))]);
            event.source = "server".into();
            event.identifiers.push(claim("email", "info@example.org", Evidence::Verified));
            event
        };
        for person in 0..=model::limits::JOINED_PROFILES + 1 {
            shop.send(vec![verified(person)]);
        }
        assert_eq!(shop.runtime.status().wait().unwrap().quarantined, 1);
        let last = shop.person("user_id", &format!("u{}", model::limits::JOINED_PROFILES + 1));
        let email = last.sides[0].facts.identifiers.iter().find(|held| held.identifier.namespace.as_str() == "email");
        assert_eq!(email.map(|held| held.hold), Some(Hold::Quarantined));
    });
}

#[test]
fn an_erased_person_is_gone_from_everywhere() {
    each(|shop| {
        shop.track("Product Viewed", &[("anonymous_id", "a1")]);
        shop.track("Signed In", &[("user_id", "ana"), ("anonymous_id", "a1")]);
        let id = shop.person("user_id", "ana").id;
        let Some(Reply::Erased { sides, events }) = shop.erase("user_id", "ana") else { panic!("not erased") };
        assert_eq!((sides.len(), events), (2, 2));
        assert!(shop.read("user_id", "ana").is_none());
        assert!(shop.read("anonymous_id", "a1").is_none());
        assert!(shop.runtime.read(&Who::Profile(id)).wait().unwrap().is_none());
        assert_eq!(shop.erase("user_id", "ana"), None);
        shop.track("Product Viewed", &[("anonymous_id", "a1")]);
        assert_eq!(shop.history("anonymous_id", "a1"), ["Product Viewed"]);
    });
}

#[test]
fn a_restored_list_erases_again_and_sets_others_free() {
    let mut shop = Shop::with_partitions(2);
    shop.track("Product Viewed", &[("anonymous_id", "a1")]);
    shop.track("Signed In", &[("user_id", "ana"), ("anonymous_id", "a1")]);
    let person = shop.person("user_id", "ana");
    let owns = |side: &&engine::person::PersonSide| side.facts.identifiers.value("user_id").is_some();
    let ana = person.sides.iter().find(owns).expect("a side owns the account").facts.origin;
    shop.erase_on_restart(&[ana]);
    assert!(shop.read("user_id", "ana").is_none());
    assert_eq!(shop.history("anonymous_id", "a1"), ["Product Viewed"]);
}
