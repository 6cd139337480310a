//! What is only more or less so: trust, interests, scores, and what models say.

use condition::{Belief, Evidence, Fade, Fading, Model, Reading, Usage, code};
use model::{
    fact::{FactKind, TraitValue},
    time::Span,
    trust::{Floors, Trust},
    value::{Finite, Value},
};

use crate::person::{Person, ago, compiled, compiled_for, days, now};

const DAY: i64 = 86_400_000;

#[track_caller]
fn stands(text: &str, person: &Person, value: bool, wait_ms: Option<i64>) {
    let verdict = compiled(text).matches(person, now());
    let waits = verdict.valid_until.map(|until| until.since(now()).as_millis());
    assert_eq!((verdict.value, waits), (value, wait_ms), "{text}");
}

/// Somebody whose city is believed so far, for three days to come, and moves every day.
fn trusted(trust: f64) -> Person {
    let city = TraitValue {
        value: Value::from("Brest"),
        as_of: ago(days(30)),
        source: "crm".into(),
        kind: FactKind::Declared,
    };
    let trust = Trust::new(trust);
    let belief = Belief {
        trust,
        most: Floors::default().most(trust),
        stands_until: Some(now().plus(days(3))),
        shown_until: Some(now().plus(days(3))),
        moves_at: Some(now().plus(days(1))),
    };
    Person::default().believing("city", city, belief)
}

fn fading(amount: f64, half_life_days: i64) -> Fading {
    let amount = Finite::new(amount).expect("a test's own number");
    let part = Fade { amount, half_life: Some(Span::DAY.times(half_life_days)), most: None };
    Fading { parts: vec![part], ..Fading::default() }
}

