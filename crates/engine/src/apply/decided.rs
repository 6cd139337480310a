//! A page that was decided: what won is counted, the record is kept.

use std::sync::Arc;

use super::Step;
use crate::{command::DecidedPage, outcome::DecisionKept};

pub(super) fn decided(step: &mut Step<'_>, page: DecidedPage) {
    let DecidedPage { person, side, first, won, sealed } = page;
    let now = step.env.now;
    if !won.is_empty() {
        step.change(person, |person| {
            if let Some(side) = person.side_mut(side) {
                let ledger = Arc::make_mut(&mut side.won);
                won.iter().for_each(|experience| ledger.add(experience, now));
            }
        });
    }
    step.outcome.decided.push(DecisionKept { side, first, sealed });
}
