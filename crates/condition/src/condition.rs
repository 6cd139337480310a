//! A compiled condition.

use std::sync::Arc;

use model::{time::Timestamp, trust::Use, value::Fields};

use crate::{
    check::{Checked, Scope, Usage, check},
    error::ConditionError,
    evaluate::{Frame, Walk, Witness},
    facts::{Evaluation, Facts, Nobody, Verdict},
    gate::{Gate, gates},
    needs::{Needs, PropertyPath},
    parse::{on_large_stack, with_tree},
    print,
    tree::{Listing, Node},
};

/// Reads, checks and compiles a condition.
///
/// At most [`model::limits::CONDITION_BYTES`] bytes and [`model::limits::CONDITION_TOKENS`] tokens; the count of both
/// comes before the parser. Starts a thread, which lends the parser a large stack: for publishing, not for requests.
///
/// # Errors
/// What is wrong, with a stable code and the character at which it is wrong.
pub fn compile(text: &str, scope: &Scope<'_>) -> Result<Condition, ConditionError> {
    on_large_stack(|| compile_here(text, scope)).map_err(|fault| fault.locate(text))?
}

/// Compiles each of these as [`compile`] does, in order, with one thread for all: to start one for each takes longer
/// than what it does.
pub fn compile_all(texts: &[&str], scope: &Scope<'_>) -> Vec<Result<Condition, ConditionError>> {
    if texts.is_empty() {
        return Vec::new();
    }
    let compiled = on_large_stack(|| texts.iter().map(|text| compile_here(text, scope)).collect());
    compiled.unwrap_or_else(|fault| texts.iter().map(|text| Err(fault.clone().locate(text))).collect())
}

/// Only on a large stack.
fn compile_here(text: &str, scope: &Scope<'_>) -> Result<Condition, ConditionError> {
    let checked = with_tree(text, |source, tree| check(source, tree, scope)).map_err(|fault| fault.locate(text))?;
    let Checked { root, listing, needs } = checked;
    let gates = gates(&root, listing.events.len());
    Ok(Condition { text: text.to_owned(), root, listing, needs, gates, r#use: used_for(scope.usage) })
}

/// What the answer is used for (requirements D4).
pub(crate) const fn used_for(usage: Usage) -> Use {
    match usage {
        Usage::Segment | Usage::Audience => Use::Show,
        Usage::Order => Use::Sort,
    }
}

/// A condition that can be asked. Immutable; asking it draws on nothing but the facts and the moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    text: String,
    pub(crate) root: Node,
    pub(crate) listing: Listing,
    needs: Needs,
    gates: Vec<Gate>,
    /// What the answer is used for.
    r#use: Use,
}

impl Condition {
    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What must be known of a person to evaluate it.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// The canonical text: compiled again, it is the same condition.
    pub fn print(&self) -> String {
        print::print(&self.root, &self.listing)
    }

    /// Whether an occurrence of an event with these properties can make any difference, now or later. If not, the
    /// last answer stands as long as it was said to.
    pub fn heeds(&self, event: &str, properties: &Fields) -> bool {
        self.gate(event).is_none_or(|gate| {
            let walk = Walk::new((&Nobody, self.r#use), &self.listing, Timestamp::EPOCH, Witness::Ignore);
            gate.filters.iter().any(|filter| walk.truth(filter, Frame::of(properties)))
        })
    }

    /// A property of an event and the text that it must be for [`Condition::heeds`] to be true, if there is such a
    /// one: so that conditions can be found by what they heed.
    pub fn heeds_only(&self, event: &str) -> Option<(&PropertyPath, &Arc<str>)> {
        self.gate(event)?.key()
    }

    fn gate(&self, event: &str) -> Option<&Gate> {
        self.gates.iter().find(|gate| *self.listing.events[gate.event] == *event)
    }

    /// Whether it holds at `now`, and until when that is sure. The cheap path.
    pub fn matches(&self, facts: &dyn Facts, now: Timestamp) -> Verdict {
        let Evaluation { value, valid_until, .. } = self.walk(Witness::Ignore, facts, now).apart(&self.root);
        Verdict { value, valid_until }
    }

    /// Whether it holds at `now`, until when that is sure, and what it rests on.
    pub fn evaluate(&self, facts: &dyn Facts, now: Timestamp) -> Evaluation {
        self.walk(Witness::Keep, facts, now).apart(&self.root)
    }

    /// An evaluation of it, or of a part of it.
    pub(crate) fn walk<'e>(&'e self, witness: Witness, facts: &'e dyn Facts, now: Timestamp) -> Walk<'e> {
        Walk::new((facts, self.r#use), &self.listing, now, witness)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_can_be_shared_by_threads() {
        const fn shared<T: Send + Sync>() {}
        shared::<Condition>();
    }
}
