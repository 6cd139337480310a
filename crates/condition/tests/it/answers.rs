//! What each part of the language answers.

use condition::{Evidence, Needs, Window};
use model::{
    fact::{FactKind, TraitValue},
    time::{Span, Timestamp},
    value::Value,
};

use crate::person::{Person, ago, check, compiled, days, float, list, map, now};

fn shopper() -> Person {
    let line = |id: &str, price: f64| map([("product_id", Value::from(id)), ("price", float(price))]);
    Person::default()
        .with("country", "JP")
        .with("city", "Brest")
        .with("age_years", 41)
        .with("birth_date", "2001-03-02")
        .with("email", "Ann@Example.org")
        .with("home", map([("lat", float(48.39)), ("lon", float(-4.48))]))
        .with("labels", list(["red".into(), "blue".into()]))
        .with("member", true)
        .with("foot-width", "wide")
        .did_with(
            "Order Completed",
            ago(days(200)),
            [
                ("total", float(0.1)),
                ("coupon", "SPRING".into()),
                ("products", list([line("85123A", 2.5), line("22423", 10.0)])),
            ],
        )
        .did_with(
            "Order Completed",
            ago(days(10)),
            [
                ("total", float(0.2)),
                ("shipping", map([("city", "Brest".into())])),
                ("products", list([line("85123A", 2.5)])),
                ("delivered", "2026-02-25".into()),
            ],
        )
        .did_with("Order Completed", ago(Span::HOUR), [("total", 100.into())])
        .in_segment("vip", None)
        .asks("hour", 18.into())
        .asks("page.path", "/boots".into())
}

