//! How old the evidence of a sequence is, and what stands without some of the facts.

use condition::Evidence;

use crate::person::{Person, ago, compiled, days, now};

fn words(evidence: &[Evidence]) -> Vec<String> {
    let word = |one: &Evidence| match one {
        Evidence::Events { event, matched, last } => {
            let last = last.expect("what speaks happened");
            format!("{matched} {event} {}", now().since(last).as_millis() / 86_400_000)
        }
        other => panic!("{other:?}"),
    };
    evidence.iter().map(word).collect()
}

#[test]
fn a_sequence_is_as_old_as_its_last_event() {
    let mut ana =
        Person::default().did("Added", ago(days(70))).did("Bought", ago(days(20))).did("Bought", ago(days(9)));
    ana = ana.did("Added", ago(days(2))).did("Thanked", ago(days(8)));
    for (text, expected) in [
        (r#"events("Added").followed_by(events("Bought")).count() > 0"#, &["1 Added 70", "2 Bought 9"][..]),
        (r#"events("Added").followed_by(events("Bought"), "55d").count() > 0"#, &["1 Added 70", "1 Bought 20"]),
        (
            r#"events("Added").followed_by(events("Bought")).followed_by(events("Thanked"), "2d").count() > 0"#,
            &["1 Added 70", "1 Bought 9", "1 Thanked 8"],
        ),
        (r#"events("Added").not_followed_by(events("Bought"), "1d").count() > 0"#, &["2 Added 2"]),
        (
            r#"events("Added").followed_by(events("Bought")).without(events("Thanked").within("1d")).count() > 0"#,
            &["1 Added 70", "2 Bought 9"],
        ),
        (r#"events("Bought").followed_by(events("Bought")).count() > 0"#, &["1 Bought 20", "1 Bought 9"]),
    ] {
        let evaluation = compiled(text).evaluate(&ana, now());
        assert!(evaluation.value, "{text}");
        let told: Vec<Evidence> = evaluation.evidence.into_iter().filter(Evidence::speaks).collect();
        assert_eq!(words(&told), expected, "{text}");
    }
}

/// What is so only because something was left out is not so.
#[test]
fn a_condition_stands_by_terms_that_stand() {
    let ana = Person::default().did("Bought", ago(days(90))).did("Viewed", ago(days(2))).with("city", "Brest");
    let lately = Person::default().did("Viewed", ago(days(2))).with("city", "Brest");
    for (text, expected) in [
        (r#"events("Viewed").count() > 0"#, true),
        (r#"events("Bought").count() > 0"#, false),
        (r#"events("Bought").count() == 0"#, false),
        (r#"events("Bought").count() < 3"#, true),
        (r#"events("Bought").count() == 0 || events("Viewed").count() > 0"#, true),
        (r#"events("Bought").count() == 0 || events("Bought").count() > 0"#, false),
        (r#"!(events("Bought").count() > 0) && profile.city == "Lund""#, true),
        (r#"events("Bought").count() > 0 ? events("Viewed").count() > 0 : profile.city == "Brest""#, true),
        (r#"events("Bought").count() > 0 ? events("Viewed").count() > 0 : profile.city == "Lund""#, false),
    ] {
        assert_eq!(compiled(text).stands_without(&ana, &lately, now()).value, expected, "{text}");
    }
}
