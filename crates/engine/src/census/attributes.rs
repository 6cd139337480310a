//! What is stale or wrong of what is known about somebody.

use std::collections::BTreeSet;

use model::{
    fact::TraitValue,
    name::{Name, Trait},
    schema::Meaning,
    time::Timestamp,
    trust::Use,
    value::Value,
};
use profile::trust::{Role, Weighed, same::same};

use crate::{person::Person, plan::Plan, trust};

/// How one trait of a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// Whether there is a value.
    pub(super) has_value: bool,
    /// Whether it was believed enough to change what is shown when it was said last, and is too old for that now.
    pub(super) is_stale: bool,
    /// Whether something that was said is denied, corrected or doubted, or two sources disagree.
    pub(super) is_wrong: bool,
}

/// How each trait of a person stands, in order of name.
pub(super) fn standings<'a>(
    plan: &'a Plan,
    person: &'a Person,
    now: Timestamp,
) -> impl Iterator<Item = (&'a Name<Trait>, Standing)> {
    let names: BTreeSet<_> =
        person.sides.iter().flat_map(|side| side.facts.traits.iter()).map(|(name, _)| name).collect();
    names.into_iter().map(move |name| (name, standing(plan, person, name, now)))
}

fn standing(plan: &Plan, person: &Person, name: &Name<Trait>, now: Timestamp) -> Standing {
    let at = |now| trust::Trait { plan, person, name: name.as_str(), now };
    let said: Vec<&TraitValue> = person.sides.iter().flat_map(|side| side.facts.traits.values(name.as_str())).collect();
    let serves = |now| {
        let believed = at(now).believed(|_| true);
        believed.is_some_and(|believed| believed.value.value != Value::Null && believed.belief.most >= Some(Use::Show))
    };
    let said_last = said.iter().map(|said| said.as_of.min(now)).max().unwrap_or(now);
    let meaning = match plan.schema.get(name.as_str()) {
        Some(rules) => rules.meaning,
        None => Meaning::of(name.as_str()),
    };
    Standing {
        has_value: said.iter().any(|said| said.value != Value::Null),
        is_stale: !serves(now) && serves(said_last),
        is_wrong: is_wrong(meaning, &at(now).explained(|_| true)),
    }
}

fn is_wrong(meaning: Option<Meaning>, weighed: &[Weighed<'_>]) -> bool {
    let counts = || weighed.iter().filter(|weighed| weighed.role == Role::Counts);
    let is_ended = weighed.iter().any(|weighed| weighed.role == Role::Ended && weighed.said.value != Value::Null);
    let is_doubted = counts().any(|weighed| weighed.doubt.is_some());
    // What a firmer kind outweighs was said all the same, by somebody who may be right.
    let spoken = || {
        let speaks = |weighed: &&Weighed<'_>| matches!(weighed.role, Role::Counts | Role::Outweighed);
        weighed.iter().filter(speaks).map(|weighed| &weighed.said.value).filter(|value| **value != Value::Null)
    };
    let disagree = spoken().next().is_some_and(|first| spoken().any(|other| !same(meaning, first, other)));
    is_ended || is_doubted || disagree
}
