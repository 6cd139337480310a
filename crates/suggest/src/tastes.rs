//! What a person likes, for putting the hits of a search in order: interests that last, and what was searched for lately.

use std::sync::Arc;

use condition::{EventNeed, Facts, PropertyPath, Window};
use decide::Tastes;
use model::{
    time::{Span, Timestamp},
    value::{Fields, Finite, Value},
};

use crate::deed::{QUERY, SEARCHED};

/// What was searched for longer ago does not count any more.
const SEARCHED_WITHIN: Span = Span::DAY.times(30);
/// After so many days a search counts half.
const SEARCHED_HALF_LIFE_DAYS: f64 = 7.0;
/// As many searches count, the latest ones.
const SEARCHES: usize = 10;
/// As many interests count, the strongest ones.
const INTERESTS: usize = 40;

/// What of searches must be kept in trails.
pub fn searched_need() -> (Arc<str>, EventNeed) {
    let paths = PropertyPath::new([Arc::from(QUERY)]).into_iter().collect();
    (SEARCHED.into(), EventNeed { paths, window: Window::Within(SEARCHED_WITHIN) })
}

/// By what a search is put in order for somebody: interests as strong as they are now, and the latest searches, each of
/// which counts half after a week.
pub fn tastes(facts: &dyn Facts, now: Timestamp) -> Tastes {
    let interests = facts.interests().into_iter();
    let now_strong = |(topic, fading): (Arc<str>, condition::Fading)| {
        Some((topic, Finite::new(fading.after(Span::default()).clamp(-1.0, 1.0))?))
    };
    let mut interests: Vec<(Arc<str>, Finite)> = interests.filter_map(now_strong).collect();
    interests.sort_by(|(one, a), (other, b)| b.get().abs().total_cmp(&a.get().abs()).then_with(|| one.cmp(other)));
    interests.truncate(INTERESTS);
    let mut searched = Vec::<(Arc<str>, Finite)>::new();
    let trail = facts.trail(SEARCHED);
    for search in trail.iter().rev().filter(|search| search.at <= now) {
        let age = now.since(search.at);
        if age >= SEARCHED_WITHIN || searched.len() >= SEARCHES {
            break;
        }
        let weight = libm::exp2(-(age.as_millis() as f64 / Span::DAY.as_millis() as f64) / SEARCHED_HALF_LIFE_DAYS);
        if let (Some(query), Some(weight)) = (text(&search.properties), Finite::new(weight))
            && !searched.iter().any(|(known, _)| known == query)
        {
            searched.push((query.clone(), weight));
        }
    }
    Tastes { interests, searched }
}

fn text(properties: &Fields) -> Option<&Arc<str>> {
    match properties.get(QUERY) {
        Some(Value::Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}
