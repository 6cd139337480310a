//! Some of the people, with everything that the product holds on them: what several parts of the grade look at.

use api::wire::{
    decision::DecisionRecord,
    profile::{ExportAnswer, ProfileAnswer},
};
use model::time::Timestamp;
use world::{calendar::civil, person::Date};

use super::{
    Asking,
    evidence::{Evidence, Name, is_looked_at},
};
use crate::{
    bundle::{self, PersonLine},
    door::DoorError,
    run::SimError,
};

/// A person in truth and in the product.
pub(crate) struct Known {
    /// The truth.
    pub(crate) truth: PersonLine,
    /// What the product holds under this person's names: each profile once, with the names that lead to it.
    pub(crate) profiles: Vec<(ProfileAnswer, Vec<Name>)>,
    /// What was decided for this person while the product took them for a minor.
    pub(crate) as_minor: Vec<DecisionRecord>,
}

/// From this age on nobody is a minor.
const OF_AGE: i32 = 18;
/// The trait that says how old somebody is.
const BORN: &str = "birth_date";

/// Asks for some people.
pub(crate) async fn people(asking: &Asking<'_>, evidence: &Evidence) -> Result<Vec<Known>, SimError> {
    let mut lines: Vec<PersonLine> = Vec::new();
    bundle::read(asking.bundle, "people", |line: PersonLine| {
        if is_looked_at(asking.world, &line.account) {
            lines.push(line);
        }
    })?;
    let mut people = Vec::new();
    for truth in lines {
        let (mut profiles, mut as_minor): (Vec<(ProfileAnswer, Vec<Name>)>, _) = (Vec::new(), Vec::new());
        for name in names(&truth).into_iter().filter(|name| evidence.knows(name)) {
            let at = profiles.iter().position(|(profile, _)| holds(profile, &name));
            match at {
                Some(at) => profiles[at].1.push(name),
                None => {
                    let Some(export) = export(asking, &name).await? else { continue };
                    as_minor.extend(decided_for_a_minor(&export));
                    let profile = export.profile;
                    match profiles.iter_mut().find(|(one, _)| one.id == profile.id) {
                        Some((_, names)) => names.push(name),
                        None => profiles.push((profile, vec![name])),
                    }
                }
            }
        }
        people.push(Known { truth, profiles, as_minor });
    }
    Ok(people)
}

/// The names of a person by which the product could know them: those that prove something.
pub(crate) fn names(line: &PersonLine) -> Vec<Name> {
    let mut names = vec![format!("user_id:{}", line.account)];
    names.extend(line.card.as_ref().map(|card| format!("loyalty_card:{card}")));
    names.extend(line.devices.iter().map(|device| format!("anonymous_id:{device}")));
    names
}

/// Whether the product takes somebody for a minor: it believes a birth date as far as one sorts by it.
pub(crate) fn is_minor(profile: &ProfileAnswer, now: Timestamp) -> bool {
    let believed = profile.traits.get(BORN).filter(|one| !one.uses.is_empty());
    believed.and_then(|one| date(&one.value.to_string())).is_some_and(|born| age(born, now) < OF_AGE)
}

/// Whether anything that was said of somebody's birth would make them a minor.
pub(crate) fn may_be_minor(profile: &ProfileAnswer, now: Timestamp) -> bool {
    let said = profile.traits.get(BORN).into_iter().flat_map(|one| &one.statements);
    said.filter_map(|one| date(&one.value.to_string())).any(|born| age(born, now) < OF_AGE)
}

/// The decisions since when everything that was said of the person's birth makes them a minor, and as long as it does.
/// What came with a merge was known since the merge.
fn decided_for_a_minor(export: &ExportAnswer) -> Vec<DecisionRecord> {
    let ExportAnswer { profile, events, decisions, exported_at, .. } = export;
    let said = profile.traits.get(BORN).map(|one| one.statements.as_slice()).unwrap_or_default();
    let is_agreed =
        said.iter().all(|one| date(&one.value.to_string()).is_some_and(|born| age(born, exported_at.0) < OF_AGE));
    // A partner is believed for a season only.
    if !is_minor(profile, exported_at.0) || !is_agreed {
        return Vec::new();
    }
    let told = events.iter().filter(|event| event.properties.0.get(BORN).is_some()).map(|event| event.received_at);
    let merged = profile.merges.iter().map(|merge| merge.at).max();
    let Some(since) = told.min().into_iter().chain(merged).max() else { return Vec::new() };
    decisions.iter().filter(|record| record.at > since).cloned().collect()
}

/// A date as JSON writes one, with or without a moment of its day.
fn date(value: &str) -> Option<Date> {
    let mut parts = value.trim_matches('"').get(..10)?.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Date(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// Whole years (UTC).
fn age(Date(year, month, day): Date, now: Timestamp) -> i32 {
    let (this_year, this_month, today) = civil(now.day());
    this_year - i32::from(year) - i32::from((this_month, today) < (month, day))
}

/// Whether the identifier leads to this profile, and to no other.
fn holds(profile: &ProfileAnswer, name: &str) -> bool {
    profile
        .identifiers
        .iter()
        .any(|one| matches!(one.hold.as_str(), "own" | "claimed") && name == format!("{}:{}", one.namespace, one.value))
}

async fn export(asking: &Asking<'_>, name: &str) -> Result<Option<ExportAnswer>, DoorError> {
    let path = format!("/v1/profiles/{name}/export");
    match asking.door.ask::<ExportAnswer>("GET", &path, asking.secret, None::<&()>).await {
        Ok(export) => Ok(Some(export)),
        Err(DoorError::Refused { status: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_comes_of_age_on_the_birthday() {
        let at = |text: &str| api::time::read(text).unwrap();
        let born = date("\"2008-03-02T00:00:00Z\"").unwrap();
        assert_eq!(age(born, at("2026-03-01T23:59:59Z")), 17);
        assert_eq!(age(born, at("2026-03-02T00:00:00Z")), 18);
        assert_eq!(date("\"2008-03-02\""), Some(born));
        assert_eq!((date("null"), date("\"yesterday at noon\"")), (None, None));
    }
}
