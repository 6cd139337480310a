//! What an event says of what was shown, and that a visit goes on.

use std::sync::Arc;

use ledger::Told;
use model::{
    event::Event,
    name::{Content, Name},
    value::Value,
    wish::{CONTENT_CLICKED, CONTENT_VIEWED, LANDING_BOUNCED},
};

use super::Step;
use crate::person::PersonSide;

/// Notes that a content was shown or used, that somebody went back to their search, and that a visit goes on; says
/// whether the ledger changed. A content that the plan does not know will not be decided about, so it is not kept. A bot
/// has no search to go back to: what it says of one teaches nothing.
pub(super) fn follow_visit(step: &mut Step<'_>, side: &mut PersonSide, event: &Event) -> bool {
    let now = step.env.now;
    if event.name() == LANDING_BOUNCED
        && !event.is_of_a_bot()
        && let Some(landing) = side.ledger.bounced(event.timestamp)
    {
        step.state.core.landings.bounced(landing);
        Arc::make_mut(&mut side.ledger).leave();
        return true;
    }
    let told = told(step, event);
    if told.is_none() && !side.ledger.goes_on(now) {
        return false;
    }
    let ledger = Arc::make_mut(&mut side.ledger);
    ledger.go_on(now);
    if let Some((content, how)) = &told {
        ledger.told(content, *how, event.timestamp);
    }
    true
}

fn told(step: &Step<'_>, event: &Event) -> Option<(Name<Content>, Told)> {
    let how = match event.name() {
        CONTENT_VIEWED => Told::Shown,
        CONTENT_CLICKED => Told::Used,
        _ => return None,
    };
    let content = Name::from(event.properties.get("content").and_then(Value::as_text)?);
    step.plan.decisions.content(content.as_str()).is_some().then_some((content, how))
}