#[test]
fn below_its_floor_a_trait_has_no_value() {
    let text = r#"profile.city == "Brest""#;
    for (trust, order, audience) in [(0.3, false, false), (0.5, true, false), (0.7, true, true), (0.95, true, true)] {
        let holds = |usage| compiled_for(text, usage).unwrap().matches(&trusted(trust), now()).value;
        assert_eq!((holds(Usage::Order), holds(Usage::Audience), holds(Usage::Segment)), (order, audience, audience));
    }
    stands("has(profile.city)", &trusted(0.5), false, Some(3 * DAY));
    stands(r#"!(profile.city == "Brest")"#, &trusted(0.5), true, Some(3 * DAY));
    stands(r#"source(profile.city) == "crm""#, &trusted(0.7), true, Some(3 * DAY));
}

#[test]
fn that_there_is_none_stands_only_as_long_as_that_is_believed() {
    let taken = TraitValue { value: Value::Null, as_of: ago(days(1)), source: "crm".into(), kind: FactKind::Declared };
    let belief = Belief {
        most: None,
        stands_until: Some(now().plus(days(3))),
        shown_until: Some(now().plus(days(3))),
        ..Belief::CERTAIN
    };
    let nobody = Person::default().believing("city", taken, belief);
    stands("has(profile.city)", &nobody, false, Some(3 * DAY));
    stands("trust(profile.city) >= 0.1", &nobody, false, Some(3 * DAY));
}

#[test]
fn trust_is_asked_whatever_the_floor() {
    stands("trust(profile.city) >= 0.5", &trusted(0.5), true, Some(DAY));
    stands("0.4 > trust(profile.city)", &trusted(0.5), false, Some(DAY));
    stands("trust(profile.country) >= 0", &trusted(0.5), false, None);
}

#[test]
fn a_number_that_fades_turns_when_it_passes_its_threshold() {
    let mut person = Person::default();
    person.interests.insert("category:boots".into(), Fading { ease: Finite::new(4.0), ..fading(4.0, 21) });
    person.scores.insert("engagement".into(), fading(80.0, 10));
    stands(r#"interest("category:boots") >= 0.5"#, &person, true, Some(1));
    stands(r#"interest("category:boots") > 0.5"#, &person, false, None);
    stands(r#"interest("category:poles") > -1"#, &person, false, None);
    stands(r#"score("engagement") >= 20"#, &person, true, Some(20 * DAY + 1));
    stands(r#"40 >= score("engagement")"#, &person, false, Some(10 * DAY));
    let evaluation =
        compiled(r#"interest("category:boots") > 0.4 && score("engagement") > 1"#).evaluate(&person, now());
    let strength = Finite::new(0.5).unwrap();
    let points = Finite::new(80.0).unwrap();
    assert_eq!(
        evaluation.evidence,
        [
            Evidence::Interest { topic: "category:boots".into(), strength },
            Evidence::Score { name: "engagement".into(), points }
        ]
    );
}

#[test]
fn a_model_says_a_word_or_nothing() {
    let mut person = Person::default();
    stands(r#"stage() == "comparison""#, &person, false, None);
    stands(r#"stage() != "comparison""#, &person, false, None);
    let until = Some(now().plus(days(2)));
    let reading = Reading { word: "comparison", probability: Trust::new(0.7), valid_until: until };
    person.readings.insert(Model::Stage, reading);
    stands(r#"stage() == "comparison""#, &person, true, Some(2 * DAY));
    stands(r#"stage() in ["discovery", "conversion"]"#, &person, false, Some(2 * DAY));
    stands(r#"aim() == "gift""#, &person, false, None);
}

#[test]
fn a_tag_is_a_segment_of_its_own() {
    let person = Person::default().in_segment("tag:hiking", None);
    stands(r#"tag("hiking")"#, &person, true, None);
    let tagged = compiled(r#"tag("hiking") && stage() == "discovery""#);
    assert_eq!(tagged.print(), r#"tag("hiking") && stage() == "discovery""#);
    assert!(tagged.needs().segments.contains("tag:hiking") && tagged.needs().models.contains(&Model::Stage));
}

#[test]
fn what_moves_by_itself_is_only_above_or_below_a_number() {
    for (text, expect) in [
        (r#"interest("category:boots") == 0.5"#, code::TYPE),
        (r#"score("engagement") > score("engagement")"#, code::TYPE),
        (r#"score("engagement") + 1 > 3"#, code::TYPE),
        (r#"trust(profile.city)"#, code::TYPE),
        (r#"trust(profile.city) in [0.5]"#, code::TYPE),
        (r#"size(score("engagement")) > 3"#, code::TYPE),
        (r#"events("A").where(interest("a:b") > 0.1 && trust(profile.city) > total).count() > 0"#, code::TYPE),
        (r#"interest("boots") > 0.5"#, code::VALUE),
        (r#"interest(":boots") > 0.5"#, code::VALUE),
        (r#"score("loyalty") > 0.5"#, code::UNKNOWN_SCORE),
        (r#"tag("sailing")"#, code::UNKNOWN_TAG),
        (r#"segment("tag:hiking")"#, code::UNKNOWN_SEGMENT),
        (r#"trust("city") > 0.5"#, code::TYPE),
        (r#"stage() == "comparision""#, code::VALUE),
        (r#"aim() in ["gift", "present"]"#, code::VALUE),
        (r#"stage("x") == "comparison""#, code::TYPE),
    ] {
        assert_eq!(compiled_for(text, Usage::Audience).map_err(|error| error.code), Err(expect), "{text}");
    }
}

#[test]
fn what_is_asked_is_printed_as_it_is_written() {
    for text in [
        "trust(profile.city) >= 0.7",
        r#"interest("category:boots") > 0.3"#,
        r#"score("engagement") < 50"#,
        r#"stage() in ["comparison", "conversion"]"#,
        r#"aim() == "fix""#,
    ] {
        assert_eq!(compiled(text).print(), text);
    }
    assert_eq!(compiled(r#"50 > score("engagement")"#).print(), r#"score("engagement") < 50"#);
}
