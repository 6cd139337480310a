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
/// What can be told of somebody: each counts one.
const TOLD: [&str; 3] = ["/interests/0", "/stage/value", "/traits/first_name"];

/// The account of the customer with the most orders of whom interests, stage and a name are known and for whom it is
/// decided on the home page; else of whom most of that holds. None if nobody has an account and agreed to anything.
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
        if known > TOLD.len() {
            break;
        }
    }
    Ok(best.map(|(_, person)| person.account.clone()))
}

/// How much is known of somebody and done for them: 0 if the product does not know the account.
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
    let is_open = !matches!(reason, "HOLDOUT" | "NO_CONSENT" | "CAPPED" | "ERROR" | "");
    let told = TOLD.iter().filter(|pointer| profile.pointer(pointer).is_some_and(|value| !value.is_null())).count();
    Ok(if is_open { told + 1 } else { 0 })
}
