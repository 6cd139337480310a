//! The person's own rights: a copy of everything, and erasure.

use std::collections::BTreeSet;

use api::wire::profile::{EraseCertificate, ExportAnswer};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use engine::outcome::Reply;
use model::{consent::Rights, identifier::IdentifierKey, limits, time::Timestamp};
use runtime::handle::{Reading, Runtime, Who};
use store::error::StoreError;

use super::{
    listable,
    profiles::{access, find, note},
    rejected::shown,
};
use crate::{
    answer::{Answer, Refusal},
    app::Shared,
    auth::Secret,
    page,
    person::{self, Reason},
    request::InPath,
};

/// Everything held on one person: as JSON, or with `Accept: text/html` as a page for people.
pub(super) async fn export(
    State(app): State<Shared>,
    Secret(key): Secret,
    InPath(id): InPath<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let reading = find(&app, &id).await?;
    note(&app, &reading, key.id(), None, true).await?;
    listable(&app).await;
    let copy = tokio::task::spawn_blocking(move || everything(&app.runtime, &reading)).await??;
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/html") {
        return Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page::html(&copy)).into_response());
    }
    Ok(Json(copy).into_response())
}

/// Removes a person, and certifies it.
pub(super) async fn erase(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(id): InPath<String>,
) -> Answer<EraseCertificate> {
    let reading = find(&app, &id).await?;
    let identifiers = person::held(&reading).len() as u64;
    let reply = app.runtime.erase(&Who::Profile(reading.person.id)).answer().await?;
    match reply {
        Some(Reply::Erased { sides, events }) => Ok(Json(EraseCertificate {
            erased_at: app.runtime.now().into(),
            profiles: sides.iter().map(ToString::to_string).collect(),
            events,
            identifiers,
        })),
        _ => Err(api::error::Code::NotFound.into()),
    }
}

/// The whole copy. Blocking: reads the store.
pub(crate) fn everything(runtime: &Runtime, reading: &Reading) -> Result<ExportAnswer, StoreError> {
    let (mut events, mut before) = (Vec::new(), None::<(Timestamp, u64)>);
    loop {
        let page = runtime.history(&reading.person, before, limits::PAGE)?;
        events.extend(page.iter().map(|stored| (&stored.event).into()));
        match page.last() {
            Some(last) if page.len() == limits::PAGE => before = Some((last.event.timestamp, last.tie)),
            _ => break,
        }
    }
    events.reverse();
    let keys: BTreeSet<IdentifierKey> = person::held(reading).iter().map(|held| held.key).collect();
    let own = |keys_of: &[IdentifierKey]| keys_of.iter().any(|key| keys.contains(key));
    let rejected = runtime.refused(usize::MAX)?.into_iter().map(|(_, rejection)| rejection);
    let sides: BTreeSet<_> = reading.person.sides.iter().map(|side| side.facts.origin).collect();
    let rejected = rejected.filter(|one| own(&one.keys) || one.side.is_some_and(|side| sides.contains(&side)));
    Ok(ExportAnswer {
        format: 1,
        exported_at: reading.now.into(),
        profile: person::profile(reading, &Reason::Rights(Rights::of_the_person())),
        events,
        rejected: rejected.map(|rejection| shown(&rejection)).collect(),
        accesses: runtime.accesses(&reading.person, usize::MAX)?.iter().map(access).collect(),
    })
}
