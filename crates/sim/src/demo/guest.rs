//! Which customer to show a newcomer: somebody of whom much is known, and to whom much may be shown.

use serde_json::{Value, json};
use server::inside::Call;
use world::{World, person::Person};

use crate::{
    door::{Door, DoorError},
    drive::Driver,
};

/// So many customers are looked at.
const LOOKED_AT: usize = 60;
/// Interests that count: more are no more to look at.
const INTERESTS: usize = 3;

/// Of the customers with the most orders, the account of the one of whom most is known: segments, interests, stage, a
/// name. None if nobody has an account and agreed to be decided for.
pub(super) async fn choose(
    door: &Door,
    secret: &str,
    world: &World,
    driver: &Driver<'_>,
) -> Result<Option<String>, DoorError> {
    let agrees = |person: &&Person| {
        let life = driver.life(person.id);
        life.has_account() && life.consents().site && !life.is_gone()
    };
    let mut people: Vec<&Person> = world.people.iter().filter(agrees).collect();
    people.sort_by_key(|person| std::cmp::Reverse(driver.life(person.id).orders()));
    let mut best: Option<(usize, &Person)> = None;
    for person in people.into_iter().take(LOOKED_AT) {
        let known = known(door, secret, person).await?;
        if known > best.map_or(0, |(most, _)| most) {
            best = Some((known, person));
        }
    }
    Ok(best.map(|(_, person)| person.account.clone()))
}

/// How much is known of somebody: 0 if the product does not know the account, or decides nothing for it.
async fn known(door: &Door, secret: &str, person: &Person) -> Result<usize, DoorError> {
    let account = &person.account;
    let (path, key) = (format!("/v1/profiles/user_id:{account}"), secret.to_owned());
    let profile = match door.call(Call { method: "GET", path, key, user_agent: None, body: Vec::new() }).await {
        Ok(profile) => profile,
        Err(DoorError::Refused { status: 403 | 404, .. }) => return Ok(0),
        Err(error) => return Err(error),
    };
    let Ok(profile) = serde_json::from_slice::<Value>(&profile) else { return Ok(0) };
    let asked = json!({"user_id": account, "placements": ["home-hero"], "preview": true});
    let answer: Value = door.ask("POST", "/v1/decide", secret, Some(&asked)).await?;
    let reason = answer["decisions"][0]["reason"].as_str().unwrap_or_default();
    if !matches!(reason, "SPLIT" | "TARGETING_MATCH" | "NOT_ELIGIBLE") {
        return Ok(0);
    }
    let count = |name: &str| profile[name].as_array().map_or(0, Vec::len);
    let has = |pointer: &str| usize::from(profile.pointer(pointer).is_some());
    // A person without a name, or about whom nothing can be said to date, is nobody to look at.
    let most = 10 * (has("/traits/first_name/value") + has("/interests/0") + has("/stage/word"));
    Ok(most + 2 * count("segments") + count("interests").min(INTERESTS))
}
