//! Requirement SCO-02: a score is what the published formula says.

use condition::{Bounds, Selecting, select_all};
use model::{
    time::{Span, Timestamp},
    value::{Finite, Value},
};
use proptest::prelude::*;
use segment::{
    membership::{Memberships, WithSegments},
    score::{Bonus, FORGOTTEN_AFTER, Points, ScoreRule, counts_for},
    set::{Measures, SegmentNumber, SegmentRule, SegmentSet},
};

use crate::person::{Known, Person};

const EVENTS: [&str; 3] = ["Product Viewed", "Order Completed", "Newsletter Left"];

/// A rule as a marketer writes it.
#[derive(Debug, Clone)]
struct Written {
    event: usize,
    points: i32,
    half_life_h: Option<i64>,
    within_h: Option<i64>,
    most: Option<u32>,
}

fn finite(number: f64) -> Finite {
    Finite::new(number).expect("a test's own number")
}

fn moment(hours: i64) -> Timestamp {
    Timestamp::EPOCH.plus(Span::HOUR.times(hours))
}

fn score(rules: &[Written], bonus: Option<(&str, f64)>, bounds: Bounds) -> ScoreRule {
    let known = Known::default();
    let hours = |hours: Option<i64>| hours.map(|hours| Span::HOUR.times(hours));
    let wanted: Vec<Selecting<'_>> = rules
        .iter()
        .map(|rule| Selecting {
            event: EVENTS[rule.event],
            filter: None,
            within: counts_for(hours(rule.within_h), hours(rule.half_life_h)),
        })
        .collect();
    let selected = select_all(&wanted, &known.scope()).into_iter().zip(rules).map(|(what, rule)| Points {
        what: what.expect("a test's own rule"),
        points: finite(f64::from(rule.points)),
        half_life: hours(rule.half_life_h),
        most: rule.most.and_then(|most| Finite::new(f64::from(most))),
    });
    let bonuses = bonus.map(|(text, points)| Bonus { when: known.condition(text), points: finite(points) });
    ScoreRule { name: "engagement".into(), rules: selected.collect(), bonuses: bonuses.into_iter().collect(), bounds }
}

/// The formula, written down once more and in the most straightforward way.
fn formula(rules: &[Written], did: &[(usize, i64)], now_h: i64) -> f64 {
    let mut total = 0.0;
    for rule in rules {
        let mut sum = 0.0;
        for (event, at) in did {
            let age = now_h - at;
            let too_old = rule.within_h.is_some_and(|within| age >= within)
                || rule.half_life_h.is_some_and(|half_life| age >= FORGOTTEN_AFTER * half_life);
            if *event == rule.event && age >= 0 && !too_old {
                let faded = rule.half_life_h.map_or(1.0, |half_life| 0.5_f64.powf(age as f64 / half_life as f64));
                sum += f64::from(rule.points) * faded;
            }
        }
        if let Some(most) = rule.most {
            sum = sum.clamp(-f64::from(most), f64::from(most));
        }
        total += sum;
    }
    total
}

