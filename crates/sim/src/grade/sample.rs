//! Some of the people, with everything that the product holds on them: what several parts of the grade look at.

use api::wire::profile::{ExportAnswer, ProfileAnswer};

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
}

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
        let mut profiles: Vec<(ProfileAnswer, Vec<Name>)> = Vec::new();
        for name in names(&truth).into_iter().filter(|name| evidence.knows(name)) {
            let at = profiles.iter().position(|(profile, _)| holds(profile, &name));
            match at {
                Some(at) => profiles[at].1.push(name),
                None => {
                    let Some(profile) = export(asking, &name).await? else { continue };
                    match profiles.iter_mut().find(|(one, _)| one.id == profile.id) {
                        Some((_, names)) => names.push(name),
                        None => profiles.push((profile, vec![name])),
                    }
                }
            }
        }
        people.push(Known { truth, profiles });
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

/// Whether the identifier leads to this profile, and to no other.
fn holds(profile: &ProfileAnswer, name: &str) -> bool {
    profile
        .identifiers
        .iter()
        .any(|one| matches!(one.hold.as_str(), "own" | "claimed") && name == format!("{}:{}", one.namespace, one.value))
}

async fn export(asking: &Asking<'_>, name: &str) -> Result<Option<ProfileAnswer>, DoorError> {
    let path = format!("/v1/profiles/{name}/export");
    match asking.door.ask::<ExportAnswer>("GET", &path, asking.secret, None::<&()>).await {
        Ok(export) => Ok(Some(export.profile)),
        Err(DoorError::Refused { status: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
