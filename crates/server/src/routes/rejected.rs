//! Rejected events: listed, corrected, sent again.

use api::{
    error::{ApiError, Code},
    tracking::Parsed,
    wire::{
        self,
        collect::RejectedItem,
        rejected::{CorrectionRequest, RejectedEvent, RejectedPage, ReplayAnswer},
    },
};
use axum::extract::State;
use model::{id::Id, limits};

use crate::{
    answer::{Answer, Json},
    app::{Shared, blocking},
    auth::Secret,
    body::Content,
    cursor::{self, Paging},
    intake,
    rejection::{self, find, parse, shown},
    request::{InPath, InQuery},
};

/// Rejected events, newest first.
pub(super) async fn list(
    State(app): State<Shared>,
    Secret(_): Secret,
    InQuery(paging): InQuery<Paging>,
) -> Answer<RejectedPage> {
    let before = paging.from("rejected")?.map(|halves| Id::from_bits(cursor::whole(halves)));
    let limit = paging.limit()?;
    app.listable().await;
    let page = blocking(&app, move |app| Ok(app.runtime.refused(before, limit)?)).await?;
    let last = page.last().filter(|_| page.len() == limit);
    let next = last.map(|(_, last)| cursor::write("rejected", cursor::halves(last.id.bits())));
    Ok(Json(RejectedPage { rejected: page.iter().map(|(_, one)| shown(one)).collect(), next }))
}

/// Replaces a rejected event by its correction. It is checked when it is replayed.
pub(super) async fn correct(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(id): InPath<String>,
    Content(body): Content,
) -> Answer<RejectedEvent> {
    let request: CorrectionRequest = wire::read(&body)?;
    let raw = request.event.to_string();
    if raw.len() > limits::EVENT_BYTES {
        return Err(ApiError::new(Code::EventTooLarge).at("/event").into());
    }
    let (partition, old) = find(&app, &id).await?;
    rejection::check(&app, &old, &raw)?;
    let corrected = rejection::correct(&app, partition, old, raw).await?;
    Ok(Json(shown(&corrected)))
}

/// Sends a rejected event again, as its source sent it. Once taken, it is a rejected event no more.
pub(super) async fn replay(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(id): InPath<String>,
) -> Answer<ReplayAnswer> {
    let (partition, rejection) = find(&app, &id).await?;
    let Parsed { events, refused, .. } = parse(&app, &rejection)?;
    if let Some(refused) = refused.first() {
        return Ok(Json(ReplayAnswer { accepted: false, rejected: Some(RejectedItem::from(refused)) }));
    }
    intake::collect(&app, events).await?;
    app.runtime.resolve(partition, rejection.id).await?;
    Ok(Json(ReplayAnswer { accepted: true, rejected: None }))
}