fn rules() -> impl Strategy<Value = Vec<Written>> {
    let one = (
        0..EVENTS.len(),
        prop_oneof![-20..0i32, 1..20i32],
        prop::option::of(1..500i64),
        prop::option::of(1..2_000i64),
        prop::option::of(1..60u32),
    );
    let one = one.prop_map(|(event, points, half_life_h, within_h, most)| Written {
        event,
        points,
        half_life_h,
        within_h,
        most,
    });
    prop::collection::vec(one, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_score_is_its_formula_now_and_until_it_says(
        rules in rules(),
        did in prop::collection::vec((0..EVENTS.len(), 0..2_500i64), 0..40),
        fractions in prop::collection::vec(0.0..1.0f64, 4),
    ) {
        let now_h = 2_000;
        let mut person = Person::default();
        did.iter().for_each(|(event, at)| person.does(EVENTS[*event], moment(*at), &[]));
        let fading = score(&rules, None, Bounds::default()).of(&person, moment(now_h));
        prop_assert!((fading.now() - formula(&rules, &did, now_h)).abs() < 1e-9);
        let stands_h = fading.steps_at.map_or(now_h + 10_000, |at| at.since(Timestamp::EPOCH).as_millis() / 3_600_000);
        prop_assert!(stands_h > now_h);
        for fraction in fractions {
            let later = now_h + ((stands_h - now_h - 1) as f64 * fraction) as i64;
            let said = fading.after(Span::HOUR.times(later - now_h));
            prop_assert!((said - formula(&rules, &did, later)).abs() < 1e-9, "{said} at {later}");
        }
    }
}

#[test]
fn the_table_of_the_documentation() {
    // docs/scores.md
    let rules = [
        Written { event: 0, points: 2, half_life_h: Some(7 * 24), within_h: None, most: Some(20) },
        Written { event: 1, points: 30, half_life_h: Some(90 * 24), within_h: None, most: None },
        Written { event: 2, points: -25, half_life_h: None, within_h: Some(180 * 24), most: None },
    ];
    let mut person = Person::default();
    for day in [0, 7, 14] {
        person.does("Product Viewed", moment(24 * day), &[]);
    }
    person.does("Order Completed", moment(24 * 14), &[("total", Value::from(80))]);
    let engagement = score(&rules, Some(("events(\"Order Completed\").sum(total) > 50", 5.0)), Bounds::default());
    // 2·(¼ + ½ + 1) + 30 + 5
    assert_eq!(engagement.of(&person, moment(24 * 14)).now(), 38.5);
    let counted = engagement.counted(&person, moment(24 * 14));
    let counted: Vec<(usize, f64)> = counted.iter().map(|counted| (counted.times, counted.points())).collect();
    assert_eq!(counted, [(3, 3.5), (1, 30.0), (0, 0.0), (1, 5.0)]);
    let bounded = Bounds { least: None, most: Finite::new(36.0) };
    let cut = ScoreRule { bounds: bounded, ..engagement };
    assert_eq!(cut.of(&person, moment(24 * 14)).now(), 36.0);
}

#[test]
fn a_score_heeds_what_its_rules_look_at() {
    let rules = [Written { event: 0, points: 2, half_life_h: None, within_h: None, most: None }];
    let score =
        score(&rules, Some(("events(\"Order Completed\").where(total > 50).count() > 0", 5.0)), Bounds::default());
    let total = |total: i64| [("total", Value::from(total))].into_iter().collect();
    assert!(score.heeds("Product Viewed", &total(0)) && score.heeds("Order Completed", &total(60)));
    assert!(!score.heeds("Order Completed", &total(10)) && !score.heeds("Newsletter Left", &total(60)));
}

/// Scores in a chain, each with ten conditions over the one before it; two segments over the last.
fn chain(length: usize) -> SegmentSet {
    let names: Vec<String> = (0..length).map(|level| format!("s{level}")).collect();
    let known = Known::new(&[], &names);
    let asks = |level: usize, least: usize| match level.checked_sub(1) {
        Some(below) => format!("score(\"s{below}\") >= {least}"),
        None => format!("events(\"X\").count() >= {least}"),
    };
    let bonus = |text: &str| Bonus { when: known.condition(text), points: Finite::ONE };
    let score = |level: usize| ScoreRule {
        name: names[level].as_str().into(),
        rules: Vec::new(),
        bonuses: (1..=10).map(|least| bonus(&asks(level, least))).collect(),
        bounds: Bounds::default(),
    };
    let rule = |number: usize| SegmentRule {
        number: SegmentNumber(number as u32),
        name: format!("segment-{number}").as_str().into(),
        condition: known.condition(&asks(length, number + 1)),
        changed: 0,
    };
    let measures = Measures { scores: (0..length).map(score).collect(), models: Vec::new() };
    SegmentSet::build(vec![rule(0), rule(1)], measures, 0).expect("a chain is no circle")
}

#[test]
fn a_score_is_calculated_once_however_many_ask_for_it() {
    let set = chain(6);
    let mut person = Person::default();
    (0..10).for_each(|number| person.does("X", moment(number), &[]));
    let mut memberships = Memberships::default();
    assert_eq!(memberships.refresh(&set, &set.all_places(), &person, moment(20)).len(), 2);
    // Ten conditions look at the trail; 10^6 would, if each asked anew for the score below it.
    assert_eq!(person.looks(), 10);
    let facts = WithSegments::new(&person, &set, &memberships, moment(20));
    assert!(set.rules().iter().all(|rule| rule.condition.matches(&facts, moment(20)).value));
    assert_eq!(person.looks(), 20);
}
