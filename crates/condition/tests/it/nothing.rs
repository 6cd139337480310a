//! The one null semantics, as a table.

use model::value::Value;

use crate::person::{Person, ago, check, days, list};

/// What a trait or property can be, when it is of no use.
fn absences() -> [(&'static str, Option<Value>); 2] {
    [("missing", None), ("null", Some(Value::Null))]
}

#[test]
fn a_trait_without_a_value() {
    for (what, value) in absences() {
        let person =
            ["size", "city", "labels", "home", "member", "signup_at"].iter().fold(Person::default(), |person, name| {
                match &value {
                    Some(value) => person.with(name, value.clone()),
                    None => person,
                }
            });
        for (text, expect) in [
            ("profile.size == 0", false),
            ("profile.size != 0", false),
            ("!(profile.size == 0)", true),
            ("!(profile.size != 0)", true),
            ("profile.size < 1 || profile.size >= 1", false),
            ("profile.size == profile.size", false),
            ("profile.size + 1 > 0", false),
            ("profile.size in [0]", false),
            (r#"profile.city == """#, false),
            (r#"profile.city.startsWith("")"#, false),
            (r#"profile.city.lower() != "x""#, false),
            ("size(profile.labels) == 0", false),
            (r#""x" in profile.labels"#, false),
            ("profile.labels.exists(l, true)", false),
            ("profile.labels.all(l, true)", false),
            ("profile.member", false),
            ("!profile.member", true),
            ("profile.member == false", false),
            ("profile.member ? false : true", true),
            ("has(profile.size)", false),
            ("!has(profile.size)", true),
            (r#"source(profile.size) != "x""#, false),
            (r#"age(profile.size) < "1d""#, false),
            (r#"profile.signup_at < ago("1d")"#, false),
            (r#"since(profile.signup_at) > "1d""#, false),
            ("years_since(profile.signup_at) < 5", false),
            ("distance_km(profile.home, 0, 0) >= 0", false),
        ] {
            println!("{what}: {text}");
            check(text, &person, expect);
        }
    }
}

#[test]
fn an_empty_value_is_a_value() {
    let person = Person::default().with("city", "").with("labels", list([])).with("size", 0).with("member", false);
    for (text, expect) in [
        ("has(profile.city) && has(profile.labels) && has(profile.size) && has(profile.member)", true),
        (r#"profile.city == "" && profile.city != "x""#, true),
        ("size(profile.labels) == 0", true),
        ("profile.labels.exists(l, true)", false),
        ("profile.labels.all(l, false)", true),
        ("profile.size == 0", true),
        ("profile.member == false", true),
    ] {
        check(text, &person, expect);
    }
}

#[test]
fn a_property_of_another_type_has_no_value_for_the_operation() {
    let person = Person::default().did_with(
        "A",
        ago(days(1)),
        [
            ("text", "12".into()),
            ("number", 12.into()),
            ("yes", true.into()),
            ("null", Value::Null),
            ("list", list(["x".into(), 3.into(), Value::Null])),
        ],
    );
    for (filter, expect) in [
        ("text == 12", false),
        ("text != 12", false),
        ("text > 1", false),
        (r#"number == "12""#, false),
        (r#"number != "12""#, false),
        ("number == true", false),
        ("text + 1 == 13", false),
        ("yes", true),
        ("number", false),
        ("text", false),
        ("has(event.`null`)", false),
        ("has(gone)", false),
        ("has(text.inside)", false),
        ("gone.deep.er == 1", false),
        ("list == 3", false),
        ("3 in list", true),
        (r#""x" in list"#, true),
        ("3 in number", false),
        ("list.exists(l, l > 2)", true),
        ("list.all(l, has(l))", false),
        ("number.exists(l, true)", false),
        ("number.all(l, true)", false),
        (r#"text.contains("1")"#, true),
        (r#"number.contains("1")"#, false),
        (r#"text < ago("1d")"#, false),
        ("number / 0 == 0", false),
        ("size(list) == 3", true),
        ("size(number) == 0", false),
    ] {
        check(&format!(r#"events("A").where({filter}).count() == 1"#), &person, expect);
    }
}

#[test]
fn nothing_counts_zero_and_has_no_end() {
    let odd = Person::default().did_with("A", ago(days(1)), [("v", "12".into())]);
    for person in [Person::default(), odd] {
        check(r#"events("A").where(v > 0).count() == 0"#, &person, true);
        check(r#"events("A").where(v > 0).days() == 0 && events("A").where(v > 0).distinct(v) == 0"#, &person, true);
        check(r#"events("A").sum(v) == 0"#, &person, true);
        for aggregate in ["max", "min", "average"] {
            check(&format!(r#"events("A").{aggregate}(v) == 0"#), &person, false);
            check(&format!(r#"events("A").{aggregate}(v) != 0"#), &person, false);
        }
        check(r#"events("A").where(v > 0).last() != ago("1d")"#, &person, false);
        check(r#"events("A").where(v > 0).first(v) != 1"#, &person, false);
    }
}
