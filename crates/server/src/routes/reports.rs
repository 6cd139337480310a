//! What a census tells: the thermometer, the sources, fields that nothing reads, what makes people known. And what
//! people search for and the shop does not have.

use std::sync::Arc;

use api::{
    error::{ApiError, Code},
    wire::{
        census::{IdentificationAnswer, SourcesAnswer, ThermometerAnswer, UnreadTraits},
        demand::UnmetDemandAnswer,
    },
};
use axum::extract::State;
use definition::{Documents, Kind};
use engine::census::Census;
use merchandise::{demand::Wanted, limits};
use model::{
    name::{Name, Source},
    time::Timestamp,
};
use serde::Deserialize;

use crate::{
    answer::{Answer, Json, Refusal},
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

/// Over how many days, and how many entries.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DemandQuery {
    days: u32,
    limit: usize,
}

impl Default for DemandQuery {
    fn default() -> Self {
        Self { days: 7, limit: 50 }
    }
}

/// What people search for and the shop does not have.
pub(super) async fn unmet_demand(
    State(app): State<Shared>,
    Secret(_): Secret,
    InQuery(query): InQuery<DemandQuery>,
) -> Answer<UnmetDemandAnswer> {
    let wanted = Wanted { days: i64::from(query.days), entries: query.limit };
    let within = |is_within: bool, at: &str, most: &dyn std::fmt::Display| {
        let refused = || ApiError::new(Code::OutOfRange).saying(format!("It has to be from 1 to {most}.")).at(at);
        is_within.then_some(()).ok_or_else(refused)
    };
    within((1..=limits::DEMAND_DAYS).contains(&wanted.days), "/days", &limits::DEMAND_DAYS)?;
    within((1..=limits::DEMANDS_LISTED).contains(&wanted.entries), "/limit", &limits::DEMANDS_LISTED)?;
    let answer = blocking(&app, move |app| {
        let (snapshot, catalog) = (app.searching.snapshot(), app.runtime.catalog());
        let report = app.demand.report(snapshot.as_ref(), &catalog, wanted, app.runtime.now());
        report.map_err(|error| Refusal::new(Code::StorageFailed).because(&error))
    });
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
