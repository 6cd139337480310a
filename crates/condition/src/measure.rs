//! Numbers about a person: what models are made of.

use model::{time::Timestamp, trust::Use, value::Fields};

use crate::{
    check::{Checked, Scope, check_number},
    condition::used_for,
    error::{ConditionError, Fault},
    evaluate::{Frame, Walk, Witness},
    facts::{Facts, Nobody},
    gate::{Gate, gates},
    needs::Needs,
    parse::{on_large_stack, with_tree},
    print,
    tree::{Listing, Node},
    value::Val,
};

/// Compiles each of these, in order, with one thread for all as [`crate::compile_all`] does. A measure is an
/// expression of the condition language whose value is a number, or a yes or no, which counts as 1 or 0. It moves in
/// steps: what moves all the time can only be asked for whether it is above or below a number.
pub fn measure_all(texts: &[&str], scope: &Scope<'_>) -> Vec<Result<Measure, ConditionError>> {
    if texts.is_empty() {
        return Vec::new();
    }
    let compiled = on_large_stack(|| texts.iter().map(|text| measure_here(text, scope)).collect());
    compiled.unwrap_or_else(|fault: Fault| texts.iter().map(|text| Err(fault.clone().locate(text))).collect())
}

fn measure_here(text: &str, scope: &Scope<'_>) -> Result<Measure, ConditionError> {
    let checked =
        with_tree(text, |source, tree| check_number(source, tree, scope)).map_err(|fault| fault.locate(text))?;
    let Checked { root, listing, needs } = checked;
    let gates = gates(&root, listing.events.len());
    Ok(Measure { root, listing, needs, gates, r#use: used_for(scope.usage) })
}

/// A number about a person. Immutable; asking for it draws on nothing but the facts and the moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    root: Node,
    listing: Listing,
    needs: Needs,
    gates: Vec<Gate>,
    r#use: Use,
}

/// What a measure says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The number; 0 if there is none, such as the average of nothing.
    pub value: f64,
    /// The first moment at which it could be another with no new event.
    pub stands_until: Option<Timestamp>,
}

impl Measure {
    /// What must be known of a person.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// The canonical text.
    pub fn print(&self) -> String {
        print::print(&self.root, &self.listing)
    }

    /// Whether an occurrence of an event with these properties can make any difference, now or later.
    pub fn heeds(&self, event: &str, properties: &Fields) -> bool {
        if !self.needs.events.contains_key(event) {
            return false;
        }
        let gate = self.gates.iter().find(|gate| *self.listing.events[gate.event] == *event);
        gate.is_none_or(|gate| {
            let walk = Walk::new((&Nobody, self.r#use), &self.listing, Timestamp::EPOCH, Witness::Ignore);
            gate.filters.iter().any(|filter| walk.truth(filter, Frame::of(properties)))
        })
    }

    /// What it is at `now`.
    pub fn of(&self, facts: &dyn Facts, now: Timestamp) -> Measured {
        let walk = Walk::new((facts, self.r#use), &self.listing, now, Witness::Ignore);
        let value = match walk.value(&self.root, Frame::default()) {
            Val::Number(number) => number.as_f64(),
            Val::Bool(is_so) => f64::from(u8::from(is_so)),
            _ => 0.0,
        };
        Measured { value, stands_until: walk.valid_until() }
    }
}
