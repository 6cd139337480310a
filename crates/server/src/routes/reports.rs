//! What a census tells: the thermometer, the sources, fields that nothing reads, what makes people known.

use std::sync::Arc;

use api::wire::census::{IdentificationAnswer, SourcesAnswer, ThermometerAnswer, UnreadTraits};
use axum::{Json, extract::State};
use definition::{Documents, Kind};
use engine::census::Census;
use model::{
    name::{Name, Source},
    time::Timestamp,
};
use serde::Deserialize;

use crate::{
    answer::{Answer, Refusal},
    app::{App, Shared, blocking},
    auth::Secret,
    report,
    request::InQuery,
};

/// Whether a census is taken for this answer.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Freshness {
    fresh: bool,
}

/// How many customers each of the six failures concerns.
pub(super) async fn thermometer(
    State(app): State<Shared>,
    Secret(_): Secret,
    InQuery(freshness): InQuery<Freshness>,
) -> Answer<ThermometerAnswer> {
    let answer = blocking(&app, move |app| {
        let census = census(app, freshness)?;
        Ok(report::thermometer(&census, &app.runtime.census_figures()?))
    });
    Ok(Json(answer.await?))
}

/// Which sources are silent or not joined.
pub(super) async fn sources(
    State(app): State<Shared>,
    Secret(_): Secret,
    InQuery(freshness): InQuery<Freshness>,
) -> Answer<SourcesAnswer> {
    let answer = blocking(&app, move |app| {
        let census = census(app, freshness)?;
        let (defaults, published) = (Documents::defaults(), app.runtime.published());
        Ok(report::sources(&census, &published.0, |source| published_at(app, &published.1, &defaults, source)))
    });
    Ok(Json(answer.await?))
}

/// The traits that no decision has read for 90 days.
pub(super) async fn unread_traits(
    State(app): State<Shared>,
    Secret(_): Secret,
    InQuery(freshness): InQuery<Freshness>,
) -> Answer<UnreadTraits> {
    let answer = blocking(&app, move |app| Ok(report::unread_traits(&*census(app, freshness)?, &app.runtime.plan())));
    Ok(Json(answer.await?))
}

/// The contents, ranked by how many people they make known.
pub(super) async fn identification(
    State(app): State<Shared>,
    Secret(_): Secret,
    InQuery(freshness): InQuery<Freshness>,
) -> Answer<IdentificationAnswer> {
    let answer = blocking(&app, move |app| Ok(report::identification(&*census(app, freshness)?, &app.runtime.plan())));
    Ok(Json(answer.await?))
}

/// The last census; a new one if it is asked for, or if none was ever taken.
fn census(app: &App, freshness: Freshness) -> Result<Arc<Census>, Refusal> {
    match app.runtime.census()? {
        Some(last) if !freshness.fresh => Ok(last),
        _ => Ok(app.runtime.take_census()?),
    }
}

/// When a source of the shop's own was published; `None` for one that every project has.
fn published_at(app: &App, documents: &Documents, defaults: &Documents, source: &Name<Source>) -> Option<Timestamp> {
    if !report::is_own_source(documents, defaults, source) {
        return None;
    }
    let revision = documents.changed_in(Kind::Source, source.as_str())?;
    let publication = app.runtime.publication(revision).ok().flatten()?;
    Some(publication.at)
}
