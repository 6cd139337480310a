//! The traits of one person as the API shows them: what is believed, how far, and all that was said.

use std::collections::BTreeMap;

use api::{
    json::Json,
    wire::profile::{ProfileTrait, TraitDenial, TraitDoubt, TraitStatement, shown},
};
use engine::{opened, person::View, trust::Trait};
use model::{fact::TraitValue, trust::Use, value::Value};
use profile::{doubt::Doubt, trust::Weighed};
use runtime::handle::Reading;

use crate::person::Reason;

/// All traits of which something was said that the reason opens, by name.
pub(crate) fn traits(reading: &Reading, view: &View<'_>, reason: &Reason) -> BTreeMap<String, ProfileTrait> {
    let Reading { person, plan, now } = reading;
    let known = view.traits().into_iter().filter_map(|(name, _)| {
        let known = Trait { plan, person, name: name.as_str(), now: *now };
        let is_open = |value: &TraitValue| match reason {
            Reason::Purpose(granted) => opened::is_open(plan, person, granted, (name.as_str(), value), *now),
            Reason::Rights(_) => true,
        };
        of_one(&known, is_open).map(|shown| (name.to_string(), shown))
    });
    known.collect()
}

fn of_one(known: &Trait<'_, '_>, is_open: impl Fn(&TraitValue) -> bool + Copy) -> Option<ProfileTrait> {
    let statements: Vec<_> = known.explained(is_open).iter().map(statement).collect();
    if statements.is_empty() {
        return None;
    }
    let believed = known.believed(is_open).filter(|found| found.value.value != Value::Null);
    let value = believed.map(|found| found.value);
    let most = believed.and_then(|found| found.belief.most);
    let uses = Use::ALL.into_iter().filter(|r#use| most >= Some(*r#use));
    let denied = known.person.sides.iter().flat_map(|side| side.facts.traits.denied(known.name));
    Some(ProfileTrait {
        value: Json(value.map_or(Value::Null, |value| value.value.clone())),
        trust: believed.map_or(0.0, |found| shown(found.belief.trust)),
        uses: uses.map(|r#use| r#use.word().to_owned()).collect(),
        as_of: value.map(|value| value.as_of.into()),
        source: value.map(|value| value.source.to_string()),
        kind: value.map(|value| value.kind.word().to_owned()),
        statements,
        denied: denied.map(TraitDenial::from).collect(),
    })
}

fn statement(weighed: &Weighed<'_>) -> TraitStatement {
    let doubt = |doubt: Doubt| TraitDoubt { code: doubt.word().to_owned(), message: doubt.says().to_owned() };
    TraitStatement {
        value: Json(weighed.said.value.clone()),
        as_of: weighed.said.as_of.into(),
        source: weighed.said.source.to_string(),
        kind: weighed.said.kind.word().to_owned(),
        role: weighed.role.word().to_owned(),
        alone: shown(weighed.alone),
        trust: weighed.trust.map(shown),
        doubt: weighed.doubt.map(doubt),
    }
}
