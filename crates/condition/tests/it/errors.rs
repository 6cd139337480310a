//! What is refused, with its code, at its character.

use condition::{Usage, code};

use crate::person::{compiled, compiled_for, compiled_together};

/// `text` holds one `^` in front of the offending character.
#[track_caller]
fn refused(marked: &str, code: &str) {
    let at = marked.chars().take_while(|char| *char != '^').count();
    let text = marked.replacen('^', "", 1);
    let error = compiled_for(&text, Usage::Segment).expect_err(&text);
    assert_eq!((error.code, error.at), (code, at), "{marked}: {}", error.message);
    assert!(error.message.ends_with('.'), "a sentence: {}", error.message);
}

#[test]
fn conditions_compiled_together_come_out_as_each_alone() {
    let texts = ["profile.country == \"JP\"", "profile.country =", "", "profile.member"];
    let alone: Vec<_> = texts.iter().map(|text| compiled_for(text, Usage::Segment)).collect();
    assert_eq!(alone.iter().filter(|compiled| compiled.is_ok()).count(), 2);
    assert_eq!(compiled_together(&texts), alone);
    assert!(compiled_together(&[]).is_empty());
}

#[test]
fn syntax_errors_point_at_the_character() {
    for marked in [
        "profile.country == ^",
        "profile.country ^= \"JP\"",
        "(profile.member^",
        "profile.member ^)",
        "profile.member &&^",
        "^",
        "profile.city == ^\"é",
        "profile.city == \"é\" ^^ true",
        "profile.member &&\n  profile.city ^^ true",
        "^for",
        "^{\"a\": 1} == 2",
        "profile^.?member",
    ] {
        refused(marked, code::SYNTAX);
    }
}

#[test]
fn type_errors_point_at_the_character() {
    for marked in [
        "^profile.age_years",
        "profile.member && ^profile.city",
        "profile.age_years == ^\"x\"",
        "\"é\" == ^3",
        "profile.city == ^3",
        "^profile.city > \"a\"",
        "^profile.member < true",
        "^profile.home == 3",
        "^profile.notes == 3",
        "!^profile.city",
        "profile.city ^+ \"x\" == \"y\"",
        "-^profile.city == 3",
        "profile.city in [^3]",
        "profile.city in [\"a\", ^profile.city]",
        "profile.city in ^profile.age_years",
        "^profile.member in [1]",
        "^[1, 2]",
        "profile.member ? 1 : ^\"x\"",
        "^profile == 3",
        "^profile.home.lat == 3",
        "profile.labels^[0] == \"x\"",
        "has(^3)",
        "^has()",
        "source(^country) == \"x\"",
        "ago(^3) < now()",
        "^profile.age_years.startsWith(\"x\")",
        "profile.labels.exists(^3, true)",
        "profile.city.startsWith(^3)",
        "^events(\"A\")",
        "^events() == 3",
        "events(\"A\").^within(\"3d\")",
        "events(\"A\").where(^3).count() == 1",
        "events(\"A\").where(^events(\"B\").count() == 1).count() == 1",
        "events(\"A\").sum(^3) == 1",
        "events(\"A\").sum(^profile.size) == 1",
        "events(\"A\").^without(events(\"B\")).count() == 1",
        "events(\"A\").followed_by(events(\"B\")).^within(\"3d\").count() == 1",
        "events(\"A\").not_followed_by(events(\"B\")).^followed_by(events(\"C\")).count() == 1",
        "events(\"A\").followed_by(^profile.city).count() == 1",
        "events(\"A\").last() > ^3",
        "events(\"A\").where(total ^< now() - ago(\"3d\")).count() == 1",
        "distance_km(^profile.city, 1, 2) < 3",
    ] {
        refused(marked, code::TYPE);
    }
}

#[test]
fn values_that_say_nothing_are_refused() {
    for marked in [
        "profile.size == ^null",
        "profile.size == ^0.0000001",
        "profile.size == ^1e30",
        "age(profile.size) < ^\"3 days\"",
        "profile.signup_at < ^\"tomorrow\"",
        "events(\"A\").within(^\"3y\").count() == 1",
        "events(\"A\").since(^\"2026\").count() == 1",
        "events(^\"\").count() == 1",
        "profile.`foot-width` == ^\"Wide\"",
        "^\"Wide\" == profile.`foot-width`",
        "profile.`foot-width` in [\"wide\", ^\"Wide\"]",
        "kind(profile.size) == ^\"guessed\"",
        "profile.city in ^[]",
        "distance_km(profile.home, ^91, 0) < 3",
        "distance_km(profile.home, 0, ^profile.size) < 3",
        "profile.city == ^b\"x\"",
    ] {
        refused(marked, code::VALUE);
    }
}

