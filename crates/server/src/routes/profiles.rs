//! One person: read for a purpose, timeline, who read.

use api::{
    error::{ApiError, Code},
    wire::{
        profile::{AccessPage, ProfileAnswer, TimelinePage},
        recommend::PredictionsAnswer,
    },
};
use axum::extract::State;
use merchandise::shown::Reader;
use model::{
    consent::{GrantedName, Site, Use},
    id::{ApiKey, Id, ProfileId},
    limits,
    name::{Name, Purpose},
    time::Timestamp,
};
use runtime::handle::{AccessPlace, Reading};
use serde::Deserialize;

use crate::{
    access::{note, shown},
    answer::{Answer, Json, Refusal},
    app::{App, Shared, blocking},
    auth::Secret,
    cursor::{self, Paging},
    named,
    person::{self, Reason},
    request::{InPath, InQuery},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct For {
    purpose: Option<String>,
}

/// Reads a profile for a purpose that the person granted. Allowed or refused, the reading is noted.
pub(super) async fn read(
    State(app): State<Shared>,
    Secret(key): Secret,
    InPath(id): InPath<String>,
    InQuery(query): InQuery<For>,
) -> Answer<ProfileAnswer> {
    let (reading, granted) = read_for(&app, &id, query.purpose.as_deref(), key.id()).await?;
    Ok(Json(person::profile(&reading, &Reason::Purpose(granted))))
}

/// The person of a path, with the purpose that they granted; that of web pages, if none is named.
async fn read_for(
    app: &App,
    id: &str,
    purpose: Option<&str>,
    by: Id<ApiKey>,
) -> Result<(Reading, GrantedName), Refusal> {
    let reading = find(app, id).await?;
    let purpose = purpose.unwrap_or(Site::PURPOSE);
    let unknown = || ApiError::new(Code::UnknownPurpose).at("/purpose");
    let purpose: Name<Purpose> = reading.plan.purposes.get(purpose).cloned().ok_or_else(unknown)?;
    let granted = reading.person.consents().granted_named(&purpose, reading.now);
    note(app, &reading, by, Some(purpose), granted.is_some()).await?;
    let granted = granted.ok_or(Code::NoConsent)?;
    Ok((reading, granted))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Predicted {
    purpose: Option<String>,
    limit: Option<usize>,
}

/// What a person will take, and when, as far as a purpose that they granted opens it. The reading is noted.
pub(super) async fn predictions(
    State(app): State<Shared>,
    Secret(key): Secret,
    InPath(id): InPath<String>,
    InQuery(query): InQuery<Predicted>,
) -> Answer<PredictionsAnswer> {
    let limit = cursor::limit_of(query.limit, limits::PAGE)?;
    let (reading, granted) = read_for(&app, &id, query.purpose.as_deref(), key.id()).await?;
    let predicted = blocking(&app, move |app| {
        let predicted = app.runtime.predict(&reading, granted, limit);
        let reader = Reader { catalog: &app.runtime.catalog(), languages: &[], now: reading.now };
        Ok(reader.predicted(&predicted))
    });
    Ok(Json(predicted.await?))
}

/// A page of a person's history, newest first.
pub(super) async fn timeline(
    State(app): State<Shared>,
    Secret(key): Secret,
    InPath(id): InPath<String>,
    InQuery(paging): InQuery<Paging>,
) -> Answer<TimelinePage> {
    let before = paging.from("timeline")?;
    let before = before.map(|[at, tie]| (Timestamp::saturating_from_millis(at as i64), tie));
    let reading = find(&app, &id).await?;
    note(&app, &reading, key.id(), None, true).await?;
    let limit = paging.limit()?;
    let page = blocking(&app, move |app| Ok(app.runtime.history(&reading.person, before, limit)?)).await?;
    let next = page
        .last()
        .filter(|_| page.len() == limit)
        .map(|last| cursor::write("timeline", [last.event.timestamp.as_millis() as u64, last.tie]));
    Ok(Json(TimelinePage { events: page.iter().map(|stored| (&stored.event).into()).collect(), next }))
}

/// Who read a profile, newest first.
pub(super) async fn accesses(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(id): InPath<String>,
    InQuery(paging): InQuery<Paging>,
) -> Answer<AccessPage> {
    let before = paging.from("accesses")?.map(|[at, number, high, low]| AccessPlace {
        at: Timestamp::saturating_from_millis(at as i64),
        number,
        side: ProfileId::from_bits(cursor::whole([high, low])),
    });
    let limit = paging.limit()?;
    let reading = find(&app, &id).await?;
    app.listable().await;
    let page = blocking(&app, move |app| Ok(app.runtime.accesses(&reading.person, before, limit)?)).await?;
    let next = page.last().filter(|_| page.len() == limit).map(|(AccessPlace { at, number, side }, _)| {
        let [high, low] = cursor::halves(side.bits());
        cursor::write("accesses", [at.as_millis() as u64, *number, high, low])
    });
    Ok(Json(AccessPage { accesses: page.iter().map(|(place, access)| shown(place.at, access)).collect(), next }))
}

/// The person of a path.
///
/// # Errors
/// `NOT_FOUND`.
pub(super) async fn find(app: &App, id: &str) -> Result<Reading, Refusal> {
    let who = named::person(&app.runtime.plan(), id)?;
    app.runtime.read(&who).answer().await?.ok_or_else(|| Code::NotFound.into())
}
