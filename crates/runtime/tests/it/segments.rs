//! Segments: exact at the next read, on time without events, filled after publication, counted.

use definition::{Author, Kind, Origin};
use model::{time::Span, value::Value};
use runtime::publishing::Proposal;

use crate::shop::Shop;

const BOUGHT: &str = r#"events("Order Completed").within("180d").count() >= 1"#;

#[test]
fn a_member_enters_at_once_and_leaves_on_day_181_without_an_event() {
    for partitions in [1, 2, 64] {
        let shop = Shop::with_partitions(partitions);
        shop.define("bought", BOUGHT);
        shop.track("Order Completed", &[("user_id", "ana")]);
        assert_eq!(shop.segments("user_id", "ana"), ["bought"]);
        assert_eq!(shop.size("bought"), (1, true));
        shop.advance(Span::DAY.times(180));
        assert_eq!(shop.segments("user_id", "ana"), [""; 0]);
        assert_eq!(shop.size("bought"), (0, true));
    }
}

#[test]
fn a_new_segment_is_exact_from_the_first_read_and_filled_from_history() {
    for partitions in [1, 64] {
        let shop = Shop::with_partitions(partitions);
        for person in ["ana", "luc", "zoe"] {
            shop.track("Order Completed", &[("user_id", person)]);
        }
        shop.track("Product Viewed", &[("user_id", "max")]);
        shop.define("bought", BOUGHT);
        assert_eq!(shop.segments("user_id", "luc"), ["bought"]);
        shop.runtime.filled().wait().unwrap();
        assert_eq!(shop.size("bought"), (3, true));
    }
}

#[test]
fn segments_follow_traits_and_other_segments() {
    let shop = Shop::with_partitions(2);
    shop.define("brest", r#"profile.city == "Brest""#);
    shop.define("local-buyers", r#"segment("brest") && events("Order Completed").count() > 0"#);
    shop.track("Order Completed", &[("user_id", "ana")]);
    assert_eq!(shop.segments("user_id", "ana"), [""; 0]);
    shop.send(vec![shop.identify(&[("user_id", "ana")], &[("city", Value::from("Brest"))])]);
    assert_eq!(shop.segments("user_id", "ana"), ["brest", "local-buyers"]);
    assert_eq!(shop.size("local-buyers"), (1, true));
}

#[test]
fn a_segment_taken_back_has_no_members() {
    let shop = Shop::with_partitions(2);
    shop.define("bought", BOUGHT);
    shop.track("Order Completed", &[("user_id", "ana")]);
    let proposal = Proposal::of(Author::program("a test"), Origin::Document);
    let remove = shop.runtime.publish(proposal, |documents| documents.remove(Kind::Segment, "bought"));
    remove.unwrap().applied.wait().unwrap();
    assert_eq!(shop.segments("user_id", "ana"), [""; 0]);
    shop.define("bought", r#"events("Order Completed").count() > 1"#);
    assert_eq!(shop.segments("user_id", "ana"), [""; 0]);
}

#[test]
fn merging_counts_the_events_of_both_sides() {
    for partitions in [1, 2, 64] {
        let shop = Shop::with_partitions(partitions);
        shop.define("twice", r#"events("Product Viewed").count() >= 2"#);
        shop.track("Product Viewed", &[("anonymous_id", "a1")]);
        shop.track("Product Viewed", &[("user_id", "ana")]);
        assert_eq!(shop.size("twice"), (0, true));
        shop.track("Signed In", &[("user_id", "ana"), ("anonymous_id", "a1")]);
        assert_eq!(shop.segments("user_id", "ana"), ["twice"]);
        assert_eq!(shop.size("twice"), (1, true));
        shop.unmerge("user_id", "ana");
        assert_eq!(shop.segments("user_id", "ana"), [""; 0]);
        assert_eq!(shop.size("twice"), (0, true));
    }
}

#[test]
fn a_draft_is_counted_over_everybody() {
    let shop = Shop::with_partitions(2);
    for number in 0..500 {
        let name = if number % 5 == 0 { "Order Completed" } else { "Product Viewed" };
        shop.track(name, &[("user_id", &format!("u{number}"))]);
    }
    let count = shop.runtime.preview(r#"events("Order Completed").count() > 0"#, 1, std::time::Duration::from_secs(5));
    let tally = count.unwrap().wait().unwrap();
    assert_eq!((tally.matched, tally.seen, tally.persons, tally.incomplete), (100, 500, 500, 0));
}
