//! One person as the API shows it.

use std::collections::BTreeMap;

use api::wire::{
    consent::ConsentState,
    profile::{Membership, ProfileAnswer, ProfileIdentifier, ProfileMerge, strength_word},
};
use condition::{Model, TAG};
use engine::outcome::Reply;
use model::{
    consent::{GrantedName, Rights},
    id::{Id, Merge, ProfileId},
};
use profile::held::{Held, Hold};
use runtime::{
    handle::{Reading, Runtime, Who},
    ticket::Failure,
};

use crate::{interest::interests, measures, traits::traits};

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
    let Reading { person, plan, now } = reading;
    let view = match reason {
        Reason::Purpose(granted) => person.view(granted, plan, *now),
        Reason::Rights(rights) => person.view(rights, plan, *now),
    };
    let (memberships, tags) = memberships(reading);
    ProfileAnswer {
        id: person.id.to_string(),
        created_at: person.created_at().into(),
        identifiers: identifiers(reading),
        traits: traits(reading, &view, reason),
        interests: interests(&view, reason),
        segments: memberships.iter().map(|membership| membership.name.clone()).collect(),
        memberships,
        tags,
        scores: measures::scores(&view),
        stage: measures::said(&view, Model::Stage),
        aim: measures::said(&view, Model::Aim),
        transitions: measures::transitions(&view),
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

/// The segments that the person is in, and the tags, each in order of name.
fn memberships(reading: &Reading) -> (Vec<Membership>, Vec<Membership>) {
    let Reading { person, plan, .. } = reading;
    let (mut segments, mut tags) = (Vec::new(), Vec::new());
    for (number, membership) in person.memberships.iter().filter(|(_, membership)| membership.member) {
        let Some(rule) = plan.segments.by_number(*number) else { continue };
        let (since, valid_until) = (membership.since.into(), membership.valid_until.map(Into::into));
        let shown = |name: &str| Membership { name: name.to_owned(), since, valid_until };
        match rule.name.as_str().strip_prefix(TAG) {
            Some(tag) => tags.push(shown(tag)),
            None => segments.push(shown(rule.name.as_str())),
        }
    }
    segments.sort_by(|a, b| a.name.cmp(&b.name));
    tags.sort_by(|a, b| a.name.cmp(&b.name));
    (segments, tags)
}
