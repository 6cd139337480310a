//! Rejected events: listed, corrected, sent again.

use api::{
    error::{ApiError, Code},
    tracking::{Gpc, Parsed, Route},
    wire::{
        self,
        collect::RejectedItem,
        rejected::{CorrectionRequest, RejectedEvent, RejectedPage, ReplayAnswer},
    },
};
use axum::{Json, extract::State};
use engine::command::Rejection;
use model::{
    event::Claim,
    id::{Id, Rejected},
    limits,
    partition::Partition,
};
use serde_json::Value;

use super::listable;
use crate::{
    answer::{Answer, Refusal},
    app::{App, Shared},
    auth::Secret,
    body::Content,
    cursor::{self, Paging},
    intake::{self, Sender},
    request::{InPath, InQuery},
};

/// Rejected events, newest first.
pub(super) async fn list(
    State(app): State<Shared>,
    Secret(_): Secret,
    InQuery(paging): InQuery<Paging>,
) -> Answer<RejectedPage> {
    let [passed] = paging.from("rejected")?.unwrap_or([0]);
    let passed = usize::try_from(passed).unwrap_or(usize::MAX);
    let most = passed.saturating_add(paging.limit());
    listable(&app).await;
    let all = tokio::task::spawn_blocking(move || app.runtime.refused(most)).await??;
    let next = (all.len() == most).then(|| cursor::write("rejected", [most as u64]));
    Ok(Json(RejectedPage { rejected: all.iter().skip(passed).map(|(_, one)| shown(one)).collect(), next }))
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
    let (before, after) = (about(&app, &old), about(&app, &Rejection { raw: raw.as_str().into(), ..old.clone() }));
    let mut corrected = Rejection { raw: raw.into(), keys: Vec::new(), side: None, ..old };
    // Identifiers say where it is kept. About somebody else it is another record, and the old one goes.
    let elsewhere = before != after;
    if elsewhere {
        corrected.id = Id::from_bits(corrected.id.bits() ^ 1);
    }
    app.runtime.refuse(corrected.clone(), &after).await?;
    if elsewhere {
        app.runtime.resolve(partition, Id::from_bits(corrected.id.bits() ^ 1)).await?;
    }
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

/// A rejected event as the API shows it.
pub(crate) fn shown(rejection: &Rejection) -> RejectedEvent {
    // What cannot be read as JSON (too deep, a number too large) is shown as the text that came.
    let event = serde_json::from_str(&rejection.raw).unwrap_or_else(|_| Value::String(rejection.raw.to_string()));
    RejectedEvent {
        id: rejection.id.to_string(),
        received_at: rejection.at.into(),
        source: rejection.source.to_string(),
        message_id: event.get("messageId").and_then(Value::as_str).map(str::to_owned),
        code: rejection.code.to_string(),
        message: rejection.message.to_string(),
        pointer: rejection.pointer.to_string(),
        event,
    }
}

async fn find(app: &Shared, id: &str) -> Result<(Partition, Rejection), Refusal> {
    let id: Id<Rejected> = id.parse().map_err(|_| Refusal::new(Code::NotFound))?;
    listable(app).await;
    let all = {
        let app = app.clone();
        tokio::task::spawn_blocking(move || app.runtime.refused(usize::MAX)).await??
    };
    all.into_iter().find(|(_, rejection)| rejection.id == id).ok_or_else(|| Code::NotFound.into())
}

fn parse(app: &App, rejection: &Rejection) -> Result<Parsed, ApiError> {
    let sender = Sender { source: rejection.source.clone(), received_at: rejection.at, gpc: Gpc::Absent };
    let body = format!("{{\"batch\":[{}]}}", rejection.raw);
    intake::parse(app, &sender, Route::Batch, body.as_bytes())
}

/// Whom a rejected event is about, as far as that can be read.
fn about(app: &App, rejection: &Rejection) -> Vec<Claim> {
    let Ok(mut parsed) = parse(app, rejection) else { return Vec::new() };
    match (parsed.events.pop(), parsed.refused.pop()) {
        (Some(event), _) => event.identifiers,
        (None, Some(refused)) => refused.identifiers,
        (None, None) => Vec::new(),
    }
}
