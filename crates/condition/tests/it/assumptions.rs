//! What is certain of conditions without any person.

use condition::{Assumption, Condition, Usage, contradict};
use model::name::{Name, Segment};

use crate::person::compiled_for;

fn compiled(text: &str) -> Condition {
    compiled_for(text, Usage::Audience).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn unknown<'a>(_: &Name<Segment>) -> Option<&'a Condition> {
    None
}

#[test]
fn what_nobody_can_be_is_found() {
    for text in [
        "false",
        r#"profile.country == "FR" && profile.country == "JP""#,
        r#"profile.country == "FR" && profile.country != "FR""#,
        r#"profile.country in ["FR", "BE"] && profile.country in ["JP"]"#,
        r#"profile.country in ["FR", "BE"] && !(profile.country == "FR") && profile.country != "BE""#,
        r#"(profile.country == "FR" || profile.country == "BE") && profile.country == "JP""#,
        r#"has(profile.country) && !has(profile.country)"#,
        r#"profile.country == "FR" && !has(profile.country)"#,
        "profile.age_years > 30 && profile.age_years < 25",
        "profile.age_years > 30 && 30 >= profile.age_years",
        "profile.age_years in [1, 2] && profile.age_years > 2.5",
        "profile.member && !profile.member",
        "profile.member == true && profile.member == false",
        r#"profile.signup_at < "2026-01-01" && profile.signup_at >= "2026-01-01""#,
        r#"age(profile.country) < "1d" && age(profile.country) > "2d""#,
        r#"segment("vip") && !segment("vip")"#,
        r#"profile.member ? false : profile.country == "FR" && profile.country == "JP""#,
        r#"!(profile.member || !profile.member)"#,
        r#"events("page").count() == 0 && events("page").count() > 0"#,
        r#"events("page").count() < 0"#,
        r#"events("page").count() > 1 && events("page").count() < 2"#,
        r#"events("page").within("7d").older_than("7d").count() > 0"#,
        r#"events("page").within("7d").older_than("30d").last() > "2026-01-01""#,
        r#"events("page").since("2026-02-01").before("2026-02-01").sum(total) > 0"#,
        r#"events("page").where(total > 5 && total < 3).count() >= 1"#,
        "request.hour >= 18 && request.hour < 6",
    ] {
        assert!(contradict(&[Assumption::Holds(&compiled(text))], &unknown), "{text}");
        let always = format!("!({text})");
        assert!(contradict(&[Assumption::Fails(&compiled(&always))], &unknown), "{always}");
    }
}

/// Each of these holds of somebody, however odd they are.
#[test]
fn what_somebody_can_be_is_not_called_impossible() {
    for text in [
        "true",
        r#"!(profile.country == "FR") && !(profile.country != "FR")"#,
        r#"has(profile.country) && !(profile.country == "FR") && !(profile.country != "FR")"#,
        r#"profile.country != "FR" && profile.country != "JP""#,
        "profile.age_years > 30 && profile.age_years < 31",
        "profile.age_years >= 30 && profile.age_years <= 30",
        r#"events("page").count() > 1 && events("page").count() < 3"#,
        r#"events("page").count() == 0 && events("page").where(total > 5).count() == 0"#,
        r#"events("page").within("7d").older_than("6d").count() > 0"#,
        r#"events("page").within("7d").older_than("7d").count() == 0"#,
        r#"events("page").within("7d").count() == 0 && events("page").count() > 0"#,
        r#"request.shop.when != "abc" && request.shop.when > moment("2026-01-01")"#,
        r#"profile.country.startsWith("F") && profile.country.startsWith("J")"#,
        r#"segment("vip") && profile.country == "FR""#,
    ] {
        assert!(!contradict(&[Assumption::Holds(&compiled(text))], &unknown), "{text}");
    }
}

#[test]
fn one_condition_covers_another() {
    let covers = |wide: &str, narrow: &str| {
        contradict(&[Assumption::Holds(&compiled(narrow)), Assumption::Fails(&compiled(wide))], &unknown)
    };
    for (wide, narrow, expect) in [
        ("true", r#"segment("vip")"#, true),
        (r#"segment("vip")"#, r#"segment("vip") && profile.member"#, true),
        (r#"segment("vip") && profile.member"#, r#"segment("vip")"#, false),
        (r#"profile.country in ["FR", "BE"]"#, r#"profile.country == "FR""#, true),
        ("profile.age_years > 18", "profile.age_years >= 21", true),
        ("profile.age_years > 21", "profile.age_years >= 21", false),
        (r#"has(profile.country)"#, r#"profile.country != "FR""#, true),
        ("profile.member || request.hour > 6", "request.hour >= 7 && request.hour < 9", true),
        (r#"events("page").count() >= 1"#, r#"events("page").count() > 0"#, true),
    ] {
        assert_eq!(covers(wide, narrow), expect, "{wide} over {narrow}");
    }
}

#[test]
fn segments_are_looked_into() {
    let (vip, lapsed) = (compiled("profile.age_years > 30"), compiled("!(profile.age_years > 20)"));
    let known = |name: &Name<Segment>| match name.as_str() {
        "vip" => Some(&vip),
        "lapsed" => Some(&lapsed),
        _ => None,
    };
    let both = compiled(r#"segment("vip") && segment("lapsed")"#);
    assert!(contradict(&[Assumption::Holds(&both)], &known));
    assert!(!contradict(&[Assumption::Holds(&both)], &unknown));
    let either = compiled(r#"segment("vip") || segment("lapsed")"#);
    assert!(!contradict(&[Assumption::Holds(&either)], &known));
}

#[test]
fn what_is_too_much_to_look_at_counts_as_possible() {
    let either = (0..9).map(|n| format!("(profile.age_years == {n} || profile.country == \"C{n}\")"));
    let text = format!("{} && profile.member && !profile.member", either.collect::<Vec<_>>().join(" && "));
    assert!(!contradict(&[Assumption::Holds(&compiled(&text))], &unknown));
}
