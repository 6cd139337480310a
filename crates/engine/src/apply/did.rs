//! How contents did: what a page or an event adds to the counts of their days.

use std::collections::BTreeSet;

use model::{
    event::Event,
    name::{Content, Name},
    value::Value,
    wish::CONTENT_CLICKED,
};

use super::Step;
use crate::{
    content_days::{ContentCount, ORDER, ORDER_WITHIN},
    person::Person,
};

/// Counts that contents were shown on a page.
pub(super) fn shown(step: &mut Step<'_>, contents: &BTreeSet<Name<Content>>) {
    let one = ContentCount { shown: 1, ..ContentCount::default() };
    contents.iter().for_each(|content| count(step, content, one));
}

/// Counts that a content was used, or that somebody ordered to whom contents were shown before.
pub(super) fn followed(step: &mut Step<'_>, person: &Person, event: &Event) {
    match event.name() {
        CONTENT_CLICKED => {
            let content = event.properties.get("content").and_then(Value::as_text).map(Name::from);
            let known = content.filter(|content| step.plan.decisions.content(content.as_str()).is_some());
            known.iter().for_each(|content| count(step, content, ContentCount { used: 1, ..ContentCount::default() }));
        }
        ORDER => {
            let at = event.timestamp;
            let shown = person.sides.iter().flat_map(|side| side.ledger.shown().iter());
            let before = shown.filter(|shown| shown.first <= at && at.since(shown.last) <= ORDER_WITHIN);
            let contents: BTreeSet<Name<Content>> = before.map(|shown| shown.content.clone()).collect();
            contents
                .iter()
                .for_each(|content| count(step, content, ContentCount { orders: 1, ..ContentCount::default() }));
        }
        _ => {}
    }
}

fn count(step: &mut Step<'_>, content: &Name<Content>, count: ContentCount) {
    let (day, oldest) = (step.env.now.day(), step.env.now.minus(step.plan.retention).day());
    step.state.core.content_days.count((day, oldest), content, count);
}
