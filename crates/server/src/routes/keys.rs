//! Keys: listed without their secret, made, replaced, ended.

use api::{
    error::{ApiError, Code},
    wire::{
        self,
        key::{KeyCreated, KeyKind, KeyList, KeyRequest, KeySummary},
    },
};
use axum::extract::State;
use model::{
    id::{ApiKey, Id},
    limits,
    time::Span,
};
use serde::Deserialize;

use crate::{
    answer::{Answer, Json, Refusal},
    app::{Shared, blocking},
    auth::Secret,
    body::Content,
    keys::{Key, NewKey, SERVER_SOURCE},
    request::{InPath, InQuery},
};

/// All keys, ended ones too.
pub(super) async fn list(State(app): State<Shared>, Secret(_): Secret) -> Answer<KeyList> {
    Ok(Json(KeyList { keys: app.keys.list().iter().map(Key::summary).collect() }))
}

/// Makes a key, and ends the one that it replaces after the overlap.
pub(super) async fn create(State(app): State<Shared>, Secret(_): Secret, Content(body): Content) -> Answer<KeyCreated> {
    let request: KeyRequest = wire::read(&body)?;
    if request.title.len() > limits::DESCRIPTION_BYTES {
        return Err(ApiError::new(Code::TooMany).at("/title").into());
    }
    let source = match (request.source, request.kind) {
        (Some(source), _) => source,
        (None, KeyKind::Secret) => SERVER_SOURCE.to_owned(),
        (None, KeyKind::Public) => return Err(ApiError::new(Code::MissingField).at("/source").into()),
    };
    if !app.runtime.plan().sources.contains_key(source.as_str()) {
        return Err(ApiError::new(Code::Validation).saying("There is no such source.").at("/source").into());
    }
    let replaced = request.replaces.as_deref().map(|id| {
        let unknown = || ApiError::new(Code::NotFound).saying("There is no such key.").at("/replaces");
        let id: Id<ApiKey> = id.parse().map_err(|_| unknown())?;
        app.keys.get(id).map(|_| id).ok_or_else(unknown)
    });
    let lifetime = request.lifetime_s.map(|seconds| Span::SECOND.times(seconds.into()));
    let (replaced, new) =
        (replaced.transpose()?, NewKey { kind: request.kind, source, title: request.title, lifetime });
    let overlap = Span::SECOND.times(request.overlap_s.unwrap_or(0).into());
    let (secret, key) = blocking(&app, move |app| {
        let made = app.keys.create(new, app.runtime.now())?;
        replaced.map(|id| app.keys.end(id, overlap, app.runtime.now())).transpose()?;
        Ok(made)
    })
    .await?;
    Ok(Json(KeyCreated { secret, key: key.summary() }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Overlap {
    #[serde(default)]
    overlap_s: u32,
}

/// Ends a key.
pub(super) async fn revoke(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(id): InPath<String>,
    InQuery(Overlap { overlap_s }): InQuery<Overlap>,
) -> Answer<KeySummary> {
    let id: Id<ApiKey> = id.parse().map_err(|_| Refusal::new(Code::NotFound))?;
    let overlap = Span::SECOND.times(overlap_s.into());
    let ended = blocking(&app, move |app| Ok(app.keys.end(id, overlap, app.runtime.now())?)).await?;
    Ok(Json(ended.ok_or(Code::NotFound)?.summary()))
}
