//! The person's own rights: a copy of everything, and erasure.

use api::{error::Code, wire::profile::EraseCertificate};
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use super::profiles::find;
use crate::{
    access::note,
    answer::{Answer, Json, Refusal},
    app::{Shared, blocking},
    auth::Secret,
    copy::everything,
    page, person,
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
    app.listable().await;
    let copy = blocking(&app, move |app| Ok(everything(&app.runtime, &reading)?)).await?;
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
    let erased = person::erase(&app.runtime, reading.person.id).await?.ok_or(Code::NotFound)?;
    Ok(Json(EraseCertificate {
        erased_at: app.runtime.now().into(),
        profiles: erased.sides.iter().map(ToString::to_string).collect(),
        events: erased.events,
        identifiers,
    }))
}
