//! Unmerging: is each of two people, who were taken for one and are taken apart, what each would be alone?

use std::collections::{BTreeMap, BTreeSet};

use api::wire::{
    identity::{UnmergeAnswer, UnmergeRequest},
    profile::{ExportAnswer, ProfileAnswer},
};

use super::{
    Asking, Row, Watch,
    evidence::{Deeds, Name},
    sample::Known,
    segments::{REFERENCES, members, together},
    speed,
};
use crate::{door::DoorError, run::SimError};

/// Profiles that are taken apart.
const PARTED: usize = 50;

/// A profile that was taken apart.
struct Parted {
    before: BTreeSet<Name>,
    parts: [ProfileAnswer; 2],
}

/// Takes some profiles apart, and holds both parts against what was sent under their own names.
pub(super) async fn row(asking: &Asking<'_>, watch: &Watch, people: &[Known]) -> Result<Row, SimError> {
    let mut parted = Vec::new();
    for (number, profile) in candidates(watch, people).into_iter().take(PARTED).enumerate() {
        parted.push(part(asking, profile, number).await?);
    }
    let mut listed = BTreeMap::new();
    for reference in REFERENCES {
        listed.insert(reference.name, members(asking, reference.name).await?);
    }
    let deeds: BTreeMap<&Name, &Deeds> = watch.evidence.deeds().collect();
    let (mut first, mut wrong) = (None, 0u64);
    for Parted { before, parts } in &parted {
        let names = parts.each_ref().map(own);
        let mut faults = faults_of_names(watch, before, &names);
        for (part, names) in parts.iter().zip(&names) {
            let alone = together(names.iter().filter_map(|name| deeds.get(name).copied()));
            faults.extend(REFERENCES.iter().filter_map(|reference| {
                let is_due = (reference.holds)(&alone, part.as_of.0);
                let (is_said, is_listed) =
                    (part.segments.iter().any(|one| one == reference.name), listed[reference.name].contains(&part.id));
                let fault = format!(
                    "{} of {}: {is_due} is true, {is_said} is said, {is_listed} is listed",
                    reference.name, part.id
                );
                (is_said != is_due || is_listed != is_due).then_some(fault)
            }));
        }
        wrong += u64::from(!faults.is_empty());
        first = first.or(faults.into_iter().next());
    }
    let cases = parted.len() as u64;
    let found = match first {
        None => format!("0 of {cases} profiles differ"),
        Some(first) => format!("{wrong} of {cases} profiles differ, first {first}"),
    };
    Ok(Row::new("Identity", "unmerge, both parts", found, "exact", wrong == 0)
        .less(wrong as f64)
        .unless_below(cases, 1))
}

/// Profiles that were several: of those that share no name with others, and of whom nothing is said that they did not
/// do. Those that did most come first: they are in most segments.
fn candidates<'p>(watch: &Watch, people: &'p [Known]) -> Vec<&'p ProfileAnswer> {
    let stated: BTreeSet<Name> =
        speed::stated_of(watch).into_iter().map(|device| format!("anonymous_id:{device}")).collect();
    let mut candidates: Vec<&ProfileAnswer> = people
        .iter()
        .flat_map(|known| known.profiles.iter().map(|(profile, _)| profile))
        .filter(|profile| !profile.merges.is_empty() && profile.identifiers.iter().all(|one| one.hold != "shared"))
        .filter(|profile| own(profile).is_disjoint(&stated))
        .collect();
    candidates.sort_by_key(|profile| (std::cmp::Reverse(profile.segments.len()), profile.id.clone()));
    candidates
}

/// Takes one of its merges back: of several the first or the last one, in turn.
async fn part(asking: &Asking<'_>, profile: &ProfileAnswer, number: usize) -> Result<Parted, DoorError> {
    let merge = if number.is_multiple_of(2) { profile.merges.last() } else { profile.merges.first() };
    let request = UnmergeRequest { merge_id: merge.map(|merge| merge.id.clone()) };
    let path = format!("/v1/profiles/{}/unmerge", profile.id);
    let undone: UnmergeAnswer = asking.door.ask("POST", &path, asking.secret, Some(&request)).await?;
    let parts = [export(asking, &undone.kept).await?, export(asking, &undone.restored).await?];
    Ok(Parted { before: own(profile), parts })
}

async fn export(asking: &Asking<'_>, id: &str) -> Result<ProfileAnswer, DoorError> {
    let path = format!("/v1/profiles/{id}/export");
    Ok(asking.door.ask::<ExportAnswer>("GET", &path, asking.secret, None::<&()>).await?.profile)
}

/// The names that lead to a profile.
fn own(profile: &ProfileAnswer) -> BTreeSet<Name> {
    let own = profile.identifiers.iter().filter(|one| matches!(one.hold.as_str(), "own" | "claimed"));
    own.map(|one| format!("{}:{}", one.namespace, one.value)).collect()
}

/// Every name leads to one part and to no other; each part has some; and names that were first named together are
/// still together.
fn faults_of_names(watch: &Watch, before: &BTreeSet<Name>, [one, other]: &[BTreeSet<Name>; 2]) -> Vec<String> {
    let mut faults = Vec::new();
    if one.is_empty() || other.is_empty() {
        faults.push(format!("a part has no name: {one:?} and {other:?}"));
    }
    let all: BTreeSet<Name> = one.union(other).cloned().collect();
    if all != *before || !one.is_disjoint(other) {
        faults.push(format!("{before:?} became {one:?} and {other:?}"));
    }
    let sides = |names: &BTreeSet<Name>| -> BTreeSet<usize> {
        names.iter().filter_map(|name| watch.evidence.side(name)).collect()
    };
    if !sides(one).is_disjoint(&sides(other)) {
        faults.push(format!("named together, and parted: {one:?} and {other:?}"));
    }
    faults
}
