//! Rejected events as they are kept: found, corrected, read again.

use api::{
    error::{ApiError, Code},
    tracking::{Gpc, Parsed, Refused, Route},
    wire::{key::KeyKind, rejected::RejectedEvent},
};
use engine::command::Rejection;
use model::{
    consent::ConsentSignal,
    event::Claim,
    id::{Id, Rejected},
    partition::Partition,
};
use serde_json::Value;

use crate::{
    answer::Refusal,
    app::{App, Shared, blocking},
    intake::{self, Sender},
};

/// Keeps a correction in the place of what was rejected.
pub(crate) async fn correct(
    app: &App,
    partition: Partition,
    old: Rejection,
    raw: String,
) -> Result<Rejection, Refusal> {
    let old_id = old.id;
    let (before, _) = about(app, &old);
    let mut corrected = Rejection { raw: raw.into(), keys: Vec::new(), side: None, ..old };
    let (after, consent) = about(app, &corrected);
    // Identifiers say where it is kept. About somebody else it is another record, and the old one goes.
    if before != after {
        corrected.id = Id::from_bits(old_id.bits() ^ 1);
    }
    app.runtime.refuse(corrected.clone(), &after, consent).await?;
    if corrected.id != old_id {
        app.runtime.resolve(partition, old_id).await?;
    }
    Ok(corrected)
}

/// Refuses a correction with something in it that must not be kept, whatever else is right or wrong with it.
pub(crate) fn check(app: &App, old: &Rejection, raw: &str) -> Result<(), ApiError> {
    let parsed = parse(app, &Rejection { raw: raw.into(), ..old.clone() })?;
    match parsed.refused.into_iter().find(|refused| refused.raw != raw) {
        Some(Refused { problem, .. }) => {
            let pointer = format!("/event{}", problem.pointer);
            Err(ApiError::new(problem.code).saying(problem.message).at(pointer))
        }
        None => Ok(()),
    }
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

/// The rejected event of an id, with the partition that keeps it.
pub(crate) async fn find(app: &Shared, id: &str) -> Result<(Partition, Rejection), Refusal> {
    let id: Id<Rejected> = id.parse().map_err(|_| Refusal::new(Code::NotFound))?;
    app.listable().await;
    let found = blocking(app, move |app| Ok(app.runtime.refused_one(id)?)).await?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Reads a rejected event again, as its source sent it.
pub(crate) fn parse(app: &App, rejection: &Rejection) -> Result<Parsed, ApiError> {
    let sender = Sender {
        source: rejection.source.clone(),
        received_at: rejection.at,
        gpc: Gpc::Absent,
        kind: KeyKind::Secret,
        proof: None,
        user_agent: None,
    };
    let body = format!("{{\"batch\":[{}]}}", rejection.raw);
    intake::parse(app, &sender, Route::Batch, body.as_bytes())
}

/// Whom a rejected event is about and what it says of consent, as far as that can be read.
fn about(app: &App, rejection: &Rejection) -> (Vec<Claim>, Option<ConsentSignal>) {
    let Ok(mut parsed) = parse(app, rejection) else { return Default::default() };
    match (parsed.events.pop(), parsed.refused.pop()) {
        (Some(event), _) => (event.identifiers, event.consent),
        (None, Some(refused)) => (refused.identifiers, refused.consent),
        (None, None) => Default::default(),
    }
}
