//! One person as the API shows it.

use std::collections::BTreeMap;

use api::wire::{
    consent::ConsentState,
    profile::{Membership, ProfileAnswer, ProfileIdentifier, ProfileMerge, ProfileTrait, strength_word},
};
use engine::{outcome::Reply, person::View};
use model::{
    consent::{GrantedName, Rights},
    fact::TraitValue,
    id::{Id, Merge, ProfileId},
    name::{Name, Trait},
    source::LegalBasis,
};
use profile::{
    held::{Held, Hold},
    traits::chosen,
};
use runtime::{
    handle::{Reading, Runtime, Who},
    ticket::Failure,
};

/// Why a person is looked at.
#[derive(Debug)]
pub(crate) enum Reason {
    /// For a purpose that the person granted.
    Purpose(GrantedName),
    /// To answer the person's own rights.
    Rights(Rights),
}

/// Everything known of a person, as far as the reason opens it.
pub(crate) fn profile(reading: &Reading, reason: &Reason) -> ProfileAnswer {
    let Reading { person, now, .. } = reading;
    let view = match reason {
        Reason::Purpose(granted) => person.view(granted),
        Reason::Rights(rights) => person.view(rights),
    };
    let memberships = memberships(reading);
    ProfileAnswer {
        id: person.id.to_string(),
        created_at: person.created_at().into(),
        identifiers: identifiers(reading),
        traits: traits(reading, &view, reason),
        segments: memberships.iter().map(|membership| membership.name.clone()).collect(),
        memberships,
        consents: consents(reading),
        merges: person
            .merges
            .iter()
            .map(|merge| ProfileMerge {
                id: merge.id.to_string(),
                merged: merge.loser.to_string(),
                at: merge.at.into(),
                rule: merge.cause.rule.word().to_owned(),
                namespace: merge.cause.namespace.to_string(),
            })
            .collect(),
        events: person.sides.iter().map(|side| side.facts.days.events()).sum(),
        as_of: (*now).into(),
    }
}

/// A person who is no more.
#[derive(Debug)]
pub(crate) struct Erased {
    /// The sides that went.
    pub(crate) sides: Vec<ProfileId>,
    /// How many events they had.
    pub(crate) events: u64,
}

/// Erases a person; `None` if there is no such person.
pub(crate) async fn erase(runtime: &Runtime, profile: ProfileId) -> Result<Option<Erased>, Failure> {
    Ok(match runtime.erase(&Who::Profile(profile)).answer().await? {
        Some(Reply::Erased { sides, events }) => Some(Erased { sides, events }),
        _ => None,
    })
}

/// A merge that was taken back.
#[derive(Debug)]
pub(crate) struct Unmerged {
    /// The merge.
    pub(crate) merge: Id<Merge>,
    /// The profile that lives again.
    pub(crate) restored: ProfileId,
}

/// Takes a merge of a profile back, the latest if none is named; `None` if there is no such merge.
pub(crate) async fn unmerge(
    runtime: &Runtime,
    profile: ProfileId,
    merge: Option<Id<Merge>>,
) -> Result<Option<Unmerged>, Failure> {
    Ok(match runtime.unmerge(&Who::Profile(profile), merge).answer().await? {
        Some(Reply::Unmerged { merge, restored }) => Some(Unmerged { merge, restored }),
        _ => None,
    })
}

/// The latest choice about each purpose.
pub(crate) fn consents(reading: &Reading) -> BTreeMap<String, ConsentState> {
    let consents = reading.person.consents();
    consents.iter().map(|(purpose, choice)| (purpose.to_string(), choice.into())).collect()
}

/// The identifiers over all sides, each once, with the firmest hold.
pub(crate) fn held(reading: &Reading) -> Vec<Held> {
    let mut all = BTreeMap::<_, Held>::new();
    for held in reading.person.sides.iter().flat_map(|side| side.facts.identifiers.iter()) {
        all.entry(held.identifier.clone())
            .and_modify(|known| {
                known.strength = known.strength.max(held.strength);
                known.since = known.since.min(held.since);
                known.hold = known.hold.max(held.hold);
            })
            .or_insert_with(|| held.clone());
    }
    all.into_values().collect()
}

fn identifiers(reading: &Reading) -> Vec<ProfileIdentifier> {
    let shown = held(reading).into_iter().map(|held| ProfileIdentifier {
        namespace: held.identifier.namespace.to_string(),
        value: held.identifier.value.to_string(),
        strength: strength_word(held.strength).to_owned(),
        hold: hold_word(held.hold).to_owned(),
        since: held.since.into(),
    });
    shown.collect()
}

const fn hold_word(hold: Hold) -> &'static str {
    match hold {
        Hold::Probable => "probable",
        Hold::Claimed => "claimed",
        Hold::Linked => "linked",
        Hold::Shared => "shared",
        Hold::Quarantined => "quarantined",
        Hold::Own => "own",
    }
}

fn traits(reading: &Reading, view: &View<'_>, reason: &Reason) -> BTreeMap<String, ProfileTrait> {
    let mut shown = BTreeMap::new();
    for (name, values) in view.traits() {
        let open: Vec<&TraitValue> =
            values.into_iter().filter(|value| is_open(reading, reason, &name, value)).collect();
        let Some(stands) = chosen(open.iter().copied()) else { continue };
        let mut others: Vec<TraitValue> = open.iter().filter(|value| **value != stands).map(|v| (*v).clone()).collect();
        others.sort_by(|a, b| (b.kind, b.as_of, &b.source, &b.value).cmp(&(a.kind, a.as_of, &a.source, &a.value)));
        shown.insert(name.to_string(), ProfileTrait::new(stands, &others));
    }
    shown
}

/// Whether a value may be seen for this reason: its trait may have a purpose of its own, which must be granted too,
/// and its source may have a written basis, which serves some purposes only.
fn is_open(reading: &Reading, reason: &Reason, name: &Name<Trait>, value: &TraitValue) -> bool {
    let Reason::Purpose(granted) = reason else { return true };
    let Reading { person, plan, now } = reading;
    let own = plan.schema.get(name.as_str()).and_then(|rules| rules.purpose.as_ref());
    let is_granted = own.is_none_or(|purpose| person.consents().allows(purpose.as_str(), *now));
    let serves = match plan.sources.get(&value.source).map(|rules| &rules.basis) {
        Some(LegalBasis::Written { serves, .. }) => serves.contains(granted.purpose()),
        Some(LegalBasis::Consent { .. }) | None => true,
    };
    is_granted && serves
}

fn memberships(reading: &Reading) -> Vec<Membership> {
    let Reading { person, plan, .. } = reading;
    let mut memberships: Vec<Membership> = person
        .memberships
        .iter()
        .filter(|(_, membership)| membership.member)
        .filter_map(|(segment, membership)| {
            let rule = plan.segments.by_number(*segment)?;
            let (since, valid_until) = (membership.since.into(), membership.valid_until.map(Into::into));
            Some(Membership { name: rule.name.to_string(), since, valid_until })
        })
        .collect();
    memberships.sort_by(|a, b| a.name.cmp(&b.name));
    memberships
}