#[test]
fn unknown_names_are_refused() {
    refused("profile.^county == \"JP\"", code::UNKNOWN_TRAIT);
    refused("has(profile.^county)", code::UNKNOWN_TRAIT);
    refused("age(profile.^county) < \"1d\"", code::UNKNOWN_TRAIT);
    refused("segment(^\"vips\")", code::UNKNOWN_SEGMENT);
    refused("^country == \"JP\"", code::UNKNOWN_NAME);
    refused("profile.city.^matches(\"x\")", code::UNKNOWN_NAME);
    refused("^regex(\"x\")", code::UNKNOWN_NAME);
    refused("events(\"A\").^cont() == 1", code::UNKNOWN_NAME);
    refused("events(\"A\").followed_by(events(\"B\").^count()).count() == 1", code::UNKNOWN_NAME);
    refused("profile.labels.^map(l, l) == 1", code::UNKNOWN_NAME);
}

#[test]
fn a_segment_has_no_request() {
    refused("profile.member && ^request.hour > 3", code::REQUEST);
    assert!(compiled_for("request.hour > 3", Usage::Audience).is_ok());
}

#[test]
fn deep_and_long_conditions_are_refused_and_wide_ones_work() {
    let parentheses = format!("{}true{}", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(compiled_for(&parentheses, Usage::Segment).unwrap_err().code, code::TOO_LONG, "20 kB");
    let parentheses = format!("{}true{}", "(".repeat(400), ")".repeat(400));
    assert_eq!(compiled_for(&parentheses, Usage::Segment).unwrap_err().code, code::TOO_DEEP);
    let chain = vec!["true"; 100_001].join(" && ");
    assert_eq!(compiled_for(&chain, Usage::Segment).unwrap_err().code, code::TOO_LONG);
    for operator in ["+", "-", "*", "==", "<", ".a", "!", "-", "? 1 :", ".lower()", "[0]"] {
        let text = format!("1 {} 1", operator.repeat(300));
        assert!(compiled_for(&text, Usage::Segment).is_err(), "{operator}");
        let text = vec!["1"; 300].join(operator);
        assert!(compiled_for(&text, Usage::Segment).is_err(), "{operator}");
    }
    let sums = format!("{} > 0", vec!["1"; 90].join("+"));
    assert!(compiled_for(&sums, Usage::Segment).is_ok());
    let sums = format!("{} > 0", vec!["1"; 400].join("+"));
    assert_eq!(compiled_for(&sums, Usage::Segment).unwrap_err().code, code::TOO_DEEP);
}

#[test]
fn the_deepest_condition_answers_on_a_small_stack() {
    let sums = format!("{} > 0", vec!["profile.size"; 98].join("+"));
    let nots = format!("{}!has(profile.size){}", "!(".repeat(31), ")".repeat(31));
    let choices = format!("{}true", "!has(profile.size) ? false : ".repeat(30));
    for text in [sums, nots, choices] {
        let asked = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || {
            let condition = compiled(&text);
            assert_eq!(compiled(&condition.print()).print(), condition.clone().print());
            condition.evaluate(&crate::person::Person::default().with("size", 1), crate::person::now()).value
        });
        assert!(asked.unwrap().join().unwrap());
    }
}

#[test]
fn a_chain_of_the_full_length_compiles_prints_and_answers_on_a_small_stack() {
    for (operator, expect) in [(" && ", false), (" || ", true)] {
        let text = format!("{}{operator}!profile.member", vec!["true"; 498].join(operator));
        let asked = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || {
            let condition = compiled(&text.replace("!profile.member", "profile.member"));
            let answer = condition.matches(&crate::person::Person::default(), crate::person::now()).value;
            assert_eq!(compiled(&condition.print()).print(), condition.print());
            answer
        });
        assert_eq!(asked.unwrap().join().unwrap(), expect);
    }
}
