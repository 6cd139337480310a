//! What names itself, by whatever way, is refused.

use condition::{Bounds, Condition};
use model::value::Finite;
use segment::{
    order::{Circle, Named},
    score::{Bonus, ScoreRule},
    set::{Measures, SegmentNumber, SegmentRule, SegmentSet},
};

use crate::person::Known;

fn set(segments: &[(&str, &str)], scores: &[(&str, &str)]) -> Result<SegmentSet, Circle> {
    let names = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
    let known = Known::new(&names(segments), &names(scores));
    let rule = |(number, (name, text)): (usize, &(&str, &str))| {
        let condition: Condition = known.condition(text);
        SegmentRule { number: SegmentNumber(number as u32), name: (*name).into(), condition, changed: 0 }
    };
    let score = |(name, text): &(&str, &str)| ScoreRule {
        name: (*name).into(),
        rules: Vec::new(),
        bonuses: vec![Bonus { when: known.condition(text), points: Finite::ONE }],
        bounds: Bounds::default(),
    };
    let rules = segments.iter().enumerate().map(rule).collect();
    SegmentSet::build(rules, Measures { scores: scores.iter().map(score).collect(), models: Vec::new() }, 0)
}

#[test]
fn a_score_that_feeds_itself_through_a_segment_is_a_circle() {
    let circle = set(
        &[("keen", "score(\"heat\") > 3"), ("hot", "segment(\"keen\")")],
        &[("heat", "segment(\"hot\")"), ("other", "true")],
    );
    let names = [Named::Segment("keen".into()), Named::Score("heat".into()), Named::Segment("hot".into())];
    assert_eq!(circle.unwrap_err().names, names);
    let itself = set(&[], &[("heat", "score(\"heat\") > 1")]);
    assert_eq!(itself.unwrap_err().names, [Named::Score("heat".into())]);
}

#[test]
fn a_tag_that_asks_for_itself_is_a_circle() {
    let circle = set(&[("tag:a", "tag(\"b\")"), ("tag:b", "tag(\"a\")")], &[]);
    assert_eq!(circle.unwrap_err().names, [Named::Segment("tag:a".into()), Named::Segment("tag:b".into())]);
}

#[test]
fn a_segment_comes_after_those_that_its_scores_ask() {
    let set = set(
        &[("keen", "score(\"heat\") > 3"), ("hot", "score(\"warmth\") > 1"), ("base", "events(\"X\").count() > 0")],
        &[("heat", "segment(\"hot\")"), ("warmth", "segment(\"base\") && events(\"Y\").count() > 0")],
    );
    let set = set.unwrap();
    let order: Vec<&str> = set.rules().iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(order, ["base", "hot", "keen"]);
    assert_eq!(set.with_dependents(&[0]), [0, 1, 2]);
    let nothing = Default::default();
    assert_eq!(set.heeding("Y", &nothing), [1], "through its score");
    assert_eq!(set.heeding("X", &nothing), [0]);
    assert!(set.need("X").is_some() && set.need("Y").is_some());
}