#[test]
fn traits_compare_by_their_type() {
    for (text, expect) in [
        (r#"profile.country == "JP""#, true),
        (r#"profile.country != "JP""#, false),
        (r#"profile.city in ["Quimper", "Brest"]"#, true),
        (r#"profile.city in ["Quimper"]"#, false),
        ("profile.age_years in [40, 41, 41.0]", true),
        ("profile.age_years >= 41 && profile.age_years < 42", true),
        ("profile.age_years > 40.999999", true),
        ("profile.age_years * 2 + 1 == 83 && profile.age_years % 2 == 1", true),
        ("profile.age_years / 4 == 10.25 && -profile.age_years == -41 && 7 - 3 - 2 == 2", true),
        ("profile.member", true),
        ("!profile.member || profile.member == false", false),
        ("has(profile.email)", true),
        (r#"profile.email.lower().endsWith("@example.org")"#, true),
        (r#"profile.email.startsWith("ann")"#, false),
        (r#"profile.email.contains("@")"#, true),
        (r#""red" in profile.labels"#, true),
        (r#"profile.labels.exists(l, l.startsWith("b")) && !profile.labels.all(l, l == "red")"#, true),
        ("size(profile.labels) == 2 && size(profile.city) == 5", true),
        ("years_since(profile.birth_date) >= 25", true),
        ("years_since(profile.birth_date) >= 26", false),
        ("years_since(\"1950-01-01\") == 76", true),
        (r#"profile.age_years > 40 ? profile.city == "Brest" : profile.member"#, true),
        (r#"(profile.member ? "a" : "b") == "a""#, true),
        (r#"profile.`foot-width` == "wide""#, true),
        ("distance_km(profile.home, 48.39, -4.48) < 20", true),
        ("distance_km(profile.home, 48.8566, 2.3522) > 490", true),
        (r#"segment("vip") && !segment("lapsed")"#, true),
        (r#"request.hour >= 18 && request.page.path.startsWith("/boots")"#, true),
        ("true || profile.member", true),
    ] {
        check(text, &shopper(), expect);
    }
}

#[test]
fn provenance_can_be_asked() {
    let fact = TraitValue { value: 42.into(), as_of: ago(days(90)), source: "till".into(), kind: FactKind::Observed };
    let person = Person::default().with_fact("size", fact);
    for (text, expect) in [
        (r#"source(profile.size) == "till""#, true),
        (r#"source(profile.size) in ["web", "app"]"#, false),
        (r#"kind(profile.size) == "observed""#, true),
        (r#"age(profile.size) < "90d""#, false),
        (r#"age(profile.size) <= "90d""#, true),
        (r#"as_of(profile.size) == ago("90d")"#, true),
        (r#"as_of(profile.size) + "90d" == now()"#, true),
        (r#"now() - as_of(profile.size) == "90d""#, true),
        (r#"since(as_of(profile.size)) > "89d" && until(as_of(profile.size) + "91d") <= "1d""#, true),
        (r#"as_of(profile.size) < "2026-01-01""#, true),
        (r#"source(profile.city) != "till""#, false),
    ] {
        check(text, &person, expect);
    }
}

#[test]
fn events_are_counted_and_measured() {
    for (text, expect) in [
        (r#"events("Order Completed").count() == 3"#, true),
        (r#"events("Order Completed").within("180d").count() == 2"#, true),
        (r#"events("Order Completed").older_than("180d").count() == 1"#, true),
        (r#"events("Order Completed").since("2026-02-20").count() == 2"#, true),
        (r#"events("Order Completed").before("2026-02-20").count() == 1"#, true),
        (r#"events("Order Completed").within("180d").older_than("9d").count() == 1"#, true),
        (r#"events("Refund").count() == 0"#, true),
        (r#"events("Order Completed").where(total > 50).count() == 1"#, true),
        (r#"events("Order Completed").where(total > 0.05 && coupon == "SPRING").count() == 1"#, true),
        (r#"events("Order Completed").where(shipping.city == profile.city).count() == 1"#, true),
        (r#"events("Order Completed").where(event.total < 50).where(has(coupon)).count() == 1"#, true),
        (r#"events("Order Completed").where(delivered < ago("3d")).count() == 1"#, true),
        (
            r#"events("Order Completed").where(products.exists(p, p.product_id == "85123A" && p.price < 3)).count() == 2"#,
            true,
        ),
        (r#"events("Order Completed").where(delivered < "2026-02-26").count() == 1"#, true),
        (r#"events("Order Completed").where("2026-02-26" < delivered).count() == 1"#, false),
        (r#"events("Order Completed").where(products.all(p, p.price < 3)).count() == 1"#, true),
        (
            r#"events("Order Completed").where(products.exists(p, products.exists(q, q.price > p.price))).count() == 1"#,
            true,
        ),
        (r#"events("Order Completed").older_than("1d").sum(total) == 0.3"#, true),
        (r#"events("Order Completed").sum(products.price) == 15"#, true),
        (r#"events("Order Completed").max(total) == 100 && events("Order Completed").min(total) == 0.1"#, true),
        (r#"events("Order Completed").older_than("1d").average(total) == 0.15"#, true),
        (r#"events("Order Completed").distinct(products.product_id) == 2"#, true),
        (r#"events("Order Completed").days() == 3"#, true),
        (r#"events("Order Completed").last() == ago("1h")"#, true),
        (r#"events("Order Completed").first() < ago("199d")"#, true),
        (
            r#"events("Order Completed").last(total) == 100 && events("Order Completed").first(coupon) == "SPRING""#,
            true,
        ),
        (r#"events("Order Completed").first(coupon).lower() == "spring""#, true),
        (r#"events("Refund").last() < ago("90d")"#, false),
        (r#"since(events("Order Completed").last()) < "2h""#, true),
    ] {
        check(text, &shopper(), expect);
    }
}

#[test]
fn a_window_ends_to_the_millisecond() {
    let within = r#"events("A").within("180d").count() == 1"#;
    let older = r#"events("A").older_than("180d").count() == 1"#;
    for (at, inside, outside) in [
        (ago(days(180)), false, true),
        (ago(days(180)).plus(Span::from_millis(1)), true, false),
        (ago(days(181)), false, true),
        (now(), true, false),
        (now().plus(Span::from_millis(1)), false, false),
    ] {
        let person = Person::default().did("A", at);
        check(within, &person, inside);
        check(older, &person, outside);
    }
}

#[test]
fn the_same_day_counts_once() {
    let at = |ms: i64| Timestamp::saturating_from_millis(86_400_000 * 20_000 + ms);
    let person = Person::default().did("A", at(0)).did("A", at(86_399_999)).did("A", at(86_400_000));
    check(r#"events("A").days() == 2"#, &person, true);
}

#[test]
fn sequences_are_found() {
    let minutes = |count| ago(Span::MINUTE.times(count));
    let person = Person::default()
        .did("Added", minutes(300))
        .did("Checkout", minutes(250))
        .did("Added", minutes(200))
        .did("Removed", minutes(190))
        .did("Checkout", minutes(180))
        .did("Order", minutes(170))
        .did("Added", minutes(30));
    for (text, expect) in [
        (r#"events("Added").followed_by(events("Checkout")).count() == 2"#, true),
        (r#"events("Added").followed_by(events("Checkout"), "50m").count() == 2"#, true),
        (r#"events("Added").followed_by(events("Checkout"), "49m").count() == 1"#, true),
        (r#"events("Added").followed_by(events("Checkout"), "1h").without(events("Removed")).count() == 1"#, true),
        (
            r#"events("Added").followed_by(events("Checkout"), "1h").followed_by(events("Order"), "10m").count() == 1"#,
            true,
        ),
        (r#"events("Added").followed_by(events("Checkout")).without(events("Removed")).last() == ago("300m")"#, true),
        (r#"events("Added").followed_by(events("Added")).count() == 2"#, true),
        (r#"events("Added").not_followed_by(events("Order"), "4h").count() == 0"#, true),
        (r#"events("Added").not_followed_by(events("Order"), "1h").count() == 1"#, true),
        (r#"events("Added").not_followed_by(events("Order")).count() == 1"#, true),
        (
            r#"events("Added").followed_by(events("Checkout"), "1h").not_followed_by(events("Order"), "30m").count() == 1"#,
            true,
        ),
        (r#"events("Added").within("4h").followed_by(events("Checkout").within("2h")).count() == 0"#, true),
    ] {
        check(text, &person, expect);
    }
}

#[test]
fn events_of_one_moment_follow_each_other_but_not_themselves() {
    let person = Person::default().did("A", ago(days(1))).did("B", ago(days(1)));
    check(r#"events("A").followed_by(events("B")).count() == 1"#, &person, true);
    check(r#"events("A").followed_by(events("A")).count() == 0"#, &person, true);
    check(r#"events("A").not_followed_by(events("B"), "1h").count() == 0"#, &person, true);
}

#[test]
fn sums_do_not_depend_on_the_order_of_arrival() {
    let amounts = [1e15, 0.1, -1e15, 0.2, 33.33, 1e-6];
    let text = r#"events("A").sum(v) == 33.630001"#;
    for turn in 0..amounts.len() {
        let person = (0..amounts.len()).fold(Person::default(), |person, at| {
            let amount = amounts[(at + turn) % amounts.len()];
            person.did_with("A", ago(Span::MINUTE.times(at as i64)), [("v", float(amount))])
        });
        check(text, &person, true);
    }
}

#[test]
fn the_evidence_is_what_was_looked_at() {
    let condition = compiled(
        r#"profile.country == "JP" && events("Order Completed").within("180d").count() == 2 && (segment("lapsed") || request.hour > 20) && has(profile.size)"#,
    );
    let evaluation = condition.evaluate(&shopper(), now());
    assert!(!evaluation.value);
    let words: Vec<String> = evaluation
        .evidence
        .iter()
        .map(|evidence| match evidence {
            Evidence::Interest { topic, strength } => format!("{topic} {}", strength.get()),
            Evidence::Score { name, points } => format!("{name} {}", points.get()),
            Evidence::Reading { model, says } => format!("{} {says:?}", model.word()),
            Evidence::Trait { name, value, .. } => format!("{name} from {}", value.source),
            Evidence::MissingTrait { name } => format!("no {name}"),
            Evidence::Events { event, matched, last } => {
                format!("{matched} {event}, {}", now().since(last.unwrap()).as_millis())
            }
            Evidence::Segment { name, member } => format!("{name} {member}"),
            Evidence::Request { name, value } => format!("{name} {value:?}"),
        })
        .collect();
    // The segment and the hour decide; nobody looked at the size.
    assert_eq!(words, ["country from till", "2 Order Completed, 3600000", "lapsed false", "hour Some(Int(18))"]);
}

#[test]
fn needs_name_all_that_is_read() {
    let needs = compiled(
        r#"profile.country == "JP" && age(profile.size) < "1d" && segment("vip") && request.hour == 1
        && events("A").within("7d").where(total > 1 && items.exists(i, i.id == "x" && i.tags.exists(t, t == "y"))).sum(tax.vat) > 1
        && events("B").within("1d").count() + events("B").within("2d").older_than("1d").count() == 1
        && events("C").within("3d").followed_by(events("D"), "1h").without(events("E").within("1h")).count() == 1
        && events("F").last(products) == "x" && events("G").where(xs.exists(x, true)).count() == 1"#,
    )
    .needs()
    .clone();
    assert_eq!(needs.traits, ["country", "size"].map(Into::into).into());
    assert_eq!(needs.segments, ["vip"].map(Into::into).into());
    assert!(needs.request);
    let events: Vec<(&str, Vec<String>, Window)> = needs
        .events
        .iter()
        .map(|(event, need)| (&**event, need.paths.iter().map(ToString::to_string).collect(), need.window))
        .collect();
    let paths = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        events,
        [
            ("A", paths(&["items.id", "items.tags", "tax.vat", "total"]), Window::Within(days(7))),
            ("B", paths(&[]), Window::Within(days(2))),
            ("C", paths(&[]), Window::Within(days(3))),
            ("D", paths(&[]), Window::Within(days(3))),
            ("E", paths(&[]), Window::Within(Span::HOUR)),
            ("F", paths(&["products"]), Window::Lifetime),
            ("G", paths(&["xs"]), Window::Lifetime),
        ]
    );
    let mut union = Needs::default();
    union.merge(&needs);
    assert_eq!(union, needs);
}

/// Run by hand: `cargo test -p condition --release -- --ignored --nocapture typical`.
#[test]
#[ignore = "a measurement, not a test"]
#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn a_typical_condition_takes() {
    let person = shopper();
    for text in [
        r#"profile.country == "JP" && profile.age_years >= 25"#,
        r#"profile.country == "JP" && events("Order Completed").within("180d").count() == 0"#,
        r#"events("Order Completed").within("180d").where(total > 50).sum(total) > 100"#,
        r#"events("Order Completed").not_followed_by(events("Refund"), "4h").count() > 0"#,
    ] {
        let condition = compiled(text);
        let (rounds, start) = (200_000, std::time::Instant::now());
        let held = (0..rounds).filter(|_| std::hint::black_box(&condition).matches(&person, now()).value).count();
        println!("{:6.0} ns  {held}  {text}", start.elapsed().as_nanos() as f64 / f64::from(rounds));
    }
}
