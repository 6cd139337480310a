//! Unmerging, and links that carry an identity.

use api::{
    error::{ApiError, Code},
    wire::{
        self,
        identity::{LinkAnswer, LinkRequest, UnmergeAnswer, UnmergeRequest},
    },
};
use axum::extract::State;
use model::{
    identifier::Identifier,
    time::{Span, Timestamp},
};
use profile::held::Hold;
use runtime::handle::{Reading, Who};

use super::profiles::find;
use crate::{
    answer::{Answer, Json, Refusal},
    app::Shared,
    auth::Secret,
    body::Content,
    named, person,
    request::InPath,
};

/// Seconds for which a link is good, at most: 90 days.
const LONGEST_S: u32 = 90 * 86_400;

/// Takes a merge back.
pub(super) async fn unmerge(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(id): InPath<String>,
    Content(body): Content,
) -> Answer<UnmergeAnswer> {
    let request: UnmergeRequest = if body.is_empty() { UnmergeRequest { merge_id: None } } else { wire::read(&body)? };
    let bad = |_| ApiError::new(Code::Validation).saying("A merge is named by mrg_….").at("/merge_id");
    let merge = request.merge_id.as_deref().map(str::parse).transpose().map_err(bad)?;
    let kept = find(&app, &id).await?.person.id;
    let none = || ApiError::new(Code::NotFound).saying("The profile has no such merge.");
    let unmerged = person::unmerge(&app.runtime, kept, merge).await?.ok_or_else(none)?;
    Ok(Json(UnmergeAnswer {
        merge_id: unmerged.merge.to_string(),
        kept: kept.to_string(),
        restored: unmerged.restored.to_string(),
    }))
}

/// Signs a token for a link to one person.
pub(super) async fn link(State(app): State<Shared>, Secret(_): Secret, Content(body): Content) -> Answer<LinkAnswer> {
    let (identifier, until) = meant(&app, &body).await?;
    Ok(Json(LinkAnswer { token: app.links.seal(&identifier, until), expires_at: until.into() }))
}

/// Signs a token for a page on which one person is logged in.
pub(super) async fn token(State(app): State<Shared>, Secret(_): Secret, Content(body): Content) -> Answer<LinkAnswer> {
    let (identifier, until) = meant(&app, &body).await?;
    Ok(Json(LinkAnswer { token: app.page_tokens.seal(&identifier, until), expires_at: until.into() }))
}

/// Whom a token is for, and until when it is good.
async fn meant(app: &Shared, body: &[u8]) -> Result<(Identifier, Timestamp), Refusal> {
    let request: LinkRequest = wire::read(body)?;
    if request.ttl_s == 0 || request.ttl_s > LONGEST_S {
        let message = format!("`ttl_s` must be 1 to {LONGEST_S}.");
        return Err(ApiError::new(Code::OutOfRange).saying(message).at("/ttl_s").into());
    }
    let identifier = match named::person(&app.runtime.plan(), &request.person).map_err(|error| error.at("/person"))? {
        Who::Identifier(identifier) => identifier,
        Who::Profile(id) => {
            let reading = find(app, &id.to_string()).await?;
            let none = || ApiError::new(Code::NoIdentifier).saying("The profile has no identifier of its own.");
            best(&reading).ok_or_else(|| none().at("/person"))?
        }
    };
    Ok((identifier, app.runtime.now().plus(Span::SECOND.times(request.ttl_s.into()))))
}

/// The identifier that tells the person best, among those that lead here.
fn best(reading: &Reading) -> Option<Identifier> {
    let own = person::held(reading).into_iter().filter(|held| held.hold == Hold::Own);
    own.max_by_key(|held| (held.strength, std::cmp::Reverse(held.since))).map(|held| held.identifier)
}
