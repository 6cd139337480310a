//! The program itself: health, counts, figures, the test clock.

use std::collections::BTreeMap;

use api::{
    error::{ApiError, Code},
    wire::{
        self, Moment,
        system::{ClockAnswer, ClockRequest, HealthAnswer, ReadyAnswer, StatusAnswer},
    },
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use model::time::Span;

use crate::{
    answer::{Answer, Json, Refusal},
    app::Shared,
    auth::Secret,
    body::Content,
};

/// Says that the program is alive.
pub(super) async fn health() -> Json<HealthAnswer> {
    Json(HealthAnswer { status: "ok".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// Says whether requests are taken.
pub(super) async fn ready(State(app): State<Shared>) -> Response {
    let mut waiting_for: Vec<String> = app.runtime.health().failing.map(str::to_owned).into_iter().collect();
    if app.is_stopping() {
        waiting_for.push("stopping".to_owned());
    }
    let ready = waiting_for.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(ReadyAnswer { ready, waiting_for })).into_response()
}

/// Figures for Prometheus.
pub(super) async fn metrics(State(app): State<Shared>) -> Result<Response, Refusal> {
    let status = app.runtime.status().await?;
    let text = app.metrics.text(&status, &app.runtime.health(), app.runtime.decisions_waiting());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// Counts over the whole project.
pub(super) async fn status(State(app): State<Shared>, Secret(_): Secret) -> Answer<StatusAnswer> {
    let status = app.runtime.status().await?;
    let mut anonymous = BTreeMap::new();
    for (_, _, kind, events) in status.counts {
        *anonymous.entry(kind).or_insert(0) += events;
    }
    Ok(Json(StatusAnswer {
        now: app.runtime.now().into(),
        kept_since: app.runtime.kept_since().into(),
        revision: app.runtime.plan().revision,
        profiles: status.profiles,
        events: status.events,
        expired_events: status.expired_events,
        erased_events: status.erased_events,
        quarantined: status.quarantined,
        partitions: app.runtime.partitions(),
        anonymous,
    }))
}

/// Moves the test clock on.
pub(super) async fn clock(State(app): State<Shared>, Secret(_): Secret, Content(body): Content) -> Answer<ClockAnswer> {
    let request: ClockRequest = wire::read(&body)?;
    let by = match (request.advance_ms, request.to) {
        (Some(ms), None) => Span::from_millis(i64::try_from(ms).unwrap_or(i64::MAX)),
        (None, Some(Moment(to))) => to.since(app.runtime.now()),
        _ => return Err(ApiError::new(Code::Validation).saying("Give either `advance_ms` or `to`.").into()),
    };
    if by < Span::default() {
        return Err(ApiError::new(Code::Validation).saying("The clock does not go back.").at("/to").into());
    }
    let (now, done) = app.runtime.advance(by).ok_or(Code::TestClockOff)?;
    done.await?;
    Ok(Json(ClockAnswer { now: now.into() }))
}

/// The description of all this.
pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], crate::openapi()).into_response()
}
